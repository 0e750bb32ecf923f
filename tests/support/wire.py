"""Time a program on a pseudo terminal: when which bytes came, and how many.

No screen is drawn meanwhile, because that would cost what is measured. A reader who wants to see the
screen feeds the bytes to pyte afterwards (``screen``).
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyte

from tests.support.pty import ALTERNATE, BEYOND_PYTE, Read, Terminal

Wanted = bytes | re.Pattern[bytes]


@dataclass(frozen=True)
class Sight:
    """Something that came: when (monotonic seconds), and where it ends in all bytes."""

    at: float
    end: int


class Wire(Terminal):
    """A terminal that answers, stamps and counts. ``begun`` is when the program was started."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (160, 50),
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> None:
        self._ends: list[int] = []
        self.begun = time.monotonic()
        super().__init__(argv, size=size, env=env, cwd=cwd)

    def see(self, wanted: Wanted, since: int = 0, timeout: float = 120.0) -> Sight:
        """Wait until bytes after the first ``since`` hold this; return when they were read.

        Raise ``AssertionError`` with the last bytes when it does not happen in time.
        """
        look = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted))
        deadline = time.monotonic() + timeout
        with self._news:
            while (found := look.search(self.raw, since)) is None:
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._news.wait(0.5)):
                    raise AssertionError(f"waited for {look.pattern!r}\n...{bytes(self.raw[-400:])!r}")
                self._news.wait(min(left, 0.5))
            read = self.reads[bisect_left(self._ends, found.end())]
            return Sight(read.at, found.end())

    def has(self, wanted: re.Pattern[bytes]) -> bool:
        """Say whether something has come, without waiting."""
        with self.lock:
            return wanted.search(bytes(self.raw)) is not None

    def quiet(self, seconds: float = 0.5, timeout: float = 60.0, *, besides: int = 0) -> int:
        """Wait until nothing came for so long, ``besides`` so many bytes; return the number of bytes so far.

        A spinner that turns four times a second is no more than 250 bytes each time.
        """
        deadline = time.monotonic() + timeout
        with self._news:
            while (wait := self._unquiet(seconds, besides)) > 0:
                if time.monotonic() > deadline:
                    raise AssertionError(f"it writes and writes\n...{bytes(self.raw[-400:])!r}")
                self._news.wait(wait)
            return len(self.raw)

    def _unquiet(self, seconds: float, besides: int) -> float:
        """Return how long to wait until the last read that is too much is old enough."""
        spent = 0
        for read in reversed(self.reads):
            spent += read.size
            if spent > besides:
                return seconds - (time.monotonic() - read.at)
        return seconds - (time.monotonic() - self.begun)

    def drawn(self, end: int | None = None) -> pyte.Screen:
        """Return the screen as the first ``end`` bytes leave it."""
        screen = pyte.Screen(*self.size)
        feed(screen, bytes(self.raw[:end]))
        return screen

    def _take(self, data: bytes) -> None:
        with self._news:
            self.raw += data
            self._ends.append(len(self.raw))
            self.reads.append(Read(time.monotonic(), len(data)))
            self._answer(data)
            self._news.notify_all()


def feed(screen: pyte.Screen, data: bytes) -> None:
    """Draw bytes that begin and end between two sequences."""
    data = ALTERNATE.sub(b"\\g<0>\x1b[2J\x1b[H", BEYOND_PYTE.sub(b"", data))
    pyte.ByteStream(screen).feed(data)
