"""The calls that make, attach, detach and delete volumes, and make and delete snapshots."""

from __future__ import annotations

from typing import Any

from trainctl_tui.simcloud.engine import lifecycle, render
from trainctl_tui.simcloud.engine.context import Answer, Context, Params
from trainctl_tui.simcloud.engine.errors import (
    EngineError,
    dry_run,
    invalid,
    missing,
    no_instances,
    no_snapshot,
    no_volume,
)
from trainctl_tui.simcloud.engine.instances import tags_for
from trainctl_tui.simcloud.engine.records import AttachmentRecord, SnapshotRecord, VolumeRecord
from trainctl_tui.simcloud.engine.tokens import remember, remembered
from trainctl_tui.simcloud.engine.validate import check_ids

VOLUME_TYPES = frozenset({"gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"})
SECONDS_PER_GIB = 0.4


def create_volume(context: Context, params: Params) -> Answer:
    """Answer CreateVolume; its client token is zonal."""
    zone = params.get("AvailabilityZone", "")
    if not zone:
        raise missing("availabilityZone")
    if zone not in context.world.zones():
        raise EngineError("InvalidZone.NotFound", f"The zone '{zone}' does not exist.")
    kind = params.get("VolumeType", "gp2")
    if kind not in VOLUME_TYPES:
        raise EngineError("UnknownVolumeType", f"Unknown volume type: {kind}")
    size = _size(context, params)
    if params.get("DryRun"):
        raise dry_run()
    if ids := remembered(context, params, zone):
        if ids[0] not in context.world.volumes:
            raise no_volume(ids[0])
        return render.volume(context.world.volumes[ids[0]])
    volume = VolumeRecord(
        id=context.world.new_id("vol"),
        sequence=context.world.next_sequence(),
        zone=zone,
        state="creating",
        type=kind,
        size_gib=size,
        created_at=context.now,
        iops=params.get("Iops", max(100, min(16000, 3 * size)) if kind == "gp2" else 3000),
        throughput=params.get("Throughput", 125) if kind == "gp3" else None,
        encrypted=bool(params.get("Encrypted")),
        kms_key=params.get("KmsKeyId", ""),
        multi_attach=bool(params.get("MultiAttachEnabled")),
        snapshot_id=params.get("SnapshotId", ""),
        tags=tags_for(params, "volume"),
    )
    lifecycle.create_volume(context, volume)
    remember(context, params, zone, (volume.id,))
    return render.volume(volume)


def attach_volume(context: Context, params: Params) -> Answer:
    """Answer AttachVolume: same zone, a free device, a volume that may be shared or is free."""
    volume = _volume(context, params)
    instance = context.world.instances.get(params.get("InstanceId", ""))
    if instance is None:
        raise no_instances([params.get("InstanceId", "")])
    device = params.get("Device", "")
    if not device:
        raise missing("device")
    if volume.zone != instance.zone:
        raise EngineError(
            "InvalidVolume.ZoneMismatch",
            f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'",
        )
    if instance.state not in ("running", "stopped"):
        raise EngineError(
            "IncorrectState", f"Instance '{instance.id}' is not 'running' or 'stopped' ({instance.state})."
        )
    if volume.attachments and not (volume.multi_attach and volume.state == "in-use"):
        raise EngineError("VolumeInUse", f"{volume.id} is already attached to an instance")
    if volume.state not in ("available", "in-use"):
        raise EngineError("IncorrectState", f"Volume '{volume.id}' is not 'available'.")
    if device in _devices(context, instance.id):
        raise invalid("unixDevice", device, f"{device} is already in use")
    if params.get("DryRun"):
        raise dry_run()
    return render.attachment(lifecycle.attach(context, volume, instance, device), volume.id)


def detach_volume(context: Context, params: Params) -> Answer:
    """Answer DetachVolume."""
    volume = _volume(context, params)
    held = _held(volume, params)
    if held.device == _root_device(context, held) and _state(context, held) not in ("stopped", ""):
        raise EngineError(
            "OperationNotPermitted",
            f"Unable to detach root volume '{volume.id}' from instance '{held.instance_id}'",
        )
    if held.state == "detaching" and not params.get("Force"):
        raise EngineError("IncorrectState", f"Volume '{volume.id}' is already detaching.")
    if params.get("DryRun"):
        raise dry_run()
    lifecycle.detach(context, volume, held)
    return render.attachment(held, volume.id)


