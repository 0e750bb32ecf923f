"""Moments on the provider's clock, as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from trainctl_tui.listing.format import UNKNOWN, age


def moment(at: float | None, now: float) -> str:
    """Return "2026-11-24 08:15 UTC, 3h ago" or, for what is to come, "in 2d"."""
    if at is None:
        return UNKNOWN
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    gap = now - at
    if gap < -60:
        return f"{stamp}, in {age(-gap)}"
    near = age(max(gap, 0.0))
    return f"{stamp}, {near if near == 'now' else near + ' ago'}"
