"""What is asked of a target beyond the verb, in words: one line for plans, operations and reports."""

from __future__ import annotations

from collections.abc import Iterator

from trainctl_tui.domain.acts import Act, Facts
from trainctl_tui.domain.orders import Change
from trainctl_tui.listing.format import UNKNOWN, gib


def asked_of(act: Act, facts: Facts, change: Change) -> str:
    """Return what is asked of one target ("to i-1 as /dev/sdf", "gp2 -> gp3, 100 GiB -> 200 GiB"), or ""."""
    match act:
        case Act.ATTACH:
            return f"to {_machine(facts, change)} as {change.device or 'the next free device'}"
        case Act.DETACH:
            forced = ", by force" if change.force else ""
            return f"from {change.instance or UNKNOWN}{forced}"
        case Act.KEEP:
            return f"stays when {change.instance or UNKNOWN} is terminated"
        case Act.MODIFY:
            return ", ".join(_moved(facts, change))
        case Act.CREATE | Act.RESTORE:
            return ", ".join(_made(facts, change))
        case Act.SNAPSHOT:
            return change.description and f'"{change.description}"'
        case Act.TAG | Act.PROTECT | Act.UNPROTECT:
            return ", ".join(_edited(facts, change))
    return ""


def _machine(facts: Facts, change: Change) -> str:
    name = facts.host.name if facts.host else ""
    return f"{change.instance} ({name})" if name else change.instance


def _moved(facts: Facts, change: Change) -> Iterator[str]:
    disk = facts.disk
    if change.type:
        yield f"{facts.type or UNKNOWN} -> {change.type}"
    for unit, before, after in (
        ("GiB", disk and disk.size_gib, change.size_gib),
        ("IOPS", disk and disk.iops, change.iops),
        ("MiB/s", disk and disk.throughput, change.throughput),
    ):
        if after is not None:
            yield f"{UNKNOWN if before is None else f'{before:,}'} -> {after:,} {unit}"


def _made(facts: Facts, change: Change) -> Iterator[str]:
    size = facts.copy.size_gib if change.size_gib is None and facts.copy else change.size_gib
    yield f"a {change.type or 'gp3'} volume of {gib(size)} in {change.zone}"
    if change.iops is not None:
        yield f"{change.iops:,} IOPS"
    if change.throughput is not None:
        yield f"{change.throughput:,} MiB/s"
    if change.encrypted:
        yield "encrypted"


def _edited(facts: Facts, change: Change) -> Iterator[str]:
    held = dict(facts.tags or ())
    for key, value in change.tags:
        yield f"{key}: {held[key]} -> {value}" if key in held else f"{key}={value}"
    for key in change.untag:
        yield f"without {key}"
