"""What a filter may ask of a row: fields, their kinds, and what is read from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType
from typing import Any

from trainctl_tui.domain.cost import Price
from trainctl_tui.domain.findings import SNAPSHOT_DAYS, Circumstances, is_waste
from trainctl_tui.domain.lineage import NO_LINEAGE, Lineage
from trainctl_tui.domain.resources import Instance, InstanceStatus, Kind, Row, Snapshot, TypeSpec, Volume
from trainctl_tui.domain.sightings import Sightings
from trainctl_tui.domain.tags import OWNER_KEYS, is_ours, name_of, owner_of, protecting_tags


def _no_text(_row: Row) -> str:
    return ""


def _no_spec(_row: Row) -> TypeSpec | None:
    return None


def _no_price(_row: Row) -> Price | None:
    return None


def _no_status(_row: Row) -> InstanceStatus | None:
    return None


@dataclass(frozen=True)
class Context:
    """What a filter needs besides the row. ``now`` is seconds on the provider's clock.

    ``texts`` returns what bare words search: the text of the shown columns. ``user`` is the
    configured user; empty means that nobody knows who "mine" is. ``busy`` are ids of unfinished operations
    and of their targets, ``sightings`` of volumes are by region.
    """

    now: float
    user: str = ""
    owner_keys: tuple[str, ...] = OWNER_KEYS
    protected_keys: tuple[str, ...] = ()
    texts: Callable[[Row], str] = _no_text
    spec: Callable[[Row], TypeSpec | None] = _no_spec
    status: Callable[[Row], InstanceStatus | None] = _no_status
    price: Callable[[Row], Price | None] = _no_price
    busy: Collection[str] = ()
    lineage: Lineage = NO_LINEAGE
    sightings: Mapping[str, Sightings] = field(default_factory=dict)
    snapshot_days: float = SNAPSHOT_DAYS


class AtMost(float):
    """A number of which only the upper bound is known; the lower one is 0."""


Text = Callable[[Any, Context], str | None]
Number = Callable[[Any, Context], float | None]
Truth = Callable[[Any, Context], bool | None]

INSTANCES, VOLUMES, SNAPSHOTS = Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS
ALL = frozenset({INSTANCES, VOLUMES, SNAPSHOTS})


@dataclass(frozen=True)
class TextField:
    """A field compared with ``:`` as a part of text, ignoring case. None reads as unknown."""

    kinds: frozenset[Kind]
    read: Text


@dataclass(frozen=True)
class NumberField:
    """A field compared with < <= > >= =. ``unit`` is "time" (s m h d w) or "" for a plain number."""

    kinds: frozenset[Kind]
    read: Number
    unit: str = ""


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


def _age(row: Row, context: Context) -> float | None:
    if isinstance(row, Instance):
        began = row.launched_at
    elif isinstance(row, Volume):
        began = row.created_at
    else:
        began = row.started_at if isinstance(row, Snapshot) else None
    # A moment in the future is a clock we do not understand: unknown, as SAFETY definition 3 says.
    return None if began is None or began > context.now else context.now - began


def _known(text: str) -> str | None:
    """Return text that the provider always gives; without it the field is unknown."""
    return text or None


def _holders(row: Instance | Volume, which: str) -> str:
    return " ".join(getattr(attachment, which) for attachment in row.attachments)


def _relatives(row: Row, context: Context) -> str:
    """Return the ids that a row has to do with: of machines, of volumes and of snapshots, its own too."""
    if isinstance(row, Instance):
        return f"{row.id} {_holders(row, 'volume_id')}"
    if isinstance(row, Volume):
        return f"{row.id} {_holders(row, 'instance_id')} {row.snapshot_id}"
    held = context.lineage.holders(row) if isinstance(row, Snapshot) else ""
    return f"{row.id} {getattr(row, 'volume_id', '')} {held}"


def _copies(row: Volume, context: Context) -> float | None:
    copies = context.lineage.copies(row)
    return None if copies is None else copies.count


def _copied(row: Volume, context: Context) -> float | None:
    """Return the age of the newest completed snapshot; endless where there is none."""
    copies = context.lineage.copies(row)
    if copies is None or (copies.completed and copies.newest is None):
        return None
    return inf if copies.newest is None else max(0.0, context.now - copies.newest)


def _dies(row: Volume, _context: Context) -> bool | None:
    told = {attachment.delete_on_termination for attachment in row.attachments}
    return True if True in told else None if None in told else False


def _from_spec(name: str) -> Number:
    def read(row: Row, context: Context) -> float | None:
        spec = context.spec(row)
        return None if spec is None else getattr(spec, name)

    return read


def _cost(row: Row, context: Context) -> float | None:
    price = context.price(row)
    if price is None:
        return None
    return AtMost(price.usd) if price.at_most else price.usd


TEXT_FIELDS: Mapping[str, TextField] = MappingProxyType(
    {
        "state": TextField(ALL, lambda r, _: _known(r.state)),
        "type": TextField(_kinds(INSTANCES, VOLUMES), lambda r, _: _known(r.type)),
        "az": TextField(_kinds(INSTANCES, VOLUMES), lambda r, _: _known(r.zone)),
        "zone": TextField(_kinds(INSTANCES, VOLUMES), lambda r, _: _known(r.zone)),
        "region": TextField(ALL, lambda r, _: r.region),
        "id": TextField(ALL, lambda r, _: r.id),
        "name": TextField(ALL, lambda r, _: name_of(r.tags)),
        "owner": TextField(ALL, lambda r, c: owner_of(r.tags, c.owner_keys)),
        "ip": TextField(_kinds(INSTANCES), lambda r, _: f"{r.private_ip} {r.public_ip}"),
        "key": TextField(_kinds(INSTANCES), lambda r, _: r.key_name),
        "image": TextField(_kinds(INSTANCES), lambda r, _: r.image_id),
        "vpc": TextField(_kinds(INSTANCES), lambda r, _: r.vpc_id),
        "volume": TextField(
            _kinds(INSTANCES, SNAPSHOTS),
            lambda r, _: r.volume_id if isinstance(r, Snapshot) else _holders(r, "volume_id"),
        ),
        "instance": TextField(_kinds(VOLUMES), lambda r, _: _holders(r, "instance_id")),
        "snapshot": TextField(_kinds(VOLUMES), lambda r, _: r.snapshot_id),
        "of": TextField(ALL, _relatives),
        "description": TextField(_kinds(SNAPSHOTS), lambda r, _: r.description),
    }
)

NUMBER_FIELDS: Mapping[str, NumberField] = MappingProxyType(
    {
        "age": NumberField(ALL, _age, "time"),
        "size": NumberField(_kinds(VOLUMES, SNAPSHOTS), lambda r, _: r.size_gib),
        "snapshots": NumberField(_kinds(VOLUMES), _copies),
        "copied": NumberField(_kinds(VOLUMES), _copied, "time"),
        "iops": NumberField(_kinds(VOLUMES), lambda r, _: r.iops),
        "throughput": NumberField(_kinds(VOLUMES), lambda r, _: r.throughput),
        "progress": NumberField(_kinds(SNAPSHOTS), lambda r, _: r.progress),
        "cost": NumberField(ALL, _cost),
        "gpus": NumberField(_kinds(INSTANCES), _from_spec("gpus")),
        "vcpus": NumberField(_kinds(INSTANCES), _from_spec("vcpus")),
        "memory": NumberField(_kinds(INSTANCES), _from_spec("memory_mib")),
    }
)

# Fields of the filter language whose data comes from panes that are not there yet.
LATER: Mapping[str, str] = MappingProxyType({"idle": "Jobs", "gpu": "Jobs", "is:idle": "Jobs"})


def _mine(row: Row, context: Context) -> bool | None:
    if not context.user:
        return None
    if isinstance(row, Instance | Volume | Snapshot):
        return owner_of(row.tags, context.owner_keys).lower() == context.user.lower()
    return None


def _healthy(row: Row, context: Context) -> bool | None:
    status = context.status(row)
    if status is None:
        return None
    checks = {status.system, status.instance}
    # A check that has not spoken yet ("initializing", "insufficient-data") is no failure and no health.
    return True if checks == {"ok"} else False if checks & {"impaired", "not-applicable"} else None


def _waste(row: Row, context: Context) -> bool | None:
    about = Circumstances(
        context.now,
        context.user,
        context.owner_keys,
        context.protected_keys,
        context.busy,
        context.sightings,
        context.lineage,
        context.snapshot_days,
    )
    return is_waste(row, about)


TRUTHS: Mapping[str, tuple[frozenset[Kind], Truth]] = MappingProxyType(
    {
        "mine": (ALL, _mine),
        "ours": (ALL, lambda r, _: is_ours(r.tags)),
        "protected": (ALL, lambda r, c: bool(protecting_tags(r.tags, c.protected_keys))),
        "waste": (ALL, _waste),
        "orphan": (_kinds(SNAPSHOTS), lambda r, c: c.lineage.is_orphan(r)),
        "dies": (_kinds(VOLUMES), _dies),
        "spot": (_kinds(INSTANCES), lambda r, _: r.lifecycle == "spot"),
        "healthy": (_kinds(INSTANCES), _healthy),
        "attached": (_kinds(VOLUMES), lambda r, _: bool(r.attachments)),
        "encrypted": (_kinds(VOLUMES, SNAPSHOTS), lambda r, _: r.encrypted),
    }
)
