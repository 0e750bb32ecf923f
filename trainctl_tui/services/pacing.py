"""How fast an executor may ask, and how it waits: buckets as AWS fills them, and back-off.

Figures of the buckets: SAFETY.md, "Bulk terminate / delete", and for start, stop and reboot the EC2
developer guide, "Request throttling". They hold for one account and region.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from trainctl_tui.domain.acts import Act, Policy
from trainctl_tui.paths import make_private

READS = (100.0, 20.0)
"""Burst and refill a second of Describe calls that are filtered or paged."""

CALLS: Mapping[Act, tuple[float, float]] = {
    Act.START: (5.0, 2.0),
    Act.STOP: (50.0, 5.0),
    Act.REBOOT: (50.0, 5.0),
    Act.TERMINATE: (100.0, 5.0),
    Act.CREATE: (100.0, 5.0),
    Act.RESTORE: (100.0, 5.0),
    Act.SNAPSHOT: (100.0, 5.0),
    Act.PROTECT: (100.0, 10.0),
    Act.UNPROTECT: (100.0, 10.0),
    Act.TAG: (100.0, 10.0),
}
"""Burst and refill a second of calls; of deletions, the settings tell (``Policy.delete_burst``)."""

OTHERS = (50.0, 5.0)
"""Burst and refill a second of calls that no list of AWS names: the bucket of all that changes something."""

MACHINES: Mapping[Act, tuple[float, float]] = {
    Act.START: (1000.0, 2.0),
    Act.STOP: (1000.0, 20.0),
    Act.REBOOT: (1000.0, 20.0),
    Act.TERMINATE: (1000.0, 20.0),
}
"""Burst and refill a second of the machines that calls name."""

FOLDER = "pacing"
"""Where shared buckets are, in the state directory."""

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


class SharedBucket:
    """A bucket that all executors of this machine take from: its level is in a file, under a lock.

    ``clock`` is the monotonic one of the machine, which all of its processes share. A file that cannot be
    used, or was written before the last start of the machine, is a full bucket: AWS's own still refuses.
    """

    def __init__(self, file: Path, burst: float, refill: float, clock: Callable[[], float]) -> None:
        self._file = file
        self._burst = burst
        self._refill = refill
        self._clock = clock
        self._own = Bucket(burst, refill, clock)

    def take(self, count: float) -> float:
        """Take tokens; return the seconds to wait before they count as there."""
        own = self._own.take(count)
        try:
            return max(own, self._take(count))
        except OSError:
            return own

    def _take(self, count: float) -> float:
        make_private(self._file.parent)
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            now = self._clock()
            held, at = _level(os.pread(descriptor, 100, 0)) or (self._burst, now)
            if at > now:
                held, at = self._burst, now
            held = max(-self._burst, min(self._burst, held + (now - at) * self._refill) - count)
            text = f"{held!r} {now!r}\n".encode()
            os.pwrite(descriptor, text, 0)
            os.ftruncate(descriptor, len(text))
        finally:
            os.close(descriptor)
        return max(0.0, -held / self._refill)


def _level(text: bytes) -> tuple[float, float] | None:
    """Return what is held and since when, or None where nothing sensible is written."""
    try:
        held, at = (float(word) for word in text.split())
    except ValueError:
        return None
    return (held, at) if math.isfinite(held) and math.isfinite(at) else None


class Buckets:
    """All buckets of one executor, by region; that of deletions is shared with others in ``folder``.

    ``scope`` names whose limits they are: account and endpoint.
    """

    def __init__(self, clock: Callable[[], float], policy: Policy, folder: Path, scope: str) -> None:
        self._clock = clock
        self._policy = policy
        self._folder = folder
        self._scope = scope
        self._held: dict[tuple[str, str], Bucket | SharedBucket] = {}

    def read(self, region: str) -> float:
        """Take one read; return the seconds to wait before it."""
        return self._of("read", region, READS).take(1)

    def act(self, act: Act, region: str, machines: int) -> float:
        """Take one call on some machines; return the seconds to wait before it."""
        if act is Act.DELETE:
            return self._deletions(region).take(1)
        call = self._of(f"{act} calls", region, CALLS.get(act, OTHERS)).take(1)
        if act not in MACHINES:
            return call
        return max(call, self._of(f"{act} machines", region, MACHINES[act]).take(machines))

    def _deletions(self, region: str) -> Bucket | SharedBucket:
        key = ("deletions", region)
        if key not in self._held:
            whose = hashlib.sha256(f"{self._scope}/{region}".encode()).hexdigest()[:16]
            size = (self._policy.delete_burst, self._policy.delete_rate)
            self._held[key] = SharedBucket(self._folder / FOLDER / whose, *size, self._clock)
        return self._held[key]

    def _of(self, name: str, region: str, size: tuple[float, float]) -> Bucket | SharedBucket:
        return self._held.setdefault((name, region), Bucket(*size, self._clock))


def backoff(attempt: int, chance: float, asked: float | None = None) -> float:
    """Return the seconds before attempt number ``attempt`` (from 1): doubled each time.

    ``chance`` in [0, 1) takes up to a quarter off, so that not all come back at once; ``asked`` is what the
    provider wants.
    """
    longest = min(LONGEST, 2.0 ** (attempt - 1))
    return max(longest * (0.75 + chance / 4), asked or 0.0)
