"""How reports say numbers: how many of what, sizes, prices and moments."""

from __future__ import annotations

import time
from collections.abc import Sequence

from trainctl_tui.domain.limits import dollars
from trainctl_tui.domain.resources import Kind, noun_of
from trainctl_tui.providers.requests import kind_of


def counted(ids: Sequence[str]) -> str:
    """Return how many of what, in words; of several kinds they are resources."""
    noun = noun_of(kind_of(id) for id in ids)
    return f"1 {noun}" if len(ids) == 1 else f"{len(ids)} {noun}s"


def price(id: str, hourly: float | None, monthly: float | None) -> str:
    """Return what a target costs: machines by the hour, what is stored by the month."""
    if kind_of(id) is Kind.INSTANCES:
        return "unknown $/h" if hourly is None else f"{dollars(hourly)}/h"
    return "unknown $/month" if monthly is None else f"{dollars(monthly)}/month"


def size(gib: int | None) -> str:
    """Return a size in GiB, or that it is unknown."""
    return "size unknown" if gib is None else f"{gib} GiB"


def moment(seconds: float | None) -> str:
    """Return a moment of our clock as people read it, in UTC."""
    return "not yet" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(seconds))
