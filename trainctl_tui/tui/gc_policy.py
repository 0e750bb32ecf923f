"""Keep the garbage collector off the key path.

A full collection with ten thousand rows costs 9-19 ms, more than a frame (PERFORMANCE.md, section 4). So
it is off while keys are pressed, and runs in the pauses; frozen rows are not looked at again.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

PAUSE = 1.0
"""Seconds without a key after which a collection does not disturb."""

_EVERY = 10.0  # seconds between two collections at most
_FREEZE_GROWTH = 50_000  # objects: freeze again after such growth


class GcPolicy:
    """Told of keys and of beats of the clock; collects in between."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_key = clock()
        self._last_run = clock()
        gc.disable()

    def key(self) -> None:
        """Note that a key was pressed."""
        self._last_key = self._clock()

    def loaded(self) -> None:
        """Keep what lives now out of later collections, if much has come since the last time."""
        if gc.get_count()[0] > _FREEZE_GROWTH:
            gc.freeze()

    def beat(self) -> bool:
        """Collect if nobody has typed for a while; say whether it did."""
        now = self._clock()
        if now - self._last_key < PAUSE or now - self._last_run < _EVERY:
            return False
        self._last_run = now
        gc.collect()
        return True
