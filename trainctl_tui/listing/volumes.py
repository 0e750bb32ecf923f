"""The Volumes pane."""

from __future__ import annotations

from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Volume
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Details, Field, Link, Section, fields, tag_section
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import UNKNOWN, age, age_of, count, flag, gib
from trainctl_tui.listing.moments import moment
from trainctl_tui.listing.money import cost_column, month_section
from trainctl_tui.listing.shared import (
    FATES,
    age_column,
    id_column,
    identity_fields,
    name_column,
    owner_column,
    protected_column,
    region_column,
    size_column,
    state_column,
)

LOOKED_AWAY = 3600.0
"""Seconds without a look from which it is told that there was none."""


def _holders(row: Volume) -> str:
    return ", ".join(attachment.instance_id for attachment in row.attachments)


def fate(row: Volume) -> str | None:
    """Return "dies" or "stays" for when its machine is terminated, "" where none holds it, None: unknown."""
    told = {attachment.delete_on_termination for attachment in row.attachments}
    if not told:
        return ""
    return "dies" if True in told else None if None in told else "stays"


def _fate(row: Volume) -> str:
    told = fate(row)
    return UNKNOWN if told is None else told or "-"


def _copied(row: Volume, facts: Facts) -> str:
    """Return how old the newest completed snapshot is: "-" where there is none."""
    copies = facts.lineage.copies(row)
    if copies is None:
        return UNKNOWN
    return age_of(copies.newest, facts.now) if copies.completed else "-"


def snapshots_text(row: Volume, facts: Facts) -> str:
    """Return how many snapshots a volume has and the age of the newest completed one: "3, 2d"."""
    copies = facts.lineage.copies(row)
    if copies is None or not copies.count:
        return UNKNOWN if copies is None else "0"
    return f"{copies.count}, {_copied(row, facts)}"


def _copies(row: Volume, facts: Facts) -> int | None:
    copies = facts.lineage.copies(row)
    return None if copies is None else copies.count


def _newest(row: Volume, facts: Facts) -> float | None:
    copies = facts.lineage.copies(row)
    return None if copies is None or copies.newest is None else -copies.newest


COLUMNS: tuple[Column[Volume, Facts], ...] = (
    name_column(9, wish=9),
    id_column(21),
    state_column(10),
    size_column(),
    cost_column("$/month"),
    age_column(),
    Column(
        "snapshots", "Snaps", 7, snapshots_text, _copies, style=lambda r, f: "" if _copies(r, f) else "dim"
    ),
    Column("instance", "Attached to", 19, lambda r, _: _holders(r) or "-", lambda r, _: _holders(r) or None),
    Column(
        "fate",
        "Fate",
        5,
        lambda r, _: _fate(r),
        lambda r, _: fate(r) or None,
        style=lambda r, _: {"dies": "warn", None: "warn"}.get(fate(r), "dim"),
    ),
    Column("iops", "IOPS", 7, lambda r, _: count(r.iops), lambda r, _: r.iops, align="right"),
    protected_column(9),
    Column("type", "Type", 5, lambda r, _: r.type or UNKNOWN, lambda r, _: r.type or None),
    Column("zone", "AZ", 14, lambda r, _: r.zone or r.region, lambda r, _: r.zone or None),
    owner_column(),
    region_column(),
    Column(
        "throughput",
        "MiB/s",
        6,
        lambda r, _: count(r.throughput),
        lambda r, _: r.throughput,
        align="right",
        extra=True,
    ),
    Column("copied", "Copied", 6, _copied, _newest, align="right", extra=True),
    Column("encrypted", "Encrypted", 9, lambda r, _: flag(r.encrypted), lambda r, _: r.encrypted, extra=True),
    Column(
        "snapshot",
        "From snapshot",
        22,
        lambda r, _: r.snapshot_id or "-",
        lambda r, _: r.snapshot_id or None,
        extra=True,
    ),
)


