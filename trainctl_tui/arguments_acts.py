"""What the command line takes of acts, operations and the audit log. Light, as ``arguments`` is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias

ACTS = {
    "start": "start stopped instances",
    "stop": "stop instances",
    "reboot": "reboot instances",
    "terminate": "terminate instances, for good",
}
"""Verbs as ``domain.acts.Act`` has them; repeated here because that file imports msgspec."""

Commands: TypeAlias = argparse._SubParsersAction  # what add_subparsers returns has no public name
Command: TypeAlias = Callable[["Commands[argparse.ArgumentParser]", str, str], argparse.ArgumentParser]
Run: TypeAlias = Callable[[argparse.ArgumentParser], None]

_JSON = "as JSON"
_OP = "the operation, or the beginning of its id"


def add_acts(commands: Commands[argparse.ArgumentParser], command: Command, run: Run) -> None:
    """Add a command for each act. ``run`` adds the options of account, region and log."""
    for verb, about in ACTS.items():
        one = command(commands, verb, f"{about}: plan, confirm, carry out, follow")
        one.set_defaults(verb=verb)
        one.add_argument("ids", nargs="*", metavar="ID", help="instances, by their ids")
        add_consent(one)
        add_include(one, "take in an instance that needs your word by itself; may be repeated")
        run(one)


def add_cleanup(commands: Commands[argparse.ArgumentParser], command: Command, run: Run) -> None:
    """Add the command that looks for waste."""
    one = command(commands, "cleanup", "say what could be cleaned up, and why; plan its end, as a dry run")
    add_consent(one)
    kinds = ("instances", "volumes", "snapshots")
    one.add_argument("--kind", choices=kinds, default="", help="plan these only; all are told")
    add_include(one, "take in a candidate that is not chosen, or that needs your word; may be repeated")
    run(one)


def add_include(to: argparse.ArgumentParser, help: str) -> None:
    """Add the option that gives a word for one target."""
    to.add_argument("--include", action="append", metavar="ID", default=[], help=help)


def add_consent(to: argparse.ArgumentParser) -> None:
    """Add the options of whatever makes a plan and has it confirmed."""
    to.add_argument(
        "--dry-run", action="store_true", help="show the plan and ask AWS (DryRun); change nothing"
    )
    to.add_argument("--plan", metavar="FILE", help="judge this saved plan again, only stricter, and use it")
    to.add_argument("--save-plan", metavar="FILE", help="write the plan to a new file, and end")
    to.add_argument("--yes", action="store_true", help="confirm a plan that only warns")
    to.add_argument("--confirm", metavar="PHRASE", help="confirm a plan that wants its phrase typed")
    to.add_argument("--json", action="store_true", help="as JSON; the plan is told on standard error as well")
    to.add_argument("--detach", action="store_true", help="do not wait for the end")


def add_op(commands: Commands[argparse.ArgumentParser], command: Command) -> None:
    """Add the commands of operations."""
    op = command(commands, "op", "look at operations, go on with one, or end it")
    acts = op.add_subparsers(dest="op_command", metavar="COMMAND", title="commands", required=True)
    command(acts, "list", "list the operations, newest first").add_argument(
        "--json", action="store_true", help=_JSON
    )
    for name, about in (
        ("show", "show the report of an operation"),
        ("resume", "go on with an operation that nobody runs, and follow it"),
        ("rollback", "send nothing more, find out what became of the rest, and follow it"),
    ):
        one = command(acts, name, about)
        one.add_argument("id", metavar="ID", help=_OP)
        one.add_argument("--json", action="store_true", help=_JSON)
    run = command(
        acts, "run", "carry a confirmed operation out in this process; the other commands start it so"
    )
    run.add_argument("id", metavar="ID", help=_OP)


def add_audit(commands: Commands[argparse.ArgumentParser], command: Command) -> None:
    """Add the commands of the audit log."""
    audit = command(commands, "audit", "who did what to which instance, and whether that log is whole")
    acts = audit.add_subparsers(dest="audit_command", metavar="COMMAND", title="commands", required=True)
    show = command(acts, "show", "print the log, oldest first")
    show.add_argument("--json", action="store_true", help=_JSON)
    _add_choice(show)
    export = command(acts, "export", "write the log to a new file")
    export.add_argument("file", metavar="FILE", help="a name that ends in .csv or .json")
    _add_choice(export)
    verify = command(acts, "verify", "look whether a line was changed, taken out or put in")
    verify.add_argument("--json", action="store_true", help=_JSON)


def _add_choice(to: argparse.ArgumentParser) -> None:
    to.add_argument("--op", metavar="ID", default="", help="only of this operation (the beginning will do)")
    to.add_argument("--id", metavar="ID", default="", help="only what names this instance")
    since = "only since then: 7d (s m h d w ago), 2026-11-25 or 2026-11-25T08:30 (UTC)"
    to.add_argument("--since", metavar="WHEN", default="", help=since)
