"""Ten thousand interleavings of news, orders, filters and keys: cursor and marks stay on their ids.

A script is a string of bytes, two a step, so that Hypothesis draws it in one go and shrinks it well. Plans
are run at once, held half-way while keys are pressed and newer wishes come, or overtaken by them. After every
step the model must say what ``NaiveFleet`` says. Batches are two rows long here, so that a dozen rows cross
every boundary that thousands would.

A key that acts goes down at one moment and is taken at a later one, with any news and slices in between, but
no other key: what it acts on then is never anything but what was meant when it went down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.naive_fleet import Key, NaiveFleet, Row, Wish
from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets import fleet_plan
from trainctl_tui.tui.widgets.fleet_model import FleetModel, Plan

EXAMPLES = 10_000
IDS = [(region, f"i-{number}") for number in range(7) for region in ("a", "b")]
NUMBERS: tuple[float | None, ...] = (1.0, 2.0, 3.0, None, float("nan"))


def _column(key: str, sort: Callable[[Any, Any], Any]) -> Column[Row, Any]:
    return Column(key, key, 5, lambda row, _facts: row.name, sort)


COLUMNS = (
    _column("number", lambda row, _facts: row.number),
    _column("name", lambda row, _facts: row.name),
    _column("facts", lambda row, facts: (facts or {}).get(row.name)),
)
FILTERS: tuple[Callable[[Row], bool | None] | None, ...] = (
    None,
    lambda row: row.name != "x",
    lambda row: None if row.number is None else row.number > 1,
    lambda _row: False,
)


@pytest.fixture(scope="module", autouse=True)
def tiny_batches() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_COMPARED", "_JUDGED", "_KEYED", "_MOVED"):
            patch.setattr(fleet_plan, name, 2)
        patch.setattr(fleet_plan, "_SORTED", 4)
        yield


class ActedOnAnother(AssertionError):
    """A key acted on what was not meant when it went down."""


class ByRowNumber(FleetModel):
    """What must not be: a cursor that stays on its line, whatever comes to stand there."""

    def _settle(self) -> None:
        super()._settle()
        self.move_to_index(self._at)


class Pair:
    """A model and its naive twin, told the same."""

    def __init__(self, model: FleetModel | None = None) -> None:
        self.model = model or FleetModel()
        self.down: tuple[Key, ...] | None = None
        self.acts = 0
        self.naive = NaiveFleet()
        self.under_way: tuple[Plan, Wish] | None = None
        self.round = 0

    # ---- wishes ----

    def rows(self, number: int) -> Plan:
        """Add, change and remove rows; some keep their value but not their identity."""
        rows = dict(self.naive.wish.rows)
        for offset in range(1 + number % 3):
            key = IDS[(number + offset * 5) % len(IDS)]
            if number % 7 < 2:
                rows.pop(key, None)
            elif key in rows and number % 7 == 2:
                rows[key] = Row(*rows[key])
            else:
                rows[key] = Row(NUMBERS[(number + offset) % 5], "xyz"[number // 5 % 3])
        self.naive.ask(rows=rows)
        return self.model.update(rows, self.naive.wish.facts)

    def all_rows(self, number: int) -> Plan:
        """List everything anew, as after a change of profile."""
        rows = {key: Row(NUMBERS[(number + at) % 5], "xyz"[at % 3]) for at, key in enumerate(IDS)}
        for key in IDS[number % 15 :]:
            del rows[key]
        self.naive.ask(rows=rows)
        return self.model.update(rows, self.naive.wish.facts)

    def order(self, number: int) -> Plan:
        column = COLUMNS[number % 3]
        self.naive.ask(sort=column.sort, reverse=bool(number % 2))
        return self.model.reorder(column, bool(number % 2))

    def filter(self, number: int) -> Plan:
        """Ask for a filter. That is keys, too: an act's key before them is taken first."""
        self.act_taken()
        wanted = FILTERS[number % 4]
        self.naive.ask(wake=True, wanted=wanted)
        return self.model.refilter(wanted)

    def facts(self, number: int) -> Plan:
        """Facts around the rows change: everything is judged and ordered anew."""
        self.round += 1
        facts = {"x": number % 3, "y": None if number % 5 == 0 else number % 2}
        self.model.set_facts(facts)
        wish = self.naive.ask(facts=facts, round=self.round)
        return self.model.reconsider(wish.wanted)

    # ---- plans ----

    def hurry(self, plan: Plan) -> None:
        """Run a plan at once; one that is under way is overtaken."""
        plan.finish()
        self.naive.arrived(self.naive.wish)
        if self.under_way is not None:
            self.under_way[0].finish()  # must change nothing
            self.under_way = None

    def begin(self, plan: Plan) -> None:
        """Run a plan in slices; a newer wish waits until the one under way is done."""
        if self.under_way is None:
            self.under_way = plan, self.naive.wish

    def work(self, slices: int) -> None:
        """Do some slices of the plan that is under way."""
        for _ in range(slices):
            if self.under_way is None:
                return
            if next(iter(self.under_way[0]), self) is self:
                self.naive.arrived(self.under_way[1])
                self.under_way = None
                if not self.model.settled:
                    self.begin(self.model.plan())

    # ---- keys ----

    def act_down(self) -> None:
        """An act's key goes down; whoever looks at the screen means what is highlighted or marked now.

        Whoever has just asked for a filter that shows the row of the cursor again may mean that row.
        """
        self.act_taken()
        awaited = (self.model.cursor,) if self.naive.wakes and self.model.cursor else ()
        self.down = self.model.target() or awaited

    def act_taken(self) -> None:
        """The key is taken: it acts on nothing but what was meant."""
        if self.down is not None:
            acted, meant = set(self.model.target()), set(self.down)
            if not acted <= meant:
                raise ActedOnAnother(f"It acted on {acted - meant}; meant was {meant or 'nothing'}.")
            self.acts += len(acted)
            self.down = None

    def key(self, number: int) -> None:
        """Press a key that moves or marks; the one before it is taken first."""
        self.act_taken()
        model, naive = self.model, self.naive
        at, rows = number % 8, (number // 8) % 9 - 4
        if at < 3:
            model.move(rows)
            naive.move(rows)
        elif at == 3:
            (model.home if rows > 0 else model.end)()
            naive.go(0 if rows > 0 else len(naive.shown) - 1)
        elif at == 4 and model.highlighted is not None:
            naive.toggle(model.highlighted)
            model.toggle(model.highlighted)
        elif at == 5:
            model.mark_range()
            naive.mark_range()
        elif at == 6 and rows > 2:
            model.mark_all_shown()
            naive.mark_all()
        elif at == 6 and rows < -2:
            model.clear_marks()
            naive.clear_marks()
        elif at == 7:
            self._name(IDS[number % len(IDS)])

    def _name(self, key: Key) -> None:
        shown = key in self.naive.shown
        assert self.model.select(key) == shown
        if shown:
            self.naive.go(self.naive.shown.index(key))

    # ---- the oracle ----

    def check(self) -> None:
        model, naive = self.model, self.naive
        assert list(model.shown) == naive.shown
        assert (model.cursor, model.asleep, model.marks) == (naive.cursor, naive.asleep, naive.marks)
        assert model.highlighted == naive.highlighted
        assert model.cursor_index == naive.index(naive.highlighted)
        assert [model.index_of(key) for key in IDS] == [naive.index(key) for key in IDS]
        assert model.total == len(naive.view.rows)
        assert model.shown_count == len(naive.shown)
        assert model.unknown == sum(verdict is None for verdict in naive.hidden.values())
        assert model.marked_hidden == len(naive.marks & naive.hidden.keys())
        assert model.target() == naive.target()
        assert model.settled == naive.settled


def play(script: bytes, pair: Pair, check: Callable[[], None]) -> None:
    """Do what a script says, and look after every step."""
    wishes = (pair.rows, pair.rows, pair.all_rows, pair.order, pair.filter, pair.facts)
    for step, number in zip(script[::2], script[1::2], strict=False):
        what, how = step % 16, step // 16
        if what < 6:
            plan = wishes[what](number)
            (pair.begin if how % 3 else pair.hurry)(plan)
        elif what < 11:
            pair.key(number)
        elif what < 13:
            pair.act_down()
        else:
            pair.work(1 + number % 8)
        check()
    while pair.under_way is not None:
        pair.work(1)
        check()
    if not pair.model.settled:
        pair.hurry(pair.model.plan())
        check()
    pair.act_taken()


@pytest.mark.campaign
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(st.binary(min_size=30, max_size=60))
def test_cursor_and_marks_stay_on_their_ids_and_acts_mean_them(script: bytes) -> None:
    pair = Pair()
    play(script, pair, pair.check)
    assert pair.model.settled


def test_a_cursor_that_is_a_row_number_is_seen_to_act_on_another() -> None:
    chance = Random(1)
    acts = found = 0
    for _ in range(200):
        pair = Pair(ByRowNumber())
        try:
            play(chance.randbytes(60), pair, lambda: None)
        except ActedOnAnother:
            found += 1
        acts += pair.acts
    assert found > 10
    assert acts > 100
