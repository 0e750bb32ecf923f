"""When a lane is read again: pure arithmetic on a clock that is passed in, and one record a lane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane
from trainctl_tui.domain.resources import TRANSITIONAL, Instance, Kind, Row, Volume

if TYPE_CHECKING:
    from trainctl_tui.services.sweeping import Flight

NO_ROWS: Mapping[str, Row] = MappingProxyType({})
"""What is held of a lane that was never listed."""

_HURRIED_SWEEPS = 60  # a machine that has been "stopping" for so many quick sweeps is not about to change


class Pace(Struct, frozen=True):
    """How long to wait between sweeps, in seconds; ``jitter`` spreads each wait by that share."""

    interval: float
    soon: float = 3.0
    first_retry: float = 5.0
    slow: float = 300.0
    jitter: float = 0.1

    def after_success(self, hurry: bool, random: Random) -> float:
        """Return the wait after a complete sweep; ``hurry`` when rows are about to change."""
        return self._spread(min(self.soon, self.interval) if hurry else self.interval, random)

    def after_failure(self, trouble: Trouble, failures: int, random: Random) -> float:
        """Return the wait after ``failures`` sweeps in a row. What the provider asks for is the least."""
        if trouble.retryable:
            doubled = min(self.first_retry, self.interval) * 2.0 ** min(failures - 1, 30)
            wait = min(self.slow, doubled)
        else:
            wait = self.slow
        return max(self._spread(wait, random), trouble.wait or 0.0)

    def _spread(self, seconds: float, random: Random) -> float:
        return seconds * random.uniform(1 - self.jitter, 1 + self.jitter)


@dataclass
class Slot:
    """One kind in one region: what was told of it last, and when it is due. Only one thread touches it.

    ``asked`` is due whatever the clock says, and even while paused. ``base`` is the last complete sweep,
    whose ``rows`` the listener holds; None when it must be told everything.
    """

    lane: Lane
    asked: bool = True
    due: float = inf
    whole: bool = False
    again: bool = False
    flight: Flight | None = None
    base: int | None = None
    rows: Mapping[str, Row] = field(default_factory=lambda: NO_ROWS)
    failures: int = 0
    saved_at: float = -inf
    since: float = -inf  # when somebody last asked for news by key: older sweeps of others will not do
    began: float = -inf  # when the sweep began whose rows are held
    version: str = ""  # the name of those rows in the cache
    wanted: frozenset[str] = frozenset()  # types seen in the region (TYPES only)
    known: frozenset[str] = frozenset()  # types asked for already
    unsettled: frozenset[str] = frozenset()
    hurried: int = 0

    def ask(self, whole: bool) -> None:
        """Want a sweep now, or after the one under way if that fails. Types that are known stay known."""
        self.whole = self.whole or whole
        if self.flight is not None:
            self.again = True
        elif self.lane.kind is not Kind.TYPES or self.failures or (whole and self.base is not None):
            self.asked = True

    def move(self, lane: Lane) -> None:
        """Begin again for another account; nothing of the old one is held."""
        if self.flight is not None:
            self.flight.cancel.set()
        fresh = Slot(lane, asked=lane.kind is not Kind.TYPES, flight=self.flight)
        self.__dict__.update(fresh.__dict__)

    def want(self, types: Iterable[str]) -> None:
        """Note the types seen in the region; a new one, or the first news of all, makes the lane due."""
        self.wanted |= frozenset(types)
        never = self.base is None and self.flight is None and not self.failures
        if never or self.wanted - self.known:
            self.asked = True

    def in_a_hurry(self) -> bool:
        """Whether rows are about to change. Said only so often for the same rows."""
        now = frozenset(row.id for row in self.rows.values() if _unsettled(row))
        self.hurried = self.hurried + 1 if now == self.unsettled else 0
        self.unsettled = now
        return bool(now) and self.hurried < _HURRIED_SWEEPS


def _unsettled(row: Row) -> bool:
    """Whether a row is in a state that ends by itself. Snapshots take hours, so they do not count."""
    if not isinstance(row, Instance | Volume):
        return False
    return row.state in TRANSITIONAL or any(one.state in TRANSITIONAL for one in row.attachments)
