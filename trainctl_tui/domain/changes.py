"""What became different about a target between plan and act, by name."""

from __future__ import annotations

from collections.abc import Mapping

from trainctl_tui.domain.acts import Facts, JobState, VolumeFacts

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
}


def changes(planned: Facts, fresh: Facts) -> tuple[str, ...]:
    """Return every difference that decides ("state: running -> stopping"), in a fixed order.

    A job that was found idle since is no change for the worse. Money and the moment of reading do not count.
    """
    if not fresh.is_known:
        return ("it is gone",) if planned.is_known else ()
    told = [
        f"{word}: {_word(before)} -> {_word(after)}"
        for name, word in _WATCHED.items()
        if (before := getattr(planned, name)) != (after := getattr(fresh, name))
    ]
    told += _tags(planned.tags, fresh.tags, "")
    if fresh.job.state not in (planned.job.state, JobState.IDLE):
        told.append(f"job: {planned.job.state} -> {fresh.job.state}")
    return (*told, *_volumes(planned.volumes, fresh.volumes))


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
    told = []
    if before.delete_on_termination != after.delete_on_termination:
        flags = f"{_word(before.delete_on_termination)} -> {_word(after.delete_on_termination)}"
        told.append(f"volume {after.id} deleted on termination: {flags}")
    if before.is_root != after.is_root:
        told.append(f"volume {after.id} root: {_word(before.is_root)} -> {_word(after.is_root)}")
    if before.snapshot_at is not None and (after.snapshot_at or 0) < before.snapshot_at:
        told.append(f"last snapshot of volume {after.id} is gone")
    return [*told, *_tags(before.tags, after.tags, f" of volume {after.id}")]


def _word(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.0f}"
    return str(value) or "none"


def _known(value: object) -> str:
    return "unknown" if value is None else "known"


def _value(tags: Mapping[str, str], key: str) -> str:
    return (tags[key] or '""') if key in tags else "none"
