"""Put facts together from the rows of several listings, so that every provider judges doubt alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from trainctl_tui.domain.acts import Facts, VolumeFacts
from trainctl_tui.domain.resources import Attachment, Instance, Snapshot, TypeSpec, Volume


class Gleaned(Struct, frozen=True):
    """What was read about some machines. ``None``, and an id that is absent, mean: could not be read.

    ``protected`` maps an id to (terminate, stop); ``persistent`` that of a Spot machine to whether its
    request may start it again. ``read_at`` is the moment before the first question.
    """

    region: str
    read_at: float
    machines: Mapping[str, Instance]
    protected: Mapping[str, tuple[bool | None, bool | None]]
    volumes: Sequence[Volume] | None
    snapshots: Sequence[Snapshot] | None
    types: Mapping[str, TypeSpec]
    persistent: Mapping[str, bool] = {}


def assemble(ids: Collection[str], gleaned: Gleaned) -> tuple[Facts, ...]:
    """Return the facts of each id, in order; one without a machine has no state."""
    newest = None if gleaned.snapshots is None else newest_of(gleaned.snapshots)
    return tuple(_facts(id, gleaned, newest) for id in ids)


def _facts(id: str, gleaned: Gleaned, newest: Mapping[str, float | None] | None) -> Facts:
    machine = gleaned.machines.get(id)
    if machine is None:
        return Facts(id, "", gleaned.region, gleaned.read_at)
    terminate, stop = gleaned.protected.get(id, (None, None))
    return Facts(
        id=id,
        account=machine.account,
        region=gleaned.region,
        read_at=gleaned.read_at,
        zone=machine.zone,
        state=machine.state,
        type=machine.type,
        lifecycle=machine.lifecycle,
        launched_at=machine.launched_at,
        tags=machine.tags,
        terminate_protected=terminate,
        stop_protected=stop,
        volumes=_disks(machine, gleaned.volumes, newest),
        instance_store=_store(machine, gleaned.types),
        spot_persistent=gleaned.persistent.get(id),
    )


def _store(machine: Instance, types: Mapping[str, TypeSpec]) -> bool | None:
    if machine.root_device_type == "instance-store":
        return True
    spec = types.get(machine.type)
    size = None if spec is None else spec.instance_storage_gb
    return None if size is None else size > 0


def _disks(
    machine: Instance, volumes: Sequence[Volume] | None, newest: Mapping[str, float | None] | None
) -> tuple[VolumeFacts, ...]:
    """Return every disk that the machine or the disk itself tells of: after a change they may differ."""
    known = {volume.id: volume for volume in volumes or ()}
    held: dict[str, list[Attachment]] = {disk.volume_id: [disk] for disk in machine.attachments}
    for volume in volumes or ():
        for disk in volume.attachments:
            if disk.instance_id == machine.id:
                held.setdefault(volume.id, []).append(disk)
    return tuple(_disk(machine, id, disks, known.get(id), newest) for id, disks in sorted(held.items()))


def _disk(
    machine: Instance,
    id: str,
    told: Sequence[Attachment],
    volume: Volume | None,
    newest: Mapping[str, float | None] | None,
) -> VolumeFacts:
    device = told[0].device
    return VolumeFacts(
        id=id,
        device=device,
        is_root=device == machine.root_device,
        delete_on_termination=_worst(disk.delete_on_termination for disk in told),
        size_gib=volume.size_gib if volume else None,
        type=volume.type if volume else "",
        tags=volume.tags if volume else None,
        snapshot_at=(newest or {}).get(id),
        snapshots_known=newest is not None and (id not in newest or newest[id] is not None),
        iops=volume.iops if volume else None,
        throughput=volume.throughput if volume else None,
    )


def _worst(flags: Iterable[bool | None]) -> bool | None:
    """Return True if anyone says that the disk dies, else None if anyone does not know."""
    said = set(flags)
    return True if True in said else None if None in said else False


def newest_of(snapshots: Sequence[Snapshot]) -> Mapping[str, float | None]:
    """Return when the newest completed snapshot of each volume began; None if one is not dated."""
    newest: dict[str, float | None] = {}
    for snapshot in snapshots:
        if snapshot.state != "completed":
            continue
        at, before = snapshot.started_at, newest.get(snapshot.volume_id, 0.0)
        newest[snapshot.volume_id] = None if at is None or before is None else max(at, before)
    return newest
