"""The Volumes pane."""

from __future__ import annotations

from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Volume
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Details, Field, Link, Section, fields, tag_section
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import UNKNOWN, age_of, count, flag, gib
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


def _holders(row: Volume) -> str:
    return ", ".join(attachment.instance_id for attachment in row.attachments)


COLUMNS: tuple[Column[Volume, Facts], ...] = (
    name_column(9),
    id_column(21),
    state_column(10),
    size_column(),
    Column("type", "Type", 5, lambda r, _: r.type or UNKNOWN, lambda r, _: r.type or None),
    cost_column("$/month"),
    age_column(),
    Column("instance", "Attached to", 19, lambda r, _: _holders(r) or "-", lambda r, _: _holders(r) or None),
    Column("zone", "AZ", 14, lambda r, _: r.zone or r.region, lambda r, _: r.zone or None),
    Column("iops", "IOPS", 7, lambda r, _: count(r.iops), lambda r, _: r.iops, align="right"),
    protected_column(),
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
            tag_section(row.tags),
        ),
        links=(*_instances(row, facts), *_snapshots(row, facts)),
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
    )


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
