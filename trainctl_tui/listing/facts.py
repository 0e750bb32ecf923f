"""What a column or a field needs besides its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec import Struct

from trainctl_tui.domain.cost import NO_PRICES, Prices
from trainctl_tui.domain.findings import SNAPSHOT_DAYS
from trainctl_tui.domain.lineage import NO_LINEAGE, Lineage
from trainctl_tui.domain.resources import (
    TRANSITIONAL,
    Instance,
    InstanceStatus,
    Kind,
    Row,
    Snapshot,
    TypeSpec,
    Volume,
)
from trainctl_tui.domain.sightings import Sightings
from trainctl_tui.listing.news import Key, Rows

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧"
_NOTHING: Rows = MappingProxyType({})


class Facts(Struct, frozen=True):
    """The world around the rows. ``now`` is seconds on the provider's clock.

    ``frame`` counts the steps of the spinner on transitional states; None draws none (paused). ``busy``
    holds the ids of unfinished operations and of their targets. ``sightings`` are by region.
    """

    now: float
    specs: Mapping[str, TypeSpec] = MappingProxyType({})
    statuses: Mapping[Key, InstanceStatus] = MappingProxyType({})
    rows: Mapping[Kind, Rows] = MappingProxyType({})
    owner_keys: tuple[str, ...] = ()
    protected_keys: tuple[str, ...] = ()
    user: str = ""
    frame: int | None = None
    prices: Prices = NO_PRICES
    busy: Collection[str] = ()
    lineage: Lineage = NO_LINEAGE
    sightings: Mapping[str, Sightings] = MappingProxyType({})
    snapshot_days: float = SNAPSHOT_DAYS

    def of(self, kind: Kind) -> Rows:
        """Return all rows of one kind."""
        return self.rows.get(kind, _NOTHING)


_STATE_STYLES = {
    "running": "ok",
    "available": "ok",
    "in-use": "ok",
    "completed": "ok",
    "terminated": "dim",
    "deleted": "dim",
    "stopped": "dim",
    "error": "bad",
    "impaired": "bad",
}


def is_turning(row: Row) -> bool:
    """Say whether a row is in a state that is about to change."""
    return isinstance(row, Instance | Volume | Snapshot) and row.state in TRANSITIONAL


def state_text(state: str, facts: Facts) -> str:
    """Return a state, turning while it is about to change."""
    if state in TRANSITIONAL and facts.frame is not None:
        return f"{SPINNER[facts.frame % len(SPINNER)]} {state}"
    return state or "?"


def state_style(state: str) -> str:
    """Return the style of a state; what we do not know stands out."""
    return "warn" if state in TRANSITIONAL else _STATE_STYLES.get(state, "warn" if not state else "")
