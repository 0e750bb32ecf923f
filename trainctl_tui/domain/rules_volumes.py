"""The rows of the decision table about volumes and snapshots (D19 to D24, and what CONTRACTS.md adds).

Like ``rules.py``: each function returns a reason as a sentence, "" where its row does not hold. What cannot
be read counts as its worst value: a machine whose state is unknown runs, and holds the volume as its root.
"""

from __future__ import annotations

from trainctl_tui.domain.acts import Ownership
from trainctl_tui.domain.case import AT_REST, Case, ownership_of
from trainctl_tui.domain.disks import Holder
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.volume_limits import INCLUDED_IOPS, VOLUME_TYPES

DAY = 86400.0
HOST_TAKES = frozenset({"running", "stopped"})
"""States of a machine to which EC2 attaches a volume."""

ENDING = frozenset({"shutting-down", "terminated"})
STANDARD = "standard"


# ---- delete ----


def not_available(case: Case) -> str:
    """D19: somebody holds it, or may."""
    if case.facts.kind is not Kind.VOLUMES:
        return ""
    if case.facts.disk is None:
        return "Whether it is attached could not be read."
    if held := case.facts.disk.holders:
        return f"It is attached to {_names(held)}. Detach it first."
    state = case.facts.state
    return (
        "" if state == "available" else f"It is {state}, not available: it may be attached. Detach it first."
    )


def copied_lately(case: Case) -> str:
    """D20: a young snapshot holds nearly all of it."""
    days = _days(case)
    return f"Its newest snapshot is {_age(days)} old." if days is not None and _is_copied(case) else ""


def not_copied(case: Case) -> str:
    """D21: what it holds may be nowhere else."""
    if case.facts.kind is not Kind.VOLUMES or _is_copied(case):
        return ""
    disk, days = case.facts.disk, _days(case)
    if disk is None or disk.snapshots is None:
        told = "Whether it has a snapshot could not be read"
    elif days is None:
        told = "It has no completed snapshot"
    else:
        told = f"Its newest snapshot is {_age(days)} old"
    return f"{told}: snapshot it first."


def _is_copied(case: Case) -> bool:
    disk, days = case.facts.disk, _days(case)
    asked = disk is not None and disk.snapshots is not None
    return asked and days is not None and days <= case.policy.snapshot_days


def _days(case: Case) -> float | None:
    """Return the age of the newest completed snapshot of a volume; None where there is no usable one."""
    disk = case.facts.disk
    if disk is None or disk.snapshot_at is None:
        return None
    days = (case.situation.now - disk.snapshot_at) / DAY
    return days if days >= 0 else None


def _age(days: float) -> str:
    return f"{days:.0f} days" if days >= 2 else f"{days * 24:.0f} h"


def images_use_it(case: Case) -> str:
    """Refuse to delete what an image is made of, or may be."""
    if case.facts.kind is not Kind.SNAPSHOTS:
        return ""
    if case.facts.copy is None or case.facts.copy.images is None:
        return "Whether an image uses it could not be read."
    images = case.facts.copy.images
    return f"{', '.join(images)} is made of it. Deregister that first." if images else ""


def last_copy(case: Case) -> str:
    """Ask where a snapshot may be all that is left of its volume."""
    if case.facts.kind is not Kind.SNAPSHOTS:
        return ""
    copy = case.facts.copy
    if copy is None or copy.volume_exists is None:
        return "Whether its volume still exists could not be read: it may be the only copy."
    return "" if copy.volume_exists else f"Its volume {copy.volume_id} is gone: it may be the only copy."


# ---- attach ----


def host_unfit(case: Case) -> str:
    """D23: the machine is not there, or cannot take it."""
    host = case.facts.host
    if host is None or not host.state:
        return f"Machine {case.change.instance or 'none'} is not known."
    if host.id != case.change.instance:
        return f"What is known is of {host.id}, not of {case.change.instance or 'the machine that is meant'}."
    if not host.zone or host.zone != case.facts.zone:
        here, there = case.facts.zone or "an unknown zone", host.zone or "an unknown zone"
        return f"It is in {here}, and {host.id} in {there}: a volume is attached within its zone."
    return "" if host.state in HOST_TAKES else f"{host.id} is {host.state}; it must be running or stopped."


def held_alone(case: Case) -> str:
    """D23: it is attached already, or may be, and takes one machine alone."""
    disk = case.facts.disk
    if disk is None:
        return "Whether it is attached could not be read."
    free = case.facts.state == "available" and not disk.holders
    if free or disk.multi_attach:
        return ""
    where = f"attached to {_names(disk.holders)}" if disk.holders else f"{case.facts.state}"
    alone = "takes one machine alone" if disk.multi_attach is False else "may take one machine alone"
    return f"It is {where}, and {alone}. Detach it first."


