"""The fold of the collector's words: late, partial and foreign news never pass for the truth."""

from __future__ import annotations

import pytest

from tests.support.rows import ME, NOW, REGION, instance, spec, status
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing, Standing
from trainctl_tui.domain.resources import Identity, Kind
from trainctl_tui.link import messages as m
from trainctl_tui.listing.news import News, StepLost, fold

LANE = Lane(ME.account, REGION, Kind.INSTANCES)
NOBODY = Lane("", REGION, Kind.INSTANCES)
TROUBLE = Trouble("Throttled", "Slow down.", "AWS says so.", "Wait.", retryable=True)


def told(*messages: m.ToView, start: News | None = None) -> News:
    news = start or News()
    for message in messages:
        news = fold(news, message, NOW)
    return news


def whole(*numbers: int, lane: Lane = LANE, sweep: int = 1) -> m.Listed:
    return m.Listed(Listing(lane, sweep, tuple(map(instance, numbers)), NOW, complete=True), 0.0)


HELLO = m.Hello(7, (REGION,))
WHO = m.Identified(ME)


def test_rows_are_keyed_by_region_and_id() -> None:
    far = Lane(ME.account, "eu-west-1", Kind.INSTANCES)
    news = told(m.Hello(7, (REGION, "eu-west-1")), WHO, whole(1), whole(1, lane=far))
    assert set(news.of(Kind.INSTANCES)) == {(REGION, instance(1).id), ("eu-west-1", instance(1).id)}


def test_a_page_adds_and_only_the_end_of_its_sweep_removes() -> None:
    news = told(HELLO, WHO, whole(1, 2))
    news = told(m.SweepStarted(LANE, 2), start=news)
    news = told(m.Listed(Listing(LANE, 2, (instance(3),), NOW, complete=False), 0.0), start=news)
    assert len(news.of(Kind.INSTANCES)) == 3
    news = told(m.Listed(Listing(LANE, 2, (), NOW, complete=True, base=2), 0.0), start=news)
    assert [row.id for row in news.of(Kind.INSTANCES).values()] == [instance(3).id]


def test_differences_for_a_sweep_that_is_not_held_ask_for_everything() -> None:
    news = told(HELLO, WHO, whole(1, sweep=1))
    with pytest.raises(StepLost):
        told(m.Listed(Listing(LANE, 9, (), NOW, complete=True, base=8), 0.0), start=news)


def test_another_identity_drops_remembered_rows() -> None:
    other = Identity("999999999999", "arn:aws:iam::999999999999:user/eve", "AIDAEVE")
    news = told(HELLO, start=News(identity=ME, regions=(REGION,)))
    news = told(whole(1, sweep=0), start=news)
    assert news.of(Kind.INSTANCES)
    news = told(m.Identified(other), start=news)
    assert not news.of(Kind.INSTANCES)
    assert news.verified


def test_machine_types_of_nobody_drop_no_remembered_row() -> None:
    """No credentials: the types that nobody asked for come as an empty list of no account."""
    news = told(HELLO, start=News(identity=ME, regions=(REGION,)))
    news = told(whole(1, sweep=0), start=news)
    types = Listing(Lane("", REGION, Kind.TYPES), 5, (spec(),), None, complete=True)
    news = told(m.Listed(types, 0.0), start=news)
    assert len(news.of(Kind.INSTANCES)) == 1
    assert news.identity == ME
    assert set(news.specs) == {"g5.xlarge"}


def test_another_role_of_the_same_account_drops_remembered_rows_too() -> None:
    weak = Identity(ME.account, f"arn:aws:iam::{ME.account}:role/weak", "AROA")
    news = told(HELLO, WHO, whole(1))
    assert not told(m.Identified(weak), start=news).of(Kind.INSTANCES)


def test_late_rows_of_another_account_are_dropped() -> None:
    news = told(HELLO, WHO, whole(1))
    late = whole(2, lane=Lane("999999999999", REGION, Kind.INSTANCES), sweep=5)
    assert told(late, start=news) == news


