"""Volumes that nothing holds and snapshots whose volume is gone: what is waste, and what cannot be told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.rows import NOW, REGION, attached, instance, snapshot, volume
from trainctl_tui.domain.findings import Circumstances, Rule, find, is_waste, suspect
from trainctl_tui.domain.lineage import COPIED_FROM, Copies, Lineage
from trainctl_tui.domain.resources import Kind, Row
from trainctl_tui.domain.sightings import Sighting, Sightings
from trainctl_tui.services.prices import load

HOUR, DAY = 3600.0, 86400.0
MINE = (("trainctl:user", "ada"),)
DISK = volume(1, created_at=NOW - 30 * DAY, tags=MINE)
OLD = snapshot(9, started_at=NOW - 40 * DAY, volume_id="vol-gone", tags=MINE)
WHOLE = {(Kind.VOLUMES, REGION): NOW - 5, (Kind.SNAPSHOTS, REGION): NOW - 5}


def seen(since: float, began: float = 20 * DAY, gap: float = 0.0) -> dict[str, Sightings]:
    return {REGION: Sightings(NOW - began, NOW - 5, {DISK.id: Sighting(NOW - since, gap)})}


def lineage(*rows: Row, whole: object = WHOLE) -> Lineage:
    volumes = {(row.region, row.id): row for row in rows if row.id.startswith("vol-")}
    snapshots = {(row.region, row.id): row for row in rows if row.id.startswith("snap-")}
    return Lineage(volumes, snapshots, whole)  # type: ignore[arg-type]


ABOUT = Circumstances(NOW, "ada", sightings=seen(2 * DAY), lineage=lineage())


@pytest.mark.parametrize(("history", "expected"), [
    (seen(25 * HOUR), True), (seen(DAY), False), (seen(3 * HOUR), False),
    (seen(3 * HOUR, began=3 * HOUR), None), (seen(25 * HOUR, began=25 * HOUR), True),
    ({}, None), ({REGION: Sightings(NOW - 9 * DAY, NOW, {})}, None),
    ({"eu-west-1": seen(9 * DAY)[REGION]}, None),
])  # fmt: skip
def test_a_volume_is_waste_by_our_own_history_alone(
    history: dict[str, Sightings], expected: bool | None
) -> None:
    assert is_waste(DISK, replace(ABOUT, sightings=history)) is expected


@pytest.mark.parametrize(("row", "expected"), [
    (replace(DISK, created_at=None), None), (replace(DISK, created_at=NOW + 60), None),
    (replace(DISK, created_at=NOW - DAY), False),
    (replace(DISK, state="in-use"), False), (replace(DISK, state=""), False),
    (replace(DISK, tags=(("runctl:persistent", ""),)), False),
])  # fmt: skip
def test_young_held_and_protected_volumes_are_none(row: Row, expected: bool | None) -> None:
    assert is_waste(row, ABOUT) is expected


def test_a_volume_in_an_operation_is_left_alone() -> None:
    assert is_waste(DISK, replace(ABOUT, busy={DISK.id})) is False


def test_the_gap_of_a_history_is_carried() -> None:
    found = suspect(DISK, replace(ABOUT, sightings=seen(2 * DAY, gap=9 * HOUR)))
    assert found is not None
    assert (found.rule, found.age, found.gap) == (Rule.AVAILABLE, 2 * DAY, 9 * HOUR)


@pytest.mark.parametrize(("row", "around", "expected"), [
    (OLD, lineage(), True),
    (OLD, lineage(whole={}), None),
    (OLD, lineage(whole={(Kind.VOLUMES, "eu-west-1"): NOW}), None),
    (replace(OLD, volume_id=DISK.id), lineage(DISK, whole={}), False),
    (replace(OLD, volume_id=""), lineage(), False),
    (replace(OLD, volume_id=COPIED_FROM), lineage(), False),
    (replace(OLD, started_at=NOW - 30 * DAY), lineage(), False),
    (replace(OLD, started_at=None), lineage(), None),
    (replace(OLD, state="pending"), lineage(), False),
    (replace(OLD, tags=(("trainctl:important", "yes"),)), lineage(), False),
])  # fmt: skip
def test_an_old_snapshot_is_waste_if_its_volume_is_gone_for_sure(
    row: Row, around: Lineage, expected: bool | None
) -> None:
    assert is_waste(row, replace(ABOUT, lineage=around)) is expected


def test_a_volume_younger_than_the_listing_is_not_gone() -> None:
    young = snapshot(3, volume_id="vol-new", started_at=NOW - 1)
    assert lineage().is_orphan(young) is None
    assert lineage().is_orphan(replace(young, started_at=NOW - 6)) is True


def test_snapshots_are_counted_from_a_whole_listing_alone() -> None:
    rows = [snapshot(number, volume_id=DISK.id, started_at=NOW - number) for number in (1, 2)]
    pending = snapshot(3, volume_id=DISK.id, started_at=NOW, state="pending")
    elsewhere = snapshot(4, volume_id=DISK.id, region="eu-west-1")
    around = lineage(DISK, *rows, pending, elsewhere)
    assert around.copies(DISK) == Copies(3, 2, NOW - 1)
    assert around.copies(volume(2)) == Copies()
    assert lineage(DISK, *rows, whole={(Kind.VOLUMES, REGION): NOW}).copies(DISK) is None
    more = around.renewed({}, {}, WHOLE)
    assert more.copies(DISK) == Copies()


@pytest.mark.parametrize(("row", "around", "hold"), [
    (DISK, lineage(), ""),
    (replace(DISK, tags=()), lineage(), "not ours"),
    (replace(DISK, tags=(("CreatedBy", "trainctl"),)), lineage(), ""),
    (replace(DISK, tags=(("trainctl:user", "bob"),)), lineage(), "of bob"),
    (replace(DISK, tags=(("aws:ecs:cluster", "x"),)), lineage(), "managed (aws:ecs:cluster)"),
    (OLD, lineage(OLD), "the last copy of its volume"),
    (OLD, lineage(OLD, replace(OLD, id="snap-2", started_at=NOW - 2 * DAY)), ""),
    (replace(OLD, description="Created by CreateImage(i-1) for ami-1"), lineage(), "an image may need it"),
])  # fmt: skip
def test_what_begins_marked_is_ours_and_no_last_copy(row: Row, around: Lineage, hold: str) -> None:
    (candidate,) = find([row], {}, replace(ABOUT, lineage=around)).candidates
    assert (candidate.hold, candidate.chosen) == (hold, not hold)


def test_storage_costs_by_the_month_and_stands_among_machines_by_what_it_costs() -> None:
    big = replace(DISK, size_gib=2000)
    idle = instance(
        2, state="stopped", state_since=NOW - 9 * DAY, launched_at=NOW - 10 * DAY, tags=MINE,
        attachments=(attached(volume(7).id, "i-2"),),
    )  # fmt: skip
    around = lineage(big, OLD, replace(OLD, id="snap-2", started_at=NOW - 2 * DAY))
    found = find(
        [idle, OLD, big], {(REGION, volume(7).id): volume(7)}, replace(ABOUT, lineage=around), load(None)
    )
    assert [one.row.id for one in found.candidates] == [DISK.id, OLD.id, idle.id]
    assert found.candidates[0].monthly.usd == pytest.approx(160.0)
    assert found.candidates[1].monthly.at_most