def second_host(case: Case) -> str:
    """D24: two machines that write to one file system destroy it."""
    disk = case.facts.disk
    if disk is None or not disk.holders:
        return ""
    return f"{_names(disk.holders)} holds it too: without a cluster file system the data is destroyed."


def host_not_mine_strictly(case: Case) -> str:
    """D2: refuse a machine that is not mine."""
    return _not_mine(case) and f"{_not_mine(case)} (safety.ownership is strict)." if _strict(case) else ""


def host_not_mine(case: Case) -> str:
    """D2: ask where the machine that gets the volume belongs to somebody else, or may."""
    return _not_mine(case) and f"{_not_mine(case)}." if not _strict(case) else ""


def _strict(case: Case) -> bool:
    return case.policy.ownership == "strict"


def _not_mine(case: Case) -> str:
    host = case.facts.host
    if host is None:
        return ""  # D23 refuses
    whose = ownership_of(host.tags, case.policy)
    lenient = whose is Ownership.FOREIGN and case.policy.ownership == "any"
    return "" if whose is Ownership.MINE or lenient else f"Machine {host.id} is not yours, or may not be"


# ---- detach, keep ----


def which_holder(case: Case) -> str:
    """Refuse where it is not clear from which machine."""
    if case.facts.disk is None:
        return "Whether it is attached could not be read."
    if not case.holders:
        return "Which machine holds it could not be read."
    return f"{_names(case.holders)} hold it: name one." if len(case.holders) > 1 else ""


def holder_ends(case: Case) -> str:
    """Say that it is too late to keep a volume."""
    ends = [held for held in case.holders if held.state in ENDING]
    return f"{ends[0].instance_id} is {ends[0].state}: it is too late." if ends else ""


def root_of_running(case: Case) -> str:
    """D22: a machine that runs cannot lose its root."""
    for held in _running(case):
        if held.is_root is None:
            return f"Whether {held.instance_id} runs from it could not be read. Stop that first."
        if held.is_root:
            return f"{held.instance_id} runs from it. Stop that first."
    return ""


def mounted(case: Case) -> str:
    """D22: a file system that is in use is torn."""
    disk, held = case.facts.disk, _running(case)
    if disk is None or not held or disk.mounted is False:
        return ""
    if disk.mounted:
        return f"It is mounted on {_names(held)}. Unmount it there first."
    state = held[0].state or "in an unknown state"
    return f"{_names(held)} is {state}, and whether it is mounted there is unknown. Unmount it there first."


def by_force(case: Case) -> str:
    """D22: EC2 lets go of it whatever the machine does."""
    return "By force: what is not yet written is lost." if case.change.force else ""


def _running(case: Case) -> tuple[Holder, ...]:
    return tuple(held for held in case.holders if held.state not in AT_REST)


# ---- modify, restore ----


def modified_lately(case: Case) -> str:
    """Refuse where AWS would: a change goes on, or the last one was a short time ago."""
    disk, hours = case.facts.disk, case.policy.modify_hours
    if disk is None or disk.modification is None:
        return "Whether it is being modified could not be read."
    if not disk.modification:
        return ""
    if disk.modification not in ("completed", "failed"):
        return f"It is {disk.modification}: the last change has not ended."
    if disk.modified_at is None:
        return "When it was modified last could not be read."
    ago = (case.situation.now - disk.modified_at) / 3600
    if ago >= hours:
        return ""
    return f"It was modified {max(ago, 0.0):.1f} h ago; the next change is possible after {hours:g} h."


def slower(case: Case) -> str:
    """Say that a change of type takes speed away."""
    disk, kind = case.facts.disk, case.change.type
    limits = VOLUME_TYPES.get(kind)
    if disk is None or disk.iops is None or limits is None or not limits.most_iops:
        return ""
    iops = INCLUDED_IOPS if case.change.iops is None else case.change.iops
    return f"It gets slower: {disk.iops:,} -> {iops:,} IOPS." if iops < disk.iops else ""


def archived(case: Case) -> str:
    """Refuse to restore what must first be brought back from the archive."""
    tier = case.facts.copy.tier if case.facts.copy else ""
    if tier == STANDARD:
        return ""
    return (
        f"It is in the {tier} tier. Restore it to the standard tier first."
        if tier
        else "Its tier is unknown."
    )


def _names(held: tuple[Holder, ...]) -> str:
    return ", ".join(f"{one.instance_id} ({one.name})" if one.name else one.instance_id for one in held)
