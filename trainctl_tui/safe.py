"""The one door for words from outside: names, tags, error texts, console lines, profile names.

EC2 accepts any character in a tag. A control sequence in one would style, click, or type on our behalf
(RELIABILITY.md, sections 0 and 5a), so every such character becomes a visible mark. What comes out of here
is plain text: wrap it in ``Text`` or ``markup=False``, because Textual reads markup in a plain ``str``.
"""

from __future__ import annotations

import re
import unicodedata

MARK = "\ufffd"
"""What stands for a character that must not reach the terminal."""

# Marks on one letter, those that take no room, and all: more are a way to paint over other rows, or to push
# the rest of a row aside where a terminal counts them otherwise than we do.
_COMBINING_LIMIT = 2
_MARKS_LIMIT = 4
_BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Most of what people write, without a single mark or sign of another kind: the short way out.
_PLAIN = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u3041-\u3096\u4e00-\u9fff\uac00-\ud7a3]*\\Z"
).match
# What asks for another look of the sign before it. Terminals do not agree on the width of that look.
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# What is drawn as nothing (Unicode: Default_Ignorable_Code_Point, where not of a bad category): an id with
# one in it looks like another id.
INVISIBLE = _SELECTORS | frozenset("\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Letters and marks that nobody sees."""

_TAB = 4
_SUSPECT = re.compile("[^\x20-\x7e\n]")  # JSON writes the controls below these as escapes itself
_STYLING = re.compile("\x1b\\[[0-9;:]*[mK]")


def safe(text: object, limit: int = 256) -> str:
    """Return one line without control, bidi, zero-width or unassigned characters, cut at ``limit``."""
    plain = text if type(text) is str else str(text)
    if len(plain) > limit:
        # One character can never grow, so nothing after the limit can matter.
        plain = plain[: limit - 1] + "…"
    return plain if _PLAIN(plain) else _cleaned(plain)


def safe_lines(text: object, limit: int = 65_536) -> str:
    r"""Return text that may hold newlines: console output, JSON, logs. Tabs become spaces; \r goes.

    What is over ``limit`` is cut at the front, because the end of a log is what matters.
    """
    plain = text if type(text) is str else str(text)
    if len(plain) > limit:
        plain = "…" + plain[-limit + 1 :]
    lines = plain.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(safe(line.expandtabs(_TAB), limit * _TAB) for line in lines)


def unstyled(text: str) -> str:
    """Return text without the colours of a boot log; every other sequence stays, to be marked."""
    return _STYLING.sub("", text)


def escaped(json: str) -> str:
    """Return JSON in which nothing can touch a terminal: such characters are written as escapes.

    Unlike ``safe`` it loses nothing, and whoever decodes the JSON gets every character back.
    """
    return _SUSPECT.sub(_escape, json)


def is_safe(character: str) -> bool:
    """Say whether one character may reach the terminal."""
    return unicodedata.category(character) not in _BAD_CATEGORIES and character not in INVISIBLE


def _cleaned(text: str) -> str:
    out: list[str] = []
    before = ""
    marks = room = 0
    for character in text:
        category = unicodedata.category(character)
        if character in _SELECTORS and before == "So":
            continue  # a symbol looks well enough without
        if category in ("Mn", "Me", "Mc"):
            marks += 1
            room += category == "Mc"
            if marks - room > _COMBINING_LIMIT or marks > _MARKS_LIMIT:
                continue
        else:
            marks = room = 0
        before = category
        out.append(character if is_safe(character) else MARK)
    return "".join(out)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if is_safe(character):
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
