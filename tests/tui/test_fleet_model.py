"""What the model of a fleet table promises, one promise at a time."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import pytest

from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets.fleet_model import NO_CHANGE, Change, FleetModel, Key

HERE = "us-east-1"
BY_VALUE: Column[Any, Any] = Column("value", "Value", 5, lambda r, _: str(r), lambda r, _: r)
BY_FACT: Column[Any, Any] = Column("fact", "Fact", 5, lambda r, _: str(r), lambda r, facts: facts.get(r))


def key(id: object, region: str = HERE) -> Key:
    return region, str(id)


def keys(ids: Iterable[object]) -> list[Key]:
    return [key(id) for id in ids]


@pytest.fixture
def model() -> FleetModel:
    """Rows a to e with the values 5 to 1, ordered by value: e d c b a."""
    made = FleetModel()
    made.order_by(BY_VALUE, reverse=False)
    made.set_rows({key(id): value for id, value in zip("abcde", (5, 4, 3, 2, 1), strict=True)}, None)
    return made


# ---- what is shown ----


def test_nothing_is_highlighted_before_the_user_moves(model: FleetModel) -> None:
    assert (model.highlighted, model.cursor_index, model.target()) == (None, None, ())
    assert (model.total, model.shown_count) == (5, 5)


def test_the_order_is_typed_and_reverses(model: FleetModel) -> None:
    model.set_rows({key(n): value for n, value in enumerate((10, 9, 2, None, 100))}, None)
    assert model.shown_rows() == [2, 9, 10, 100, None]
    model.order_by(BY_VALUE, reverse=True)
    assert model.shown_rows() == [100, 10, 9, 2, None]


def test_what_is_unknown_or_no_number_comes_last_both_ways(model: FleetModel) -> None:
    rows = {key("a"): None, key("b"): float("nan"), key("c"): 0.0, key("d"): -1.0}
    for reverse in (False, True):
        model.order_by(BY_VALUE, reverse)
        model.set_rows(dict(rows), None)
        assert model.shown == keys("cdab" if reverse else "dcab")


def test_equal_ids_in_two_regions_are_two_rows() -> None:
    model = FleetModel()
    model.set_rows({key("a", "eu-west-1"): 1, key("a", "us-east-1"): 2}, None)
    model.end()
    model.toggle(key("a", "us-east-1"))
    assert model.shown_count == 2
    assert model.target() == (("us-east-1", "a"),)
    model.set_rows({key("a", "eu-west-1"): 1}, None)
    assert (model.highlighted, model.target()) == (None, ())


def test_a_filter_counts_what_it_cannot_tell(model: FleetModel) -> None:
    model.set_filter(lambda row: None if row == 3 else row > 3)
    assert model.shown == keys("ba")
    assert (model.total, model.shown_count, model.unknown) == (5, 2, 1)
    model.set_filter(None)
    assert (model.shown_count, model.unknown) == (5, 0)


def test_a_change_says_what_came_went_and_reads_otherwise(model: FleetModel) -> None:
    rows = {**model.rows, key("a"): 7, key("f"): 6, key("b"): 4}
    del rows[key("c")]
    change = model.set_rows(rows, None)
    assert change == Change(frozenset(keys("f")), frozenset(keys("c")), frozenset(keys("a")))
    assert model.set_rows(dict(rows), None) is NO_CHANGE


def test_facts_move_no_row_until_they_are_considered(model: FleetModel) -> None:
    model.set_facts({1: 10, 2: 20})
    model.order_by(BY_FACT, reverse=False)
    assert model.shown[:2] == keys("ed")
    model.set_facts({1: 30, 2: 20})
    assert model.shown[:2] == keys("ed")
    assert [model.index_of(one) for one in model.shown] == [0, 1, 2, 3, 4]
    model.reconsider(None).finish()
    assert model.shown[:2] == keys("de")


# ---- the cursor ----


@pytest.mark.parametrize("reverse", [False, True])
def test_the_cursor_stays_on_its_row_whatever_happens_around_it(model: FleetModel, reverse: bool) -> None:
    model.select(key("c"))
    model.order_by(BY_VALUE, reverse)
    assert model.highlighted == key("c")
    rows = {**model.rows, key("0"): 0, key("z"): 9, key("c"): 99}
    del rows[key("d")]
    model.set_rows(rows, None)
    assert model.highlighted == key("c")
    assert model.cursor_index == (0 if reverse else model.shown_count - 1)
    model.set_filter(lambda row: row > 4)
    assert model.highlighted == key("c")


def test_a_vanished_row_leaves_nothing_highlighted_until_the_user_moves(model: FleetModel) -> None:
    model.select(key("c"))
    rows = dict(model.rows)
    del rows[key("c")]
    model.set_rows(rows, None)
    assert (model.asleep, model.cursor, model.highlighted, model.target()) == (True, key("c"), None, ())
    model.set_rows({**rows, key("c"): 3}, None)
    assert model.highlighted is None  # it is back, but nobody has looked there since
    model.move(1)
    assert model.highlighted == key("c")


@pytest.mark.parametrize(("rows", "wakes"), [(1, "b"), (-1, "d"), (9, "a"), (-9, "e")])
def test_a_move_from_sleep_starts_between_the_neighbours(model: FleetModel, rows: int, wakes: str) -> None:
    model.select(key("c"))
    model.set_rows({one: row for one, row in model.rows.items() if one != key("c")}, None)
    model.move(rows)
    assert model.highlighted == key(wakes)


def test_a_row_that_a_filter_hid_wakes_when_the_user_shows_it_again(model: FleetModel) -> None:
    model.select(key("c"))
    model.set_filter(lambda row: row > 3)
    assert model.highlighted is None
    model.set_filter(lambda row: row > 2)
    assert model.highlighted == key("c")


def test_a_row_that_facts_hid_stays_asleep_when_facts_show_it_again(model: FleetModel) -> None:
    model.select(key("c"))
    model.reconsider(lambda row: row > 3).finish()
    model.reconsider(lambda row: row > 2).finish()
    assert model.asleep
    assert key("c") in model.shown


def test_moves_end_at_the_edges_and_do_nothing_where_no_row_is(model: FleetModel) -> None:
    model.move(-5)
    assert model.highlighted == key("e")
    model.move(99)
    assert model.highlighted == key("a")
    model.home()
    assert model.highlighted == key("e")
    model.set_filter(lambda _row: False)
    model.move(1)
    model.end()
    assert (model.highlighted, model.asleep) == (None, True)
    assert not model.select(key("a"))


# ---- the marks ----


def test_marks_live_as_long_as_their_rows(model: FleetModel) -> None:
    model.toggle(key("a"))
    model.toggle(key("b"))
    model.toggle(key("b"))
    model.toggle(key("c"))
    model.set_rows({one: row for one, row in model.rows.items() if one != key("a")}, None)
    assert model.marks == {key("c")}
    model.set_rows({**model.rows, key("a"): 5}, None)
    assert model.marks == {key("c")}  # a row of the same id later is another row


def test_hidden_marks_are_kept_and_counted(model: FleetModel) -> None:
    model.mark_all_shown()
    model.set_filter(lambda row: row > 3)
    assert (len(model.marks), model.marked_hidden) == (5, 3)
    model.toggle(key("c"))  # not shown: nobody can have meant it
    assert len(model.target()) == 5
    model.clear_marks()
    assert (model.marks, model.marked_hidden) == (frozenset(), 0)


def test_all_shown_means_those_that_are_shown(model: FleetModel) -> None:
    model.toggle(key("e"))
    model.set_filter(lambda row: row > 3)
    model.mark_all_shown()
    assert model.marks == set(keys("abe"))


def test_a_range_goes_from_the_last_mark_to_here_in_the_order_of_now(model: FleetModel) -> None:
    model.toggle(key("b"))
    model.select(key("d"))
    model.mark_range()
    assert model.marks == set(keys("bcd"))
    model.clear_marks()
    model.mark_range()
    assert model.marks == {key("d")}
    model.order_by(BY_VALUE, reverse=True)
    model.home()
    model.mark_range()
    assert model.marks == set(keys("abcd"))


def test_a_range_from_a_hidden_mark_or_from_sleep_reaches_nowhere(model: FleetModel) -> None:
    model.toggle(key("e"))
    model.select(key("b"))
    model.set_filter(lambda row: row > 1)
    model.mark_range()
    assert model.marks == set(keys("be"))
    model.set_filter(lambda row: row > 4)
    model.mark_range()
    assert model.marks == set(keys("be"))


# ---- plans ----


def test_nothing_shows_until_a_plan_has_run_to_its_end(model: FleetModel) -> None:
    model.select(key("c"))
    model.toggle(key("d"))
    plan = model.update({key("c"): 3, key("f"): 0}, None)
    next(iter(plan))
    assert not model.settled
    model.move(1)
    assert (model.highlighted, model.shown_count) == (key("b"), 5)
    plan.finish()
    assert model.settled
    assert model.shown == keys("fc")
    assert (model.asleep, model.marks) == (True, frozenset())


def test_a_plan_that_was_overtaken_changes_nothing(model: FleetModel) -> None:
    slow = model.update({key("a"): 1}, None)
    next(iter(slow))
    model.set_filter(lambda row: row > 0)
    assert model.shown == keys("a")
    model.set_rows({key("b"): 1}, None)
    slow.finish()
    assert model.shown == keys("b")
    assert model.settled


@pytest.mark.parametrize("ran", [False, True])
def test_a_plan_that_is_dropped_holds_no_rows(model: FleetModel, ran: bool) -> None:
    plan = model.update({key("a"): 1}, None)
    if ran:
        plan.finish()
    left = weakref.ref(plan)
    del plan
    assert left() is None  # at once: the view keeps the collector of garbage off the keys
