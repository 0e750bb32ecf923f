"""What the header strip says: who and where, and how far each lane can be trusted. Pure text."""

from __future__ import annotations

import re

from msgspec import Struct
from rich.text import Text

from trainctl_tui.domain.inventory import LaneState, Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.listing.format import standing, wait, worst
from trainctl_tui.listing.news import News
from trainctl_tui.safe import safe
from trainctl_tui.tui.widgets.line import joined

_STATES = ("running", "pending", "stopping", "shutting-down", "stopped", "terminated")
_STATE_STYLES = {"running": "bold green", "stopped": "", "terminated": "dim"}
_STANDING_STYLES = {
    Standing.LIVE: "green",
    Standing.LOADING: "cyan",
    Standing.REMEMBERED: "yellow",
    Standing.PARTIAL: "bold yellow",
    Standing.STALE: "bold yellow",
    Standing.FAILED: "bold red",
}
_SHOWN_LANES = ((Kind.INSTANCES, "inst"), (Kind.VOLUMES, "vol"), (Kind.SNAPSHOTS, "snap"))
_SIDE_LANES = ((Kind.STATUSES, "health"), (Kind.TYPES, "types"))


class Badges(Struct, frozen=True):
    """What the strip says besides the news."""

    launch: Launch
    paused: bool = False


def where(news: News, badges: Badges) -> Text:
    """Return the first line: program, profile, account, regions, badges."""
    launch = badges.launch
    parts = [("trainctl-tui", "bold")]
    parts += [(text, "bold reverse") for text in _badges(launch, badges.paused)]
    regions = ",".join(news.regions)
    parts.append((regions, "cyan") if regions else ("no region", "bold yellow"))
    parts.append((launch.profile and f"profile {launch.profile}", ""))
    parts.append((_account(news), "" if news.verified else "yellow"))
    if news.collector:
        parts.append((f"collector: {news.collector}", "bold yellow"))
    return joined(parts)


def _badges(launch: Launch, paused: bool) -> list[str]:
    marks = [" DEMO "] if launch.demo else []
    if launch.endpoint and not launch.demo:
        marks.append(f" ENDPOINT {_host(launch.endpoint)} ")
    if launch.read_only:
        marks.append(" READ-ONLY ")
    if launch.dry_run:
        marks.append(" DRY-RUN ")
    if paused:
        marks.append(" PAUSED ")
    return marks


def _host(endpoint: str) -> str:
    """Return the part of an address that says where; of what is no address, all of it."""
    after = endpoint.partition("://")[2]
    return re.split("[/?#]", after)[0] or endpoint


def _account(news: News) -> str:
    if news.identity is None:
        return "account unknown"
    alias = f" ({news.identity.alias})" if news.identity.alias else ""
    return f"{news.identity.account}{alias}{'' if news.verified else ' unverified'}"


def how(news: News, now: float) -> Text:
    """Return the second line: counts by state, then the age of each lane."""
    line = Text()
    for kind, label in _SHOWN_LANES:
        _append_lane(line, label, news.lanes(kind), now)
    for kind, label in _SIDE_LANES:
        lane = worst(news.lanes(kind))
        if lane is not None and lane.trouble is not None:
            _append_lane(line, label, (lane,), now)
    counts = _counts(news)
    if counts.plain:
        line.append("  │ ", "dim")
        line.append_text(counts)
    return line


def _counts(news: News) -> Text:
    found = news.states
    line = Text()
    for state in (*_STATES, *sorted(found.keys() - _STATES)):
        if found.get(state):
            line.append(" " if line.plain else "")
            line.append(f"{found[state]} {safe(state) or '?'}", _STATE_STYLES.get(state, "yellow"))
    return line


def _append_lane(line: Text, label: str, lanes: tuple[LaneState, ...], now: float) -> None:
    lane = worst(lanes)
    if lane is None:
        return
    if line.plain:
        line.append("  ")
    line.append(f"{label} ", "dim")
    line.append(standing(lane, now), _STANDING_STYLES[lane.standing])
    if lane.trouble is not None and lane.trouble.kind == "Throttled":
        line.append(" throttled", "bold yellow")
    if lane.trouble is not None and lane.next_try is not None:
        line.append(f" next try {wait(lane.next_try - now)}", "dim")


def troubles(news: News) -> Text:
    """Return the warnings line: the worst trouble of now, or nothing."""
    found = current_troubles(news)
    if not found:
        return Text()
    where_, text = found[0]
    # First, because a narrow screen cuts the rest: that there is more, and the key that shows it.
    count = f"{len(found)} problems, m shows them: " if len(found) > 1 else ""
    return Text(safe(f"▲ {count}{where_}: {text}", 1000), "bold yellow")


def current_troubles(news: News) -> list[tuple[str, str]]:
    """Return (where, what/why/next) of everything wrong now, the worst first."""
    found: list[tuple[str, str]] = []
    if news.collector and news.collector != "starting":
        found.append(("collector", f"{news.collector}; it starts again by itself."))
    if news.unidentified is not None:
        found.append(("identity", str(news.unidentified)))
    if news.no_region is not None:
        found.append(("regions", str(news.no_region)))
    for kind in Kind:
        for lane in news.lanes(kind):
            if lane.trouble is not None:
                found.append((f"{kind.value} {lane.lane.region}", str(lane.trouble)))
    return found
