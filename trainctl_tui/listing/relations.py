"""From a machine to its volumes, from a volume to its snapshots, and back."""

from __future__ import annotations

from msgspec import Struct

from trainctl_tui.domain.resources import Instance, Kind, Row, Snapshot, Volume
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.news import Key
from trainctl_tui.listing.snapshots import lineage


class Relatives(Struct, frozen=True):
    """The rows of ``kind`` that a row leads to. ``absent`` says why there are none, or ""."""

    kind: Kind
    keys: tuple[Key, ...] = ()
    absent: str = ""


def below(row: Row, facts: Facts) -> Relatives:
    """Return the volumes of a machine, or the snapshots of a volume."""
    if isinstance(row, Instance):
        keys = tuple((row.region, one.volume_id) for one in row.attachments)
        absent = f"The volumes of {row.id} are not listed." if keys else f"{row.id} has no volumes."
        return _listed(Kind.VOLUMES, keys, facts, absent)
    if isinstance(row, Volume):
        keys = tuple(
            key
            for key, one in facts.of(Kind.SNAPSHOTS).items()
            if isinstance(one, Snapshot) and (one.region, one.volume_id) == (row.region, row.id)
        )
        known = facts.lineage.copies(row) is not None
        absent = "has no snapshots." if known else "has no snapshots that are listed; not all are."
        return _listed(Kind.SNAPSHOTS, keys, facts, f"{row.id} {absent}")
    return Relatives(Kind.SNAPSHOTS, absent="Nothing is below a snapshot. Go to its volume with <.")


def above(row: Row, facts: Facts) -> Relatives:
    """Return the volume of a snapshot, or the machines that hold a volume."""
    if isinstance(row, Snapshot):
        told = {"gone": "is gone", "copy": "was never here: it is a copy"}
        absent = f"The volume of {row.id} {told.get(lineage(row, facts), 'is not known')}."
        return _listed(Kind.VOLUMES, ((row.region, row.volume_id),), facts, absent)
    if isinstance(row, Volume):
        keys = tuple((row.region, one.instance_id) for one in row.attachments)
        absent = f"The machine that holds {row.id} is not listed." if keys else f"No machine holds {row.id}."
        return _listed(Kind.INSTANCES, keys, facts, absent)
    return Relatives(Kind.INSTANCES, absent="Nothing is above a machine. Go to its volumes with >.")


def _listed(kind: Kind, keys: tuple[Key, ...], facts: Facts, absent: str) -> Relatives:
    found = tuple(key for key in keys if key in facts.of(kind))
    return Relatives(kind, found, "" if found else absent)
