"""One sweep for all windows: who comes first reads the cloud, the others take over what it found.

Whoever has a lane's turn looks at the word of the holder before. If that sweep is young enough, and news to
this process, its rows come from the cache and no call is made. A refresh by key accepts no sweep that began
before the key was pressed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from math import inf
from typing import Protocol

from msgspec.structs import replace

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.providers.base import Provider
from trainctl_tui.services.sweeping import Flight, Outcome, Teller, fly, tell
from trainctl_tui.services.turns import Stamp, Turn, Turns

_SAVE_AGE = 300.0  # an unchanged listing is written again after so many seconds, for its age's sake
_PAUSE = 5.0  # seconds that a throttled lane is left alone by everyone, where the provider names none


class RememberedRows(Protocol):
    """A listing from the cache, and the name of its rows."""

    @property
    def listing(self) -> Listing:
        """The listing."""
        ...

    @property
    def version(self) -> str:
        """The name under which the rows were saved."""
        ...


class Shelf(Protocol):
    """Where rows are left for others; ``services.cache.Cache`` is one."""

    def lane_name(self, identity: Identity, region: str, kind: Kind) -> str:
        """Return the name of a lane on disk."""
        ...

    def save(self, identity: Identity, listing: Listing, clock_offset: float, version: str = "") -> None:
        """Leave rows."""
        ...

    def load(self, identity: Identity, region: str, kind: Kind) -> RememberedRows | None:
        """Return the rows that were left."""
        ...


class _Later:
    """Tells the last word of a sweep when the turn is over: a view that has stopped must hold up no other.

    Pages of a sweep that ``streams`` are told as they come.
    """

    def __init__(self, listener: Teller, streams: bool) -> None:
        self._listener = listener
        self._streams = streams
        self._held: list[tuple[Listing, float]] = []

    def listed(self, listing: Listing, clock_offset: float) -> None:
        """Tell a page at once, and keep everything else."""
        if self._streams and not listing.complete:
            self._listener.listed(listing, clock_offset)
        else:
            self._held.append((listing, clock_offset))

    def waiting(self, lane: Lane, trouble: Trouble, seconds: float) -> None:
        """Tell that the sweep pauses."""
        self._listener.waiting(lane, trouble, seconds)

    def tell(self) -> None:
        """Tell what was kept."""
        for listing, clock_offset in self._held:
            self._listener.listed(listing, clock_offset)


class Sharing:
    """Flies sweeps as ``sweeping.fly`` does, but not where another window has just flown the same one."""

    def __init__(self, shelf: Shelf, turns: Turns, clock: Callable[[], float] = time.monotonic) -> None:
        self._shelf = shelf
        self._turns = turns
        self._clock = clock
        self._saved_at: dict[str, float] = {}

    def fly(self, flight: Flight, provider: Provider, listener: Teller) -> Outcome:
        """Sweep a lane, or take a sweep over; return how it ended. Raises nothing of the provider's."""
        identity = flight.identity
        if identity is None:
            # Nobody has said who we are, so nobody's rows may be taken, and none may be left.
            return fly(flight, provider, listener)
        name = self._shelf.lane_name(identity, flight.lane.region, flight.lane.kind)
        later = _Later(listener, flight.streams)
        with self._turns.take(name, flight.cancel) as turn:
            outcome = None if turn is None else self._taken_over(flight, turn, provider, later)
            if outcome is None:
                began = self._clock()
                outcome = fly(flight, provider, later)
                outcome = self._left(turn, name, flight, outcome, began, provider)
        later.tell()
        return outcome

    def _taken_over(self, flight: Flight, turn: Turn, provider: Provider, listener: Teller) -> Outcome | None:
        stamp = turn.stamp
        if stamp is None or flight.lane.kind is Kind.TYPES:
            return None  # types are asked for by name: each window needs its own
        if not max(flight.since, flight.began + 1e-9) <= stamp.began <= self._clock():
            return None
        if stamp.trouble is not None:
            left = stamp.until - self._clock()
            trouble = replace(stamp.trouble, wait=left)
            return Outcome({}, None, changed=True, trouble=trouble) if left > 0 else None
        rows = self._rows(flight, stamp)
        if rows is None:
            return None
        outcome = tell(flight, rows, stamp.taken_at, listener, provider.clock_offset())
        return replace(outcome, kept=True, began=stamp.began, ended=stamp.ended, version=stamp.version)

    def _rows(self, flight: Flight, stamp: Stamp) -> Mapping[str, Row] | None:
        if stamp.version == flight.version:
            return flight.before
        assert flight.identity is not None
        found = self._shelf.load(flight.identity, flight.lane.region, flight.lane.kind)
        if found is None or found.version != stamp.version:
            return None
        return {row.id: row for row in found.listing.items}

    def _left(
        self,
        turn: Turn | None,
        name: str,
        flight: Flight,
        outcome: Outcome,
        began: float,
        provider: Provider,
    ) -> Outcome:
        """Leave rows and word for the others; return the outcome with what that makes of it."""
        now, boot = self._clock(), "" if turn is None else turn.boot
        if outcome.trouble is not None:
            if turn is not None and outcome.trouble.kind == "Throttled":
                until = now + max(outcome.trouble.wait or 0.0, _PAUSE)
                turn.leave(Stamp(boot, began, now, None, "", outcome.trouble, until))
            return outcome
        version = flight.version
        if outcome.changed or not version or now - self._saved_at.get(name, -inf) >= _SAVE_AGE:
            version = secrets.token_hex(8)
            self._save(flight, outcome, version, provider.clock_offset())
            self._saved_at[name] = now
        if turn is not None:
            turn.leave(Stamp(boot, began, now, outcome.taken_at, version))
        return replace(outcome, kept=True, began=began, ended=now, version=version)

    def _save(self, flight: Flight, outcome: Outcome, version: str, clock_offset: float) -> None:
        assert flight.identity is not None
        lane = Lane(flight.identity.account, flight.lane.region, flight.lane.kind)
        items = tuple(outcome.rows.values())
        whole = Listing(lane, flight.sweep, items, outcome.taken_at, complete=True)
        self._shelf.save(flight.identity, whole, clock_offset, version)
