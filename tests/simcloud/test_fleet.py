"""The fleet is believable and repeatable, and its script keeps it alive within bounds."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.cloud import Local
from trainctl_tui.domain.findings import Circumstances, Rule, find
from trainctl_tui.domain.resources import Instance, Kind, Row
from trainctl_tui.domain.tags import owner_of, protecting_tags
from trainctl_tui.providers.base import Patience
from trainctl_tui.simcloud import names
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.engine.world import World
from trainctl_tui.simcloud.provider import EngineProvider

SEEDS = range(1, 6)


def world(local: Local, region: str = "us-east-1") -> World:
    return local.engine.world(region)


def name(record: InstanceRecord) -> str:
    return record.tags.get("Name", "")


def test_the_same_seed_grows_the_same_fleet() -> None:
    first, second, other = Local(seed=3), Local(seed=3), Local(seed=4)
    for region in ("us-east-1", "eu-west-1"):
        for operation in ("DescribeInstances", "DescribeVolumes", "DescribeSnapshots"):
            assert first.call(operation, region) == second.call(operation, region)
    assert world(first).instances.keys() != world(other).instances.keys()


def test_both_regions_have_their_share() -> None:
    local = Local(40)
    assert len(world(local).instances) == 40
    assert len(world(local, "eu-west-1").instances) == 12
    assert local.call("DescribeInstances", "us-west-2")["Reservations"] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fleet_holds_what_a_demo_must_show(seed: int) -> None:
    local = Local(seed=seed)
    machines = list(world(local).instances.values())
    volumes = list(world(local).volumes.values())
    snapshots = list(world(local).snapshots.values())
    shown = {name(machine) for machine in machines}
    assert {names.HELPER, names.LONG_NAME, "", "[prod] x [a=b]"} <= shown
    assert any("\N{ROCKET}" in each for each in shown)
    assert any("\x9b" in each for each in shown)
    keys = Counter(key for machine in machines for key in machine.tags)
    assert {"trainctl:user", "runctl:user", "trainctl:protected", "runctl:important"} <= keys.keys()
    assert keys["aws:autoscaling:groupName"] == 1
    assert {machine.state for machine in machines} == {"running", "stopped"}
    assert {machine.lifecycle for machine in machines} == {"", "spot"}
    assert any(machine.health == "impaired" for machine in machines)
    assert any(machine.events for machine in machines)
    ages = [(local.engine.now - machine.launched_at) / 3600 for machine in machines]
    assert min(ages) < 0.1
    assert max(ages) > 150 * 24
    assert {volume.state for volume in volumes} == {"in-use", "available"}
    assert {"gp3", "gp2"} <= {volume.type for volume in volumes}
    assert any(snapshot.volume_id not in world(local).volumes for snapshot in snapshots)
    assert [snapshot.state for snapshot in snapshots].count("pending") == 1


def test_every_name_can_be_sent_as_xml() -> None:
    for machine in world(Local(200)).instances.values():
        assert len(name(machine)) <= 256
        assert "\x1b" not in name(machine)


def test_all_machine_types_are_real() -> None:
    kinds = [row[0] for row in names.TYPES]
    told = Local(0).call("DescribeInstanceTypes", InstanceTypes=kinds)["InstanceTypes"]
    assert len(told) == len(kinds) >= 25


def consistent(held: World) -> None:
    """Both sides of every attachment agree, and nobody holds what is gone."""
    from_volumes = {
        (attachment.instance_id, volume.id)
        for volume in held.volumes.values()
        for attachment in volume.attachments
    }
    from_machines = {(machine.id, id) for machine in held.instances.values() for id in machine.volumes}
    assert from_volumes == from_machines
    for volume in held.volumes.values():
        assert (volume.state == "in-use") == bool(volume.attachments)
    for machine in held.instances.values():
        devices = [
            attachment.device
            for id in machine.volumes
            for attachment in held.volumes[id].attachments
            if attachment.instance_id == machine.id
        ]
        assert len(devices) == len(set(devices))
        assert machine.state != "terminated" or not machine.volumes


@pytest.mark.campaign
@pytest.mark.parametrize("seed", SEEDS)
def test_the_fleet_lives_within_bounds_and_stays_consistent(seed: int) -> None:
    local = Local(24, seed=seed, speed=1.0)
    seen: Counter[str] = Counter()
    for _ in range(400):
        local.advance(3.0)
        for region, size in (("us-east-1", 24), ("eu-west-1", 7)):
            held = world(local, region)
            consistent(held)
            states = Counter(machine.state for machine in held.instances.values())
            seen += states
            seen += Counter(f"volume {volume.state}" for volume in held.volumes.values())
            seen += Counter(
                attachment.state for volume in held.volumes.values() for attachment in volume.attachments
            )
            alive = states.total() - states["shutting-down"] - states["terminated"]
            assert abs(alive - size) <= max(2, size // 8)
    assert {"pending", "stopping", "shutting-down", "attaching", "detaching"} <= seen.keys()


def test_the_script_is_the_same_for_a_seed_however_time_is_cut() -> None:
    fine, coarse = Local(20, speed=1.0), Local(20, speed=1.0)
    for _ in range(300):
        fine.advance(1.0)
    coarse.advance(300.0)
    for operation in ("DescribeInstances", "DescribeVolumes", "DescribeSnapshots"):
        assert fine.call(operation) == coarse.call(operation)


def test_speed_multiplies_and_zero_freezes() -> None:
    def changes(speed: float) -> int:
        local = Local(30, speed=speed)
        count, before = 0, local.call("DescribeInstances")
        for _ in range(60):
            local.advance(1.0)
            now = local.call("DescribeInstances")
            count += now != before
            before = now
        return count

    assert changes(0.0) == 0
    assert 0 < changes(1.0) < changes(10.0)


def test_a_frozen_script_stays_frozen_and_can_go_on() -> None:
    local = Local(20, speed=1.0)
    local.advance(30)
    local.driver.command({"do": "speed", "speed": 0})
    local.advance(60)  # what was under way ends
    still = local.call("DescribeInstances")
    local.advance(600)
    assert local.call("DescribeInstances") == still
    local.driver.command({"do": "speed", "speed": 1})
    local.advance(60)
    assert local.call("DescribeInstances") != still


def test_what_a_demo_shows_is_left_alone_by_the_script() -> None:
    local = Local(24, speed=1.0)
    kept = {
        id for id, machine in world(local).instances.items() if machine.terminate_protected or machine.events
    }
    assert kept
    local.advance(3600)
    assert all(world(local).instances[id].state in ("running", "stopped") for id in kept)


def test_an_empty_fleet_stays_empty() -> None:
    local = Local(0, speed=1.0)
    local.advance(100)
    assert local.call("DescribeInstances")["Reservations"] == []


def test_the_driver_adds_removes_and_edits() -> None:
    local = Local(5)
    told = local.driver.command({"do": "add", "count": 2, "tags": {"Name": "new"}, "state": "stopped"})
    first, second = told["ids"]
    assert world(local).instances[first].state == "stopped"
    assert name(world(local).instances[second]) == "new"
    local.driver.command({"do": "tag", "id": first, "tags": {"x": "y"}})
    local.driver.command({"do": "untag", "id": first, "keys": ["Name"]})
    assert world(local).instances[first].tags["x"] == "y"
    assert name(world(local).instances[first]) == ""
    local.driver.command({"do": "remove", "id": second})
    assert second not in local.driver.command({"do": "ids"})["instances"]
    for bad in (
        {"do": "remove", "id": "i-none"},
        {"do": "dance"},
        {"do": "attribute", "id": first, "name": "x"},
    ):
        with pytest.raises(KeyError):
            local.driver.command(bad)


@pytest.mark.parametrize("seed", [1, 7])
def test_the_demo_has_what_a_clean_up_is_about(seed: int) -> None:
    """Of the demo's user: helpers left over, machines stopped for a week; and some of everyone else."""
    local = Local(60, seed=seed)
    listing = EngineProvider(local.engine).pages(Kind.INSTANCES, "us-east-1", Patience())
    rows = [row for page in listing for row in page.items]
    found = find(rows, {}, Circumstances(local.engine.now, names.USER))
    mine = [each for each in found.candidates if owner_of(each.row.tags) == names.USER]
    by_rule = Counter(each.suspicion.rule for each in mine)
    assert by_rule[Rule.HELPER] == 2
    assert by_rule[Rule.STOPPED] >= 2
    of_machines = set(Rule) - {Rule.AVAILABLE, Rule.ORPHAN}
    assert {each.suspicion.rule for each in found.candidates} == of_machines
    owners = {owner_of(row.tags) for row in rows if isinstance(row, Instance)}
    assert owners >= {names.USER, "", "jonas"}
    assert any(is_protected(row) for row in rows if owner_of(row.tags) == names.USER)
    volumes = world(local).volumes.values()
    data = [volume for volume in volumes if volume.attachments and not volume.snapshot_id]
    assert any(volume.attachments[0].delete_on_termination for volume in data)


def is_protected(row: Row) -> bool:
    return bool(protecting_tags(row.tags)) if isinstance(row, Instance) else False
