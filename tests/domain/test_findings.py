"""What counts as waste, what does not, and what cannot be told (SAFETY.md, definition 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.rows import NOW, attached, instance, volume
from trainctl_tui.domain.findings import Circumstances, Rule, find, is_waste, suspect
from trainctl_tui.services.prices import load

HOUR, DAY = 3600.0, 86400.0
ABOUT = Circumstances(NOW, user="ada")
MINE = (("trainctl:user", "ada"),)


def helper(age: float | None = 2 * HOUR, tags: tuple[tuple[str, str], ...] = (("trainctl:temp", "true"),)):
    return instance(launched_at=None if age is None else NOW - age, tags=tags)


def stopped(since: float | None, launched: float | None = 60 * DAY, tags=MINE):
    return instance(
        state="stopped",
        tags=tags,
        launched_at=None if launched is None else NOW - launched,
        state_since=None if since is None else NOW - since,
    )


@pytest.mark.parametrize("tags", [
    (("trainctl:temp", "true"),), (("runctl:temp", ""),), (("TrainCtl:Temp", "yes"),),
    (("Name", "runctl-prewarm-temp"),), (("Name", "trainctl-prewarm-temp"),),
    (("trainctl-prewarm-temp", ""),),
])  # fmt: skip
def test_a_leftover_helper_is_waste_after_an_hour(tags: tuple[tuple[str, str], ...]) -> None:
    assert is_waste(helper(HOUR + 1, tags), ABOUT) is True
    assert is_waste(helper(HOUR, tags), ABOUT) is False
    assert is_waste(helper(None, tags), ABOUT) is None
    assert is_waste(helper(-5, tags), ABOUT) is None


def test_a_helper_that_is_switched_off_by_its_tag_is_none() -> None:
    assert is_waste(helper(tags=(("trainctl:temp", "false"), *MINE)), ABOUT) is False


@pytest.mark.parametrize("state", ["shutting-down", "terminated", ""])
def test_what_has_ended_is_no_waste(state: str) -> None:
    assert is_waste(replace(helper(), state=state), ABOUT) is False


def test_a_helper_of_a_live_operation_is_in_use() -> None:
    row = helper(tags=(("trainctl:temp", "true"), ("trainctl:op", "op-1")))
    assert is_waste(row, replace(ABOUT, busy={row.id})) is False
    assert is_waste(row, replace(ABOUT, busy={"op-1"})) is False
    assert is_waste(row, replace(ABOUT, busy={"op-2", "i-other"})) is True


def test_stopped_counts_from_when_it_was_stopped() -> None:
    assert is_waste(stopped(8 * DAY), ABOUT) is True
    assert is_waste(stopped(7 * DAY), ABOUT) is False
    assert suspect(stopped(8 * DAY), ABOUT).age == 8 * DAY


def test_stopped_without_a_time_is_unknown_unless_it_ran_within_the_week() -> None:
    assert is_waste(stopped(None), ABOUT) is None
    assert is_waste(stopped(-60), ABOUT) is None
    assert is_waste(stopped(None, launched=None), ABOUT) is None
    assert is_waste(stopped(None, launched=3 * DAY), ABOUT) is False
    assert is_waste(stopped(9 * DAY, launched=8 * DAY), ABOUT) is None


@pytest.mark.parametrize(("tags", "expected"), [
    ((), True), ((("Name", "box"),), True), ((("aws:createdBy", "x"),), True),
    ((("Owner", "bob"),), False), (MINE, False), ((("aws:autoscaling:groupName", "g"),), False),
    ((("CreatedBy", "trainctl"),), False),
])  # fmt: skip
def test_foreign_and_untagged(tags: tuple[tuple[str, str], ...], expected: bool) -> None:
    row = instance(launched_at=NOW - 25 * HOUR, tags=tags)
    assert is_waste(row, ABOUT) is expected
    assert is_waste(replace(row, launched_at=NOW - 23 * HOUR), ABOUT) is False
    assert is_waste(replace(row, launched_at=None), ABOUT) is (None if expected else False)


@pytest.mark.parametrize(("row", "hold"), [
    (helper(), ""),
    (helper(tags=(("trainctl:temp", "1"), ("trainctl:user", "Ada"))), ""),
    (helper(tags=(("trainctl:temp", "1"), ("trainctl:user", "bob"))), "of bob"),
    (helper(tags=(("trainctl:temp", "1"), ("runctl:important", ""))), "protected by runctl:important"),
    (helper(tags=(("trainctl:temp", "1"), ("aws:ecs:cluster", "x"))), "managed (aws:ecs:cluster)"),
    (stopped(8 * DAY), "its disks may be wanted"),
    (stopped(8 * DAY, tags=(("trainctl:user", "bob"),)), "of bob"),
    (instance(launched_at=NOW - 25 * HOUR, tags=()), "for information"),
])  # fmt: skip
def test_only_helpers_that_are_nobody_else_s_begin_marked(row, hold: str) -> None:
    (candidate,) = find([row], {}, ABOUT).candidates
    assert (candidate.hold, candidate.chosen) == (hold, not hold)


def test_without_a_user_what_names_one_is_not_chosen() -> None:
    row = helper(tags=(("trainctl:temp", "1"), ("trainctl:user", "ada")))
    (candidate,) = find([row], {}, replace(ABOUT, user="")).candidates
    assert not candidate.chosen


def test_findings_carry_money_and_order_by_it() -> None:
    disk = volume(1, size_gib=500)
    rows = [
        replace(helper(), id="i-a", type="t3.medium"),
        replace(helper(), id="i-b", type="p5.48xlarge"),
        replace(stopped(30 * DAY), id="i-c", attachments=(attached(disk.id, "i-c"),)),
        replace(helper(None), id="i-d"),
        instance(2),
    ]
    made = find(rows, {(disk.region, disk.id): disk}, ABOUT, load(None))
    assert [one.row.id for one in made.candidates] == ["i-b", "i-a", "i-c"]
    assert made.candidates[2].monthly.usd == pytest.approx(40.0)
    assert made.candidates[2].hourly.usd == 0
    assert [one.row.id for one in made.unsure] == ["i-d"]


_times = st.none() | st.floats(NOW - 90 * DAY, NOW + DAY)
_tags = st.sampled_from([(), MINE, (("Name", "x"),), (("trainctl:temp", "true"),), (("Owner", "bob"),)])


@given(_times, _times, _tags, st.sampled_from(["running", "stopped", "pending", "terminated", ""]))
def test_what_is_not_known_is_never_waste(launched, since, tags, state: str) -> None:
    """Forgetting a time may only turn a verdict to unknown, never to waste."""
    if launched is not None and since is not None:
        since = max(launched, since)  # nothing is stopped before its last start
    row = instance(state=state, launched_at=launched, state_since=since, tags=tags)
    known = is_waste(row, ABOUT)
    for blind in (replace(row, launched_at=None), replace(row, state_since=None)):
        told = is_waste(blind, ABOUT)
        assert told in (known, None)
    found = find([row], {}, ABOUT)
    assert len(found.candidates) == (known is True)
    assert len(found.unsure) == (known is None)
    if known and suspect(row, ABOUT).rule is not Rule.HELPER:
        assert not found.candidates[0].chosen
