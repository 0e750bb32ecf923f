"""One sweep of one lane: lists every page and tells the listener, as pages or as what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from threading import Event
from typing import Protocol, TypeAlias

from msgspec import Struct

from trainctl_tui.domain.errors import TrainctlError, Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.providers.base import Patience, Provider, boundary, bug
from trainctl_tui.services.schedule import NO_ROWS

_CHUNK = 1000  # rows of one message


class Teller(Protocol):
    """Who hears how a sweep goes."""

    def listed(self, listing: Listing, clock_offset: float) -> None:
        """Hear news of a lane."""
        ...

    def waiting(self, lane: Lane, trouble: Trouble, seconds: float) -> None:
        """Hear that a sweep pauses."""
        ...


class Listener(Teller, Protocol):
    """Who hears of everything, from several threads. A listener that is slow slows the sweeps."""

    def identified(self, identity: Identity) -> None:
        """Hear who we are; once more when the alias is known."""
        ...

    def unidentified(self, trouble: Trouble) -> None:
        """Hear why it is not known who we are."""
        ...

    def watching(self, regions: tuple[str, ...], trouble: Trouble | None) -> None:
        """Hear which regions are watched; none comes with the reason."""
        ...

    def started(self, lane: Lane, sweep: int) -> None:
        """Hear that a sweep is under way."""
        ...

    def failed(self, lane: Lane, sweep: int, trouble: Trouble, retry_in: float | None, failures: int) -> None:
        """Hear that a sweep failed, and when the next begins."""
        ...


@dataclass
class Flight:
    """A sweep under way. ``before`` is what the listener holds of sweep ``base`` (None: nothing whole).

    ``whole`` tells everything, although something is held. For ``Kind.TYPES``, ``wanted`` names the types
    to have, and ``remembered`` returns those that need not be asked for.

    What another window has found will do if its sweep began at ``since`` or later, and after ``began``, when
    the one began whose rows, named ``version``, are held (seconds on the desk's clock).
    """

    lane: Lane
    sweep: int
    base: int | None
    before: Mapping[str, Row]
    whole: bool
    wanted: frozenset[str] = frozenset()
    remembered: Callable[[], Mapping[str, Row]] = lambda: NO_ROWS
    cancel: Event = field(default_factory=Event)
    identity: Identity | None = None
    since: float = -inf
    began: float = -inf
    version: str = ""

    @property
    def streams(self) -> bool:
        """Whether pages are told as they come."""
        return self.whole or self.base is None


class Outcome(Struct, frozen=True):
    """How a sweep ended: all ``rows`` by id, or those until the ``trouble``.

    ``changed`` says whether anything differs from what was held before, ``kept`` whether the rows are in the
    cache, under the name ``version``. The sweep ``began`` and ``ended`` at these seconds of the desk's clock,
    perhaps in another window.
    """

    rows: Mapping[str, Row]
    taken_at: float | None
    changed: bool
    trouble: Trouble | None = None
    kept: bool = False
    began: float = -inf
    ended: float | None = None
    version: str = ""


Fly: TypeAlias = "Callable[[Flight, Provider, Teller], Outcome]"
"""How a sweep is done: ``fly``, or ``services.sharing.Sharing.fly``."""


def fly(flight: Flight, provider: Provider, listener: Teller) -> Outcome:
    """Sweep a lane; return how it ended. Raises nothing of the provider's."""
    rows: dict[str, Row] = {}
    taken_at: float | None = None
    patience = Patience(
        flight.cancel, lambda trouble, seconds: listener.waiting(flight.lane, trouble, seconds)
    )
    try:
        with boundary(f"list {flight.lane.kind} in {flight.lane.region}", bug):
            for items, at in _pages(flight, provider, patience):
                taken_at = at if taken_at is None else taken_at
                rows.update((row.id, row) for row in items)
                _tell_page(flight, items, at, listener, provider.clock_offset())
    except TrainctlError as error:
        return Outcome(rows, taken_at, changed=True, trouble=error.trouble)
    return _tell_end(flight, rows, taken_at, listener, provider.clock_offset())


def tell(
    flight: Flight, rows: Mapping[str, Row], taken_at: float | None, listener: Teller, clock_offset: float
) -> Outcome:
    """Tell rows that were read elsewhere as if this flight had found them."""
    source = iter(rows.values()) if flight.streams else iter(())
    while chunk := tuple(islice(source, _CHUNK)):
        _tell_page(flight, chunk, taken_at, listener, clock_offset)
    return _tell_end(flight, rows, taken_at, listener, clock_offset)


def _tell_page(
    flight: Flight, items: tuple[Row, ...], at: float | None, listener: Teller, clock_offset: float
) -> None:
    if flight.streams and items and not flight.cancel.is_set():
        listener.listed(Listing(flight.lane, flight.sweep, items, at, complete=False), clock_offset)


def _tell_end(
    flight: Flight, rows: Mapping[str, Row], taken_at: float | None, listener: Teller, clock_offset: float
) -> Outcome:
    last = _end(flight, rows, taken_at)
    if not flight.cancel.is_set():
        listener.listed(last, clock_offset)
    return Outcome(rows, taken_at, changed=flight.streams or bool(last.items or last.gone))


def _pages(
    flight: Flight, provider: Provider, patience: Patience
) -> Iterator[tuple[tuple[Row, ...], float | None]]:
    """Yield rows and when they were taken. Types that are known are not asked for again."""
    if flight.lane.kind is not Kind.TYPES:
        for page in provider.pages(flight.lane.kind, flight.lane.region, patience):
            yield page.items, page.taken_at
        return
    held = {**flight.remembered(), **flight.before}
    kept = iter(held.values())
    while chunk := tuple(islice(kept, _CHUNK)):
        yield chunk, None
    only = sorted(flight.wanted - held.keys())
    for page in provider.pages(Kind.TYPES, flight.lane.region, patience, only):
        yield page.items, page.taken_at


def _end(flight: Flight, rows: Mapping[str, Row], taken_at: float | None) -> Listing:
    """Return the last word of a sweep: the end of its pages, or what changed since the base."""
    if flight.streams:
        return Listing(flight.lane, flight.sweep, (), taken_at, complete=True, base=flight.sweep)
    before = flight.before
    items = tuple(row for id, row in rows.items() if not _same(before.get(id), row))
    gone = tuple(id for id in before if id not in rows)
    return Listing(flight.lane, flight.sweep, items, taken_at, complete=True, base=flight.base, gone=gone)


def _same(old: Row | None, new: Row) -> bool:
    """Whether a row is the one held: by identity, which the parser keeps, or else by value."""
    return old is new or old == new
