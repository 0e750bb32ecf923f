"""The contract of acts on volumes, snapshots and tags, on both faces of one engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.support.approving import ordered
from tests.support.cloud import NOW, Local
from tests.support.faces import NOBODY_WAITS, REGION, Face, Sides, facts, one
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.disks import Holder
from trainctl_tui.domain.errors import Conflict, NotFound, Refused, TrainctlError
from trainctl_tui.domain.orders import Change, Order
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.base import AS_ASKED, DETACHED, NOT_YET, Observed, ProviderOptions, Receipt
from trainctl_tui.simcloud.engine.records import InstanceRecord, VolumeRecord
from trainctl_tui.simcloud.wire.faults import Rule

MARK = "01OPERATION"
GONE = "vol-0123456789abcdef0"


def free(local: Local, zone: str = "us-east-1a") -> str:
    """Return the id of a new volume that nobody holds."""
    id: str = local.call("CreateVolume", AvailabilityZone=zone, Size=100, VolumeType="gp2")["VolumeId"]
    local.advance(600)
    return id


def volume(local: Local, id: str) -> VolumeRecord:
    return local.engine.world(REGION).volumes[id]


def holder(local: Local) -> tuple[InstanceRecord, str]:
    """Return a machine that runs with a data volume."""
    record = one(local, "running")
    id = free(local, record.zone)
    local.call("AttachVolume", VolumeId=id, InstanceId=record.id, Device="/dev/sdz")
    local.advance(60)
    return record, id


def send(provider: Face, order: Order, *ids: str) -> Receipt:
    with ordered(order, *ids):
        told: Receipt = provider.act(order, REGION, ids, NOBODY_WAITS)
        return told


def seen(provider: Face, order: Order, id: str) -> Observed | None:
    told: dict[str, Observed] = provider.observe(order, REGION, [id], NOBODY_WAITS)
    return told.get(id)


def order_of(act: Act, id: str, **asked: object) -> Order:
    return Order(act, {id: Change(**asked)}, MARK)  # type: ignore[arg-type]


# ---- facts ----


def test_facts_of_a_volume_tell_who_holds_it_and_what_copies_there_are(local: Local, provider: Face) -> None:
    record, id = holder(local)
    local.call("CreateTags", Resources=[id], Tags=[{"Key": "trainctl:protected", "Value": "true"}])
    old = local.call("CreateSnapshot", VolumeId=id)["SnapshotId"]
    local.advance(3600)
    local.call("CreateSnapshot", VolumeId=id)
    (told,) = facts(provider, id)
    assert (told.kind, told.state, told.zone, told.type) == (Kind.VOLUMES, "in-use", record.zone, "gp2")
    assert told.tags == (("trainctl:protected", "true"),)
    assert told.disk is not None
    assert told.disk.holders == (
        Holder(record.id, "/dev/sdz", "attached", "running", False, False, record.tags.get("Name", "")),
    )
    assert (told.disk.size_gib, told.disk.modification) == (100, "")
    assert told.disk.snapshots == 2
    taken = local.engine.world(REGION).snapshots[old].started_at
    assert told.disk.snapshot_at == pytest.approx(taken, abs=1)  # the newer one is not complete


def test_facts_of_a_snapshot_tell_its_volume_and_the_images_that_use_it(local: Local, provider: Face) -> None:
    id = free(local)
    kept, lost = (local.call("CreateSnapshot", VolumeId=id)["SnapshotId"] for _ in range(2))
    local.advance(3600)
    local.engine.world(REGION).snapshots[kept].images = ("ami-1",)
    (told,) = facts(provider, kept)
    assert told.copy is not None
    assert (told.kind, told.state, told.copy.volume_exists) == (Kind.SNAPSHOTS, "completed", True)
    assert told.copy.images == ("ami-1",)
    local.call("DeleteVolume", VolumeId=id)
    local.advance(600)
    (told,) = facts(provider, lost)
    assert told.copy is not None
    assert (told.copy.volume_exists, told.copy.images) == (False, ())


def test_an_attach_is_judged_by_its_machine_too(local: Local, provider: Face) -> None:
    record, held = holder(local)
    id = free(local, record.zone)
    (told,) = provider.facts(REGION, [id], NOBODY_WAITS, {id: Change(instance=record.id)})
    assert told.host is not None
    assert (told.host.id, told.host.zone, told.host.state) == (record.id, record.zone, "running")
    assert {"/dev/sdz", record.root_device} <= set(told.host.devices)
    (told,) = provider.facts(REGION, [id], NOBODY_WAITS, {id: Change(instance="i-0123456789abcdef0")})
    assert told.host is not None
    assert not told.host.state
    (told,) = facts(provider, held)
    assert told.host is None


def test_what_is_not_there_has_no_state_and_what_is_to_be_made_is_new(provider: Face) -> None:
    unknown, new = provider.facts(
        REGION, [GONE, "new-0123"], NOBODY_WAITS, {"new-0123": Change(zone="us-east-1a", type="gp3")}
    )
    assert not unknown.is_known
    assert (new.state, new.zone, new.type, new.kind) == ("new", "us-east-1a", "", Kind.VOLUMES)


def test_what_may_not_be_read_of_a_volume_is_unknown(sides: Sides) -> None:
    _, id = holder(sides.local)
    denied = ("DescribeInstances", "DescribeSnapshots", "DescribeVolumesModifications")
    sides.faults.replace(tuple(Rule("denied", action=operation) for operation in denied), 0)
    (told,) = facts(sides.opened(ProviderOptions()), id)
    assert told.disk is not None
    assert (told.disk.snapshots, told.disk.modification) == (None, None)
    assert [(one.state, one.is_root) for one in told.disk.holders] == [("", None)]


# ---- acts ----


def test_attach_and_detach_are_seen_to_their_end(local: Local, provider: Face) -> None:
    record = one(local, "running")
    id = free(local, record.zone)
    attach = order_of(Act.ATTACH, id, instance=record.id, device="/dev/sdx")
    assert seen(provider, attach, id) == Observed(DETACHED)
    assert send(provider, attach, id).request_id
    assert seen(provider, attach, id) == Observed("attaching")
    local.advance(60)
    assert seen(provider, attach, id) == Observed("attached")
    detach = order_of(Act.DETACH, id, instance=record.id, device="/dev/sdx")
    assert seen(provider, detach, id) == Observed("attached")
    send(provider, detach, id)
    assert seen(provider, detach, id) == Observed("detaching")
    local.advance(60)
    assert seen(provider, detach, id) == Observed(DETACHED)


def test_a_volume_and_a_snapshot_are_deleted(local: Local, provider: Face) -> None:
    id = free(local)
    copy = local.call("CreateSnapshot", VolumeId=id)["SnapshotId"]
    local.advance(600)
    order = Order(Act.DELETE, mark=MARK)
    assert seen(provider, order, id) == Observed("available")
    send(provider, order, id)
    assert seen(provider, order, id) == Observed("deleting")
    local.advance(600)
    assert seen(provider, order, id) is None
    assert seen(provider, order, copy) == Observed("completed")
    send(provider, order, copy)
    assert seen(provider, order, copy) is None
    with pytest.raises(NotFound):
        send(provider, order, id)


def test_a_snapshot_that_an_image_uses_is_not_deleted(local: Local, provider: Face) -> None:
    copy = local.call("CreateSnapshot", VolumeId=free(local))["SnapshotId"]
    local.advance(600)
    local.engine.world(REGION).snapshots[copy].images = ("ami-1",)
    with pytest.raises(TrainctlError) as caught:
        send(provider, Order(Act.DELETE, mark=MARK), copy)
    assert caught.value.code == "InvalidSnapshot.InUse"


def test_a_modification_is_seen_by_its_values(local: Local, provider: Face) -> None:
    id = free(local)
    order = order_of(Act.MODIFY, id, type="gp3", size_gib=200, iops=4000, throughput=250)
    assert seen(provider, order, id) == Observed(NOT_YET)
    send(provider, order, id)
    assert seen(provider, order, id) == Observed("modifying")
    local.advance(30)
    assert seen(provider, order, id) == Observed("optimizing")
    assert (volume(local, id).type, volume(local, id).size_gib) == ("gp3", 200)
    local.advance(600)
    assert seen(provider, order, id) == Observed("completed")
    assert seen(provider, order_of(Act.MODIFY, id, size_gib=300), id) == Observed(NOT_YET)
    with pytest.raises(TrainctlError) as caught:
        send(provider, order_of(Act.MODIFY, id, size_gib=300), id)
    assert caught.value.code == "VolumeModificationRateExceeded"


def test_a_volume_is_kept_when_its_machine_goes(local: Local, provider: Face) -> None:
    record, id = holder(local)
    local.call(
        "ModifyInstanceAttribute",
        InstanceId=record.id,
        BlockDeviceMappings=[{"DeviceName": "/dev/sdz", "Ebs": {"DeleteOnTermination": True}}],
    )
    order = order_of(Act.KEEP, id, instance=record.id, device="/dev/sdz")
    assert seen(provider, order, id) == Observed(NOT_YET)
    send(provider, order, id)
    assert seen(provider, order, id) == Observed(AS_ASKED)
    assert volume(local, id).attachments[0].delete_on_termination is False


def test_what_is_made_carries_the_mark_and_is_found_by_it(local: Local, provider: Face) -> None:
    id = free(local)
    order = order_of(Act.SNAPSHOT, id, description="before the clean-up", tags=(("Name", "copy"),))
    assert seen(provider, order, id) is None
    made = send(provider, order, id).made[id]
    told = seen(provider, order, id)
    assert told is not None
    assert (told.state, told.made, told.progress) == ("pending", made, 0)
    assert local.engine.world(REGION).snapshots[made].tags == {
        "Name": "copy",
        "trainctl:op": f"{MARK}/{id}",
    }
    local.advance(3600)
    again = order_of(Act.RESTORE, made, zone="us-east-1b", type="gp3", tags=(("trainctl:protected", "true"),))
    restored = send(provider, again, made).made[made]
    assert send(provider, again, made).made[made] == restored  # the token makes no second one
    assert volume(local, restored).tags["trainctl:protected"] == "true"
    assert volume(local, restored).snapshot_id == made
    local.advance(60)
    assert seen(provider, again, made) == Observed("available", restored)
    new = order_of(Act.CREATE, "new-0123", zone="us-east-1a", size_gib=10, type="gp3", encrypted=True)
    created = send(provider, new, "new-0123").made["new-0123"]
    assert (volume(local, created).size_gib, volume(local, created).encrypted) == (10, True)


@pytest.mark.parametrize(
    ("act", "change"),
    [
        (Act.PROTECT, Change(tags=(("trainctl:protected", "true"),))),
        (Act.TAG, Change(tags=(("team", "nlp"), ("Name", "ünï")))),
    ],
)
def test_tags_are_set_on_every_kind_by_one_call(
    local: Local, provider: Face, act: Act, change: Change
) -> None:
    record, id = holder(local)
    copy = local.call("CreateSnapshot", VolumeId=id)["SnapshotId"]
    ids = (record.id, id, copy)
    order = Order(act, dict.fromkeys(ids, change), MARK)
    for each in ids:
        assert seen(provider, order, each) == Observed(NOT_YET)
    send(provider, order, *ids)
    for each in ids:
        assert seen(provider, order, each) == Observed(AS_ASKED)
    back = Order(Act.UNPROTECT, dict.fromkeys(ids, Change(untag=tuple(dict(change.tags)))), MARK)
    assert seen(provider, back, id) == Observed(NOT_YET)
    send(provider, back, *ids)
    assert seen(provider, back, id) == Observed(AS_ASKED)
    assert not volume(local, id).tags


# ---- the gate ----


@pytest.mark.parametrize(
    "bent",
    [
        lambda order, id: replace(order, changes={id: replace(order.of(id), device="/dev/sdy")}),
        lambda order, id: replace(order, changes={id: replace(order.of(id), instance="i-0123456789abcdef0")}),
        lambda order, _id: replace(order, act=Act.DETACH),
    ],
)
def test_only_what_was_confirmed_is_sent(
    local: Local, provider: Face, bent: Callable[[Order, str], Order]
) -> None:
    record = one(local, "running")
    id = free(local, record.zone)
    order = order_of(Act.ATTACH, id, instance=record.id, device="/dev/sdx")
    with ordered(order, id), pytest.raises(Refused):
        provider.act(bent(order, id), REGION, [id], NOBODY_WAITS)
    with pytest.raises(Refused):
        provider.act(order, REGION, [id], NOBODY_WAITS)
    assert not volume(local, id).attachments


def test_what_is_made_carries_the_mark_of_the_operation_in_force(local: Local, provider: Face) -> None:
    id = free(local)
    order = order_of(Act.SNAPSHOT, id)
    with ordered(order, id), pytest.raises(Refused):
        provider.act(replace(order, mark="another"), REGION, [id], NOBODY_WAITS)
    assert not [one for one in local.engine.world(REGION).snapshots.values() if one.volume_id == id]


def test_a_rehearsal_changes_nothing_and_says_what_forbids_it(local: Local, provider: Face) -> None:
    record, held = holder(local)
    id = free(local, record.zone)
    provider.rehearse(Order(Act.DELETE, mark=MARK), REGION, [id, held], NOBODY_WAITS)
    with pytest.raises(Conflict):
        provider.rehearse(Order(Act.DELETE, mark=MARK), REGION, [held, id], NOBODY_WAITS)
    assert volume(local, id).state == "available"
    assert volume(local, id).created_at >= NOW
