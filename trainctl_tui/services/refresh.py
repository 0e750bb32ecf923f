"""Keeps every lane fresh: who we are first, then one lane for each kind in each region, one sweep at a time.

One thread takes decisions (``turn``), and only it touches the slots; the reading is done by whoever
``submit`` hands the work to. Time comes in by ``clock``, so a test holds it still.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from math import inf
from queue import Empty, SimpleQueue
from random import Random
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.errors import TrainctlError, Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.providers.base import Patience, Provider, boundary, bug
from trainctl_tui.services.schedule import NO_ROWS, Pace, Slot
from trainctl_tui.services.sweeping import Flight, Listener, Outcome, fly

Job = Callable[[], None]
Submit = Callable[[Job], object]

SWEEPS_OF_A_GENERATION = 1_000_000
"""Sweep numbers of a collector begin at its generation times this, above those of every earlier one."""

_SAVE_AGE = 300.0  # an unchanged listing is saved again after so many seconds, for its age's sake
_REOPEN = frozenset({"CredentialsError", "NoCredentials", "ExpiredCredentials", "ConfigError"})
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
    """What is wanted of a refresher: regions ("" of the launch means the provider's own) and its pace."""

    regions: tuple[str, ...]
    pace: Pace
    generation: int = 1


class Refresher:
    """Watches lanes. ``refresh``, ``pause``, ``watch`` and ``stop`` may be called from any thread.

    ``submit`` runs a job somewhere, ``keep`` one that only writes the memory.
    """

    def __init__(
        self,
        open_provider: Callable[[], Provider],
        listener: Listener,
        memory: Memory,
        plan: Plan,
        submit: Submit,
        keep: Submit,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self.provider: Provider | None = None
        self._open_provider = open_provider
        self._listener = listener
        self._memory = memory
        self._pace = plan.pace
        self._submit = submit
        self._keep = keep
        self._clock = clock
        self._random = random or Random()  # noqa: S311 - spreads waits, keeps no secret
        self._events: SimpleQueue[Job] = SimpleQueue()
        self._numbers = count(plan.generation * SWEEPS_OF_A_GENERATION + 1)
        self._regions = plan.regions
        self._slots: dict[tuple[Kind, str], Slot] = {}
        self._landing: dict[tuple[Kind, str], Flight] = {}  # sweeps of regions watched no more
        self._identity: Identity | None = None
        self._asking = False  # who we are: no sweep starts meanwhile
        self._identity_due = inf
        self._identity_failures = 0
        self._reopen = False  # credentials or settings failed: a refresh reads them again
        self._paused = False
        self._stopped = False
        self._events.put(self._begin)

    # ---- asked from outside, by any thread ----

    def refresh(self, kinds: Iterable[Kind] = (), whole: bool = False) -> None:
        """Sweep these kinds now, or all; ``whole`` tells everything again."""
        self._events.put(partial(self._on_refresh, frozenset(kinds), whole))

    def pause(self, paused: bool) -> None:
        """Stop or go on sweeping by the clock."""
        self._events.put(partial(setattr, self, "_paused", paused))

    def watch(self, regions: tuple[str, ...]) -> None:
        """Watch these regions instead."""
        self._events.put(partial(self._on_watch, tuple(dict.fromkeys(regions))))

    def stop(self) -> None:
        """End ``run`` and every pause of a sweep."""
        self._events.put(self._on_stop)

    # ---- the one thread ----

    def run(self) -> None:
        """Take turns until stopped."""
        while not self._stopped:
            self.turn(max(0.0, self.next_due() - self._clock()))

    def next_due(self) -> float:
        """Return when, by the clock, something is to be done; infinity when only an event can tell."""
        if self._paused:
            return inf
        waiting = (slot.due for slot in self._slots.values() if slot.flight is None)
        return min(self._identity_due, min(waiting, default=inf) if self._may_sweep else inf)

    def turn(self, timeout: float = 0.0) -> None:
        """Wait for an event (at most ``timeout`` seconds), take in all there are, and start what is due."""
        try:
            event = self._events.get(timeout > 0, None if timeout == inf else timeout)
            while True:
                event()
                event = self._events.get(False)
        except Empty:
            pass
        if self._stopped:
            return
        now = self._clock()
        if self._identity_due <= now and not self._paused:
            self._ask_again()
        for slot in self._slots.values() if self._may_sweep else ():
            if slot.flight is None and (slot.asked or (slot.due <= now and not self._paused)):
                self._launch(slot)

    @property
    def _may_sweep(self) -> bool:
        return self.provider is not None and not self._asking

    # ---- who and where ----

    def _begin(self) -> None:
        """Open the provider anew, in another thread: the SDK is imported, and reads its files."""
        if self._asking:
            return
        self._asking, self._identity_due, self._reopen = True, inf, False
        if self._regions and not self._slots:
            self._on_watch(self._regions)
        self._submit(self._open)

    def _open(self) -> None:
        try:
            with boundary("open the provider", bug):
                provider = self._open_provider()
                region = provider.default_region()
        except TrainctlError as error:
            self._events.put(partial(self._not_opened, error.trouble))
        else:
            self._events.put(partial(self._opened, provider, region))

    def _opened(self, provider: Provider, region: str) -> None:
        self.provider = provider
        if not self._regions:
            self._on_watch((region,) if region else ())
        self._submit(partial(self._identify, provider))

    def _not_opened(self, trouble: Trouble) -> None:
        if not self._regions:
            self._listener.watching((), trouble)
        for slot in self._slots.values():
            wait = self._pace.after_failure(trouble, 1, self._random)
            self._listener.failed(slot.lane, next(self._numbers), trouble, wait, 1)
        self._unidentified(trouble)

    def _identify(self, provider: Provider) -> None:
        try:
            with boundary("find out who you are", bug):
                identity = provider.identify(Patience())
        except TrainctlError as error:
            self._events.put(partial(self._unidentified, error.trouble))
        else:
            self._events.put(partial(self._identified, provider, identity))

    def _identified(self, provider: Provider, identity: Identity) -> None:
        self._asking, self._identity_failures = False, 0
        before, self._identity = self._identity, identity
        if before is None or before.arn != identity.arn:
            for slot in self._slots.values():
                slot.move(replace(slot.lane, account=identity.account))
        self._listener.identified(identity)
        self._keep(partial(self._memory.remember_identity, identity))
        self._submit(partial(self._tell_alias, provider, identity))

    def _tell_alias(self, provider: Provider, identity: Identity) -> None:
        try:
            with boundary("read the account's alias", bug):
                alias = provider.alias(Patience())
        except TrainctlError:
            return  # most roles may not ask, and nothing depends on it
        if alias:
            self._events.put(partial(self._on_alias, identity, alias))

    def _on_alias(self, identity: Identity, alias: str) -> None:
        if identity == self._identity:
            self._listener.identified(replace(identity, alias=alias))

    def _unidentified(self, trouble: Trouble) -> None:
        """Go on without an account, as ``_identity`` has it, and ask again later."""
        self._asking = False
        self._identity_failures += 1
        self._reopen = self._reopen or self.provider is None or trouble.kind in _REOPEN
        wait = self._pace.after_failure(trouble, self._identity_failures, self._random)
        self._identity_due = self._clock() + wait
        self._listener.unidentified(trouble)

    def _ask_again(self) -> None:
        if self._reopen or self.provider is None:
            self._begin()
        elif not self._asking:
            self._asking, self._identity_due = True, inf
            self._submit(partial(self._identify, self.provider))

    # ---- commands ----

    def _on_watch(self, regions: tuple[str, ...]) -> None:
        self._regions = regions
        account = self._identity.account if self._identity is not None else ""
        old, self._slots = self._slots, {}
        for kind in Kind:
            for region in regions:
                lane = Lane(account, region, kind)
                fresh = Slot(lane, asked=kind is not Kind.TYPES, flight=self._landing.get((kind, region)))
                self._slots[kind, region] = old.pop((kind, region), fresh)
        for key, slot in old.items():
            if slot.flight is not None:
                slot.flight.cancel.set()
                self._landing[key] = slot.flight
        self._listener.watching(regions, None if regions else _NO_REGION)
        if regions:
            self._keep(partial(self._memory.remember_regions, regions))

    def _on_refresh(self, kinds: frozenset[Kind], whole: bool) -> None:
        for (kind, _), slot in self._slots.items():
            if not kinds or kind in kinds:
                slot.ask(whole)
        if self._reopen or not self._regions:
            self._begin()
        elif self._identity is None or self._identity_failures:
            self._ask_again()

    def _on_stop(self) -> None:
        self._stopped = True
        for slot in self._slots.values():
            if slot.flight is not None:
                slot.flight.cancel.set()

    # ---- sweeps ----

    def _launch(self, slot: Slot) -> None:
        lane, identity = slot.lane, self._identity
        flight = Flight(lane, next(self._numbers), slot.base, slot.rows, slot.whole, slot.wanted)
        if lane.kind is Kind.TYPES and slot.base is None and identity is not None:
            flight.remembered = partial(self._remembered, identity, lane)
        slot.flight, slot.known = flight, slot.wanted
        slot.asked = slot.whole = slot.again = False
        assert self.provider is not None
        self._listener.started(lane, flight.sweep)
        self._submit(partial(self._fly, flight, self.provider))

    def _remembered(self, identity: Identity, lane: Lane) -> dict[str, Row]:
        found = self._memory.load(identity, lane.region, lane.kind)
        return {} if found is None else {row.id: row for row in found.listing.items}

    def _fly(self, flight: Flight, provider: Provider) -> None:
        outcome = fly(flight, provider, self._listener)
        self._events.put(partial(self._landed, flight, outcome, provider))

    def _landed(self, flight: Flight, outcome: Outcome, provider: Provider) -> None:
        key = (flight.lane.kind, flight.lane.region)
        if self._landing.get(key) is flight:
            del self._landing[key]
        slot = self._slots.get(key)
        if slot is None or slot.flight is not flight:
            return
        slot.flight = None
        if flight.cancel.is_set():
            return  # for another account, or for a region that is watched anew: the next one counts
        if outcome.trouble is None:
            self._succeeded(slot, flight, outcome, provider)
        else:
            self._failed(slot, flight, outcome.trouble, provider)
        if flight.lane.kind is Kind.INSTANCES and (
            types := self._slots.get((Kind.TYPES, flight.lane.region))
        ):
            types.want(row.type for row in outcome.rows.values() if hasattr(row, "type"))

    def _succeeded(self, slot: Slot, flight: Flight, outcome: Outcome, provider: Provider) -> None:
        now = self._clock()
        slot.rows, slot.base, slot.failures = outcome.rows, flight.sweep, 0
        slot.asked = slot.asked or slot.whole
        slot.again = False
        types = flight.lane.kind is Kind.TYPES
        slot.due = inf if types else now + self._pace.after_success(slot.in_a_hurry(), self._random)
        if self._identity is None or not (outcome.changed or now - slot.saved_at >= _SAVE_AGE):
            return
        slot.saved_at = now
        items = tuple(outcome.rows.values())
        whole = Listing(flight.lane, flight.sweep, items, outcome.taken_at, complete=True)
        self._keep(partial(self._memory.save, self._identity, whole, provider.clock_offset()))

    def _failed(self, slot: Slot, flight: Flight, trouble: Trouble, provider: Provider) -> None:
        slot.failures += 1
        if flight.streams:  # the listener holds half of it
            slot.base, slot.rows = None, NO_ROWS
        self._reopen = self._reopen or (trouble.kind in _REOPEN and provider is self.provider)
        wait = self._pace.after_failure(trouble, slot.failures, self._random)
        slot.due = self._clock() + wait
        slot.asked, slot.again = slot.asked or slot.again or slot.whole, False
        retry_in = 0.0 if slot.asked else None if self._paused else wait
        self._listener.failed(flight.lane, flight.sweep, trouble, retry_in, slot.failures)