def delete_volume(context: Context, params: Params) -> Answer:
    """Answer DeleteVolume: only a volume that nobody holds."""
    volume = _volume(context, params)
    if volume.attachments:
        raise EngineError(
            "VolumeInUse", f"Volume {volume.id} is currently attached to {volume.attachments[0].instance_id}"
        )
    if volume.state == "deleting":
        raise no_volume(volume.id)
    if volume.state not in ("available", "error"):
        raise EngineError("IncorrectState", f"Volume '{volume.id}' is in state {volume.state}.")
    if params.get("DryRun"):
        raise dry_run()
    lifecycle.delete_volume(context, volume)
    return {}


def create_snapshot(context: Context, params: Params) -> Answer:
    """Answer CreateSnapshot: pending, for longer the larger the volume."""
    volume = _volume(context, params)
    if volume.state not in ("available", "in-use"):
        raise EngineError("IncorrectState", f"Volume '{volume.id}' is in state {volume.state}.")
    if params.get("DryRun"):
        raise dry_run()
    snapshot = SnapshotRecord(
        id=context.world.new_id("snap"),
        sequence=context.world.next_sequence(),
        volume_id=volume.id,
        size_gib=volume.size_gib,
        state="pending",
        started_at=context.now,
        takes=20.0 + SECONDS_PER_GIB * volume.size_gib,
        description=params.get("Description", ""),
        encrypted=volume.encrypted,
        kms_key=volume.kms_key,
        tags=tags_for(params, "snapshot"),
    )
    lifecycle.take_snapshot(context, snapshot)
    return render.snapshot(snapshot, context.world.account, context.now)


def delete_snapshot(context: Context, params: Params) -> Answer:
    """Answer DeleteSnapshot: gone at once."""
    id = params.get("SnapshotId", "")
    check_ids("Snapshot", [id])
    snapshot = context.world.snapshots.get(id)
    if snapshot is None:
        raise no_snapshot(id)
    if snapshot.images:
        raise EngineError(
            "InvalidSnapshot.InUse", f"The snapshot {id} is currently in use by {snapshot.images[0]}"
        )
    if params.get("DryRun"):
        raise dry_run()
    context.drop(snapshot)
    return {}


def _size(context: Context, params: Params) -> int:
    source = params.get("SnapshotId")
    if source is None:
        if "Size" not in params:
            raise missing("size/snapshot")
        least = 1
    else:
        check_ids("Snapshot", [source])
        snapshot = context.world.snapshots.get(source)
        if snapshot is None:
            raise no_snapshot(source)
        if snapshot.state != "completed":
            raise EngineError("IncorrectState", f"Snapshot is in invalid state - {snapshot.state}")
        least = snapshot.size_gib
    size: int = params.get("Size", least)
    if size < least:
        raise invalid("size", size, f"Expecting at least {least}.")
    return size


def _volume(context: Context, params: Params) -> VolumeRecord:
    id = params.get("VolumeId", "")
    if not id:
        raise missing("volumeId")
    check_ids("Volume", [id])
    volume = context.world.volumes.get(id)
    if volume is None:
        raise no_volume(id)
    return volume


def _held(volume: VolumeRecord, params: Params) -> AttachmentRecord:
    wanted: dict[str, Any] = {"instance_id": params.get("InstanceId"), "device": params.get("Device")}
    fits = [
        held
        for held in volume.attachments
        if all(value in (None, getattr(held, name)) for name, value in wanted.items())
    ]
    if not volume.attachments:
        raise EngineError("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")
    if not fits:
        raise EngineError(
            "InvalidAttachment.NotFound",
            f"The volume '{volume.id}' is not attached to instance '{params.get('InstanceId')}'"
            f" as device '{params.get('Device')}'.",
        )
    if len(fits) > 1:
        raise missing("instanceId")
    return fits[0]


def _devices(context: Context, instance_id: str) -> set[str]:
    return {
        held.device
        for volume in context.world.volumes.values()
        for held in volume.attachments
        if held.instance_id == instance_id
    }


def _root_device(context: Context, held: AttachmentRecord) -> str:
    holder = context.world.instances.get(held.instance_id)
    return holder.root_device if holder else ""


def _state(context: Context, held: AttachmentRecord) -> str:
    holder = context.world.instances.get(held.instance_id)
    return holder.state if holder else ""


OPERATIONS = {
    "AttachVolume": attach_volume,
    "CreateSnapshot": create_snapshot,
    "CreateVolume": create_volume,
    "DeleteSnapshot": delete_snapshot,
    "DeleteVolume": delete_volume,
    "DetachVolume": detach_volume,
}
