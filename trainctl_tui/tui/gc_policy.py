"""Keep the garbage collector off the key path.

A full collection with ten thousand rows costs 9-19 ms, more than a frame (PERFORMANCE.md, section 4). So
it runs only in the pauses between keys, and what it has found alive is frozen: not looked at again.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

PAUSE = 1.0
"""Seconds without a key after which a collection does not disturb."""

_EVERY = 10.0  # seconds between two collections at most
_FREEZE_GROWTH = 10_000  # living objects since the last freeze that are worth another
_THAW = 600.0  # seconds after which frozen objects are looked at once more: some have died in cycles


class GcPolicy:
    """Told of keys and of beats of the clock; collects in between. Until ``close`` nothing else collects."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_key = self._last_run = self._last_thaw = clock()
        gc.disable()

    def key(self) -> None:
        """Note that a key was pressed."""
        self._last_key = self._clock()

    def beat(self) -> bool:
        """Collect if nobody has typed for a while; say whether it did."""
        now = self._clock()
        if now - self._last_key < PAUSE or now - self._last_run < _EVERY:
            return False
        self._last_run = now
        if now - self._last_thaw >= _THAW:
            self._last_thaw = now
            gc.unfreeze()
        gc.collect()
        # Only now: what is frozen before a collection is kept, dead or alive.
        if len(gc.get_objects()) > _FREEZE_GROWTH:
            gc.freeze()
        return True

    def close(self) -> None:
        """Give the collector back as Python has it."""
        gc.unfreeze()
        gc.enable()
