"""An inventory takes in what sweeps say: by number, page by page, whole, or as what changed."""

from __future__ import annotations

import pytest

from tests.support.rows import ME, NOW, instance
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Inventory, Lane, LaneState, Listing, OutOfStep, Standing
from trainctl_tui.domain.resources import Instance, Kind

LANE = Lane(ME.account, "us-east-1", Kind.INSTANCES)
SLOW = Trouble("Throttled", "AWS is slow.", "It says so.", "Wait.", retryable=True)
ONE, TWO, THREE = instance(1), instance(2), instance(3)
STOPPED = instance(1, state="stopped")


def page(sweep: int, *rows: Instance, at: float | None = NOW) -> Listing:
    return Listing(LANE, sweep, rows, at, complete=False)


def end(sweep: int, *rows: Instance) -> Listing:
    return Listing(LANE, sweep, rows, NOW + sweep, complete=True, base=sweep)


def whole(sweep: int, *rows: Instance) -> Listing:
    return Listing(LANE, sweep, rows, NOW + sweep, complete=True)


def changed(sweep: int, since: int, *rows: Instance, gone: tuple[str, ...] = ()) -> Listing:
    return Listing(LANE, sweep, rows, NOW + sweep, complete=True, base=since, gone=gone)


def held(*news: Listing) -> Inventory:
    inventory = Inventory()
    for listing in news:
        inventory = inventory.started(LANE, listing.sweep).accept(listing)
    return inventory


def rows(inventory: Inventory) -> set[Instance]:
    return set(inventory.state(LANE).rows.values())  # type: ignore[arg-type]


# ---- what may remove a row ----


def test_a_whole_listing_replaces_every_row() -> None:
    assert rows(held(whole(1, ONE, TWO), whole(2, STOPPED, THREE))) == {STOPPED, THREE}


def test_a_page_renews_by_id_and_removes_nothing() -> None:
    assert rows(held(whole(1, ONE, TWO), page(2, STOPPED))) == {STOPPED, TWO}


def test_the_end_of_the_pages_removes_what_they_did_not_name() -> None:
    assert rows(held(whole(1, ONE, TWO), page(2, STOPPED), page(2, THREE), end(2))) == {STOPPED, THREE}


def test_the_end_may_bring_rows_itself() -> None:
    assert rows(held(page(1, ONE), end(1, TWO))) == {ONE, TWO}


def test_a_sweep_of_nothing_empties_the_lane() -> None:
    assert rows(held(whole(1, ONE), end(2))) == set()


def test_differences_change_only_what_they_name() -> None:
    news = held(whole(1, ONE, TWO), changed(2, 1, STOPPED, THREE, gone=(TWO.id,)))
    assert rows(news) == {STOPPED, THREE}
    assert rows(held(whole(1, ONE, TWO), changed(2, 1))) == {ONE, TWO}


def test_differences_chain() -> None:
    assert rows(held(whole(1, ONE), changed(2, 1, TWO), changed(3, 2, gone=(ONE.id,)))) == {TWO}


def test_a_failed_sweep_removes_nothing() -> None:
    failed = held(whole(1, ONE, TWO), page(2, STOPPED)).failed(LANE, 2, SLOW, NOW + 5, 1)
    assert rows(failed) == {STOPPED, TWO}


def test_an_interruption_removes_nothing() -> None:
    assert rows(held(whole(1, ONE, TWO), page(2, STOPPED)).interrupted(SLOW)) == {STOPPED, TWO}


# ---- what comes late, twice, or without its beginning ----


@pytest.mark.parametrize(
    "late",
    [page(2, TWO), end(2), whole(2, TWO), changed(2, 1, TWO), whole(0, TWO)],
    ids=lambda one: repr(one)[:60],
)
def test_an_older_sweep_changes_nothing(late: Listing) -> None:
    inventory = held(whole(1, ONE), whole(3, THREE))
    assert inventory.accept(late) is inventory
    assert inventory.started(LANE, 2) is inventory
    assert inventory.failed(LANE, 2, SLOW, None, 1) is inventory


