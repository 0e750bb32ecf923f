"""The Snapshots pane."""

from __future__ import annotations

from trainctl_tui.domain.resources import Kind, Snapshot
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


COLUMNS: tuple[Column[Snapshot, Facts], ...] = (
    name_column(9),
    id_column(22),
    state_column(9),
    Column("progress", "Done", 5, lambda r, _: _progress(r), lambda r, _: r.progress, align="right"),
    size_column(),
    cost_column("$/month"),
    age_column(),
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
        *fields(("KMS key", row.kms_key), ("Of volume", row.volume_id), ("Description", row.description)),
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
    key = (row.region, row.volume_id)
    if not row.volume_id or key not in facts.of(Kind.VOLUMES):
        return ()
    return (Link(Kind.VOLUMES, key, f"{row.volume_id}  the volume it was taken from"),)
