"""Volumes and snapshots: attach and detach take time, wrong acts are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simcloud.test_engine_instances import refused, run
from tests.support.cloud import Local
from trainctl_tui.simcloud.engine import lifecycle

ZONE = "us-east-1a"


@pytest.fixture
def empty() -> Local:
    return Local(0)


def machine(local: Local, zone: str = ZONE) -> str:
    (id,) = run(local, Placement={"AvailabilityZone": zone})
    local.advance(lifecycle.BOOT + 1)
    return id


def disk(local: Local, **params: Any) -> str:
    told = local.call("CreateVolume", **{"AvailabilityZone": ZONE, "Size": 10, "VolumeType": "gp3", **params})
    assert told["State"] == "creating"
    local.advance(lifecycle.CREATE_VOLUME + 1)
    return told["VolumeId"]


def look(local: Local, id: str) -> dict[str, Any]:
    return local.call("DescribeVolumes", VolumeIds=[id])["Volumes"][0]


def test_a_volume_is_attached_and_detached_in_time(empty: Local) -> None:
    host, volume = machine(empty), disk(empty)
    told = empty.call("AttachVolume", InstanceId=host, VolumeId=volume, Device="/dev/sdf")
    assert told["State"] == "attaching"
    assert look(empty, volume)["State"] == "in-use"
    empty.advance(lifecycle.ATTACH + 0.1)
    assert look(empty, volume)["Attachments"][0]["State"] == "attached"
    item = empty.call("DescribeInstances")["Reservations"][0]["Instances"][0]
    shown = {mapping["Ebs"]["VolumeId"]: mapping for mapping in item["BlockDeviceMappings"]}[volume]
    assert shown["DeviceName"] == "/dev/sdf"
    assert shown["Ebs"]["DeleteOnTermination"] is False
    assert empty.call("DetachVolume", VolumeId=volume)["State"] == "detaching"
    empty.advance(lifecycle.DETACH + 0.1)
    assert look(empty, volume)["State"] == "available"
    assert look(empty, volume)["Attachments"] == []


def test_wrong_attachments_are_refused(empty: Local) -> None:
    host, other = machine(empty), machine(empty, "us-east-1b")
    volume, second = disk(empty), disk(empty)

    def attach(instance: str, volume: str, device: str = "/dev/sdf") -> str:
        return refused(empty, "AttachVolume", InstanceId=instance, VolumeId=volume, Device=device)

    assert attach(other, volume) == "InvalidVolume.ZoneMismatch"
    assert attach(host, volume, "/dev/sda1") == "InvalidParameterValue"
    assert attach("i-0123456789abcdef0", volume) == "InvalidInstanceID.NotFound"
    empty.call("AttachVolume", InstanceId=host, VolumeId=volume, Device="/dev/sdf")
    assert attach(host, volume, "/dev/sdg") == "VolumeInUse"
    assert attach(host, second) == "InvalidParameterValue"
    empty.call("TerminateInstances", InstanceIds=[host])
    assert attach(host, second, "/dev/sdh") == "IncorrectState"


def test_wrong_detachments_are_refused(empty: Local) -> None:
    host, volume = machine(empty), disk(empty)
    root = empty.call("DescribeVolumes", Filters=[{"Name": "attachment.instance-id", "Values": [host]}])
    root_id = root["Volumes"][0]["VolumeId"]
    assert refused(empty, "DetachVolume", VolumeId=volume) == "IncorrectState"
    assert refused(empty, "DetachVolume", VolumeId=root_id) == "OperationNotPermitted"
    empty.call("AttachVolume", InstanceId=host, VolumeId=volume, Device="/dev/sdf")
    stranger = "i-0123456789abcdef0"
    assert (
        refused(empty, "DetachVolume", VolumeId=volume, InstanceId=stranger) == "InvalidAttachment.NotFound"
    )
    empty.call("DetachVolume", VolumeId=volume)
    assert refused(empty, "DetachVolume", VolumeId=volume) == "IncorrectState"


def test_only_free_volumes_are_deleted(empty: Local) -> None:
    host, volume = machine(empty), disk(empty)
    empty.call("AttachVolume", InstanceId=host, VolumeId=volume, Device="/dev/sdf")
    assert refused(empty, "DeleteVolume", VolumeId=volume) == "VolumeInUse"
    empty.call("DetachVolume", VolumeId=volume)
    empty.advance(60)
    assert refused(empty, "DeleteVolume", VolumeId=volume, DryRun=True) == "DryRunOperation"
    empty.call("DeleteVolume", VolumeId=volume)
    assert look(empty, volume)["State"] == "deleting"
    assert refused(empty, "DeleteVolume", VolumeId=volume) == "InvalidVolume.NotFound"
    empty.advance(lifecycle.DELETE_VOLUME + 1)
    assert refused(empty, "DescribeVolumes", VolumeIds=[volume]) == "InvalidVolume.NotFound"


def test_terminate_deletes_the_root_and_frees_the_data(empty: Local) -> None:
    host, volume = machine(empty), disk(empty)
    empty.call("AttachVolume", InstanceId=host, VolumeId=volume, Device="/dev/sdf")
    empty.advance(5)
    empty.call("TerminateInstances", InstanceIds=[host])
    empty.advance(lifecycle.SHUT_DOWN + 1)
    left = {item["VolumeId"]: item["State"] for item in empty.call("DescribeVolumes")["Volumes"]}
    assert left == {volume: "available"}


def test_mapped_disks_keep_their_delete_on_termination(empty: Local) -> None:
    ebs = {"VolumeSize": 50, "DeleteOnTermination": False}
    run(empty, BlockDeviceMappings=[{"DeviceName": "/dev/sda1"}, {"DeviceName": "/dev/sdf", "Ebs": ebs}])
    sizes = {
        v["Size"]: v["Attachments"][0]["DeleteOnTermination"]
        for v in empty.call("DescribeVolumes")["Volumes"]
    }
    assert sizes == {8: True, 50: False}


def test_a_volume_token_is_zonal(empty: Local) -> None:
    first = disk(empty, ClientToken="t")
    again = empty.call("CreateVolume", AvailabilityZone=ZONE, Size=10, VolumeType="gp3", ClientToken="t")
    assert again["VolumeId"] == first
    other = disk(empty, ClientToken="t", AvailabilityZone="us-east-1b")
    assert other != first
    code = refused(empty, "CreateVolume", AvailabilityZone=ZONE, Size=11, VolumeType="gp3", ClientToken="t")
    assert code == "IdempotentParameterMismatch"


def test_bad_volumes_are_refused(empty: Local) -> None:
    for params, code in (
        ({"AvailabilityZone": "us-east-1q", "Size": 1}, "InvalidZone.NotFound"),
        ({"AvailabilityZone": ZONE, "Size": 1, "VolumeType": "floppy"}, "UnknownVolumeType"),
        ({"AvailabilityZone": ZONE}, "MissingParameter"),
        ({"Size": 1}, "MissingParameter"),
        ({"AvailabilityZone": ZONE, "SnapshotId": "snap-0123456789abcdef0"}, "InvalidSnapshot.NotFound"),
    ):
        assert refused(empty, "CreateVolume", **params) == code


def test_a_snapshot_moves_from_nothing_to_completed(empty: Local) -> None:
    volume = disk(empty, Size=100)
    told = empty.call("CreateSnapshot", VolumeId=volume, Description="before")
    id = told["SnapshotId"]
    assert (told["State"], told["Progress"]) == ("pending", "0%")
    assert refused(empty, "CreateVolume", AvailabilityZone=ZONE, SnapshotId=id) == "IncorrectState"

    def shown() -> dict[str, Any]:
        return empty.call("DescribeSnapshots", SnapshotIds=[id])["Snapshots"][0]

    seen = []
    while shown()["State"] == "pending":
        seen.append(int(shown()["Progress"].rstrip("%")))
        empty.advance(10)
    assert seen == sorted(seen)
    assert len(set(seen)) >= 5
    assert shown()["Progress"] == "100%"
    assert shown()["CompletionTime"] > shown()["StartTime"]
    restored = empty.call("CreateVolume", AvailabilityZone=ZONE, SnapshotId=id)
    assert (restored["Size"], restored["SnapshotId"]) == (100, id)
    small = refused(empty, "CreateVolume", AvailabilityZone=ZONE, SnapshotId=id, Size=50)
    assert small == "InvalidParameterValue"
    empty.call("DeleteSnapshot", SnapshotId=id)
    assert refused(empty, "DescribeSnapshots", SnapshotIds=[id]) == "InvalidSnapshot.NotFound"
    assert refused(empty, "DeleteSnapshot", SnapshotId=id) == "InvalidSnapshot.NotFound"


def test_a_shared_volume_may_have_two_hosts(empty: Local) -> None:
    first, second = machine(empty), machine(empty)
    volume = disk(empty, VolumeType="io2", MultiAttachEnabled=True)
    for host in (first, second):
        empty.call("AttachVolume", InstanceId=host, VolumeId=volume, Device="/dev/sdf")
        empty.advance(5)
    assert refused(empty, "DetachVolume", VolumeId=volume) == "MissingParameter"
    empty.call("DetachVolume", VolumeId=volume, InstanceId=first)
    empty.advance(5)
    assert look(empty, volume)["State"] == "in-use"
    assert [held["InstanceId"] for held in look(empty, volume)["Attachments"]] == [second]
