"""How candidates for a clean-up read: why, and what they cost. For the screen and for the command."""

from __future__ import annotations

from trainctl_tui.domain.cost import total
from trainctl_tui.domain.findings import Candidate, Circumstances, Findings, Rule, find
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import age, standing
from trainctl_tui.listing.money import bill_text
from trainctl_tui.listing.news import News

_WHY = {
    Rule.HELPER: "leftover helper, {age} old, in no operation",
    Rule.STOPPED: "stopped for {age}",
    Rule.FOREIGN: "not ours and without tags, up for {age}",
}
_UNSURE = {
    Rule.HELPER: "a helper of unknown age",
    Rule.STOPPED: "stopped, since when is not told",
    Rule.FOREIGN: "not ours and without tags, of unknown age",
}


def found(facts: Facts) -> Findings:
    """Return the candidates among all instances that are listed."""
    about = Circumstances(facts.now, facts.user, facts.owner_keys, facts.protected_keys, facts.busy)
    return find(facts.of(Kind.INSTANCES).values(), facts.of(Kind.VOLUMES), about, facts.prices)


def hindrance(news: News, now: float) -> str:
    """Return why nothing may be planned from what is listed (SAFETY.md, D1), or ""."""
    if news.collector:
        return f"Nobody reads the cloud: the collector is {news.collector}."
    if not news.verified:
        return "It is not verified whose account this is."
    lanes = [lane for kind in (Kind.INSTANCES, Kind.VOLUMES) for lane in news.lanes(kind)]
    for lane in lanes:
        if lane.standing is not Standing.LIVE:
            what = f"The {lane.lane.kind.value} of {lane.lane.region} are {standing(lane, now)}"
            return f"{what}: {lane.trouble}" if lane.trouble is not None else f"{what}."
    return "" if lanes else "No region is watched."


def why(one: Candidate) -> str:
    """Return the rule in words, and why it is not chosen from the start, if it is not."""
    held = one.suspicion
    text = (_WHY if held.sure else _UNSURE)[held.rule].format(age=age(held.age))
    return f"{text}; {one.hold}" if one.hold else text


def cost(one: Candidate) -> str:
    """Return what a candidate costs now: "~$1.006/h, ~$8.00/month", "unknown"."""
    parts = []
    if one.hourly is None or one.hourly.usd:
        parts.append(bill_text(total([one.hourly]), "h") if one.hourly else "unknown $/h")
    if one.row.attachments:
        parts.append(bill_text(one.monthly, "month"))
    return ", ".join(parts) or "-"


def sum_of(candidates: tuple[Candidate, ...]) -> str:
    """Return what candidates cost together by the hour: "~$1.20/h + 1 unknown"."""
    return bill_text(total(one.hourly for one in candidates), "h")


def unsure_text(findings: Findings) -> str:
    """Return how many could not be told, and which; "" where there is none."""
    if not findings.unsure:
        return ""
    ids = ", ".join(one.row.id for one in findings.unsure[:3])
    more = ", …" if len(findings.unsure) > 3 else ""
    return f"{len(findings.unsure)} not counted, because their age is unknown: {ids}{more}"
