"""Counts the calls to the cloud: how many, how slow, how often refused. For the screen and for support."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from trainctl_tui.providers.base import Call

_REMEMBERED_TIMES = 512


class OperationTally(Struct, frozen=True):
    """Counters of one operation in one region since the collector started. Times in milliseconds."""

    operation: str
    region: str
    calls: int
    errors: int
    throttled: int
    retried: int
    p50: float
    p95: float


class _Count:
    """The counters of one operation in one region, and how long its last calls took."""

    def __init__(self) -> None:
        self.calls = self.errors = self.throttled = self.retried = 0
        self.times: deque[float] = deque(maxlen=_REMEMBERED_TIMES)

    def add(self, call: Call) -> None:
        """Count one call."""
        self.calls += 1
        self.errors += call.outcome != "ok"
        self.throttled += call.outcome == "Throttled"
        self.retried += call.attempt > 1
        self.times.append(call.milliseconds)

    def share(self, part: float) -> float:
        """Return the time (ms) that this part of the calls did not exceed: 0.5 is the median."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class CallTally:
    """Hears of every call, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[str, str], _Count] = {}

    def heard(self, call: Call) -> None:
        """Count one call."""
        with self._lock:
            self._counts.setdefault((call.operation, call.region), _Count()).add(call)

    def operations(self) -> tuple[OperationTally, ...]:
        """Return all counters, in order of operation and region."""
        with self._lock:
            return tuple(
                OperationTally(
                    *(operation, region, count.calls, count.errors, count.throttled, count.retried),
                    *(count.share(0.5), count.share(0.95)),
                )
                for (operation, region), count in sorted(self._counts.items())
            )
