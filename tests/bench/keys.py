"""How long a key waits for its paint, seen from outside: random spacing, so that nothing locks to frames."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import cycle
from random import Random
from threading import Event

from tests.bench.rig import ROW, SPINNER
from tests.support.wire import Wire

_SPACING = (0.02, 0.06)  # seconds between two keys
_LOOK = re.compile(rb"\x1b\[([\d;]*)m[^\x1b]*?(" + ROW + rb")")


class Keys:
    """Presses keys that move the cursor, and waits each time for the highlighted line of another row.

    How the cursor's line looks is learnt from a program that rests; while it loads, ``style`` has to say.
    """

    def __init__(self, wire: Wire, style: bytes = b"", seed: int = 1) -> None:
        self._wire = wire
        self._random = Random(seed)
        self.style = style or self._learn()

    def _learn(self) -> bytes:
        """Find the style of the cursor's line: the row that two moves have in common wears it once."""
        first, second = ({id: style for style, id in self._lines("j")} for _ in range(2))
        for id in first.keys() & second.keys():
            if first[id] != second[id] and first[id] in second.values():
                return first[id]
        raise AssertionError(f"no cursor in {first} and {second}")

    def _lines(self, key: str) -> list[tuple[bytes, bytes]]:
        since = self._wire.quiet(0.3, besides=SPINNER // 4)
        self._wire.send(key)
        self._wire.see(re.compile(ROW), since, 20)
        return _LOOK.findall(bytes(self._wire.raw[since : self._wire.quiet(0.3, besides=SPINNER // 4)]))

    def press(self, key: str) -> float:
        """Press a key; return the milliseconds until a highlighted line came."""
        self._random_pause()
        since = self._wire.received
        begun = time.monotonic()
        self._wire.send(key)
        lit = re.compile(rb"\x1b\[" + re.escape(self.style) + rb"m[^\x1b]*?" + ROW)
        return (self._wire.see(lit, since, 30).at - begun) * 1000

    def move(self, count: int, keys: Iterator[str]) -> list[float]:
        """Press so many keys; return the milliseconds of each."""
        return [self.press(next(keys)) for _ in range(count)]

    def _random_pause(self) -> None:
        Event().wait(self._random.uniform(*_SPACING))


def in_view(lines: int = 10) -> Iterator[str]:
    """Yield keys that go down and up within the lines in sight."""
    return cycle("j" * lines + "k" * lines)
