"""What a volume or a snapshot is judged by: alike for every provider.

A provider lists by filter (``Lookup``); what follows from that is worked out here. What may not be read is
unknown, but for the targets themselves: without these there is nothing to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from trainctl_tui.domain.acts import Facts, Job, JobState
from trainctl_tui.domain.disks import CopyFacts, DiskFacts, Holder, Host
from trainctl_tui.domain.errors import ConfigError, Denied, NotFound
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.resources import Attachment, Instance, Kind, Snapshot, Tags, Volume
from trainctl_tui.domain.tags import name_of
from trainctl_tui.providers.assembly import newest_of
from trainctl_tui.providers.requests import kind_of

Told = TypeVar("Told")

UNTOLD = (Denied, NotFound, ConfigError)
"""Errors after which a fact is unknown; others end the reading."""

NEW = "new"
"""State of a target that is to be made."""

_NO_JOB = Job(JobState.NONE, "no program runs on it")


class Modification(Struct, frozen=True):
    """The last change of a volume: its state, and what it is to become."""

    state: str
    change: Change
    began_at: float | None


class Lookup(Protocol):
    """Listings of one region, by a filter and its values. All raise what reading raises."""

    def machines(self, ids: Collection[str]) -> dict[str, Instance]:
        """Return the machines that are seen, by id."""
        ...

    def volumes(self, name: str, values: Collection[str]) -> Sequence[Volume]:
        """Return volumes."""
        ...

    def snapshots(self, name: str, values: Collection[str]) -> Sequence[Snapshot]:
        """Return snapshots of our own."""
        ...

    def modifications(self, ids: Collection[str]) -> Mapping[str, Modification]:
        """Return the last change of each volume that was ever changed."""
        ...

    def images(self, snapshots: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the images of our own that use each snapshot."""
        ...

    def read_at(self) -> float:
        """Return the provider's time of the first answer so far, else of now."""
        ...


# ---- facts ----


def facts_of(
    ids: Collection[str],
    read_machines: Callable[[list[str]], Iterable[Facts]],
    read_disks: Callable[[list[str]], Mapping[str, Facts]],
) -> tuple[Facts, ...]:
    """Return the facts of each id, in order. Machines and the rest are read apart, where there are any."""
    machines = [id for id in ids if kind_of(id) is Kind.INSTANCES]
    others = [id for id in ids if kind_of(id) is not Kind.INSTANCES]
    found = {one.id: one for one in read_machines(machines)} if machines else {}
    if others:
        found |= read_disks(others)
    return tuple(found[id] for id in ids)


def disk_facts(
    look: Lookup, region: str, ids: Collection[str], changes: Mapping[str, Change]
) -> dict[str, Facts]:
    """Return the facts of volumes, snapshots and of what is to be made, by id."""
    of_kind = {kind: [id for id in ids if kind_of(id) is kind] for kind in Kind}
    new = [id for id in of_kind[Kind.VOLUMES] if id.startswith("new-")]
    volumes = [id for id in of_kind[Kind.VOLUMES] if id not in new]
    found = _volumes(look, region, volumes, changes) | _snapshots(look, region, of_kind[Kind.SNAPSHOTS])
    at = look.read_at()
    for id in new:
        change = changes.get(id, UNASKED)
        found[id] = _facts(id, region, at, Kind.VOLUMES, state=NEW, zone=change.zone)
    return {id: found.get(id) or _facts(id, region, at, kind_of(id)) for id in ids}


def _volumes(
    look: Lookup, region: str, ids: Sequence[str], changes: Mapping[str, Change]
) -> dict[str, Facts]:
    wanted = frozenset(ids)
    volumes = [volume for volume in look.volumes("volume-id", ids) if volume.id in wanted]
    hosts = {changes[id].instance for id in ids if id in changes and changes[id].instance}
    held = {disk.instance_id for volume in volumes for disk in volume.attachments}
    machines = unless_untold(lambda: look.machines(sorted(hosts | held))) or {}
    snapshots = unless_untold(lambda: look.snapshots("volume-id", [volume.id for volume in volumes]))
    modified = unless_untold(lambda: look.modifications([volume.id for volume in volumes]))
    at = look.read_at()
    facts = {}
    for volume in volumes:
        instance = changes.get(volume.id, UNASKED).instance
        attaches = instance and instance not in {disk.instance_id for disk in volume.attachments}
        facts[volume.id] = _facts(
            volume.id,
            region,
            at,
            Kind.VOLUMES,
            zone=volume.zone,
            state=volume.state,
            type=volume.type,
            at=volume.created_at,
            tags=volume.tags,
            disk=_disk(volume, machines, snapshots, modified),
            host=_host(instance, machines) if attaches else None,
        )
    return facts


