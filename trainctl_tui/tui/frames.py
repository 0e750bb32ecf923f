"""How long frames take to draw."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_REMEMBERED = 512


class FrameTimes:
    """Told of every frame; remembers how long the last ones took. ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.count = 0
        self._clock = clock
        self._times: deque[float] = deque(maxlen=_REMEMBERED)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time one frame."""
        begun = self._clock()
        yield
        self.count += 1
        self._times.append((self._clock() - begun) * 1000)

    def share(self, part: float) -> float | None:
        """Return the time (ms) that this part of the frames did not exceed, or None before the first."""
        ordered = sorted(self._times.copy())
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else None