def details(row: Volume, facts: Facts) -> Details:
    """Return everything known of a volume, grouped."""
    return Details(
        title=name_of(row.tags) or row.id,
        sections=(
            Section(
                "Identity",
                (
                    *identity_fields(row, facts, row.zone or UNKNOWN),
                    Field("Created", moment(row.created_at, facts.now)),
                ),
            ),
            Section("Disk", _disk(row)),
            month_section(row, facts),
            Section("Attached", _attached(row, facts)),
            Section("Snapshots", _snapshot_fields(row, facts)),
            tag_section(row.tags),
        ),
        links=(*_instances(row, facts), *_snapshots(row, facts), *_source(row, facts)),
    )


def _disk(row: Volume) -> tuple[Field, ...]:
    return (
        Field("Size", gib(row.size_gib)),
        Field("Type", row.type or UNKNOWN),
        Field("IOPS", count(row.iops)),
        Field("Throughput", UNKNOWN if row.throughput is None else f"{row.throughput} MiB/s"),
        Field("Encrypted", flag(row.encrypted)),
        Field("Multi-attach", flag(row.multi_attach)),
        *fields(("KMS key", row.kms_key), ("From snapshot", row.snapshot_id)),
    )


def _snapshot_fields(row: Volume, facts: Facts) -> tuple[Field, ...]:
    copies = facts.lineage.copies(row)
    if copies is None:
        return (Field("Taken of it", "unknown: not all snapshots are listed", "warn"),)
    newest = moment(copies.newest, facts.now) if copies.completed else "none"
    return (Field("Taken of it", count(copies.count)), Field("Newest complete", newest))


def _attached(row: Volume, facts: Facts) -> tuple[Field, ...]:
    return tuple(
        Field(
            a.instance_id,
            ", ".join(
                (
                    a.device,
                    a.state or UNKNOWN,
                    FATES[a.delete_on_termination],
                    moment(a.attached_at, facts.now),
                )
            ),
        )
        for a in row.attachments
    ) or (Field("By", f"nothing; {seen_text(row, facts)}"),)


def seen_text(row: Volume, facts: Facts) -> str:
    """Return since when a volume has been seen available, or that we do not know."""
    history = facts.sightings.get(row.region)
    seen = history.since.get(row.id) if history is not None else None
    if seen is None:
        return "since when is unknown"
    gap = f", not looked at for up to {age(seen.gap)}" if seen.gap > LOOKED_AWAY else ""
    return f"seen available for {age_of(seen.since, facts.now)}{gap}"


def _instances(row: Volume, facts: Facts) -> tuple[Link, ...]:
    found = facts.of(Kind.INSTANCES)
    return tuple(_instance_link((row.region, a.instance_id), found.get((row.region, a.instance_id)))
                 for a in row.attachments)  # fmt: skip


def _instance_link(key: tuple[str, str], instance: object) -> Link:
    what = (
        f"{name_of(instance.tags) or '-'}, {instance.state}"
        if isinstance(instance, Instance)
        else "not listed"
    )
    return Link(Kind.INSTANCES, key, f"{key[1]}  {what}")


def _source(row: Volume, facts: Facts) -> tuple[Link, ...]:
    key = (row.region, row.snapshot_id)
    if key not in facts.of(Kind.SNAPSHOTS):
        return ()
    return (Link(Kind.SNAPSHOTS, key, f"{row.snapshot_id}  the snapshot it was made from"),)


def _snapshots(row: Volume, facts: Facts) -> tuple[Link, ...]:
    mine = [
        (key, snapshot)
        for key, snapshot in facts.of(Kind.SNAPSHOTS).items()
        if isinstance(snapshot, Snapshot) and snapshot.volume_id == row.id and snapshot.region == row.region
    ]
    mine.sort(key=lambda pair: pair[1].started_at or 0.0, reverse=True)
    return tuple(
        Link(
            Kind.SNAPSHOTS, key, f"{snapshot.id}  {snapshot.state}, {age_of(snapshot.started_at, facts.now)}"
        )
        for key, snapshot in mine
    )
