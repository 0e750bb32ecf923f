"""What became different about a target between plan and act, by name."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from trainctl_tui.domain.acts import Facts, JobState, VolumeFacts
from trainctl_tui.domain.disks import CopyFacts, DiskFacts, Holder, Host

_WATCHED = {
    "account": "account",
    "region": "region",
    "zone": "zone",
    "state": "state",
    "type": "type",
    "lifecycle": "lifecycle",
    "launched_at": "started",
    "terminate_protected": "termination protection",
    "stop_protected": "stop protection",
    "instance_store": "instance store",
    "spot_persistent": "may start again",
    "kind": "kind",
}
_OF_DISK = {
    "size_gib": "size",
    "iops": "IOPS",
    "throughput": "throughput",
    "encrypted": "encrypted",
    "multi_attach": "multi-attach",
    "snapshot_id": "made from",
}
_OF_HOLDER = {
    "device": "device",
    "attachment": "attachment",
    "state": "state",
    "is_root": "root",
    "delete_on_termination": "deleted on termination",
}
_OF_COPY = {
    "volume_id": "volume",
    "volume_exists": "volume exists",
    "size_gib": "size",
    "encrypted": "encrypted",
    "tier": "tier",
}
_OF_HOST = {"id": "machine", "zone": "zone of the machine", "state": "state of the machine"}
_AT_REST = ("", "completed")
"""States of a modification that is none, or has ended."""


def changes(planned: Facts, fresh: Facts) -> tuple[str, ...]:
    """Return every difference that decides ("state: running -> stopping"), in a fixed order.

    A job that was found idle since is no change for the worse. Money and the moment of reading do not count.
    """
    if not fresh.is_known:
        return ("it is gone",) if planned.is_known else ()
    told = [
        *_fields(planned, fresh, _WATCHED, ""),
        *_tags(planned.tags, fresh.tags, ""),
        *_job(planned, fresh),
        *_volumes(planned.volumes, fresh.volumes),
        *_disk(planned.disk, fresh.disk),
        *_copy(planned.copy, fresh.copy),
        *_host(planned.host, fresh.host),
    ]
    return tuple(told)


def _fields(before: Struct, after: Struct, words: Mapping[str, str], of: str) -> list[str]:
    return [
        f"{word}{of}: {_word(old)} -> {_word(new)}"
        for name, word in words.items()
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _job(planned: Facts, fresh: Facts) -> list[str]:
    if fresh.job.state in (planned.job.state, JobState.IDLE):
        return []
    return [f"job: {planned.job.state} -> {fresh.job.state}"]


def _tags(
    before: tuple[tuple[str, str], ...] | None, after: tuple[tuple[str, str], ...] | None, of: str
) -> list[str]:
    if before is None or after is None:
        return [] if before is after else [f"tags{of}: {_known(before)} -> {_known(after)}"]
    old, new = dict(before), dict(after)
    return [
        f"tag {key}{of}: {_value(old, key)} -> {_value(new, key)}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _volumes(before: tuple[VolumeFacts, ...] | None, after: tuple[VolumeFacts, ...] | None) -> list[str]:
    if before is None or after is None:
        return [] if before is after else [f"volumes: {_known(before)} -> {_known(after)}"]
    old, new = ({volume.id: volume for volume in volumes} for volumes in (before, after))
    told = []
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            told.append(f"volume {key} detached")
        elif key not in old:
            told.append(f"volume {key} attached")
        else:
            told += _volume(old[key], new[key])
    return told


def _volume(before: VolumeFacts, after: VolumeFacts) -> list[str]:
    words = {
        "delete_on_termination": f"volume {after.id} deleted on termination",
        "is_root": f"volume {after.id} root",
    }
    told = _fields(before, after, words, "")
    if before.snapshot_at is not None and (after.snapshot_at or 0) < before.snapshot_at:
        told.append(f"last snapshot of volume {after.id} is gone")
    return [*told, *_tags(before.tags, after.tags, f" of volume {after.id}")]


def _disk(before: DiskFacts | None, after: DiskFacts | None) -> list[str]:
    """Tell what decides: a snapshot more, a modification that ended and a volume that is unmounted do not."""
    if before is None or after is None:
        return [] if before is after else [f"attachments: {_known(before)} -> {_known(after)}"]
    told = _fields(before, after, _OF_DISK, "")
    if after.snapshots is None and before.snapshots is not None:
        told.append("snapshots: known -> unknown")
    elif before.snapshot_at is not None and (after.snapshot_at or 0) < before.snapshot_at:
        told.append("its last snapshot is gone")
    if after.modification not in (before.modification, *_AT_REST):
        told.append(f"modification: {_word(before.modification)} -> {_word(after.modification)}")
    if after.mounted not in (before.mounted, False):
        told.append(f"mounted: {_word(before.mounted)} -> {_word(after.mounted)}")
    return told + _holders(before.holders, after.holders)


def _holders(before: tuple[Holder, ...], after: tuple[Holder, ...]) -> list[str]:
    old, new = ({held.instance_id: held for held in holders} for holders in (before, after))
    told = []
    for id in sorted(old.keys() | new.keys()):
        if id not in new:
            told.append(f"detached from {id}")
        elif id not in old:
            told.append(f"attached to {id}")
        else:
            told += _fields(old[id], new[id], _OF_HOLDER, f" at {id}")
    return told


def _copy(before: CopyFacts | None, after: CopyFacts | None) -> list[str]:
    if before is None or after is None:
        return [] if before is after else [f"snapshot: {_known(before)} -> {_known(after)}"]
    told = _fields(before, after, _OF_COPY, "")
    if before.images is None or after.images is None:
        return [*told, *_fields(before, after, {"images": "images"}, "")]
    told += [f"image {id} uses it" for id in after.images if id not in before.images]
    return told


def _host(before: Host | None, after: Host | None) -> list[str]:
    """Tell what decides; which devices are taken does not, for a batch takes one after the other.

    An attach without its machine is refused (D23); for other acts one may have been read, and says nothing.
    """
    if before is None or after is None:
        return []
    return _fields(before, after, _OF_HOST, "") + _tags(before.tags, after.tags, " of the machine")


def _word(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.0f}"
        case tuple():
            return ", ".join(value) or "none"
    return str(value) or "none"


def _known(value: object) -> str:
    return "unknown" if value is None else "known"


def _value(tags: Mapping[str, str], key: str) -> str:
    return (tags[key] or '""') if key in tags else "none"
