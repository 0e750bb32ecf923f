"""What is known, lane by lane, as one frozen value that accepts news.

Late answers lose by arithmetic: every sweep of a lane has a number, and older numbers change nothing.
Only a complete listing may remove a row; a page, or a sweep that failed half-way, can only add or renew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.resources import Kind, Row

REMEMBERED_SWEEP = 0
_NO_ROWS: Mapping[str, Row] = MappingProxyType({})


class Lane(Struct, frozen=True, order=True):
    """One kind of listing in one region of one account. ``account`` is "" where it is not known."""

    account: str
    region: str
    kind: Kind


class Listing(Struct, frozen=True):
    """What a sweep of a lane said: a page of it, all of it, or what changed.

    - ``complete=False``: a page; its items renew rows by id.
    - ``complete=True, base=None``: everything; what is not here is gone.
    - ``complete=True, base=sweep``: the end of the pages of this same sweep (items may be empty).
    - ``complete=True, base=earlier``: what changed since that complete sweep, and the ids now gone.

    ``sweep`` rises within a lane; 0 is a listing remembered from disk. ``taken_at`` is when the
    provider answered, on its own clock (seconds), or None where it did not say.
    """

    lane: Lane
    sweep: int
    items: tuple[Row, ...]
    taken_at: float | None
    complete: bool
    base: int | None = None
    gone: tuple[str, ...] = ()


class Standing(StrEnum):
    """How far the rows of a lane can be trusted."""

    LOADING = "loading"  # nothing known yet
    REMEMBERED = "remembered"  # from disk, not confirmed in this run
    LIVE = "live"  # the last sweep was complete
    PARTIAL = "partial"  # the last sweep ended half-way
    STALE = "stale"  # complete once, failing now
    FAILED = "failed"  # nothing to show, and the reason is known


class LaneState(Struct, frozen=True):
    """One lane as the view holds it: rows by id, their age, and what is wrong.

    ``next_try`` is on the provider's clock (seconds). ``pending`` collects the pages of the sweep
    that is under way, so that its end can remove what it did not see.
    """

    lane: Lane
    rows: Mapping[str, Row] = _NO_ROWS
    sweep: int = -1
    taken_at: float | None = None
    complete: bool = False
    remembered: bool = False
    refreshing: bool = False
    trouble: Trouble | None = None
    next_try: float | None = None
    failures: int = 0
    base: int | None = None  # the last complete sweep
    pending: Mapping[str, Row] = _NO_ROWS

    @property
    def standing(self) -> Standing:
        """How far these rows can be trusted."""
        if self.trouble is not None and not self.refreshing and not self.known:
            return Standing.FAILED
        if self.remembered:
            return Standing.REMEMBERED
        if not self.known:
            return Standing.LOADING if self.trouble is None else Standing.FAILED
        if not self.complete:
            return Standing.PARTIAL if self.trouble is not None else Standing.LOADING
        return Standing.LIVE if self.trouble is None else Standing.STALE

    @property
    def known(self) -> bool:
        """Whether anything was ever listed here: rows, or a complete "none"."""
        return bool(self.rows) or self.complete

    def is_over(self, sweep: int) -> bool:
        """Say whether nothing that is told of a sweep matters any more: it ended, or a later one began."""
        return sweep < self.sweep or (sweep == self.sweep and not self.refreshing)


class OutOfStep(Exception):
    """Differences from a sweep, or the end of one, arrived and what they build on is not held whole.

    Ask for everything.
    """


class Inventory(Struct, frozen=True):
    """All lanes. Every method returns a new value; nothing is changed in place."""

    lanes: Mapping[Lane, LaneState] = MappingProxyType({})

    def state(self, lane: Lane) -> LaneState:
        """Return a lane, empty if nothing is known of it."""
        return self.lanes.get(lane) or LaneState(lane)

    def of(self, kind: Kind) -> tuple[LaneState, ...]:
        """Return the lanes of one kind, in order of region."""
        return tuple(self.lanes[lane] for lane in sorted(self.lanes) if lane.kind is kind)

    def accept(self, new: Listing) -> Inventory:
        """Take in a listing; drop it if its sweep is over. Raise OutOfStep if its base is not held."""
        held = self.state(new.lane)
        if held.is_over(new.sweep):
            return self
        if not new.complete:
            return self._with(_with_page(held, new))
        if new.base is None:
            rows: Mapping[str, Row] = {item.id: item for item in new.items}
        elif new.base == new.sweep == held.sweep:
            rows = {**held.pending, **{item.id: item for item in new.items}} if new.items else held.pending
        elif new.base == held.base and not held.pending:
            gone = frozenset(new.gone)
            rows = {**held.rows, **{item.id: item for item in new.items}}
            rows = {id: row for id, row in rows.items() if id not in gone} if gone else rows
        else:
            raise OutOfStep(f"{new.lane} holds sweep {held.base} whole, not {new.base}")
        return self._with(
            LaneState(
                new.lane,
                rows=rows,
                sweep=new.sweep,
                taken_at=new.taken_at,
                complete=True,
                remembered=new.sweep == REMEMBERED_SWEEP,
                base=new.sweep,
            )
        )

    def started(self, lane: Lane, sweep: int) -> Inventory:
        """Note that a sweep is under way."""
        held = self.state(lane)
        if sweep <= held.sweep:
            return self
        return self._with(replace(_settled(held), sweep=sweep, refreshing=True))

    def waiting(self, lane: Lane, trouble: Trouble, next_try: float) -> Inventory:
        """Note that a sweep pauses before its next attempt."""
        return self._with(replace(self.state(lane), trouble=trouble, next_try=next_try))

    def failed(
        self, lane: Lane, sweep: int, trouble: Trouble, next_try: float | None, failures: int
    ) -> Inventory:
        """Note that a sweep failed. Its rows stay; a sweep that failed half-way leaves the lane partial."""
        held = self.state(lane)
        if held.is_over(sweep):
            return self
        return self._with(
            replace(
                _settled(held),
                sweep=sweep,
                refreshing=False,
                trouble=trouble,
                next_try=next_try,
                failures=failures,
            )
        )

    def interrupted(self, trouble: Trouble) -> Inventory:
        """Note that nobody refreshes any lane now (the collector is gone)."""
        return Inventory(
            MappingProxyType(
                {
                    lane: replace(_settled(held), refreshing=False, trouble=trouble, next_try=None, base=None)
                    for lane, held in self.lanes.items()
                }
            )
        )

    def only(self, account: str, regions: Iterable[str]) -> Inventory:
        """Keep only the lanes of one account and these regions; the same value where that drops none."""
        wanted = frozenset(regions)
        if all(lane.account == account and lane.region in wanted for lane in self.lanes):
            return self
        return Inventory(
            MappingProxyType(
                {
                    lane: held
                    for lane, held in self.lanes.items()
                    if lane.account == account and lane.region in wanted
                }
            )
        )

    def _with(self, state: LaneState) -> Inventory:
        return Inventory(MappingProxyType({**self.lanes, state.lane: state}))


def _settled(held: LaneState) -> LaneState:
    """Return a lane whose sweep is over. Pages without an end leave it partial: no base for differences."""
    if not held.pending:
        return held
    return replace(held, complete=False, base=None, pending=_NO_ROWS)


def _with_page(held: LaneState, page: Listing) -> LaneState:
    items = {item.id: item for item in page.items}
    held = held if held.sweep == page.sweep else _settled(held)
    pending = {**held.pending, **items}
    return replace(
        held,
        # The first time that a lane is listed, what is held is what has come: one mapping will do for both.
        rows=pending if held.rows is held.pending else {**held.rows, **items},
        sweep=page.sweep,
        taken_at=page.taken_at if not held.rows else held.taken_at,
        remembered=False if not held.rows else held.remembered,
        refreshing=True,
        pending=pending,
    )
