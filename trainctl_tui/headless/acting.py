"""Every act of the command line (``terminate``, ``volume delete``, ``tag``): the dashboard's road, no screen.

Facts are read now, a plan is made and told, somebody confirms it, the journal takes it, and a process of its
own carries it out. This command only follows; whatever ends it, the operation goes on.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trainctl_tui import bootstrap
from trainctl_tui.domain.acts import Act, Verdict
from trainctl_tui.domain.errors import ConfigError, Refused, TrainctlError
from trainctl_tui.domain.operations import Operation
from trainctl_tui.domain.orders import Change, Order
from trainctl_tui.headless import asked, codes, output, plan_file, plan_text, shapes
from trainctl_tui.headless.consent import Ways, consent
from trainctl_tui.headless.following import code_of, follow, outcome_lines
from trainctl_tui.headless.known import Source
from trainctl_tui.headless.planning import Prepared, Wish, locate, prepare, promptly
from trainctl_tui.headless.wanted import check_ids, new_id, wanted
from trainctl_tui.launch import Launch
from trainctl_tui.providers.base import CanAct, Patience
from trainctl_tui.services import executor, log, state_dir
from trainctl_tui.services.confirming import confirm, entry_of
from trainctl_tui.services.export import SCHEMA
from trainctl_tui.services.report import report_of

NONE: Mapping[str, Any] = MappingProxyType({})
NOT_PLANNED: Mapping[str, Any] = MappingProxyType(
    {"plan": None, "dry_run": None, "operation": None, "error": None}
)
_NOTHING = "Nothing was sent."


def act(given: argparse.Namespace) -> int:
    """Do one act on some targets; return the exit code. --json tells what ends it early, too."""
    try:
        return _act(given)
    except TrainctlError as error:
        if given.json:
            say_document({**NOT_PLANNED, "error": shapes.error(error.trouble)})
        raise


def _act(given: argparse.Namespace) -> int:
    saved = plan_file.load(Path(given.plan)) if given.plan else None
    change = wanted(given, complete=saved is None)
    if saved is not None and change != Change():
        raise ConfigError("A plan says what is asked.", "", "Leave out either --plan or the rest.")
    ids = _ids(given, saved)
    ways = Ways.of(given, frozen=True)
    settings = asked.settings_of(given).settings
    launch = asked.launch_of(given, settings)
    refuse_read_only(launch)
    with asked.observed(given, launch, Source(launch, settings)) as source:
        included = (*(saved.included if saved is not None else ()), *given.include)
        wish = Wish(Act(given.verb), tuple(dict.fromkeys(included)), saved, change)
        prepared = prepare(
            wish,
            locate(source, ids, change.zone if saved is None else _zone_of(saved)),
            source,
            launch,
            settings.policy,
            bootstrap.journal(),
        )
        return carry_out(prepared, ways)


def refuse_read_only(launch: Launch) -> None:
    """Raise Refused where this run may change nothing; nobody is asked then."""
    if launch.read_only:
        raise Refused(
            "This run is read-only.", _NOTHING, "Start it without read-only mode to change anything."
        )


def carry_out(prepared: Prepared, ways: Ways, beside: Mapping[str, Any] = NONE) -> int:
    """Tell a plan, and do with it what was asked for; return the exit code.

    Raises Refused where it is not confirmed. With ``ways.json`` one document tells everything at the end,
    that included, and what is ``beside`` it.
    """
    told: dict[str, Any] = {
        "plan": plan_text.to_object(prepared.plan),
        "dry_run": None,
        "operation": None,
        "error": None,
    }
    for line in plan_text.lines(prepared.plan):
        _tell(line, ways)
    try:
        code = _go(prepared, ways, told)
    except TrainctlError as error:
        if not ways.json:
            raise
        told["error"] = shapes.error(error.trouble)
        output.note_trouble("", error.trouble)
        code = codes.code_of(error.trouble)
    if ways.json:
        say_document({**told, **beside})
    return code


def say_document(told: Mapping[str, Any]) -> None:
    """Print the one object of an act that was asked for with --json."""
    output.say(shapes.encode({"schema": SCHEMA, "kind": "act", "lanes": [], **told}))


def _go(prepared: Prepared, ways: Ways, told: dict[str, Any]) -> int:
    plan = prepared.plan
    if plan.verdict is Verdict.REFUSE:
        if not (ways.dry_run or ways.save_plan):
            _record_refusal(prepared)
        words = "they need your word, one by one: --include ID" if plan.needs_word else "none of these may go"
        unsaved = " No plan was saved." if ways.save_plan else ""
        output.note(f"This {plan.act} is refused: {words}. {_NOTHING}{unsaved}")
        return codes.REFUSED
    if ways.save_plan:
        plan_file.save(Path(ways.save_plan), plan)
        output.note(f"The plan is in {ways.save_plan}. {_NOTHING}")
        return codes.DONE
    if ways.dry_run:
        return _rehearse(prepared, ways, told)
    word = consent(plan, ways)
    now = time.time() + prepared.provider.clock_offset()
    approval = plan.approve(word.typed, now, word=word.kept)
    journal = bootstrap.journal()
    id = confirm(journal, bootstrap.audit(), plan, approval, policy=prepared.policy, launch=prepared.launch)
    executor.spawn(id, os.environ)
    _tell(f"Operation {id}", ways)
    if moved := state_dir.elsewhere():
        output.note(moved)
    if ways.detach:
        told["operation"] = report_of(journal, id)
        output.note(f"It goes on by itself: trainctl-tui op show {id}")
        return codes.DONE
    operation = follow(journal, id)
    told["operation"] = report_of(journal, id)
    return _end(operation, ways)


def _end(operation: Operation, ways: Ways) -> int:
    for line in outcome_lines(operation):
        _tell(line, ways)
    return code_of(operation)


def _rehearse(prepared: Prepared, ways: Ways, told: dict[str, Any]) -> int:
    """Ask the provider for each region whether the act would be allowed."""
    plan, provider = prepared.plan, prepared.provider
    assert isinstance(provider, CanAct)
    actor = provider
    order = Order(plan.act, plan.changes, "dry-run")
    told["dry_run"] = []
    failed: list[TrainctlError] = []
    for region in sorted({one.facts.region for one in plan.goes}):
        ids = [one.facts.id for one in plan.goes if one.facts.region == region]
        error: TrainctlError | None = None
        try:
            promptly(f"Asking {region}", lambda: actor.rehearse(order, region, ids, Patience()))  # noqa: B023
            _tell(f"dry run: {region} would {plan.act} {len(ids)}. {_NOTHING}", ways)
        except TrainctlError as caught:
            error = caught
            failed.append(caught)
            output.note_trouble(f"dry run: {region}", caught.trouble)
        told["dry_run"].append(
            {"region": region, "ids": ids, "allowed": error is None,
             "error": shapes.error(error.trouble if error is not None else None)}
        )  # fmt: skip
    if failed:
        return codes.worst(failed)
    return codes.DONE if len(plan.goes) == len(plan.judgements) else codes.PARTIAL


def _record_refusal(prepared: Prepared) -> None:
    """Record that all of a plan was refused. Where that cannot be written, nothing was done all the same."""
    try:
        bootstrap.audit().write(entry_of(prepared.plan, "refused", time.time()))
    except TrainctlError as error:
        log.log.warning("%s", error)


def _ids(given: argparse.Namespace, saved: plan_file.SavedPlan | None) -> tuple[str, ...]:
    """Return the ids that were asked for, each once; raise ConfigError for what is none."""
    act = Act(given.verb)
    if saved is None and act is Act.CREATE:
        return (new_id(),)
    if saved is None and not given.ids:
        raise ConfigError("There is nothing to do.", "", "Name targets by their ids, or a --plan FILE.")
    if saved is not None and given.ids:
        raise ConfigError("A plan names its targets.", "", "Leave out either the ids or --plan.")
    if saved is not None and saved.act != act:
        raise ConfigError(f"The plan is to {saved.act}.", "", "Use it with the command that it was made by.")
    ids = saved.ids if saved is not None else given.ids
    check_ids(act, ids, given.command)
    return tuple(dict.fromkeys(ids))


def _zone_of(saved: plan_file.SavedPlan) -> str:
    """Return the zone that a saved plan makes something in, or ""."""
    return next((one.zone for one in saved.changes.values()), "")


def _tell(line: str, ways: Ways) -> None:
    """Say a line of the result; beside it where the result is to be JSON."""
    if ways.json:
        output.note(line)
    else:
        output.say(line)
