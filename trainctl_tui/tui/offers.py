"""Which acts fit what is listed where: the menu of acts, and why a key does not fit here. Pure text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Volume
from trainctl_tui.domain.tags import protecting_tags

FORCE = "force"
"""The choice of a forced detach: an act with a phrase of its own."""

_MACHINES = (Kind.INSTANCES,)
_VOLUMES = (Kind.VOLUMES,)
_ALL = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)
_FITS: Mapping[Act, tuple[Kind, ...]] = MappingProxyType(
    {
        Act.START: _MACHINES,
        Act.STOP: _MACHINES,
        Act.REBOOT: _MACHINES,
        Act.TERMINATE: _MACHINES,
        Act.ATTACH: _VOLUMES,
        Act.DETACH: _VOLUMES,
        Act.DELETE: (Kind.VOLUMES, Kind.SNAPSHOTS),
        Act.MODIFY: _VOLUMES,
        Act.KEEP: _VOLUMES,
        Act.CREATE: _VOLUMES,
        Act.SNAPSHOT: _VOLUMES,
        Act.RESTORE: (Kind.SNAPSHOTS,),
        Act.PROTECT: _ALL,
        Act.UNPROTECT: _ALL,
        Act.TAG: _ALL,
    }
)
_DONE = MappingProxyType(
    {
        Act.START: "started",
        Act.STOP: "stopped",
        Act.REBOOT: "rebooted",
        Act.TERMINATE: "terminated",
        Act.ATTACH: "attached",
        Act.DETACH: "detached",
        Act.DELETE: "deleted",
        Act.MODIFY: "modified",
        Act.KEEP: "kept",
        Act.CREATE: "created",
        Act.SNAPSHOT: "snapshotted",
        Act.RESTORE: "restored",
    }
)
_PANES = MappingProxyType({Kind.INSTANCES: "1", Kind.VOLUMES: "2", Kind.SNAPSHOTS: "3"})
_LABELS: tuple[tuple[str, str], ...] = (
    (Act.START, "run stopped machines again"),
    (Act.STOP, "shut down; volumes stay and cost"),
    (Act.REBOOT, "restart the system in place"),
    (Act.TERMINATE, "delete for good"),
    (Act.ATTACH, "to a machine of the same zone"),
    (Act.DETACH, "from its machine"),
    (FORCE, "detach though the machine does not let go"),
    (Act.MODIFY, "type, size, speed"),
    (Act.KEEP, "let it outlive its machine"),
    (Act.SNAPSHOT, "copy what it holds now"),
    (Act.RESTORE, "make a volume of it"),
    (Act.DELETE, "delete for good"),
    (Act.CREATE, "make an empty volume"),
    (Act.PROTECT, "let nothing here destroy it"),
    (Act.UNPROTECT, "take the protection off"),
    (Act.TAG, "set or remove tags"),
)


def fits(act: Act, kind: Kind) -> bool:
    """Say whether an act can be done to what is of this kind."""
    return kind in _FITS[act]


def misplaced(act: Act, kind: Kind) -> str:
    """Return why an act cannot be done to what is of this kind, and where it can; "" if it can."""
    if fits(act, kind):
        return ""
    kinds = _FITS[act]
    names = " and ".join(one.value for one in kinds)
    keys = " or ".join(_PANES[one] for one in kinds)
    instead = {Act.TERMINATE: "; D deletes these", Act.DELETE: "; t terminates instances"}.get(act, "")
    return f"Only {names} can be {_DONE[act]}{instead}. Go to them with {keys}."


def choices(kind: Kind) -> list[tuple[str, str]]:
    """Return the menu of acts on what is of this kind, as (value, label)."""
    offered = [
        (str(value), label)
        for value, label in _LABELS
        if fits(Act.DETACH if value == FORCE else Act(value), kind)
    ]
    return [(value, f"{value:<10}{label}") for value, label in offered]


def protection_of(rows: Sequence[Instance | Volume | Snapshot], protected_keys: Sequence[str]) -> Act | None:
    """Return which of protect and unprotect is meant for these rows; None where some are protected."""
    protected = {bool(protecting_tags(row.tags, protected_keys)) for row in rows}
    if len(protected) != 1:
        return None
    return Act.UNPROTECT if protected.pop() else Act.PROTECT
