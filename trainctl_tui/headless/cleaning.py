"""``cleanup``: what could go, why, and what it costs; then the plan to end it, as a dry run at first."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from trainctl_tui import bootstrap
from trainctl_tui.domain.acts import SPOKEN, Act
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.findings import Candidate, Findings
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.tags import name_of
from trainctl_tui.headless import asked, codes, output, plan_file, shapes
from trainctl_tui.headless.acting import NOT_PLANNED, act, carry_out, refuse_read_only, say_document
from trainctl_tui.headless.consent import Ways
from trainctl_tui.headless.known import Known, Source
from trainctl_tui.headless.planning import Prepared, Wish, prepare
from trainctl_tui.headless.reports import report_lanes
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.waste import KINDS, act_of, cost, found, kind_of, sum_of, unsure_text, what, why
from trainctl_tui.safe import safe

_LONGEST = 1000  # characters of one line
_NEXT = "This was a dry run. Write it down with --save-plan FILE, then use it with --plan FILE."


def cleanup(given: argparse.Namespace) -> int:
    """Look for waste, and plan or carry out its end; return the exit code."""
    if given.plan:
        return _use(given)
    ways = Ways.of(given, frozen=False)
    if ways.yes:
        raise ConfigError(
            "--yes confirms what was seen before.",
            "",
            "Use --save-plan FILE, look at it, then --plan FILE --yes.",
        )
    settings = asked.settings_of(given).settings
    launch = asked.launch_of(given, settings)
    if _goes_on(ways):
        refuse_read_only(launch)
    with asked.observed(given, launch, Source(launch, settings)) as source:
        known = source.fresh(KINDS)
        journal = bootstrap.journal()
        busy = journal.busy()
        findings = found(replace(known.facts, busy=frozenset((*busy, *busy.values()))))
        if code := report_lanes(known):
            return _not_whole(known, findings, ways, code)
        chosen = _chosen(findings, given.include)
        _tell(findings, chosen, ways)
        if launch.read_only or not _of_kind(chosen, given.kind):
            output.note(_hint(findings, chosen))
            return _without_plan(known, findings, chosen, ways)
        kind, planned = _of_one_kind(chosen, given.kind)
        targets = [(one.row.region, one.row.id) for one in planned]
        ids = {id for _, id in targets}
        wish = Wish(act_of(kind), tuple(id for id in dict.fromkeys(given.include) if id in ids))
        prepared = prepare(wish, targets, source, launch, settings.policy, journal)
        return _plan(prepared, ways, _document(known, findings, chosen))


def _not_whole(known: Known, findings: Findings, ways: Ways, code: int) -> int:
    """Tell what could be read, if anything could: nothing read is not the same as nothing found."""
    chosen = _chosen(findings, [])
    if code == codes.PARTIAL:
        _tell(findings, chosen, ways, "at least ")
    output.note("Nothing is planned from a listing that is not whole.")
    _without_plan(known, findings, chosen, ways)
    return code


def _of_kind(chosen: tuple[Candidate, ...], wanted: str) -> tuple[Candidate, ...]:
    """Return the candidates of the kind that was asked for, or all."""
    return tuple(one for one in chosen if wanted in ("", kind_of(one).value))


def _of_one_kind(chosen: tuple[Candidate, ...], wanted: str) -> tuple[Kind, tuple[Candidate, ...]]:
    """Return what one plan may end: machines before volumes, volumes before snapshots; say what waits."""
    chosen = _of_kind(chosen, wanted)
    kinds = [kind for kind in KINDS if any(kind_of(one) is kind for one in chosen)]
    first = kinds[0]
    if len(kinds) > 1:
        others = " and ".join(f"{SPOKEN[kind]}s" for kind in kinds[1:])
        output.note(f"Only {SPOKEN[first]}s are planned now: a plan has one act. Plan {others} by --kind.")
    return first, tuple(one for one in chosen if kind_of(one) is first)


def _hint(findings: Findings, chosen: tuple[Candidate, ...]) -> str:
    """Return why nothing is planned, and what would be."""
    if chosen:
        return "Read-only: nothing is planned."
    return f"Nothing is chosen: nothing to plan.{' Choose with --include ID.' if findings.candidates else ''}"


def _goes_on(ways: Ways) -> bool:
    return bool(ways.save_plan) or ways.confirm is not None


def _plan(prepared: Prepared, ways: Ways, beside: Mapping[str, Any]) -> int:
    """Carry a plan out as far as was asked for: without a word, and to no file, it stays a dry run."""
    if _goes_on(ways):
        return carry_out(prepared, ways, beside)
    code = carry_out(prepared, replace(ways, dry_run=True), beside)
    output.note(_NEXT)
    return code


def _use(given: argparse.Namespace) -> int:
    """Carry out a plan that was saved, as ``terminate --plan`` does."""
    if given.include or given.save_plan or given.kind:
        raise ConfigError("A plan names its targets.", "", "Leave out either --plan or the rest.")
    saved = plan_file.load(Path(given.plan))
    if saved.act not in (Act.TERMINATE, Act.DELETE):
        raise ConfigError(f"The plan is to {saved.act}.", "", "Use it with the command that it was made by.")
    command = "volume" if saved.ids[:1] and saved.ids[0].startswith("vol-") else "snapshot"
    return act(argparse.Namespace(**{**vars(given), "verb": saved.act.value, "ids": [], "command": command}))


def _chosen(findings: Findings, included: list[str]) -> tuple[Candidate, ...]:
    """Return what begins marked and what was named besides; raise ConfigError for what is no candidate."""
    if strange := sorted(set(included) - {one.row.id for one in findings.candidates}):
        raise ConfigError(
            f"{safe(strange[0], 80)} is no candidate for a clean-up.",
            "",
            "Name one of the list, or use `trainctl-tui terminate`.",
        )
    return tuple(one for one in findings.candidates if one.chosen or one.row.id in included)


def _tell(findings: Findings, chosen: tuple[Candidate, ...], ways: Ways, least: str = "") -> None:
    say = output.note if ways.json else output.say
    total = f", {sum_of(chosen)} would end" if chosen and sum_of(chosen) else ""
    say(f"Clean-up: {least}{plural(len(findings.candidates), 'candidate')}, {len(chosen)} chosen{total}")
    for one in findings.candidates:
        row, mark = one.row, "x" if one in chosen else " "
        words = (row.id, name_of(row.tags) or "-", row.region, row.state, what(one), cost(one))
        say(safe(f"[{mark}] {'  '.join(words)}", _LONGEST))
        say(safe(f"      {why(one)}", _LONGEST))
    if text := unsure_text(findings):
        output.note(text)


def _without_plan(known: Known, findings: Findings, chosen: tuple[Candidate, ...], ways: Ways) -> int:
    if ways.json:
        say_document({**NOT_PLANNED, **_document(known, findings, chosen)})
    return codes.DONE


def _document(known: Known, findings: Findings, chosen: tuple[Candidate, ...]) -> dict[str, Any]:
    lanes = shapes.document("act", known, known.lanes)["lanes"]
    return {
        "lanes": [{**lane, "kind": told.kind.value} for lane, told in zip(lanes, known.lanes, strict=True)],
        "candidates": [_object(one, one in chosen) for one in findings.candidates],
        "unsure": [one.row.id for one in findings.unsure],
    }


def _object(one: Candidate, is_chosen: bool) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.id,
        "kind": kind_of(one).value,
        "region": row.region,
        "name": name_of(row.tags),
        "state": row.state,
        "rule": one.suspicion.rule,
        "age": one.suspicion.age,
        "why": why(one),
        "chosen": is_chosen,
        "hourly": None if one.hourly is None else one.hourly.usd,
        "monthly": None if one.monthly.unknown else one.monthly.usd,
    }
