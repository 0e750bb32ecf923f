"""Whatever order sweeps, failures and late answers come in, a lane ends with the last complete truth."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.rows import ME, NOW, instance
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Inventory, Lane, LaneState, Listing, Standing
from trainctl_tui.domain.resources import Kind, Row

LANE = Lane(ME.account, "us-east-1", Kind.INSTANCES)
SLOW = Trouble("Throttled", "AWS is slow.", "", "", retryable=True)
IDS = st.integers(1, 6)
STATES = st.sampled_from(["running", "stopping", "stopped"])


class Sweeps(RuleBasedStateMachine):
    """A cloud that changes, a collector that sweeps it, and a view that may hear everything twice or late.

    The collector keeps its word as ``services.sweeping`` does: pages end with their end; differences are
    from the last sweep that it told whole. ``truth`` is the cloud as the last complete sweep saw it.
    """

    @initialize(remembered=st.none() | st.sets(IDS))
    def begin(self, remembered: set[int] | None) -> None:
        self.cloud: dict[str, Row] = {instance(number).id: instance(number) for number in remembered or ()}
        self.truth: dict[str, Row] | None = None
        self.inventory = Inventory()
        if remembered is not None:
            self.truth = dict(self.cloud)
            rows = tuple(self.cloud.values())
            self.inventory = self.inventory.accept(Listing(LANE, 0, rows, NOW, complete=True))
        self.sweep = 0
        self.told: list[Listing] = []  # everything ever sent, to be sent again
        self.base: int | None = None  # the collector's: the sweep it believes the view holds whole
        self.before: dict[str, Row] = {}
        self.left: list[Row] | None = None  # what a paged sweep has still to tell
        self.seen: dict[str, Row] = {}  # the cloud as the paged sweep saw it
        self.under_way: int | None = None  # the sweep that the view still waits for

    @rule(number=IDS, state=STATES)
    def come(self, number: int, state: str) -> None:
        self.cloud[instance(number).id] = instance(number, state=state)

    @rule(number=IDS)
    def go(self, number: int) -> None:
        self.cloud.pop(instance(number).id, None)

    # ---- pages ----

    @precondition(lambda self: self.left is None)
    @rule()
    def start(self) -> None:
        self._start()
        self.left, self.seen = list(self.cloud.values()), dict(self.cloud)

    @precondition(lambda self: self.left)
    @rule(size=st.integers(1, 3), back=st.booleans())
    def page(self, size: int, back: bool) -> None:
        assert self.left
        rows = self.left[-size:] if back else self.left[:size]
        self.left = [row for row in self.left if row not in rows]
        shown = set(self._rows())
        self._tell(Listing(LANE, self.sweep, tuple(rows), NOW, complete=False))
        assert shown <= set(self._rows())
        self.base = None

    @precondition(lambda self: self.left == [])
    @rule()
    def end(self) -> None:
        self._tell(Listing(LANE, self.sweep, (), NOW, complete=True, base=self.sweep))
        self._ended(self.seen)

    @precondition(lambda self: self.left is not None)
    @rule()
    def fail(self) -> None:
        shown = self._rows()
        self.inventory = self.inventory.failed(LANE, self.sweep, SLOW, None, 1)
        self.left = self.under_way = None
        assert self._rows() == shown

    @precondition(lambda self: self.left is not None)
    @rule()
    def give_up(self) -> None:
        """The flight is cancelled: nobody says how it ended."""
        self.left = None

    # ---- whole, and differences ----

    @precondition(lambda self: self.left is None)
    @rule()
    def whole(self) -> None:
        self._start()
        self._tell(Listing(LANE, self.sweep, tuple(self.cloud.values()), NOW, complete=True))
        self._ended(self.cloud)

    @precondition(lambda self: self.left is None and self.base is not None)
    @rule()
    def differ(self) -> None:
        self._start()
        items = tuple(row for id, row in self.cloud.items() if self.before.get(id) != row)
        gone = tuple(id for id in self.before if id not in self.cloud)
        self._tell(Listing(LANE, self.sweep, items, NOW, complete=True, base=self.base, gone=gone))
        self._ended(self.cloud)

    # ---- what comes late ----

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        """Anything that was told comes once more."""
        old = data.draw(st.sampled_from(self.told))
        before = self.inventory
        self.inventory = before.accept(old)
        assert self.inventory is before or old.sweep == self.under_way

    @rule()
    def interrupt(self) -> None:
        """The collector dies; another begins, with higher numbers and nothing held."""
        shown = self._rows()
        self.inventory = self.inventory.interrupted(SLOW)
        self.left = self.base = self.under_way = None
        self.sweep += 1000
        assert self._rows() == shown

    # ---- what always holds ----

    @invariant()
    def a_live_lane_holds_the_last_complete_truth(self) -> None:
        if self._state().standing in (Standing.LIVE, Standing.STALE) and not self._state().pending:
            assert self._rows() == self.truth

    @invariant()
    def a_lane_without_its_truth_never_says_live(self) -> None:
        if self._rows() != (self.truth or {}):
            assert self._state().pending or not self._state().complete

    def _start(self) -> None:
        self.sweep += 1
        self.under_way = self.sweep
        self.inventory = self.inventory.started(LANE, self.sweep)

    def _tell(self, listing: Listing) -> None:
        self.told.append(listing)
        self.inventory = self.inventory.accept(listing)

    def _ended(self, truth: dict[str, Row]) -> None:
        self.truth = dict(truth)
        self.before, self.base = dict(truth), self.sweep
        self.left = self.under_way = None
        assert self._rows() == self.truth
        assert self._state().standing is Standing.LIVE

    def _state(self) -> LaneState:
        return self.inventory.state(LANE)

    def _rows(self) -> dict[str, Row]:
        return dict(self._state().rows)


Sweeps.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestSweeps = Sweeps.TestCase
