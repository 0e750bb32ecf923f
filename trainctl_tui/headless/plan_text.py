"""A plan as a command tells it: three groups with their reasons, the money, the volumes that die."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trainctl_tui.domain.acts import SAVING, Act, Facts, Finding, Judgement, VolumeFacts, strictest_first
from trainctl_tui.domain.limits import RUNS
from trainctl_tui.domain.plans import Plan, Volumes
from trainctl_tui.domain.resources import NOUNS, Kind, noun_of
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.asked import asked_of
from trainctl_tui.listing.format import UNKNOWN, gib, plural
from trainctl_tui.safe import safe

_LONGEST = 1000  # characters of one line
_LEFT_OUT = "left out"


def lines(plan: Plan) -> list[str]:
    """Return the plan as lines that cannot touch a terminal."""
    return [safe(line, _LONGEST) for line in _lines(plan)]


def to_object(plan: Plan) -> dict[str, Any]:
    """Return the plan as an object of JSON (docs/headless.md)."""
    return {
        "act": plan.act,
        "account": plan.account,
        "actor": plan.actor,
        "endpoint": plan.endpoint,
        "made_at": plan.made_at,
        "verdict": plan.verdict.name.lower(),
        "phrase": plan.phrase,
        "hash": plan.hash(),
        "hourly_saved": plan.hourly_saved,
        "included": plan.included,
        "findings": [_finding(one) for one in plan.findings],
        "goes": [_judgement(one, plan) for one in plan.goes],
        "needs_word": [_judgement(one, plan) for one in plan.needs_word],
        "left_out": [_judgement(one, plan) for one in plan.left_out],
    }


def _lines(plan: Plan) -> Iterator[str]:
    chosen = len(plan.judgements)
    noun = noun_of([one.facts.kind for one in plan.judgements])
    yield f"Plan: {plan.act} {len(plan.goes)} of {plural(chosen, noun)} in account {plan.account}"
    yield f"as {plan.actor}" + (f" at {plan.endpoint}" if plan.endpoint else "")
    yield from _group("goes", plan.goes, plan)
    yield from _group("needs your word, one by one: --include ID", plan.needs_word, plan)
    yield from _group(_LEFT_OUT, plan.left_out, plan)
    if plan.findings:
        yield "together"
        yield from _reasons(plan.findings, "    ")
    if plan.act in SAVING and plan.goes:
        yield f"saves {_hourly(plan.hourly_saved)}"
    if plan.act is Act.TERMINATE and plan.goes:
        yield _volumes_of(plan.volumes)


def _group(title: str, group: tuple[Judgement, ...], plan: Plan) -> Iterator[str]:
    if not group:
        return
    yield f"{title} ({len(group)})"
    for one in group:
        yield f"    {_target(one.facts)}"
        change = plan.changes.get(one.facts.id)
        if change is not None and (asked := asked_of(plan.act, one.facts, change)):
            yield f"        {asked}"
        yield from _reasons(one.findings, "        ")
        if plan.act is Act.TERMINATE and title != _LEFT_OUT:
            yield from (f"        {_fate(volume)}" for volume in one.facts.volumes or ())


def _target(facts: Facts) -> str:
    words = (facts.id, name_of(facts.tags or ()), facts.zone or facts.region, facts.state, facts.type)
    return "  ".join(word for word in (*words, *_measures(facts)) if word)


def _measures(facts: Facts) -> tuple[str, ...]:
    """Return size and price."""
    if facts.disk:
        return gib(facts.disk.size_gib), _monthly(facts.disk.monthly)
    if facts.copy:
        return gib(facts.copy.size_gib), f"of {facts.copy.volume_id or UNKNOWN}", _monthly(facts.copy.monthly)
    if facts.kind is not Kind.INSTANCES or not facts.is_known:
        return ()
    return (_hourly(facts.hourly) + ("" if facts.state in RUNS else " when it runs"),)


def _reasons(findings: Iterable[Finding], indent: str) -> Iterator[str]:
    for one in strictest_first(findings):
        yield f"{indent}{one.verdict.name:<6} {one.row:<7} {one.reason}"


def _fate(volume: VolumeFacts) -> str:
    fates = {True: "dies with it", False: "stays", None: "may die with it"}
    cost = f", {_monthly(volume.monthly)}" if volume.delete_on_termination is False else ""
    return f"volume {volume.id}  {gib(volume.size_gib)}  {fates[volume.delete_on_termination]}{cost}"


def _volumes_of(volumes: Volumes) -> str:
    """Return how many volumes end, and what those that stay cost."""
    told = f"volumes: {volumes.dying} {'dies' if volumes.dying == 1 else 'die'}"
    if volumes.staying:
        stay = "stays" if volumes.staying == 1 else "stay"
        told += f", {volumes.staying} {stay} ({_monthly(volumes.monthly)})"
    if volumes.unread:
        told += f"; those of {plural(volumes.unread, 'instance')} are unknown"
    return told


def _hourly(amount: float | None) -> str:
    return f"{UNKNOWN} $/h" if amount is None else f"~${amount:,.2f}/h"


def _monthly(amount: float | None) -> str:
    return f"{UNKNOWN} $/month" if amount is None else f"~${amount:,.2f}/month"


def _judgement(judgement: Judgement, plan: Plan) -> dict[str, Any]:
    facts = judgement.facts
    change = plan.changes.get(facts.id)
    ends = plan.act is Act.TERMINATE
    volumes = facts.volumes if facts.volumes is None else [
        {"id": one.id, "size_gib": one.size_gib, "monthly": one.monthly,
         "dies": one.delete_on_termination if ends else False}
        for one in facts.volumes
    ]  # fmt: skip
    return {
        "id": facts.id,
        "kind": NOUNS[facts.kind],
        "region": facts.region,
        "zone": facts.zone,
        "name": name_of(facts.tags or ()),
        "state": facts.state,
        "type": facts.type,
        "hourly": facts.hourly,
        "verdict": judgement.verdict.name.lower(),
        "findings": [_finding(one) for one in judgement.findings],
        "volumes": volumes,
        "monthly": _monthly_of(facts),
        "asked": asked_of(plan.act, facts, change) if change is not None else "",
    }


def _monthly_of(facts: Facts) -> float | None:
    """Return what a volume or a snapshot costs a month; None where that is unknown, and for an instance."""
    held = facts.disk or facts.copy
    return held.monthly if held else None


def _finding(finding: Finding) -> dict[str, Any]:
    return {"row": finding.row, "verdict": finding.verdict.name.lower(), "reason": finding.reason}
