"""``op``: look at operations, go on with one, or end it."""

from __future__ import annotations

import argparse
import os
from typing import Any

from trainctl_tui import bootstrap
from trainctl_tui.domain.errors import Conflict, Refused
from trainctl_tui.domain.operations import Operation, Outcome
from trainctl_tui.headless import codes, output, shapes
from trainctl_tui.headless.asked import flags_of
from trainctl_tui.headless.following import code_of, follow, outcome_lines
from trainctl_tui.headless.running import run_operation
from trainctl_tui.safe import safe
from trainctl_tui.services import executor
from trainctl_tui.services.export import SCHEMA
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.report import file_of, markdown, report_of, to_json
from trainctl_tui.services.report_words import moment as moment_of
from trainctl_tui.view_settings import load_view_settings

_LONGEST = 300  # characters of one line


def operations(given: argparse.Namespace) -> int:
    """Do one thing with operations; return the exit code."""
    if given.op_command == "run":
        return run_operation(given)
    acts = {"list": _list, "show": _show, "resume": _resume, "rollback": _rollback}
    return acts[given.op_command](given, bootstrap.journal())


def to_object(operation: Operation) -> dict[str, Any]:
    """Return an operation as an object of JSON (docs/headless.md), without its targets."""
    names = ("id", "act", "state", "why", "account", "actor", "profile", "endpoint", "made_at", "began_at",
             "ended_at", "cancelled", "holder")  # fmt: skip
    return {
        **{name: getattr(operation, name) for name in names},
        "selected": len(operation.targets),
        "settled": operation.settled,
        "counts": {one.value: count for one in Outcome if (count := operation.count(one))},
    }


def _list(given: argparse.Namespace, journal: Journal) -> int:
    found = journal.operations()
    if given.json:
        document = {"schema": SCHEMA, "kind": "operations", "lanes": []}
        output.say(shapes.encode({**document, "items": [to_object(one) for one in found]}))
        return codes.DONE
    if not found:
        output.note("No operation was ever confirmed here.")
    for one in sorted(found, key=lambda one: one.state.is_final):
        counts = ", ".join(f"{count} {name}" for name, count in to_object(one)["counts"].items())
        words = (
            one.id,
            moment_of(one.made_at),
            one.act,
            f"{len(one.targets):>3}",
            one.state,
            counts,
            one.why,
        )
        output.say(safe("  ".join(words).rstrip(), _LONGEST))
    return codes.DONE


def _show(given: argparse.Namespace, journal: Journal) -> int:
    report = report_of(journal, given.id)
    output.say(to_json(report) if given.json else markdown(report).rstrip("\n"))
    if (file := file_of(journal.folder, report.id)).exists():
        output.note(f"Kept in {file}, and beside it as JSON.")
    return codes.DONE


def _resume(given: argparse.Namespace, journal: Journal) -> int:
    _refuse_read_only(given)
    operation = journal.operation(given.id)
    if operation.state.is_final:
        raise Conflict(f"Operation {operation.id} has ended.", f"It is {operation.state}.")
    if not operation.holder:  # where somebody runs it, it is followed
        executor.spawn(operation.id, os.environ)
    return _follow(given, journal, operation.id)


def _rollback(given: argparse.Namespace, journal: Journal) -> int:
    _refuse_read_only(given)
    operation = journal.operation(given.id)
    executor.rollback(operation.id, journal, os.environ)
    return _follow(given, journal, operation.id)


def _follow(given: argparse.Namespace, journal: Journal, id: str) -> int:
    operation = follow(journal, id)
    if given.json:
        output.say(to_json(report_of(journal, id)))
    else:
        for line in outcome_lines(operation):
            output.say(line)
    return code_of(operation)


def _refuse_read_only(given: argparse.Namespace) -> None:
    if load_view_settings(flags_of(given)).settings.read_only:
        raise Refused("This run is read-only.", "Nothing was sent.", "Start it without read-only mode.")
