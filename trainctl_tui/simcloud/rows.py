"""The engine's answers as domain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.resources import (
    Attachment,
    Instance,
    InstanceStatus,
    ScheduledEvent,
    Snapshot,
    Tags,
    TypeSpec,
    Volume,
)
from trainctl_tui.providers.lookup import Modification


def instance(item: Mapping[str, Any], region: str, account: str) -> Instance:
    """Return a machine."""
    placement = item["Placement"]
    interfaces = item["NetworkInterfaces"]
    return Instance(
        id=item["InstanceId"],
        region=region,
        zone=placement["AvailabilityZone"],
        state=item["State"]["Name"],
        type=item["InstanceType"],
        launched_at=_seconds(item["LaunchTime"]),
        first_attached_at=_seconds(interfaces[0]["Attachment"]["AttachTime"]) if interfaces else None,
        lifecycle=item.get("InstanceLifecycle", ""),
        private_ip=item.get("PrivateIpAddress", ""),
        public_ip=item.get("PublicIpAddress", ""),
        private_dns=item["PrivateDnsName"],
        public_dns=item["PublicDnsName"],
        vpc_id=item.get("VpcId", ""),
        subnet_id=item.get("SubnetId", ""),
        security_groups=tuple((group["GroupId"], group["GroupName"]) for group in item["SecurityGroups"]),
        iam_profile=item.get("IamInstanceProfile", {}).get("Arn", ""),
        key_name=item.get("KeyName", ""),
        image_id=item["ImageId"],
        architecture=item["Architecture"],
        platform=item["PlatformDetails"],
        tenancy=placement["Tenancy"],
        root_device=item["RootDeviceName"],
        root_device_type=item["RootDeviceType"],
        state_reason=item.get("StateReason", {}).get("Message", ""),
        monitoring=item["Monitoring"]["State"],
        spot_request_id=item.get("SpotInstanceRequestId", ""),
        account=account,
        attachments=tuple(_disk_of(item["InstanceId"], mapping) for mapping in item["BlockDeviceMappings"]),
        tags=_tags(item),
        state_since=_changed(item.get("StateTransitionReason", "")),
    )


def volume(item: Mapping[str, Any], region: str) -> Volume:
    """Return a disk."""
    return Volume(
        id=item["VolumeId"],
        region=region,
        zone=item["AvailabilityZone"],
        state=item["State"],
        type=item["VolumeType"],
        size_gib=item["Size"],
        iops=item.get("Iops"),
        throughput=item.get("Throughput"),
        encrypted=item["Encrypted"],
        multi_attach=item["MultiAttachEnabled"],
        snapshot_id=item["SnapshotId"],
        kms_key=item.get("KmsKeyId", ""),
        created_at=_seconds(item["CreateTime"]),
        attachments=tuple(_holder(held) for held in item["Attachments"]),
        tags=_tags(item),
    )


def snapshot(item: Mapping[str, Any], region: str) -> Snapshot:
    """Return a copy of a disk."""
    return Snapshot(
        id=item["SnapshotId"],
        region=region,
        state=item["State"],
        progress=int(item["Progress"].rstrip("%")),
        volume_id=item["VolumeId"],
        size_gib=item["VolumeSize"],
        started_at=_seconds(item["StartTime"]),
        encrypted=item["Encrypted"],
        owner_id=item["OwnerId"],
        description=item["Description"],
        storage_tier=item["StorageTier"],
        kms_key=item.get("KmsKeyId", ""),
        tags=_tags(item),
    )


def modification(item: Mapping[str, Any]) -> Modification:
    """Read one item of DescribeVolumesModifications."""
    target = Change(
        type=item["TargetVolumeType"],
        size_gib=item["TargetSize"],
        iops=item.get("TargetIops"),
        throughput=item.get("TargetThroughput"),
    )
    return Modification(item["ModificationState"], target, _seconds(item["StartTime"]))


def status(item: Mapping[str, Any], region: str) -> InstanceStatus:
    """Return the health of a machine."""
    failed = tuple(
        f"{kind} {detail['Name']}"
        for kind, part in (("system", "SystemStatus"), ("instance", "InstanceStatus"))
        for detail in item[part].get("Details", ())
        if detail["Status"] == "failed"
    )
    events = tuple(
        ScheduledEvent(
            event["Code"], event["Description"], _seconds(event["NotBefore"]), _seconds(event["NotAfter"])
        )
        for event in item.get("Events", ())
    )
    system, own = item["SystemStatus"]["Status"], item["InstanceStatus"]["Status"]
    return InstanceStatus(item["InstanceId"], region, system, own, failed, events)


def type_spec(item: Mapping[str, Any], region: str) -> TypeSpec:
    """Return what a machine type has."""
    gpus = item.get("GpuInfo", {}).get("Gpus", ())
    first = gpus[0] if gpus else {}
    return TypeSpec(
        id=item["InstanceType"],
        region=region,
        vcpus=item["VCpuInfo"]["DefaultVCpus"],
        memory_mib=item["MemoryInfo"]["SizeInMiB"],
        gpu_name=f"{first.get('Manufacturer', '')} {first.get('Name', '')}".strip(),
        gpus=sum(gpu["Count"] for gpu in gpus),
        gpu_memory_mib=first.get("MemoryInfo", {}).get("SizeInMiB"),
        instance_storage_gb=item.get("InstanceStorageInfo", {}).get("TotalSizeInGB")
        if item["InstanceStorageSupported"]
        else 0,
    )


def _disk_of(instance_id: str, mapping: Mapping[str, Any]) -> Attachment:
    ebs = mapping["Ebs"]
    return Attachment(
        volume_id=ebs["VolumeId"],
        instance_id=instance_id,
        device=mapping["DeviceName"],
        state=ebs["Status"],
        attached_at=_seconds(ebs["AttachTime"]),
        delete_on_termination=ebs["DeleteOnTermination"],
    )


def _holder(held: Mapping[str, Any]) -> Attachment:
    return Attachment(
        volume_id=held["VolumeId"],
        instance_id=held["InstanceId"],
        device=held["Device"],
        state=held["State"],
        attached_at=_seconds(held["AttachTime"]),
        delete_on_termination=held["DeleteOnTermination"],
    )


def _tags(item: Mapping[str, Any]) -> Tags:
    return tuple((tag["Key"], tag["Value"]) for tag in item.get("Tags", ()))


def _seconds(value: datetime) -> float:
    return value.timestamp()


def _changed(reason: str) -> float | None:
    """Return when a transition was asked for: "User initiated (2026-11-20 12:01:33 GMT)"."""
    moment = reason.rpartition("(")[2].removesuffix(" GMT)")
    return datetime.fromisoformat(f"{moment}+00:00").timestamp() if reason.endswith(" GMT)") else None
