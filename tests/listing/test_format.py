"""How values read: sizes, counts, waits, standings. Unknown is a question mark and never a zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import ME, NOW, instance
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, LaneState, Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing import format
from trainctl_tui.listing.moments import moment

LANE = Lane(ME.account, "us-east-1", Kind.INSTANCES)
SLOW = Trouble("Throttled", "Slow.", "", "", retryable=True)
ONE = {instance(1).id: instance(1)}
DAY = 86400.0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (format.gib(0), "0 GiB"),
        (format.gib(500), "500 GiB"),
        (format.gib(10239), "10239 GiB"),
        (format.gib(10240), "10.0 TiB"),
        (format.gib(16384), "16.0 TiB"),
        (format.mib(0), "0 MiB"),
        (format.mib(512), "512 MiB"),
        (format.mib(1024), "1 GiB"),
        (format.mib(15616), "15.2 GiB"),
        (format.mib(2097152), "2048 GiB"),
        (format.count(0), "0"),
        (format.count(1234567), "1,234,567"),
        (format.flag(True), "yes"),
        (format.flag(False), "no"),
        (format.plural(0, "row"), "0 rows"),
        (format.plural(1, "row"), "1 row"),
        (format.plural(1000, "shown row"), "1,000 shown rows"),
        (format.wait(-3), "0s"),
        (format.wait(0.4), "0s"),
        (format.wait(119), "119s"),
        (format.wait(120), "2m"),
        (format.wait(3600), "60m"),
    ],
)
def test_a_value_by_example(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize(
    "said",
    [
        format.gib(None),
        format.mib(None),
        format.count(None),
        format.flag(None),
        format.age(None),
        format.age(-0.1),
        format.age_of(None, NOW),
        format.age_of(NOW + 31, NOW),
        moment(None, NOW),
    ],
)
def test_the_unknown_is_a_question_mark(said: str) -> None:
    assert said == "?"


@given(st.floats(0, 1e9))
def test_an_age_is_coarse_and_never_older_than_it_is(seconds: float) -> None:
    said = format.age(seconds)
    if said == "now":
        assert seconds < 60
        return
    size = {"m": 60.0, "h": 3600.0, "d": DAY}[said[-1]]
    assert int(said[:-1]) * size <= seconds < (int(said[:-1]) + 1) * size
    assert len(said) <= 3 or said[-1] == "d"


@given(st.floats(0, 29), st.floats(0, 1e6))
def test_a_small_skew_of_clocks_is_now(ahead: float, now: float) -> None:
    assert format.age_of(now + ahead, now) == "now"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (LaneState(LANE), "loading"),
        (LaneState(LANE, rows=ONE, refreshing=True), "loading 1"),
        (LaneState(LANE, rows=ONE, complete=True, remembered=True, taken_at=NOW - 2400), "as of 40m"),
        (LaneState(LANE, rows=ONE, complete=True, remembered=True), "as of ?"),
        (LaneState(LANE, rows=ONE, complete=True, taken_at=NOW - 5), "live"),
        (LaneState(LANE, rows=ONE, complete=True, taken_at=NOW + 5), "live"),
        (LaneState(LANE, rows=ONE, complete=True, taken_at=NOW - 61), "as of 1m"),
        (LaneState(LANE, rows=ONE, complete=True), "as of ?"),
        (LaneState(LANE, rows=ONE, complete=True, taken_at=NOW - 200, trouble=SLOW), "stale 3m"),
        (LaneState(LANE, rows=ONE, trouble=SLOW), "partial"),
        (LaneState(LANE, trouble=SLOW), "failed"),
    ],
)
def test_a_standing_in_two_words(state: LaneState, expected: str) -> None:
    assert format.standing(state, NOW) == expected


def test_the_worst_lane_speaks() -> None:
    live = LaneState(LANE, complete=True, taken_at=NOW)
    older = LaneState(LANE, complete=True, taken_at=NOW - 99)
    stale = LaneState(LANE, rows=ONE, complete=True, taken_at=NOW, trouble=SLOW)
    partial = LaneState(LANE, rows=ONE, trouble=SLOW)
    failed = LaneState(LANE, trouble=SLOW)
    remembered = LaneState(LANE, complete=True, remembered=True)
    order = [failed, partial, stale, LaneState(LANE), remembered, older, live]
    while order:
        assert format.worst(tuple(reversed(order))) is order.pop(0)
    assert format.worst(()) is None
    assert {state.standing for state in (live, stale, partial, failed, remembered, LaneState(LANE))} == set(
        Standing
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, "now"),
        (NOW - 59, "now"),
        (NOW + 59, "now"),
        (NOW - 60, "1m ago"),
        (NOW + 61, "in 1m"),
        (NOW + 2 * DAY, "in 2d"),
        (NOW - 40 * DAY, "40d ago"),
    ],
)
def test_a_moment_looks_both_ways(at: float, expected: str) -> None:
    assert moment(at, NOW).endswith(f" UTC, {expected}")


def test_a_moment_is_told_in_utc() -> None:
    assert moment(0.0, 60.0) == "1970-01-01 00:00 UTC, 1m ago"


@given(st.floats(0.0, 253402300799.0), st.floats(0.0, 253402300799.0))
def test_any_moment_that_a_provider_can_name_is_told(at: float, now: float) -> None:
    assert " UTC, " in moment(at, now)
