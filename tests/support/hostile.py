"""Strings that a tag, a name, an error text or a profile may hold, and what none of them may do.

``FORBIDDEN`` is written from the Unicode tables and not from ``safe.py``, so that the two check each other.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

FORBIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # drawn as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"  # zero width, bidi, separators
    "\u3164\ufe00-\ufe0f\uffa0"  # fillers and selectors
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # surrogates, noncharacters
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # formats, tags, selectors
    "]"
)
"""What acts on a terminal, turns text around, or is there without being seen."""

MARKUP = (
    "[@click=app.fired]click me[/]",
    "[@click=app.fired()]click [b]me[/b][/]",
    "[@click=screen.fired]click me[/]",
    "[@click=app.bell]click me[/]",
    "[@click=app.quit]click me[/]",
    "[@mouse.down=app.fired]press me[/]",
    "[link=https://evil.example]link[/link]",
    "[link=javascript:x]link[/]",
    "[prod] x [a=b]",
    "[bold red on blue blink]styled[/]",
    "[$error on $primary]styled[/]",
    "[#ff0000]styled[/#ff0000]",
    "[/nope]",
    "[/]",
    "[/",
    "[",
    "[[",
    "\\[b]",
    "[b",
    "[b]" * 40,
)
"""What Textual or Rich would read as markup: actions, links, styles, and what stops the app."""

QUERIES = (
    "\x1b[c",
    "\x1b[>c",
    "\x1b[=c",
    "\x1b[5n",
    "\x1b[6n",
    "\x1b[?6n",
    "\x1b[18t",
    "\x1b[21t",
    "\x1b[14t",
    "\x1b[?2026$p",
    "\x1b[?u",
    "\x1b[>q",
    "\x1b]10;?\x1b\\",
    "\x1b]11;?\x07",
    "\x1b]4;1;?\x1b\\",
    "\x1b]52;c;?\x07",
    "\x1bP$qm\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1bZ",
    "\x05",
)
"""Questions to the terminal. It would type the answers, and an answer may hold a key that acts."""

SEQUENCES = (
    "\x1b[5;8m",
    "\x1b[2J\x1b[999;999H",
    "\x1b[?1049l",
    "\x1b[?1003h",
    "\x1b[3J",
    "\x1b[!p",
    "\x1b[4;1t",
    "\x1b]0;EVIL_TITLE\x07",
    "\x1b]2;EVIL_TITLE\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;RVZJTF9DTElQ\x07",
    "\x1b]9;EVIL_NOTE\x07",
    "\x1b]1337;File=inline=1:QUJD\x07",
    "\x1bPtmux;\x1b\x1b]52;c;RVZJTF9DTElQ\x07\x1b\\",
    "\x1b_Gf=24;AAAA\x1b\\",
    "\x1b^private\x1b\\",
    "\x1bkEVIL_NAME\x1b\\",
    "\x1bc",
    "\x1b#8",
    "\x1b(0qqq\x1b(B",
    "\x1b",
    "\x9b5;8m",
    "\x9d0;EVIL_TITLE\x9c",
    "\x90q\x9c",
    "\x84\x85\x8d",
)
"""Orders to the terminal: colours, places, modes, titles, links, clipboard, pictures, resets."""

CONTROLS = (
    "\x00",
    "\x07",
    "\x08\x08\x08",
    "\t",
    "\n",
    "\r",
    "\r\nroot@host:~# ",
    "\x0b",
    "\x0c",
    "\x0e",
    "\x0f",
)
ODD = (
    "\x7f",
    "\u202egnp.exe",
    "\u2067txet\u2069",
    "\u200e\u200f\u061c",
    "ze\u200bro\u200d\ufeffwidth",
    "soft\u00adhyphen",
    "line\u2028para\u2029end",
    "\U000e0041\U000e0042\U000e007f",
    "\ud800",
    "\udcff lone",
    "\udbff\ud800",
    "\ufffe\uffff\ufdd0",
    "fi\u3164ll\u115fer\u034f",
    "heart \u2764\ufe0f sign \u26a0\ufe0e",
    "a\ufe0fb\U000e0100c",
    "👩\u200d🚀 👍🏽 🇩🇪",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "\u0301\u0302\u0303start",
    "x" + "\u0489" * 60,
    "k" + "\u0903" * 60,
    "漢字かなカナ한글" * 6,
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "\ue000\uf8ff\U000f0000",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "{now} %s %(x)s {0.__class__} {{}}",
    "",
    " ",
    "A" * 300,
    "\u202e" * 300,
)
"""What is no order and still deceives: direction, width, marks, halves of characters, lengths."""

PAYLOADS = (*MARKUP, *QUERIES, *SEQUENCES, *CONTROLS, *ODD)

_WORDS = ("train", "gpu-0", "prod", "nlp", "ada", "i-0abc", "/data", "ünïcode", "日本")
_RANGES = ((0, 0x20), (0x20, 0x7F), (0x7F, 0x100), (0x300, 0x370), (0x200B, 0x2070), (0, 0x110000))


def strings(seed: int, count: int) -> list[str]:
    """Return ``count`` strings drawn from the seed: every payload alone, as far as they go, then mixtures."""
    dice = random.Random(seed)
    made = dice.sample(PAYLOADS, min(count, len(PAYLOADS)))
    makers: tuple[Callable[[random.Random], str], ...] = (_wrapped, _spliced, _drawn, _cut)
    while len(made) < count:
        made.append(dice.choice(makers)(dice))
    return made


def _wrapped(dice: random.Random) -> str:
    """A payload where a person would write it: among words."""
    return f"{dice.choice(_WORDS)}{dice.choice(PAYLOADS)}{dice.choice(_WORDS)}"


def _spliced(dice: random.Random) -> str:
    """Payloads one after the other."""
    return "".join(dice.choice(PAYLOADS) for _ in range(dice.randint(2, 5)))


def _drawn(dice: random.Random) -> str:
    """Characters from anywhere, the dangerous ranges more than others."""
    ranges = [dice.choice(_RANGES) for _ in range(dice.randint(1, 30))]
    return "".join(chr(dice.randrange(low, high)) for low, high in ranges)


def _cut(dice: random.Random) -> str:
    """A payload that ends in the middle, and another into which it may run."""
    one, other = dice.choice(PAYLOADS), dice.choice(PAYLOADS)
    return one[: dice.randint(0, len(one))] + dice.choice(_WORDS) + other[dice.randint(0, len(other)) :]


def one_line(texts: Sequence[str]) -> list[str]:
    """Return those of the texts that a section of an INI file can have as a name."""
    return [text for text in texts if text.strip() and len(text.splitlines()) == 1 and "]" not in text]