def test_failure_without_an_identity_ages_the_rows_on_screen() -> None:
    news = told(HELLO, whole(1, sweep=0), start=News(identity=ME, regions=(REGION,)))
    news = told(m.SweepFailed(NOBODY, 1, TROUBLE, 30.0, 1), start=news)
    (lane,) = news.lanes(Kind.INSTANCES)
    assert lane.trouble == TROUBLE
    assert lane.standing is Standing.REMEMBERED
    assert lane.next_try == NOW + 30.0
    assert len(news.of(Kind.INSTANCES)) == 1


def test_rows_of_an_unknown_account_are_shown_as_such() -> None:
    news = told(
        HELLO, m.Unidentified(TROUBLE), whole(1, lane=NOBODY), start=News(identity=ME, regions=(REGION,))
    )
    assert news.identity is None
    assert len(news.of(Kind.INSTANCES)) == 1


def test_a_region_no_longer_watched_takes_its_rows_along() -> None:
    news = told(HELLO, WHO, whole(1), m.Watching(("eu-west-1",)))
    assert not news.of(Kind.INSTANCES)
    assert [lane.lane.region for lane in news.lanes(Kind.INSTANCES)] == ["eu-west-1"]


def test_a_lost_collector_leaves_rows_stale_and_says_so() -> None:
    news = told(HELLO, WHO, whole(1), m.CollectorLost("killed by signal 9", 0.5))
    (lane,) = news.lanes(Kind.INSTANCES)
    assert lane.standing is Standing.STALE
    assert len(news.of(Kind.INSTANCES)) == 1
    assert "signal 9" in news.collector
    assert not told(m.Hello(8, (REGION,)), start=news).collector


def test_unknown_lanes_are_loading_and_not_empty() -> None:
    news = told(HELLO, WHO)
    assert [lane.standing for lane in news.lanes(Kind.VOLUMES)] == [Standing.LOADING]
    assert not news.settled


def test_specs_and_statuses_are_found_by_name_and_id() -> None:
    types = Lane(ME.account, REGION, Kind.TYPES)
    health = Lane(ME.account, REGION, Kind.STATUSES)
    news = told(
        HELLO,
        WHO,
        m.Listed(Listing(types, 1, (spec(),), NOW, complete=True), 0.0),
        m.Listed(Listing(health, 1, (status(1),), NOW, complete=True), 0.0),
    )
    assert news.specs["g5.xlarge"].gpus == 1
    assert news.statuses[(REGION, instance(1).id)].system == "ok"


def test_pages_and_differences_leave_what_a_whole_listing_would() -> None:
    """Rows are renewed piece by piece; however they came, they and the counts are the same."""
    stopped = instance(2, state="stopped")
    page = m.Listed(Listing(LANE, 2, (instance(3),), NOW, complete=False), 0.0)
    end = m.Listed(Listing(LANE, 2, (), NOW, complete=True, base=2), 0.0)
    changed = m.Listed(Listing(LANE, 3, (stopped,), NOW, complete=True, base=2, gone=(instance(3).id,)), 0.0)
    news = told(HELLO, WHO, whole(1), page, end, changed)
    assert dict(news.of(Kind.INSTANCES)) == {(REGION, stopped.id): stopped}
    assert news.states == {"stopped": 1}


def test_rows_that_did_not_change_stay_the_same_value() -> None:
    news = told(HELLO, WHO, whole(1, 2))
    same = (
        m.SweepStarted(LANE, 2),
        m.Listed(Listing(LANE, 2, (), NOW, complete=True, base=1), 0.0),
        m.Watching((REGION,)),
        WHO,
    )
    assert told(*same, start=news).of(Kind.INSTANCES) is news.of(Kind.INSTANCES)


def test_a_late_page_renews_nothing() -> None:
    news = told(HELLO, WHO, whole(1, sweep=5))
    late = m.Listed(Listing(LANE, 4, (instance(9),), NOW, complete=False), 0.0)
    assert told(late, start=news).of(Kind.INSTANCES) is news.of(Kind.INSTANCES)
