"""Time as a value that can be moved."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Seconds since 1970 UTC: a source, plus what ``advance`` has added.

    ``Clock(lambda: 1_700_000_000.0)`` stands still until it is advanced.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._added = 0.0

    def now(self) -> float:
        """Return the time."""
        return self._source() + self._added

    def advance(self, seconds: float) -> None:
        """Jump forward. A clock never goes back."""
        if seconds < 0:
            raise ValueError("a clock never goes back")
        self._added += seconds
