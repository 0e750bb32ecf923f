"""How values read on a screen. Pure; unknown is always "?" and never a zero."""

from __future__ import annotations

from trainctl_tui.domain.inventory import LaneState, Standing

UNKNOWN = "?"
_STEPS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"))


def age(seconds: float | None) -> str:
    """Return a coarse age: "now" under a minute, then minutes, hours, days. Negative ages are unknown."""
    if seconds is None or seconds < 0:
        return UNKNOWN
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "now"


def age_of(at: float | None, now: float) -> str:
    """Return the age of a moment on the provider's clock; a skew of some seconds is "now"."""
    if at is None:
        return UNKNOWN
    gap = now - at
    return age(0.0 if -30 <= gap < 0 else gap)


def wait(seconds: float) -> str:
    """Return a time to wait: seconds under two minutes, else minutes."""
    seconds = max(0.0, seconds)
    return f"{seconds:.0f}s" if seconds < 120 else f"{seconds / 60:.0f}m"


def gib(size: int | None) -> str:
    """Return a size given in GiB."""
    if size is None:
        return UNKNOWN
    return f"{size / 1024:.1f} TiB" if size >= 10240 else f"{size} GiB"


def mib(size: int | None) -> str:
    """Return a size given in MiB."""
    if size is None:
        return UNKNOWN
    return f"{round(size / 1024, 1):g} GiB" if size >= 1024 else f"{size} MiB"


def count(number: int | None) -> str:
    """Return a number with thin grouping, or "?"."""
    return UNKNOWN if number is None else f"{number:,}"


def flag(value: bool | None) -> str:
    """Return yes, no or "?"."""
    return UNKNOWN if value is None else ("yes" if value else "no")


def plural(number: int, noun: str) -> str:
    """Return "1 row", "2 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def freshness(taken_at: float | None, now: float) -> str:
    """Return how fresh a complete listing is: "live" is a promise about now, and holds for a minute."""
    held = age_of(taken_at, now)
    return "live" if held == "now" else f"as of {held}"


def standing(lane: LaneState, now: float) -> str:
    """Return how fresh a lane is, in two or three words: "live", "as of 40m", "stale 3m"."""
    held = age_of(lane.taken_at, now)
    words = {
        Standing.LOADING: f"loading {len(lane.rows)}" if lane.rows else "loading",
        Standing.REMEMBERED: f"as of {held}",
        Standing.LIVE: freshness(lane.taken_at, now),
        Standing.PARTIAL: "partial",
        Standing.STALE: "stale" if held == "now" else f"stale {held}",
        Standing.FAILED: "failed",
    }
    return words[lane.standing]


def worst(lanes: tuple[LaneState, ...]) -> LaneState | None:
    """Return the lane to speak of when there is room for one: the least trustworthy, then the oldest."""
    order = list(_WORST_FIRST)
    return min(lanes, key=lambda lane: (order.index(lane.standing), lane.taken_at or 0.0), default=None)


_WORST_FIRST = (
    Standing.FAILED,
    Standing.PARTIAL,
    Standing.STALE,
    Standing.LOADING,
    Standing.REMEMBERED,
    Standing.LIVE,
)
