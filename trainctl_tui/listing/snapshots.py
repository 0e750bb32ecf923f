"""The Snapshots pane."""

from __future__ import annotations

from trainctl_tui.domain.lineage import COPIED_FROM
from trainctl_tui.domain.resources import Kind, Snapshot, Volume
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Details, Field, Link, Section, fields, tag_section
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import UNKNOWN, flag, gib
from trainctl_tui.listing.moments import moment
from trainctl_tui.listing.money import cost_column, month_section
from trainctl_tui.listing.shared import (
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


def _progress(row: Snapshot) -> str:
    return UNKNOWN if row.progress is None else f"{row.progress}%"


def lineage(row: Snapshot, facts: Facts) -> str:
    """Return what has become of the volume: "there", "gone", "copy" (it never had one here), "-" or "?"."""
    if not row.volume_id:
        return "-"
    if row.volume_id == COPIED_FROM:
        return "copy"
    gone = facts.lineage.is_orphan(row)
    return UNKNOWN if gone is None else "gone" if gone else "there"


def _volume_text(row: Snapshot, facts: Facts) -> str:
    told = {
        "gone": "it is gone",
        "there": "it is listed",
        UNKNOWN: "whether it is still there is unknown",
        "copy": "a copy of another snapshot",
    }
    return f"{row.volume_id}: {told[lineage(row, facts)]}" if row.volume_id else ""


COLUMNS: tuple[Column[Snapshot, Facts], ...] = (
    name_column(9, wish=9),
    id_column(22),
    state_column(9),
    size_column(),
    cost_column("$/month"),
    age_column(),
    Column(
        "lineage",
        "Volume",
        7,
        lineage,
        lambda r, f: None if (told := lineage(r, f)) == UNKNOWN else told,
        style=lambda r, f: {"gone": "warn", UNKNOWN: "warn"}.get(lineage(r, f), "dim"),
    ),
    Column("progress", "Done", 5, lambda r, _: _progress(r), lambda r, _: r.progress, align="right"),
    Column("volume", "Of volume", 21, lambda r, _: r.volume_id or "-", lambda r, _: r.volume_id or None),
    protected_column(),
    owner_column(),
    Column(
        "description",
        "Description",
        30,
        lambda r, _: r.description or "-",
        lambda r, _: r.description.lower() or None,
    ),
    region_column(),
    Column(
        "tier",
        "Tier",
        9,
        lambda r, _: r.storage_tier or UNKNOWN,
        lambda r, _: r.storage_tier or None,
        extra=True,
    ),
    Column("encrypted", "Encrypted", 9, lambda r, _: flag(r.encrypted), lambda r, _: r.encrypted, extra=True),
)


def details(row: Snapshot, facts: Facts) -> Details:
    """Return everything known of a snapshot, grouped."""
    identity = (
        *identity_fields(row, facts),
        Field("Progress", _progress(row)),
        Field("Account", row.owner_id or UNKNOWN),
        Field("Started", moment(row.started_at, facts.now)),
    )
    copy = (
        Field("Size", gib(row.size_gib)),
        Field("Tier", row.storage_tier or UNKNOWN),
        Field("Encrypted", flag(row.encrypted)),
        *fields(
            ("KMS key", row.kms_key),
            ("Of volume", _volume_text(row, facts)),
            ("Description", row.description),
        ),
    )
    return Details(
        title=name_of(row.tags) or row.id,
        sections=(
            Section("Identity", identity),
            Section("Copy", copy),
            month_section(row, facts),
            tag_section(row.tags),
        ),
        links=_links(row, facts),
    )


def _links(row: Snapshot, facts: Facts) -> tuple[Link, ...]:
    """Return the volume it was taken from, the machines that hold that, and volumes made from it."""
    key = (row.region, row.volume_id)
    listed = facts.of(Kind.VOLUMES)
    volume = listed.get(key)
    made = [
        Link(Kind.VOLUMES, other, f"{one.id}  made from it, {one.state}")
        for other, one in listed.items()
        if isinstance(one, Volume) and one.snapshot_id == row.id and one.region == row.region
    ]
    if not isinstance(volume, Volume):
        return tuple(made)
    return (
        Link(Kind.VOLUMES, key, f"{row.volume_id}  the volume it was taken from"),
        *(
            Link(Kind.INSTANCES, (row.region, a.instance_id), f"{a.instance_id}  holds that volume")
            for a in volume.attachments
        ),
        *made,
    )
