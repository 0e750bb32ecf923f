"""What Textual itself says to a terminal, and nothing else: everything outside this grammar is a leak.

Written from what the drivers, the compositor and our own clipboard write. Between the first frame and the end
only colours, places on the screen, synchronised updates, pointer shapes and our own copies may pass.
"""

from __future__ import annotations

import re
import time

from tests.support.hostile import FORBIDDEN
from tests.support.pty import Read, Terminal

_COLOUR = r"[34]8;(?:5;\d{1,3}|2;\d{1,3};\d{1,3};\d{1,3})"
_STYLE = rf"(?:[012347]|9|{_COLOUR})"
# The modes of the terminal are taken once and given back once.
_MODES = (
    r"(?:\x1b\[\?(?:1049|1000|1003|1015|1006|1004|2004|2026|25|7)[hl]"
    r"|\x1b\[>\d+u|\x1b\[<u|\x1b\[\?(?:2026|2048)\$p|\x1b\]22;default\x07|\r?\n)*"
)
_END = "\x1b[?2026l"
_OWN = re.compile(
    rf"\x1b\[{_STYLE}(?:;{_STYLE})*m"
    r"|\x1b\[\?2026[hl]"
    r"|\x1b\]22;(?:default|text|pointer|grab|grabbing)\x07"
    r"|\x1b\]52;c;(?P<copy>[A-Za-z0-9+/=]*)\x07"
    r"|\x1b\[(?P<row>\d{1,3});(?P<column>\d{1,3})H"
    r"|\r\n"
)
_AROUND = 30  # characters of context in a complaint


class Recorder(Terminal):
    """A terminal that answers and keeps what it is told. It draws nothing: what leaks would stop pyte."""

    def _take(self, data: bytes) -> None:
        with self._news:
            self.raw += data
            self.reads.append(Read(time.monotonic(), len(data)))
            self._answer(data)
            self._news.notify_all()


def foreign(raw: bytes, size: tuple[int, int], copies: int = 0) -> list[str]:
    """Return what a program wrote that is not Textual's own, each with its surroundings, escaped.

    ``copies`` is how many sequences for the clipboard the user has asked for.
    """
    text = raw.decode("utf-8", "surrogateescape")
    taken = re.match(_MODES, text)
    # A frame painted before the terminal has said that it knows updates in one go has no brackets.
    body, end, tail = text[taken.end() if taken else 0 :].rpartition(_END)
    found = [] if re.fullmatch(_MODES, tail) else [f"outside the frames: {tail!a}"]
    if not end:
        return [*found, "there is no frame"]
    width, height = size
    copied: list[str] = []

    def own(match: re.Match[str]) -> str:
        if match["copy"] is not None:
            copied.append(match["copy"])
        if match["row"] and not (1 <= int(match["row"]) <= height and 1 <= int(match["column"]) <= width + 1):
            return match[0]
        return "\ue000"  # holds the place, so that no two pieces become one sequence

    left = _OWN.sub(own, body)
    found += [_around(left, match) for match in FORBIDDEN.finditer(left)]
    if len(copied) != copies:
        found.append(f"{len(copied)} copies to the clipboard, not {copies}: {copied}")
    return found


def _around(text: str, match: re.Match[str]) -> str:
    return ascii(text[max(0, match.start() - _AROUND) : match.end() + _AROUND].replace("\ue000", "·"))