@pytest.mark.parametrize(
    "again",
    [page(3, STOPPED), end(3), whole(3, TWO), changed(3, 1, gone=(ONE.id,))],
    ids=["page", "end", "whole", "differences"],
)
@pytest.mark.parametrize("how", ["ended", "failed", "interrupted"])
def test_a_sweep_that_is_over_changes_nothing_when_told_again(how: str, again: Listing) -> None:
    inventory = held(whole(1, ONE), page(3, ONE))
    if how == "ended":
        inventory = inventory.accept(end(3))
    elif how == "failed":
        inventory = inventory.failed(LANE, 3, SLOW, None, 1)
    else:
        inventory = inventory.interrupted(SLOW)
    assert inventory.accept(again) is inventory
    assert inventory.started(LANE, 3) is inventory
    assert inventory.failed(LANE, 3, SLOW, None, 2) is inventory


def test_a_start_told_twice_forgets_no_page() -> None:
    assert rows(held(page(1, ONE)).started(LANE, 1).accept(end(1, TWO))) == {ONE, TWO}


@pytest.mark.parametrize(
    "before",
    [
        Inventory(),
        held(whole(1, ONE)),
        held(whole(1, ONE)).started(LANE, 3),
        held(whole(1, ONE), page(3, TWO)).interrupted(SLOW),
    ],
    ids=["nothing", "an older sweep", "another sweep", "an interrupted one"],
)
def test_an_end_without_its_beginning_is_out_of_step(before: Inventory) -> None:
    with pytest.raises(OutOfStep, match="not 5"):
        before.accept(end(5))


@pytest.mark.parametrize(
    "before",
    [
        Inventory(),
        held(whole(1, ONE)),
        held(whole(2, ONE), whole(3, ONE)),
        held(whole(2, ONE)).interrupted(SLOW),
        held(whole(2, ONE), page(3, TWO)).failed(LANE, 3, SLOW, None, 1),
        held(whole(2, ONE), page(3, TWO)).started(LANE, 4),
        held(whole(2, ONE), page(3, TWO)),
        held(page(2, ONE)),
    ],
    ids=["nothing", "older", "newer", "interrupted", "half-told", "given up", "under way", "never ended"],
)
def test_differences_from_a_sweep_that_is_not_held_whole_are_out_of_step(before: Inventory) -> None:
    with pytest.raises(OutOfStep, match="not 2"):
        before.accept(changed(9, 2, TWO))


def test_a_sweep_given_up_leaves_no_page_behind_for_the_next() -> None:
    news = held(page(1, ONE, TWO), page(2, THREE), end(2))
    assert rows(news) == {THREE}
    untold = held(page(1, ONE, TWO)).accept(page(2, THREE)).accept(end(2))
    assert rows(untold) == {THREE}


def test_lanes_do_not_hear_of_each_other() -> None:
    other = Lane(ME.account, "eu-west-1", Kind.INSTANCES)
    news = held(whole(7, ONE)).accept(Listing(other, 1, (TWO,), NOW, complete=True))
    assert rows(news) == {ONE}
    assert set(news.state(other).rows.values()) == {TWO}


def test_nothing_is_changed_in_place() -> None:
    before = held(whole(1, ONE))
    before.accept(whole(2, TWO))
    before.started(LANE, 2)
    before.failed(LANE, 2, SLOW, None, 1)
    assert before == held(whole(1, ONE))


# ---- which lanes ----


def test_lanes_come_in_order_of_region_and_only_those_asked_for_are_kept() -> None:
    lanes = [
        Lane(ME.account, region, kind) for region in ("b", "a") for kind in (Kind.VOLUMES, Kind.INSTANCES)
    ]
    news = Inventory()
    for lane in (*lanes, Lane("", "a", Kind.VOLUMES)):
        news = news.started(lane, 1)
    assert [state.lane.region for state in news.of(Kind.VOLUMES)] == ["a", "a", "b"]
    kept = news.only(ME.account, ["a"])
    assert set(kept.lanes) == {lane for lane in lanes if lane.region == "a"}


