"""Keeps every lane fresh: who we are first, then one lane for each kind in each region, one sweep at a time.

One thread takes decisions (``turn``), and only it touches the slots; the reading is done by whoever the
desk hands the work to. Time comes from the desk as well, so a test holds it still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from math import inf
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Instance, Kind, Row
from trainctl_tui.providers.base import Provider
from trainctl_tui.services.account import Account
from trainctl_tui.services.desk import Desk
from trainctl_tui.services.schedule import NO_ROWS, Pace, Slot
from trainctl_tui.services.sweeping import Flight, Fly, Listener, Outcome, fly

SWEEPS_OF_A_GENERATION = 1_000_000
"""Sweep numbers of a collector begin at its generation times this, above those of every earlier one."""

_SAVE_AGE = 300.0  # an unchanged listing is saved again after so many seconds, for its age's sake
_NO_REGION = Trouble(
    kind="ConfigError",
    what="There is no region to watch.",
    why="Neither --region, AWS_REGION nor the profile names one.",
    next_step="Choose one, or set a region in the profile and refresh.",
    retryable=False,
)


class Remembered(Protocol):
    """A listing of an earlier time."""

    @property
    def listing(self) -> Listing:
        """The listing."""
        ...


class Memory(Protocol):
    """What outlives this process; ``services.cache.Cache`` is one."""

    def remember_identity(self, identity: Identity) -> None:
        """Remember who we are."""
        ...

    def remember_regions(self, regions: tuple[str, ...]) -> None:
        """Remember what is watched."""
        ...

    def save(self, identity: Identity, listing: Listing, clock_offset: float) -> None:
        """Remember a whole listing."""
        ...

    def load(self, identity: Identity, region: str, kind: Kind) -> Remembered | None:
        """Return a remembered listing."""
        ...


class Plan(Struct, frozen=True):
    """What is wanted of a refresher. No ``regions`` means: the provider's own."""

    regions: tuple[str, ...]
    pace: Pace
    generation: int = 1


