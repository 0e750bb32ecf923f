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

_COMBINING_LIMIT = 2  # marks on one letter: more are a way to paint over other rows
_BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN = re.compile(r"[\x20-\x7e]*\Z")


def safe(text: object, limit: int = 256) -> str:
    """Return one line without control, bidi, zero-width or unassigned characters, cut at ``limit``."""
    plain = text if type(text) is str else str(text)
    if len(plain) > limit:
        # One character can never grow, so nothing after the limit can matter.
        plain = plain[: limit - 1] + "…"
    if _PLAIN.match(plain):
        return plain
    return _cleaned(plain)


def safe_lines(text: str, limit: int = 65_536) -> str:
    """Return text that may hold newlines: console output, JSON, logs. Tabs become spaces; returns go.

    What is over ``limit`` is cut at the front, because the end of a log is what matters.
    """
    if len(text) > limit:
        text = "…" + text[-limit + 1 :]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(safe(line.expandtabs(4), limit) for line in lines)


def is_safe(character: str) -> bool:
    """Say whether one character may reach the terminal."""
    return unicodedata.category(character) not in _BAD_CATEGORIES


def _cleaned(text: str) -> str:
    out: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _COMBINING_LIMIT:
                continue
        else:
            marks = 0
        out.append(MARK if category in _BAD_CATEGORIES else character)
    return "".join(out)
