"""JSON of the commands. Its names are a promise (docs/headless.md): ``SCHEMA`` rises when one changes."""

from __future__ import annotations

from typing import Any

import msgspec

from trainctl_tui.domain.cost import Price, price_of
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.packing import whole
from trainctl_tui.domain.resources import Instance, Row, Snapshot, Volume
from trainctl_tui.domain.tags import name_of, protecting_tags
from trainctl_tui.headless.known import Known, LaneTold
from trainctl_tui.headless.output import next_step
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.shared import owner
from trainctl_tui.safe import escaped
from trainctl_tui.services.export import SCHEMA, plain


def document(kind: str, known: Known | None, lanes: tuple[LaneTold, ...]) -> dict[str, Any]:
    """Return the head of a document: what was read, when, and what is missing."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "lanes": [
            {
                "account": known.account if known is not None else "",
                "region": lane.region,
                "taken_at": lane.taken_at,
                "complete": lane.trouble is None,
                "error": error(lane.trouble),
            }
            for lane in lanes
        ],
    }


def error(trouble: Trouble | None) -> dict[str, Any] | None:
    """Return a trouble as an object, or None."""
    if trouble is None:
        return None
    names = ("kind", "what", "why", "next_step", "code", "permission")
    told = {name: getattr(trouble, name) for name in names}
    return {**told, "next_step": next_step(trouble)}


def item(row: Row, facts: Facts) -> dict[str, Any]:
    """Return a row with what is read from its tags and what is joined to it; None is unknown."""
    made = plain(row)
    if isinstance(row, Instance | Volume | Snapshot):
        made["name"] = name_of(row.tags)
        made["owner"] = owner(row, facts)
        made["protected_by"] = list(protecting_tags(row.tags, facts.protected_keys))
        price = price_of(row, facts.prices)
        made["cost"] = (
            None if price is None else _cost(price, "hour" if isinstance(row, Instance) else "month")
        )
    if isinstance(row, Instance):
        spec, status = facts.specs.get(row.type), facts.statuses.get((row.region, row.id))
        made["spec"] = None if spec is None else plain(spec)
        made["status"] = None if status is None else plain(status)
    return made


def _cost(price: Price, per: str) -> dict[str, Any]:
    return {
        "usd": price.usd,
        "per": per,
        "at_most": price.at_most,
        "source": price.source,
        "dated": price.dated,
    }


def encode(document: object) -> str:
    """Return indented JSON in which nothing can touch a terminal: such characters are written as escapes."""
    try:
        packed = msgspec.json.encode(document)
    except UnicodeEncodeError:
        packed = msgspec.json.encode(whole(document))
    return escaped(msgspec.json.format(packed, indent=2).decode())