# ---- how far a lane can be trusted ----


def standing(inventory: Inventory) -> Standing:
    return inventory.state(LANE).standing


FIRST = Inventory().started(LANE, 1)


@pytest.mark.parametrize(
    ("inventory", "expected"),
    [
        (Inventory(), Standing.LOADING),
        (FIRST, Standing.LOADING),
        (FIRST.accept(page(1, ONE)), Standing.LOADING),
        (FIRST.accept(page(1, ONE)).accept(end(1)), Standing.LIVE),
        (FIRST.accept(end(1)), Standing.LIVE),
        (FIRST.failed(LANE, 1, SLOW, None, 1), Standing.FAILED),
        (FIRST.accept(page(1, ONE)).failed(LANE, 1, SLOW, None, 1), Standing.PARTIAL),
        (FIRST.failed(LANE, 1, SLOW, None, 1).started(LANE, 2), Standing.FAILED),
        (held(whole(0, ONE)), Standing.REMEMBERED),
        (held(whole(0)), Standing.REMEMBERED),
        (held(whole(0, ONE), page(1, TWO)), Standing.REMEMBERED),
        (held(whole(0, ONE), page(1, TWO), end(1)), Standing.LIVE),
        (held(whole(1, ONE)).started(LANE, 2), Standing.LIVE),
        (held(whole(1, ONE)).started(LANE, 2).failed(LANE, 2, SLOW, None, 1), Standing.STALE),
        (held(whole(1)).started(LANE, 2).failed(LANE, 2, SLOW, None, 1), Standing.STALE),
        (held(whole(1, ONE), page(2, ONE)).failed(LANE, 2, SLOW, None, 1), Standing.PARTIAL),
        (held(whole(1, ONE), page(2, ONE)).interrupted(SLOW), Standing.PARTIAL),
        (held(whole(1, ONE)).interrupted(SLOW), Standing.STALE),
        (held(whole(1, ONE)).interrupted(SLOW).started(LANE, 2), Standing.STALE),
        (held(whole(1, ONE)).waiting(LANE, SLOW, NOW), Standing.STALE),
        (held(whole(1, ONE)).waiting(LANE, SLOW, NOW).accept(whole(2, ONE)), Standing.LIVE),
        (held(whole(1, ONE), page(2, TWO)).started(LANE, 3), Standing.LOADING),
    ],
)
def test_standing(inventory: Inventory, expected: Standing) -> None:
    assert standing(inventory) is expected


def test_success_forgets_the_failure() -> None:
    bad = held(whole(1, ONE)).started(LANE, 2).failed(LANE, 2, SLOW, NOW + 9, 3)
    state = bad.state(LANE)
    assert (state.trouble, state.next_try, state.failures, state.refreshing) == (SLOW, NOW + 9, 3, False)
    state = bad.accept(whole(3, ONE)).state(LANE)
    assert state == LaneState(LANE, rows={ONE.id: ONE}, sweep=3, taken_at=NOW + 3, complete=True, base=3)


def test_the_age_is_that_of_the_rows_that_are_shown() -> None:
    assert held(page(1, ONE, at=NOW + 7)).state(LANE).taken_at == NOW + 7
    assert held(whole(1, ONE), page(2, TWO, at=NOW + 7)).state(LANE).taken_at == NOW + 1
    failed = held(whole(1, ONE)).started(LANE, 2).failed(LANE, 2, SLOW, None, 1)
    assert failed.state(LANE).taken_at == NOW + 1


def test_known_is_more_than_having_rows() -> None:
    assert not Inventory().state(LANE).known
    assert held(end(1)).state(LANE).known
    assert held(page(1, ONE)).state(LANE).known