class Refresher:
    """Watches lanes. ``refresh``, ``pause``, ``watch`` and ``stop`` may be called from any thread."""

    def __init__(
        self,
        open_provider: Callable[[], Provider],
        listener: Listener,
        memory: Memory,
        plan: Plan,
        desk: Desk,
        fly: Fly = fly,
    ) -> None:
        self._fly_one = fly
        self._listener = listener
        self._memory = memory
        self._pace = plan.pace
        self._desk = desk
        self._numbers = count(plan.generation * SWEEPS_OF_A_GENERATION + 1)
        self._regions: tuple[str, ...] = ()
        self._slots: dict[tuple[Kind, str], Slot] = {}
        self._leaving: dict[tuple[Kind, str], Flight] = {}  # sweeps of regions watched no more
        self._paused = False
        self._stopped = False
        self._account = Account(
            open_provider,
            listener,
            plan.pace,
            desk,
            opened=self._on_open,
            changed=self._on_account,
            shut=self._on_shut,
        )
        if plan.regions:
            self.watch(plan.regions)
        desk.put(self._account.ask)

    @property
    def provider(self) -> Provider | None:
        """The provider, once it is open."""
        return self._account.provider

    # ---- asked from outside, by any thread ----

    def refresh(self, kinds: Iterable[Kind] = (), whole: bool = False) -> None:
        """Sweep these kinds now, or all; ``whole`` tells everything again."""
        self._desk.put(partial(self._on_refresh, frozenset(kinds), whole))

    def pause(self, paused: bool) -> None:
        """Stop or go on sweeping by the clock."""
        self._desk.put(partial(self._on_pause, paused))

    def watch(self, regions: tuple[str, ...]) -> None:
        """Watch these regions instead."""
        self._desk.put(partial(self._on_watch, tuple(dict.fromkeys(regions))))

    def stop(self) -> None:
        """End ``run`` and every pause of a sweep."""
        self._desk.put(self._on_stop)

    # ---- the one thread ----

    def run(self) -> None:
        """Take turns until stopped."""
        while not self._stopped:
            self.turn(max(0.0, self.next_due() - self._desk.clock()))

    def next_due(self) -> float:
        """Return when, by the clock, something is to be done; infinity when only an event can tell."""
        if self._paused:
            return inf
        waiting = (slot.due for slot in self._slots.values() if slot.flight is None)
        return min(self._account.due, min(waiting, default=inf) if self._may_sweep else inf)

    def turn(self, timeout: float = 0.0) -> None:
        """Wait for an event (at most ``timeout`` seconds), take in all there are, and start what is due."""
        self._desk.take(timeout)
        if self._stopped:
            return
        now = self._desk.clock()
        if self._account.due <= now and not self._paused:
            self._account.ask()
        for slot in self._slots.values() if self._may_sweep else ():
            if slot.flight is None and (slot.asked or (slot.due <= now and not self._paused)):
                self._launch(slot)

    @property
    def _may_sweep(self) -> bool:
        return self._account.provider is not None and not self._account.asking

    # ---- who and where ----

    def _on_open(self, region: str) -> None:
        if not self._regions:
            self._on_watch((region,) if region else ())

    def _on_shut(self, trouble: Trouble, wait: float) -> None:
        if not self._regions:
            self._listener.watching((), trouble)
        for slot in self._slots.values():
            self._listener.failed(slot.lane, next(self._numbers), trouble, wait, 1)

    def _on_account(self, account: str) -> None:
        for slot in self._slots.values():
            slot.move(replace(slot.lane, account=account))
        if self._account.identity is not None:
            self._desk.keep(partial(self._memory.remember_identity, self._account.identity))

    def _on_watch(self, regions: tuple[str, ...]) -> None:
        self._regions = regions
        identity = self._account.identity
        old, self._slots = self._slots, {}
        for key in ((kind, region) for kind in Kind for region in regions):
            if key in old:
                self._slots[key] = old.pop(key)
            else:
                lane = Lane(identity.account if identity is not None else "", key[1], key[0])
                self._slots[key] = Slot(
                    lane, asked=lane.kind is not Kind.TYPES, flight=self._leaving.get(key)
                )
        for key, slot in old.items():
            if slot.flight is not None:
                slot.flight.cancel.set()
                self._leaving[key] = slot.flight
        self._listener.watching(regions, None if regions else _NO_REGION)
        if regions:
            self._desk.keep(partial(self._memory.remember_regions, regions))

    # ---- commands ----

    def _on_refresh(self, kinds: frozenset[Kind], whole: bool) -> None:
        for (kind, _), slot in self._slots.items():
            if not kinds or kind in kinds:
                slot.ask(whole)
                slot.since = slot.since if whole else self._desk.clock()
        self._account.ask_if_doubtful(no_region=not self._regions)

    def _on_pause(self, paused: bool) -> None:
        self._paused = paused

    def _on_stop(self) -> None:
        self._stopped = True
        for slot in self._slots.values():
            if slot.flight is not None:
                slot.flight.cancel.set()

    # ---- sweeps ----

    def _launch(self, slot: Slot) -> None:
        lane, identity, provider = slot.lane, self._account.identity, self._account.provider
        assert provider is not None
        flight = Flight(lane, next(self._numbers), slot.base, slot.rows, slot.whole, slot.wanted)
        flight.identity, flight.began, flight.version = identity, slot.began, slot.version
        flight.since = max(slot.since, self._desk.clock() - self._pace.interval)
        if lane.kind is Kind.TYPES and slot.base is None and identity is not None:
            flight.remembered = partial(self._remembered, identity, lane)
        slot.flight, slot.known = flight, slot.wanted
        slot.asked = slot.whole = slot.again = False
        self._listener.started(lane, flight.sweep)
        self._desk.submit(partial(self._fly, flight, provider))

    def _remembered(self, identity: Identity, lane: Lane) -> dict[str, Row]:
        found = self._memory.load(identity, lane.region, lane.kind)
        return {} if found is None else {row.id: row for row in found.listing.items}

    def _fly(self, flight: Flight, provider: Provider) -> None:
        outcome = self._fly_one(flight, provider, self._listener)
        self._desk.put(partial(self._landed, flight, outcome, provider))

    def _landed(self, flight: Flight, outcome: Outcome, provider: Provider) -> None:
        key = (flight.lane.kind, flight.lane.region)
        if self._leaving.get(key) is flight:
            del self._leaving[key]
        slot = self._slots.get(key)
        if slot is None or slot.flight is not flight:
            return
        slot.flight = None
        if flight.cancel.is_set():
            return  # it was for another account, or the region was left meanwhile: the next one counts
        if outcome.trouble is None:
            self._succeeded(slot, flight, outcome, provider)
        else:
            self._failed(slot, flight, outcome.trouble, provider)
        if flight.lane.kind is Kind.INSTANCES:
            seen = (row.type for row in outcome.rows.values() if isinstance(row, Instance))
            self._slots[Kind.TYPES, flight.lane.region].want(seen)

    def _succeeded(self, slot: Slot, flight: Flight, outcome: Outcome, provider: Provider) -> None:
        now = self._desk.clock()
        slot.rows, slot.base, slot.failures, slot.again = outcome.rows, flight.sweep, 0, False
        slot.began, slot.version = outcome.began, outcome.version
        slot.asked = slot.asked or slot.whole
        wait = self._pace.after_success(slot.in_a_hurry(), self._desk.random)
        ended = now if outcome.ended is None else outcome.ended
        slot.due = inf if flight.lane.kind is Kind.TYPES else ended + wait
        identity = self._account.identity
        if identity is None or outcome.kept or not (outcome.changed or now - slot.saved_at >= _SAVE_AGE):
            return
        slot.saved_at = now
        items = tuple(outcome.rows.values())
        whole = Listing(flight.lane, flight.sweep, items, outcome.taken_at, complete=True)
        self._desk.keep(partial(self._memory.save, identity, whole, provider.clock_offset()))

    def _failed(self, slot: Slot, flight: Flight, trouble: Trouble, provider: Provider) -> None:
        slot.failures += 1
        if flight.streams:  # the listener holds half of it
            slot.base, slot.rows = None, NO_ROWS
        wait = self._pace.after_failure(trouble, slot.failures, self._desk.random)
        slot.due = self._desk.clock() + wait
        self._account.heard(trouble, provider, wait)
        slot.asked, slot.again = slot.asked or slot.again or slot.whole, False
        retry_in = 0.0 if slot.asked else None if self._paused else wait
        self._listener.failed(flight.lane, flight.sweep, trouble, retry_in, slot.failures)
