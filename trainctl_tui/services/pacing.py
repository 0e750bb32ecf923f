"""How fast an executor may ask, and how it waits: buckets as AWS fills them, and back-off.

Figures of the buckets: SAFETY.md, "Bulk terminate / delete", and for start, stop and reboot the EC2
developer guide, "Request throttling". They hold for one account and region.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainctl_tui.domain.acts import Act

READS = (100.0, 20.0)
"""Burst and refill a second of Describe calls that are filtered or paged."""

CALLS: Mapping[Act, tuple[float, float]] = {
    Act.START: (5.0, 2.0),
    Act.STOP: (50.0, 5.0),
    Act.REBOOT: (50.0, 5.0),
    Act.TERMINATE: (100.0, 5.0),
    Act.DELETE: (100.0, 5.0),
    Act.CREATE: (100.0, 5.0),
    Act.RESTORE: (100.0, 5.0),
    Act.SNAPSHOT: (100.0, 5.0),
    Act.PROTECT: (100.0, 10.0),
    Act.UNPROTECT: (100.0, 10.0),
    Act.TAG: (100.0, 10.0),
}
"""Burst and refill a second of calls."""

OTHERS = (50.0, 5.0)
"""Burst and refill a second of calls that no list of AWS names: the bucket of all that changes something."""

MACHINES: Mapping[Act, tuple[float, float]] = {
    Act.START: (1000.0, 2.0),
    Act.STOP: (1000.0, 20.0),
    Act.REBOOT: (1000.0, 20.0),
    Act.TERMINATE: (1000.0, 20.0),
}
"""Burst and refill a second of the machines that calls name."""

LONGEST = 30.0
"""Seconds of the longest back-off."""


class Bucket:
    """Tokens that fill up with time. ``clock`` is monotonic, in seconds."""

    def __init__(self, burst: float, refill: float, clock: Callable[[], float]) -> None:
        self._burst = burst
        self._refill = refill
        self._clock = clock
        self._held = burst
        self._at = clock()

    def take(self, count: float) -> float:
        """Take tokens; return the seconds to wait before they count as there."""
        now = self._clock()
        self._held = min(self._burst, self._held + (now - self._at) * self._refill)
        self._at = now
        self._held -= count
        return max(0.0, -self._held / self._refill)


class Buckets:
    """All buckets of one executor, by region."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: dict[tuple[str, str], Bucket] = {}

    def read(self, region: str) -> float:
        """Take one read; return the seconds to wait before it."""
        return self._of("read", region, READS).take(1)

    def act(self, act: Act, region: str, machines: int) -> float:
        """Take one call on some machines; return the seconds to wait before it."""
        call = self._of(f"{act} calls", region, CALLS.get(act, OTHERS)).take(1)
        if act not in MACHINES:
            return call
        return max(call, self._of(f"{act} machines", region, MACHINES[act]).take(machines))

    def _of(self, name: str, region: str, size: tuple[float, float]) -> Bucket:
        return self._held.setdefault((name, region), Bucket(*size, self._clock))


def backoff(attempt: int, chance: float, asked: float | None = None) -> float:
    """Return the seconds before attempt number ``attempt`` (from 1): doubled each time.

    ``chance`` in [0, 1) takes up to a quarter off, so that not all come back at once; ``asked`` is what the
    provider wants.
    """
    longest = min(LONGEST, 2.0 ** (attempt - 1))
    return max(longest * (0.75 + chance / 4), asked or 0.0)
