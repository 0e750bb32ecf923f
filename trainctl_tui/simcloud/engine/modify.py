"""The calls that change a volume in place and tell of it, and those that tell which images use a snapshot."""

from __future__ import annotations

from typing import Any

from trainctl_tui.simcloud.engine import filters
from trainctl_tui.simcloud.engine.context import Answer, Context, Params, moment
from trainctl_tui.simcloud.engine.errors import EngineError, dry_run, invalid, no_volume
from trainctl_tui.simcloud.engine.filters import path
from trainctl_tui.simcloud.engine.paging import paged
from trainctl_tui.simcloud.engine.records import ModificationRecord, VolumeRecord
from trainctl_tui.simcloud.engine.validate import check_ids

MODIFYING = 8.0
OPTIMIZING = 120.0
AGAIN = 6 * 3600.0
"""Seconds after which a volume may be modified again (EBS user guide, "Modify a volume")."""

_SPEEDS = {"gp3": (3000, 125), "gp2": (None, None), "io1": (100, None), "io2": (100, None)}
_MODIFICATION_FILTERS = {
    "modification-state": path("ModificationState"),
    "volume-id": path("VolumeId"),
}
_IMAGE_FILTERS = {"block-device-mapping.snapshot-id": path("BlockDeviceMappings", "Ebs", "SnapshotId")}


def modify_volume(context: Context, params: Params) -> Answer:
    """Answer ModifyVolume: modifying, then optimizing with the new values, then completed."""
    id = params.get("VolumeId", "")
    check_ids("Volume", [id])
    volume = context.world.volumes.get(id)
    if volume is None:
        raise no_volume(id)
    target = _target(volume, params)
    _check(context, volume, target)
    if params.get("DryRun"):
        raise dry_run()
    volume.modification = target
    context.changed(volume)

    def optimizing() -> None:
        if volume.modification is target:
            target.state = "optimizing"
            volume.type, volume.size_gib = target.type, target.size_gib
            volume.iops, volume.throughput = target.iops, target.throughput
            context.changed(volume)

    def completed() -> None:
        if volume.modification is target:
            target.state = "completed"
            context.changed(volume)

    context.engine.later(MODIFYING, optimizing)
    context.engine.later(MODIFYING + OPTIMIZING, completed)
    return {"VolumeModification": _shown(volume, target)}


def describe_volumes_modifications(context: Context, params: Params) -> Answer:
    """Answer DescribeVolumesModifications: the last change of each volume that was ever changed."""
    if params.get("DryRun"):
        raise dry_run()
    wanted = params.get("VolumeIds")
    volumes = [
        volume
        for volume in context.seen.volumes.values()
        if volume.modification and (not wanted or volume.id in wanted)
    ]

    def show(volume: VolumeRecord) -> Answer:
        assert volume.modification is not None
        return _shown(volume, volume.modification)

    asked = params.get("Filters", ())
    filters.check(asked, _MODIFICATION_FILTERS)
    kept = [one for one in volumes if filters.meets(show(one), asked, _MODIFICATION_FILTERS)]
    kept.sort(key=lambda volume: volume.sequence)
    page, token = paged(kept, params, "DescribeVolumesModifications", lambda volume: volume.sequence)
    told: Answer = {"VolumesModifications": [show(volume) for volume in page]}
    return {**told, "NextToken": token} if token else told


def describe_images(context: Context, params: Params) -> Answer:
    """Answer DescribeImages: the images that snapshots here belong to. They are few: one page holds them."""
    if params.get("DryRun"):
        raise dry_run()
    by_image: dict[str, list[str]] = {}
    for snapshot in sorted(context.seen.snapshots.values(), key=lambda one: one.sequence):
        for image in snapshot.images:
            by_image.setdefault(image, []).append(snapshot.id)
    asked = params.get("Filters", ())
    filters.check(asked, _IMAGE_FILTERS)
    shown: list[dict[str, Any]] = [
        {
            "ImageId": image,
            "State": "available",
            "OwnerId": context.world.account,
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": id}} for id in ids],
        }
        for image, ids in by_image.items()
    ]
    return {"Images": [one for one in shown if filters.meets(one, asked, _IMAGE_FILTERS)]}


def _target(volume: VolumeRecord, params: Params) -> ModificationRecord:
    kind = params.get("VolumeType", volume.type)
    same = kind == volume.type
    iops, throughput = (volume.iops, volume.throughput) if same else _SPEEDS.get(kind, (None, None))
    return ModificationRecord(
        began_at=0.0,
        type=kind,
        size_gib=params.get("Size", volume.size_gib),
        iops=params.get("Iops", iops),
        throughput=params.get("Throughput", throughput) if kind == "gp3" else None,
    )


def _check(context: Context, volume: VolumeRecord, target: ModificationRecord) -> None:
    target.began_at = context.now
    if volume.state not in ("available", "in-use"):
        raise EngineError("IncorrectState", f"Volume '{volume.id}' is in state {volume.state}.")
    if target.size_gib < volume.size_gib:
        raise invalid("size", target.size_gib, "New size cannot be smaller than existing size")
    last = volume.modification
    if last is None:
        return
    if last.state == "modifying":
        raise EngineError(
            "IncorrectModificationState",
            f"Cannot modify volume {volume.id} in modification state {last.state.upper()}",
        )
    if context.now - last.began_at < AGAIN:
        raise EngineError(
            "VolumeModificationRateExceeded",
            "You've reached the maximum modification rate per volume limit. Wait at least 6 hours.",
        )


def _shown(volume: VolumeRecord, target: ModificationRecord) -> Answer:
    told = {
        "VolumeId": volume.id,
        "ModificationState": target.state,
        "TargetVolumeType": target.type,
        "TargetSize": target.size_gib,
        "TargetIops": target.iops,
        "TargetThroughput": target.throughput,
        "StartTime": moment(target.began_at),
        "Progress": 100 if target.state == "completed" else 0,
    }
    return {key: value for key, value in told.items() if value is not None}


OPERATIONS = {
    "DescribeImages": describe_images,
    "DescribeVolumesModifications": describe_volumes_modifications,
    "ModifyVolume": modify_volume,
}
