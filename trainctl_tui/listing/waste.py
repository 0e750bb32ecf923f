"""How candidates for a clean-up read: why, and what they cost. For the screen and for the command."""

from __future__ import annotations

from itertools import groupby

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.cost import Bill, total
from trainctl_tui.domain.findings import Candidate, Circumstances, Findings, Rule, Suspicion, find
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Instance, Kind, Snapshot
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import UNKNOWN, age, gib, standing
from trainctl_tui.listing.money import bill_text
from trainctl_tui.listing.news import News
from trainctl_tui.listing.volumes import LOOKED_AWAY

KINDS = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)
"""What a clean-up looks at."""

_WHY = {
    Rule.HELPER: "leftover helper, {age} old, in no operation",
    Rule.STOPPED: "stopped for {age}",
    Rule.FOREIGN: "not ours and without tags, up for {age}",
    Rule.AVAILABLE: "seen available for {age}",
    Rule.ORPHAN: "{age} old, its volume is gone",
}
_UNSURE = {
    Rule.HELPER: "a helper of unknown age",
    Rule.STOPPED: "stopped, since when is not told",
    Rule.FOREIGN: "not ours and without tags, of unknown age",
    Rule.AVAILABLE: "available, but our history of it is shorter than 24 h",
    Rule.ORPHAN: "old, and whether its volume is gone is unknown",
}
_UNCOUNTED = {
    Rule.AVAILABLE: "because we have not watched them for 24 h yet",
    Rule.ORPHAN: "because their volume may be there",
}


def found(facts: Facts) -> Findings:
    """Return the candidates among all that is listed."""
    about = Circumstances(
        facts.now,
        facts.user,
        facts.owner_keys,
        facts.protected_keys,
        facts.busy,
        facts.sightings,
        facts.lineage,
        facts.snapshot_days,
    )
    rows = [row for kind in KINDS for row in facts.of(kind).values()]
    return find(rows, facts.of(Kind.VOLUMES), about, facts.prices)


def kind_of(one: Candidate) -> Kind:
    """Return what kind of thing a candidate is."""
    if isinstance(one.row, Instance):
        return Kind.INSTANCES
    return Kind.SNAPSHOTS if isinstance(one.row, Snapshot) else Kind.VOLUMES


def act_of(kind: Kind) -> Act:
    """Return the act that ends a candidate of this kind."""
    return Act.TERMINATE if kind is Kind.INSTANCES else Act.DELETE


def what(one: Candidate) -> str:
    """Return a machine's type, or a size."""
    return one.row.type or UNKNOWN if isinstance(one.row, Instance) else gib(one.row.size_gib)


def hindrance(news: News, now: float) -> str:
    """Return why nothing may be planned from what is listed (SAFETY.md, D1), or ""."""
    if news.collector:
        return f"Nobody reads the cloud: the collector is {news.collector}."
    if not news.verified:
        return "It is not verified whose account this is."
    lanes = [lane for kind in KINDS for lane in news.lanes(kind)]
    for lane in lanes:
        if lane.standing is not Standing.LIVE:
            what = f"The {lane.lane.kind.value} of {lane.lane.region} are {standing(lane, now)}"
            return f"{what}: {lane.trouble}" if lane.trouble is not None else f"{what}."
    return "" if lanes else "No region is watched."


def why(one: Candidate) -> str:
    """Return the rule in words, and why it is not chosen from the start, if it is not."""
    held = one.suspicion
    text = (_WHY if held.sure else _UNSURE)[held.rule].format(age=age(held.age)) + _gap(held)
    return f"{text}; {one.hold}" if one.hold else text


def _gap(held: Suspicion) -> str:
    """Say how long nobody looked."""
    return f", not looked at for up to {age(held.gap)}" if held.gap > LOOKED_AWAY else ""


def cost(one: Candidate) -> str:
    """Return what a candidate costs now: "~$1.006/h, ~$8.00/month", "unknown"."""
    parts = []
    if one.hourly is None or one.hourly.usd:
        parts.append(bill_text(total([one.hourly]), "h") if one.hourly else "unknown $/h")
    if not isinstance(one.row, Instance) or one.row.attachments:
        parts.append(bill_text(one.monthly, "month"))
    return ", ".join(parts) or "-"


def sum_of(candidates: tuple[Candidate, ...]) -> str:
    """Return what candidates cost together: machines by the hour, volumes and snapshots by the month."""
    machines = [one for one in candidates if isinstance(one.row, Instance)]
    storage = [one for one in candidates if not isinstance(one.row, Instance)]
    told = [bill_text(total(one.hourly for one in machines), "h")] if machines else []
    if storage:
        usd = sum(one.monthly.usd for one in storage)
        unknown = sum(one.monthly.unknown for one in storage)
        told.append(bill_text(Bill(usd, unknown, any(one.monthly.at_most for one in storage)), "month"))
    return ", ".join(filter(None, told))


def unsure_text(findings: Findings) -> str:
    """Return how many could not be told, which, and why; "" where there is none."""
    told = []
    ordered = sorted(findings.unsure, key=_reason)
    for reason, held in groupby(ordered, key=_reason):
        ids = [one.row.id for one in held]
        more = ", …" if len(ids) > 3 else ""
        told.append(f"{len(ids)} not counted, {reason}: {', '.join(ids[:3])}{more}")
    return ". ".join(told)


def _reason(one: Candidate) -> str:
    return _UNCOUNTED.get(one.suspicion.rule, "because their age is unknown")
