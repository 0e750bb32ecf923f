"""Columns and fields that several panes show alike."""

from __future__ import annotations

from typing import TypeAlias

from trainctl_tui.domain.resources import Instance, Snapshot, Volume
from trainctl_tui.domain.tags import is_ours, manager_of, name_of, owner_of, protecting_tags
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Field, fields
from trainctl_tui.listing.facts import Facts, state_style, state_text
from trainctl_tui.listing.format import UNKNOWN, age_of, gib

Tagged: TypeAlias = Instance | Volume | Snapshot
TaggedColumn: TypeAlias = Column[Tagged, Facts]

FATES = {True: "dies with the instance", False: "stays", None: "fate unknown"}


def protection(row: Tagged, facts: Facts) -> str:
    """Return "protected", "managed" (by another service) or ""."""
    if protecting_tags(row.tags, facts.protected_keys):
        return "protected"
    return "managed" if manager_of(row.tags) else ""


def owner(row: Tagged, facts: Facts) -> str:
    """Return the user a row names, or ""."""
    return owner_of(row.tags, facts.owner_keys)


def name_column(width: int, wish: int = 18) -> TaggedColumn:
    """Return the Name tag; it takes the width that is left."""
    return Column(
        "name",
        "Name",
        width,
        lambda row, _facts: name_of(row.tags) or "-",
        lambda row, _facts: name_of(row.tags).lower() or None,
        flex=True,
        wish=wish,
        least=True,
    )


def id_column(width: int) -> TaggedColumn:
    """Return the id, never cut."""
    return Column("id", "Id", width, lambda row, _facts: row.id, lambda row, _facts: row.id, least=True)


def state_column(width: int) -> TaggedColumn:
    """Return the state, turning while it changes."""
    return Column(
        "state",
        "State",
        width,
        lambda row, facts: state_text(row.state, facts),
        lambda row, _facts: row.state or None,
        style=lambda row, _facts: state_style(row.state),
        least=True,
    )


def age_column() -> TaggedColumn:
    """Return the coarse age."""
    return Column(
        "age",
        "Age",
        4,
        lambda row, facts: age_of(born(row), facts.now),
        lambda row, _facts: None if (at := born(row)) is None else -at,
        align="right",
        least=True,
    )


def born(row: Tagged) -> float | None:
    """Return when a row began, on the provider's clock: last start, creation, start of the copy."""
    if isinstance(row, Instance):
        return row.launched_at
    return row.created_at if isinstance(row, Volume) else row.started_at


def size_column() -> Column[Volume | Snapshot, Facts]:
    """Return the size in GiB."""
    return Column(
        "size",
        "Size",
        8,
        lambda row, _facts: gib(row.size_gib),
        lambda row, _facts: row.size_gib,
        align="right",
        least=True,
    )


def owner_column() -> TaggedColumn:
    """Return the user the row names."""
    return Column(
        "owner",
        "Owner",
        12,
        lambda row, facts: owner(row, facts) or "-",
        lambda row, facts: owner(row, facts).lower() or None,
    )


def protected_column(width: int = 10) -> TaggedColumn:
    """Return what protects the row."""
    return Column(
        "protected",
        "Protected",
        width,
        lambda row, facts: protection(row, facts) or "-",
        lambda row, facts: protection(row, facts) or None,
        style=lambda row, facts: "accent" if protection(row, facts) else "dim",
    )


def region_column() -> TaggedColumn:
    """Return the region; hidden at first."""
    return Column(
        "region", "Region", 14, lambda row, _facts: row.region, lambda row, _facts: row.region, extra=True
    )


def identity_fields(row: Tagged, facts: Facts, zone: str = "") -> tuple[Field, ...]:
    """Return who and where a row is, and what protects it."""
    protected = ", ".join(protecting_tags(row.tags, facts.protected_keys))
    return (
        Field("Id", row.id),
        Field("Name", name_of(row.tags) or "-"),
        Field("State", row.state or UNKNOWN, state_style(row.state)),
        Field("Region / AZ" if zone else "Region", f"{row.region} / {zone}" if zone else row.region),
        Field("Owner", owner(row, facts) or "not named"),
        Field("Made by", "trainctl" if is_ours(row.tags) else "something else"),
        Field("Protected by", protected or "no tag", "accent" if protected else ""),
        *fields(("Managed by", manager_of(row.tags))),
    )
