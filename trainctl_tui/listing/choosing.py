"""Which rows a filter shows, and in what order: the same for a pane and for a command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from trainctl_tui.domain.cost import price_of
from trainctl_tui.domain.resources import Instance, Row
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.news import Key, Rows

if TYPE_CHECKING:
    from trainctl_tui.domain.query import Context, Query

Columns = Iterable[Column[Any, Facts]]


def context(columns: Columns, facts: Facts) -> Context:
    """Return what a filter may ask about; its bare words search the texts of these columns."""
    from trainctl_tui.domain.query import Context  # 8 ms that a start without a filter saves

    searched = tuple(columns)
    return Context(
        now=facts.now,
        user=facts.user,
        owner_keys=facts.owner_keys,
        protected_keys=facts.protected_keys,
        texts=lambda row: " ".join(column.text(row, facts) for column in searched),
        spec=lambda row: facts.specs.get(row.type) if isinstance(row, Instance) else None,
        status=lambda row: facts.statuses.get((row.region, row.id)),
        busy=facts.busy,
        price=lambda row: price_of(row, facts.prices),
        lineage=facts.lineage,
        sightings=facts.sightings,
        snapshot_days=facts.snapshot_days,
    )


def choose(rows: Rows, query: Query | None, asked: Context) -> tuple[dict[Key, Row], int]:
    """Return the rows of which a filter is sure, and how many it cannot tell about."""
    if query is None:
        return dict(rows), 0
    verdicts = {key: query.verdict(row, asked) for key, row in rows.items()}
    wanted = {key: rows[key] for key, verdict in verdicts.items() if verdict}
    return wanted, sum(verdict is None for verdict in verdicts.values())


def ordered(
    rows: Mapping[Key, Row], column: Column[Any, Facts], facts: Facts, reverse: bool = False
) -> list[Key]:
    """Return the keys by a column. Unknown values come last both ways, equal ones are ordered by key."""
    known: list[Any] = []
    unknown: list[Key] = []
    for key, row in rows.items():
        value = column.sort(row, facts)
        if value is None or value != value:
            unknown.append(key)
        else:
            known.append((value, key))
    known.sort(reverse=reverse)
    return [key for _, key in known] + sorted(unknown)
