"""Read the fleet once, for a command that then ends: who we are and every lane, all at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from itertools import product
from math import inf
from queue import SimpleQueue
from threading import Thread
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.errors import TrainctlError, Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Instance, Kind, Row
from trainctl_tui.providers.base import Patience, Provider, boundary, bug
from trainctl_tui.services.desk import Desk, Job, Submit
from trainctl_tui.services.refresh import Memory
from trainctl_tui.services.schedule import NO_ROWS
from trainctl_tui.services.sweeping import Flight, Listener, Outcome, fly

LaneKey = tuple[Kind, str]
"""(kind, region)."""

_SWEEP = 1  # a command sweeps each lane once


class Wanted(Struct, frozen=True):
    """What to read. ``Kind.TYPES`` wants ``Kind.INSTANCES``: it reads the types seen there."""

    regions: tuple[str, ...]
    kinds: tuple[Kind, ...]
    alias: bool = False


class Reading(Struct, frozen=True):
    """What was read. ``identity`` is None where it is not known who we are, for the reason given.

    A lane is complete where its outcome has no trouble; types are not among the lanes where no instance could
    be read. ``clock_offset`` is the provider's clock minus ours.
    """

    identity: Identity | None
    unidentified: Trouble | None
    lanes: Mapping[LaneKey, Outcome]
    clock_offset: float


def read_once(provider: Provider, memory: Memory, wanted: Wanted, listener: Listener, desk: Desk) -> Reading:
    """Read all that is wanted; return when it has landed or failed. Raises nothing of the provider's."""
    once = _Once(provider, memory, wanted, listener, desk)
    while once.pending:
        desk.take(inf)
    return Reading(once.identity, once.unidentified, MappingProxyType(once.lanes), provider.clock_offset())


def remember(memory: Memory, reading: Reading) -> None:
    """Remember the lanes that are complete, as a view would; nothing where it is not known whose they are."""
    if reading.identity is None:
        return
    memory.remember_identity(reading.identity)
    for (kind, region), outcome in reading.lanes.items():
        if outcome.trouble is None:
            lane = Lane(reading.identity.account, region, kind)
            items = tuple(outcome.rows.values())
            whole = Listing(lane, _SWEEP, items, outcome.taken_at, complete=True)
            memory.save(reading.identity, whole, reading.clock_offset)


def crew(name: str, hands: int) -> Submit:
    """Return a way to have jobs done by threads that hold up no end: Ctrl+C ends a command at once."""
    jobs: SimpleQueue[Job] = SimpleQueue()

    def work() -> None:
        while True:
            jobs.get()()

    for number in range(hands):
        Thread(target=work, name=f"{name}-{number}", daemon=True).start()
    return jobs.put


def _broken() -> None:
    raise RuntimeError("a reader ended without an answer")


class _Once:
    """The state of one reading. Only the thread that takes the desk's events touches it."""

    def __init__(
        self, provider: Provider, memory: Memory, wanted: Wanted, listener: Listener, desk: Desk
    ) -> None:
        self.identity: Identity | None = None
        self.unidentified: Trouble | None = None
        self.lanes: dict[LaneKey, Outcome] = {}
        self.pending = 0
        self._provider = provider
        self._memory = memory
        self._wanted = wanted
        self._listener = listener
        self._desk = desk
        self._asked_who = False
        self._typed: deque[tuple[str, frozenset[str]]] = deque()
        self._submit(self._identify)
        for kind, region in product(wanted.kinds, wanted.regions):
            if kind is not Kind.TYPES:
                self._launch(kind, region)

    def _submit(self, job: Job) -> None:
        def watched() -> None:
            answered = False
            try:
                job()
                answered = True
            finally:
                if not answered:  # a fault of ours: end with it, rather than wait for ever
                    self._desk.put(_broken)

        self.pending += 1
        self._desk.submit(watched)

    def _put(self, event: Job) -> None:
        def done() -> None:
            self.pending -= 1
            event()

        self._desk.put(done)

    # ---- in other threads ----

    def _identify(self) -> None:
        try:
            with boundary("find out who you are", bug):
                identity = self._provider.identify(Patience())
        except TrainctlError as error:
            self._put(partial(self._on_identity, None, error.trouble))
            return
        if self._wanted.alias:
            identity = replace(identity, alias=self._alias())
        self._put(partial(self._on_identity, identity, None))

    def _alias(self) -> str:
        try:
            with boundary("read the account's alias", bug):
                return self._provider.alias(Patience())
        except TrainctlError:
            return ""  # most roles may not ask, and nothing depends on it

    def _fly(self, flight: Flight) -> None:
        outcome = fly(flight, self._provider, self._listener)
        self._put(partial(self._on_landed, flight.lane, outcome))

    # ---- in the one thread ----

    def _launch(self, kind: Kind, region: str, types: frozenset[str] = frozenset()) -> None:
        lane = Lane(self.identity.account if self.identity is not None else "", region, kind)
        flight = Flight(lane, _SWEEP, None, NO_ROWS, True, types)
        if kind is Kind.TYPES and self.identity is not None:
            flight.remembered = partial(self._remembered, self.identity, lane)
        self._listener.started(lane, _SWEEP)
        self._submit(partial(self._fly, flight))

    def _remembered(self, identity: Identity, lane: Lane) -> Mapping[str, Row]:
        found = self._memory.load(identity, lane.region, lane.kind)
        return NO_ROWS if found is None else {row.id: row for row in found.listing.items}

    def _on_identity(self, identity: Identity | None, trouble: Trouble | None) -> None:
        self.identity, self.unidentified, self._asked_who = identity, trouble, True
        self._launch_types()

    def _on_landed(self, lane: Lane, outcome: Outcome) -> None:
        self.lanes[lane.kind, lane.region] = outcome
        if lane.kind is Kind.INSTANCES and Kind.TYPES in self._wanted.kinds:
            seen = frozenset(row.type for row in outcome.rows.values() if isinstance(row, Instance))
            if seen or outcome.trouble is None:  # else nobody knows which types there are to read
                self._typed.append((lane.region, seen))
                self._launch_types()

    def _launch_types(self) -> None:
        """Read types once it is known who we are: those remembered of this account need no call."""
        while self._asked_who and self._typed:
            region, seen = self._typed.popleft()
            self._launch(Kind.TYPES, region, seen)