def _disk(
    volume: Volume,
    machines: Mapping[str, Instance],
    snapshots: Sequence[Snapshot] | None,
    modified: Mapping[str, Modification] | None,
) -> DiskFacts:
    own = None if snapshots is None else [one for one in snapshots if one.volume_id == volume.id]
    last = None if modified is None else modified.get(volume.id)
    return DiskFacts(
        size_gib=volume.size_gib,
        iops=volume.iops,
        throughput=volume.throughput,
        encrypted=volume.encrypted,
        multi_attach=volume.multi_attach,
        holders=tuple(_holder(disk, machines.get(disk.instance_id)) for disk in volume.attachments),
        snapshots=None if own is None else len(own),
        snapshot_at=None if own is None else newest_of(own).get(volume.id),
        snapshot_id=volume.snapshot_id,
        modification=None if modified is None else last.state if last else "",
        modified_at=last.began_at if last else None,
    )


def _holder(disk: Attachment, machine: Instance | None) -> Holder:
    told = disk_of(machine, disk.volume_id)
    flags = {disk.delete_on_termination, told.delete_on_termination if told else None}
    return Holder(
        instance_id=disk.instance_id,
        device=disk.device,
        attachment=disk.state,
        state=machine.state if machine else "",
        is_root=disk.device == machine.root_device if machine else None,
        delete_on_termination=True if True in flags else False if False in flags else None,
        name=name_of(machine.tags) if machine else "",
    )


def _host(id: str, machines: Mapping[str, Instance]) -> Host:
    machine = machines.get(id)
    if machine is None:
        return Host(id, "", "", "", None, ())
    devices = sorted({*(disk.device for disk in machine.attachments), machine.root_device} - {""})
    return Host(
        id, machine.zone, machine.state, machine.type, machine.tags, tuple(devices), name_of(machine.tags)
    )


def _snapshots(look: Lookup, region: str, ids: Sequence[str]) -> dict[str, Facts]:
    wanted = frozenset(ids)
    snapshots = [one for one in look.snapshots("snapshot-id", ids) if one.id in wanted]
    parents = {one.volume_id for one in snapshots}
    volumes = unless_untold(lambda: look.volumes("volume-id", sorted(parents)))
    there = None if volumes is None else {volume.id for volume in volumes}
    images = unless_untold(lambda: look.images([one.id for one in snapshots]))
    at = look.read_at()
    return {
        one.id: _facts(
            one.id,
            region,
            at,
            Kind.SNAPSHOTS,
            state=one.state,
            at=one.started_at,
            tags=one.tags,
            account=one.owner_id,
            copy=CopyFacts(
                volume_id=one.volume_id,
                volume_exists=None if there is None else one.volume_id in there,
                images=None if images is None else images.get(one.id, ()),
                size_gib=one.size_gib,
                progress=one.progress,
                encrypted=one.encrypted,
                tier=one.storage_tier,
            ),
        )
        for one in snapshots
    }


def _facts(
    id: str,
    region: str,
    read_at: float,
    kind: Kind,
    *,
    state: str = "",
    zone: str = "",
    type: str = "",
    at: float | None = None,
    tags: Tags | None = (),
    account: str = "",
    disk: DiskFacts | None = None,
    copy: CopyFacts | None = None,
    host: Host | None = None,
) -> Facts:
    """Return facts of what is no machine: EC2 has no protection for it, and no program runs on it."""
    return Facts(
        id=id,
        account=account,
        region=region,
        read_at=read_at,
        zone=zone,
        state=state,
        type=type,
        launched_at=at,
        tags=tags,
        terminate_protected=False,
        stop_protected=False,
        volumes=(),
        instance_store=False,
        job=_NO_JOB,
        kind=kind,
        disk=disk,
        copy=copy,
        host=host,
    )


def disk_of(machine: Instance | None, volume_id: str) -> Attachment | None:
    """Return the attachment of a volume as its machine tells of it, or None."""
    disks = machine.attachments if machine else ()
    return next((disk for disk in disks if disk.volume_id == volume_id), None)


def unless_untold(read: Callable[[], Told]) -> Told | None:
    """Return what was read, or None where it may not be read or is not known there."""
    try:
        return read()
    except UNTOLD:
        return None
