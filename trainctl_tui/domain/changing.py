"""From a wish to what is asked of each target: ``settled`` fills in what facts decide, ``misfit`` says no.

What is settled is frozen in the plan; ``misfit`` is a row of the decision table too, so that a saved plan and
an order are held to the same limits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from trainctl_tui.domain.acts import Act, Facts, Policy
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.resources import Tags
from trainctl_tui.domain.tags import PREFIXES, PROTECTION, is_protecting_key, protecting_tags
from trainctl_tui.domain.volume_limits import INCLUDED_IOPS, VOLUME_TYPES, unfit

DEVICES = tuple(f"/dev/sd{letter}" for letter in "fghijklmnop")
"""What AWS recommends for data volumes of Linux; a Nitro machine shows them under names of its own."""

MOST_TAGS = 50
LONGEST_KEY, LONGEST_VALUE, LONGEST_DESCRIPTION = 128, 256, 255
DEFAULT_TYPE = "gp3"

_DEVICE = re.compile(r"/dev/(?:sd|xvd)([a-z]{1,2}\d{0,2})")
_OP_KEYS = frozenset(f"{prefix}:op" for prefix in PREFIXES)


def settled(act: Act, facts: Sequence[Facts], wanted: Change, *, policy: Policy) -> dict[str, Change]:
    """Return what is asked of each target, by id. Raises Refused where it would fit none of them.

    What fits some is refused for the others by the rules. ATTACH gives each volume the next free device of
    its machine; DETACH and KEEP find the machine; MODIFY keeps only what differs; UNPROTECT removes the keys
    that protect any of the targets, so that one call serves all; what is made gets the tags of its maker, and
    a volume that is restored those that protect its snapshot.
    """
    changes: dict[str, Change] = {}
    for one in facts:
        changes[one.id] = _settled(act, one, wanted, policy, changes.values())
    if act is Act.UNPROTECT:
        keys = tuple(dict.fromkeys(key for change in changes.values() for key in change.untag))
        changes = {id: replace(change, untag=keys) for id, change in changes.items()}
    reasons = [misfit(act, one, changes[one.id], policy) for one in facts]
    if reasons and all(reasons):
        raise Refused(reasons[0], "Nothing was sent.", "Ask for what fits.")
    return changes


def _settled(act: Act, facts: Facts, wanted: Change, policy: Policy, given: Collection[Change]) -> Change:
    match act:
        case Act.ATTACH:
            return replace(wanted, device=_device(facts, wanted, [change.device for change in given]))
        case Act.DETACH | Act.KEEP:
            return _held(facts, wanted)
        case Act.MODIFY:
            return differing(facts, wanted)
        case Act.PROTECT:
            return Change(tags=(PROTECTION,))
        case Act.UNPROTECT:
            return Change(untag=protecting_tags(facts.tags or (), policy.protected_keys))
        case Act.CREATE | Act.RESTORE:
            typed = replace(wanted, type=wanted.type or DEFAULT_TYPE)
            return replace(typed, tags=_tags_of_made(act, facts, wanted, policy))
        case Act.SNAPSHOT:
            return replace(wanted, tags=_tags_of_made(act, facts, wanted, policy))
    return wanted


def _device(facts: Facts, wanted: Change, given: Collection[str]) -> str:
    """Return the device a volume has there already, or that was wished, or the next free one; else ""."""
    for held in facts.disk.holders if facts.disk else ():
        if held.instance_id == wanted.instance:
            return held.device
    if wanted.device or facts.host is None:
        return wanted.device
    taken = {_slot(device) for device in (*facts.host.devices, *given)}
    return next((device for device in DEVICES if _slot(device) not in taken), "")


def _slot(device: str) -> str:
    """Return what two names of one device share: "f" for /dev/sdf and /dev/xvdf."""
    found = _DEVICE.fullmatch(device)
    return found[1] if found else device


def _held(facts: Facts, wanted: Change) -> Change:
    """Return the wish with machine and device, where it is clear which is meant."""
    held = [
        one for one in (facts.disk.holders if facts.disk else ()) if wanted.instance in ("", one.instance_id)
    ]
    if len(held) != 1:
        return wanted
    return replace(wanted, instance=held[0].instance_id, device=held[0].device)


def differing(facts: Facts, wanted: Change) -> Change:
    """Return of a modification what the volume does not have yet; what is not known counts as different."""
    disk = facts.disk
    kept = wanted.type in ("", facts.type)  # another type starts from its own speed

    def rest(asked: int | None, has: int | None) -> int | None:
        return None if asked == has else asked

    return replace(
        wanted,
        type="" if kept else wanted.type,
        size_gib=rest(wanted.size_gib, _size(facts)),
        iops=rest(wanted.iops, disk.iops if disk else None) if kept else wanted.iops,
        throughput=rest(wanted.throughput, disk.throughput if disk else None) if kept else wanted.throughput,
    )


def _size(facts: Facts) -> int | None:
    """Return the size of a volume, or of what a snapshot was made of."""
    held = facts.disk or facts.copy
    return held.size_gib if held else None


def _tags_of_made(act: Act, facts: Facts, wanted: Change, policy: Policy) -> Tags:
    tags = {"CreatedBy": "trainctl-tui"}
    if policy.user:
        tags["trainctl:user"] = policy.user
    if act is Act.RESTORE:
        tags |= dict(protection_of(facts, policy))
    return tuple((tags | dict(wanted.tags)).items())


def protection_of(facts: Facts, policy: Policy) -> Tags:
    """Return the tags that protect a target."""
    held = facts.tags or ()
    keys = protecting_tags(held, policy.protected_keys)
    return tuple((key, value) for key, value in held if key in keys)


def region_of(zone: str, regions: Iterable[str]) -> str:
    """Return the region whose name the name of a zone begins with, or ""."""
    return max((one for one in regions if zone.startswith(one)), key=len, default="")


# ---- why it cannot be ----


def misfit(act: Act, facts: Facts, change: Change, policy: Policy) -> str:
    """Return why AWS or this house would not take what is asked of a target, as a sentence, or ""."""
    match act:
        case Act.ATTACH:
            return _no_device(facts, change)
        case Act.MODIFY:
            return _shrinks(_size(facts), change, "A volume") or _misshapen(facts, change)
        case Act.CREATE | Act.RESTORE | Act.SNAPSHOT:
            return _unmade(act, facts, change) or _bad_tags(facts, change, policy, making=True)
        case Act.TAG:
            return _bad_tags(facts, change, policy)
        case Act.PROTECT:
            return _too_many_tags(facts.tags, change)
    return ""


def _no_device(facts: Facts, change: Change) -> str:
    if not change.instance:
        return "To which machine is not said."
    host = facts.host
    if host is None:
        return ""  # D23 refuses
    if not change.device:
        return f"No device from {DEVICES[0]} to {DEVICES[-1]} is free on {host.id}."
    if not _DEVICE.fullmatch(change.device):
        return f"{change.device} is no name of a device. They look like {DEVICES[0]}."
    if _slot(change.device) in {_slot(device) for device in host.devices}:
        return f"{change.device} is taken on {host.id}."
    return ""


def _shrinks(size_gib: int | None, change: Change, what: str) -> str:
    if change.size_gib is None or size_gib is None or change.size_gib >= size_gib:
        return ""
    return f"{what} cannot get smaller: it has {size_gib:,} GiB, not {change.size_gib:,}."


def _misshapen(facts: Facts, change: Change) -> str:
    """Say why the volume could not become so, with what stays of it."""
    kind, disk = change.type or facts.type, facts.disk
    size = change.size_gib if change.size_gib is not None else _size(facts)
    limits = VOLUME_TYPES.get(kind)
    iops, throughput = change.iops, change.throughput
    if kind != facts.type:
        iops = INCLUDED_IOPS if iops is None and limits and limits.most_iops else iops
    elif disk and limits:
        iops = disk.iops if iops is None and limits.most_iops else iops
        throughput = disk.throughput if throughput is None and limits.most_throughput else throughput
    return unfit(kind, size, iops, throughput)


def _unmade(act: Act, facts: Facts, change: Change) -> str:
    if len(change.description) > LONGEST_DESCRIPTION:
        return f"A description has at most {LONGEST_DESCRIPTION} characters."
    if act is Act.SNAPSHOT:
        return ""
    if not change.zone.startswith(facts.region) or change.zone == facts.region:
        return f"{change.zone or 'Nothing'} is no zone of {facts.region}."
    size = change.size_gib if change.size_gib is not None else _size(facts)
    if size is None and act is Act.CREATE:
        return "How large it is to be is not said."
    kind = change.type or DEFAULT_TYPE
    if kind in ("io1", "io2") and change.iops is None:
        return f"How many IOPS an {kind} volume is to have is not said."
    smaller = _shrinks(_size(facts), change, "A volume of a snapshot")
    return smaller or unfit(kind, size, change.iops, change.throughput)


def _bad_tags(facts: Facts, change: Change, policy: Policy, *, making: bool = False) -> str:
    kept = protection_of(facts, policy) if making else ()
    asked = [pair for pair in change.tags if pair not in kept]
    if change.tags and change.untag:
        return "Tags are set or removed: it takes two acts."
    for key in (*(key for key, _ in asked), *change.untag):
        if reason := _bad_key(key, policy):
            return reason
    for key, value in asked:
        if len(value) > LONGEST_VALUE:
            return f"The value of tag {key} has more than {LONGEST_VALUE} characters."
    return _too_many_tags(() if making else facts.tags, change)


def _bad_key(key: str, policy: Policy) -> str:
    if not key.strip():
        return "A tag needs a key."
    if len(key) > LONGEST_KEY:
        return f"A key of a tag has at most {LONGEST_KEY} characters: {key[:20]}… has {len(key)}."
    if key.lower().startswith("aws:"):
        return f"Tag {key} is AWS's own."
    if key.strip().lower() in _OP_KEYS:
        return f"Tag {key} says which operation made it, and stays."
    if is_protecting_key(key, policy.protected_keys):
        return f"Tag {key} is a protection. Use protect and unprotect."
    return ""


def _too_many_tags(held: Tags | None, change: Change) -> str:
    count = len(_counted({**dict(held or ()), **dict(change.tags)}) - set(change.untag))
    return f"It would have {count} tags, and {MOST_TAGS} may be." if count > MOST_TAGS else ""


def _counted(keys: Iterable[str]) -> set[str]:
    """Return the keys that count: AWS's own do not."""
    return {key for key in keys if not key.lower().startswith("aws:")}
