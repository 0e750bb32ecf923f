"""botocore's dicts to rows: the way for small answers, and for bulk answers that ``sweep.py`` declines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trainctl_tui.domain.resources import (
    Attachment,
    Instance,
    InstanceStatus,
    Row,
    ScheduledEvent,
    Snapshot,
    Tags,
    TypeSpec,
    Volume,
)
from trainctl_tui.providers.aws.words import failed_checks, is_primary, of_datetime, percent, transition_time

Shape = Mapping[str, Any]
ReadShapes = Callable[[Sequence[Shape], str], tuple[Row, ...]]


def read_reservations(reservations: Sequence[Shape], region: str) -> tuple[Row, ...]:
    """Return the instances of all reservations."""
    return tuple(
        _instance(machine, region, reservation.get("OwnerId", ""))
        for reservation in reservations
        for machine in reservation.get("Instances", ())
    )


def read_volumes(volumes: Sequence[Shape], region: str) -> tuple[Row, ...]:
    """Return the volumes."""
    return tuple(
        Volume(
            id=volume.get("VolumeId", ""),
            region=region,
            zone=volume.get("AvailabilityZone", ""),
            state=volume.get("State", ""),
            type=volume.get("VolumeType", ""),
            size_gib=volume.get("Size"),
            iops=volume.get("Iops"),
            throughput=volume.get("Throughput"),
            encrypted=volume.get("Encrypted"),
            multi_attach=volume.get("MultiAttachEnabled"),
            snapshot_id=volume.get("SnapshotId", ""),
            kms_key=volume.get("KmsKeyId", ""),
            created_at=of_datetime(volume.get("CreateTime")),
            attachments=tuple(
                Attachment(
                    volume_id=attachment.get("VolumeId", ""),
                    instance_id=attachment.get("InstanceId", ""),
                    device=attachment.get("Device", ""),
                    state=attachment.get("State", ""),
                    attached_at=of_datetime(attachment.get("AttachTime")),
                    delete_on_termination=attachment.get("DeleteOnTermination"),
                )
                for attachment in volume.get("Attachments", ())
            ),
            tags=_tags(volume),
        )
        for volume in volumes
    )


def read_snapshots(snapshots: Sequence[Shape], region: str) -> tuple[Row, ...]:
    """Return the snapshots."""
    return tuple(
        Snapshot(
            id=snapshot.get("SnapshotId", ""),
            region=region,
            state=snapshot.get("State", ""),
            progress=percent(snapshot.get("Progress")),
            volume_id=snapshot.get("VolumeId", ""),
            size_gib=snapshot.get("VolumeSize"),
            started_at=of_datetime(snapshot.get("StartTime")),
            encrypted=snapshot.get("Encrypted"),
            owner_id=snapshot.get("OwnerId", ""),
            description=snapshot.get("Description", ""),
            storage_tier=snapshot.get("StorageTier", ""),
            kms_key=snapshot.get("KmsKeyId", ""),
            tags=_tags(snapshot),
        )
        for snapshot in snapshots
    )


def read_statuses(statuses: Sequence[Shape], region: str) -> tuple[Row, ...]:
    """Return the statuses of instances."""
    return tuple(_status(status, region) for status in statuses)


def read_types(types: Sequence[Shape], region: str) -> tuple[Row, ...]:
    """Return what instance types have. A type without GpuInfo is known to have none."""
    return tuple(_type(spec, region) for spec in types)


def _instance(machine: Shape, region: str, owner: str) -> Instance:
    placement: Shape = machine.get("Placement", {})
    return Instance(
        id=machine.get("InstanceId", ""),
        region=region,
        zone=placement.get("AvailabilityZone", ""),
        state=machine.get("State", {}).get("Name", ""),
        type=machine.get("InstanceType", ""),
        launched_at=of_datetime(machine.get("LaunchTime")),
        first_attached_at=_first_attached(machine),
        lifecycle=machine.get("InstanceLifecycle", ""),
        private_ip=machine.get("PrivateIpAddress", ""),
        public_ip=machine.get("PublicIpAddress", ""),
        private_dns=machine.get("PrivateDnsName", ""),
        public_dns=machine.get("PublicDnsName", ""),
        vpc_id=machine.get("VpcId", ""),
        subnet_id=machine.get("SubnetId", ""),
        security_groups=_groups(machine),
        iam_profile=machine.get("IamInstanceProfile", {}).get("Arn", ""),
        key_name=machine.get("KeyName", ""),
        image_id=machine.get("ImageId", ""),
        architecture=machine.get("Architecture", ""),
        platform=machine.get("PlatformDetails", "") or machine.get("Platform", ""),
        tenancy=placement.get("Tenancy", ""),
        root_device=machine.get("RootDeviceName", ""),
        root_device_type=machine.get("RootDeviceType", ""),
        state_reason=_state_reason(machine),
        monitoring=machine.get("Monitoring", {}).get("State", ""),
        spot_request_id=machine.get("SpotInstanceRequestId", ""),
        account=owner,
        attachments=tuple(
            _attachment(mapping, machine.get("InstanceId", ""))
            for mapping in machine.get("BlockDeviceMappings", ())
        ),
        tags=_tags(machine),
        state_since=transition_time(machine.get("StateTransitionReason")),
    )


def _groups(machine: Shape) -> tuple[tuple[str, str], ...]:
    groups = machine.get("SecurityGroups", ())
    return tuple((group.get("GroupId", ""), group.get("GroupName", "")) for group in groups)


def _state_reason(machine: Shape) -> str:
    told: str = machine.get("StateReason", {}).get("Message", "")
    return told or machine.get("StateTransitionReason", "")


def _attachment(mapping: Shape, instance_id: str) -> Attachment:
    disk: Shape = mapping.get("Ebs", {})
    return Attachment(
        volume_id=disk.get("VolumeId", ""),
        instance_id=instance_id,
        device=mapping.get("DeviceName", ""),
        state=disk.get("Status", ""),
        attached_at=of_datetime(disk.get("AttachTime")),
        delete_on_termination=disk.get("DeleteOnTermination"),
    )


def _first_attached(machine: Shape) -> float | None:
    for interface in machine.get("NetworkInterfaces", ()):
        attachment: Shape = interface.get("Attachment", {})
        if is_primary(attachment.get("DeviceIndex"), attachment.get("NetworkCardIndex")):
            return of_datetime(attachment.get("AttachTime"))
    return None


def _status(status: Shape, region: str) -> InstanceStatus:
    system: Shape = status.get("SystemStatus", {})
    instance: Shape = status.get("InstanceStatus", {})
    disks: Shape = status.get("AttachedEbsStatus", {})
    checks = [
        (whose, check.get("Name", ""), check.get("Status", ""))
        for whose, found in (("system", system), ("instance", instance), ("ebs", disks))
        for check in found.get("Details", ())
    ]
    return InstanceStatus(
        id=status.get("InstanceId", ""),
        region=region,
        system=system.get("Status", ""),
        instance=instance.get("Status", ""),
        failed=failed_checks(checks),
        events=tuple(
            ScheduledEvent(
                code=event.get("Code", ""),
                description=event.get("Description", ""),
                not_before=of_datetime(event.get("NotBefore")),
                not_after=of_datetime(event.get("NotAfter")),
            )
            for event in status.get("Events", ())
        ),
    )


def _type(spec: Shape, region: str) -> TypeSpec:
    gpus: Sequence[Shape] = spec.get("GpuInfo", {}).get("Gpus", ())
    first: Shape = gpus[0] if gpus else {}
    maker, name = first.get("Manufacturer", ""), first.get("Name", "")
    storage = spec.get("InstanceStorageInfo", {}).get("TotalSizeInGB")
    if storage is None and spec.get("InstanceStorageSupported") is False:
        storage = 0
    return TypeSpec(
        id=spec.get("InstanceType", ""),
        region=region,
        vcpus=spec.get("VCpuInfo", {}).get("DefaultVCpus"),
        memory_mib=spec.get("MemoryInfo", {}).get("SizeInMiB"),
        gpu_name=f"{maker} {name}".strip(),
        gpus=sum(gpu.get("Count") or 1 for gpu in gpus),
        gpu_memory_mib=first.get("MemoryInfo", {}).get("SizeInMiB"),
        instance_storage_gb=storage,
    )


def _tags(shape: Shape) -> Tags:
    return tuple((tag.get("Key", ""), tag.get("Value", "")) for tag in shape.get("Tags", ()))
