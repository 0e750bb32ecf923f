"""Who confirms a plan, and how: the words of a flag, or a person at a terminal."""

from __future__ import annotations

import argparse
import sys
import termios
from contextlib import suppress

from msgspec import Struct

from trainctl_tui.domain.acts import Verdict
from trainctl_tui.domain.errors import ConfigError, Refused
from trainctl_tui.domain.plans import Plan
from trainctl_tui.headless import output
from trainctl_tui.safe import safe

_LONGEST = 200  # characters of an answer, and of a question
_NOTHING = "Nothing was sent."


class Ways(Struct, frozen=True):
    """How a command was asked to go about a plan.

    ``frozen`` says that the ids were written down before this run, literally or in a plan file: only then
    does the phrase of a flag confirm a batch.
    """

    frozen: bool
    dry_run: bool = False
    yes: bool = False
    confirm: str | None = None
    save_plan: str | None = None
    json: bool = False
    detach: bool = False

    @classmethod
    def of(cls, given: argparse.Namespace, *, frozen: bool) -> Ways:
        """Return what the flags say; raise ConfigError where they contradict each other."""
        if given.dry_run and given.save_plan:
            raise ConfigError("--dry-run and --save-plan are two things.", "", "Leave one of them out.")
        return cls(
            frozen=frozen,
            dry_run=given.dry_run,
            yes=given.yes,
            confirm=given.confirm,
            save_plan=given.save_plan,
            json=given.json,
            detach=given.detach,
        )


class Word(Struct, frozen=True):
    """What confirms a plan: what ``Plan.approve`` takes, and what the journal keeps if it is another."""

    typed: str
    kept: str = ""


def consent(plan: Plan, ways: Ways) -> Word:
    """Return the word that confirms a plan, from the flags or from a terminal. Raise Refused for none."""
    if plan.verdict is Verdict.TYPE:
        return _phrase(plan, ways)
    if ways.yes:
        return Word("y", "--yes")
    if not output.is_attended():
        raise Refused("This needs to be confirmed, and there is no terminal.", _NOTHING, "Add --yes.")
    if _ask("Go ahead? [y/N] ") not in ("y", "Y", "yes"):
        raise Refused("Not confirmed.", _NOTHING)
    return Word("y")


def _phrase(plan: Plan, ways: Ways) -> Word:
    is_batch = len(plan.judgements) > 1
    if ways.confirm is not None:
        if is_batch and not ways.frozen:
            raise Refused(
                "A phrase confirms several instances only where they were named before.",
                _NOTHING,
                "Save the plan with --save-plan FILE, look at it, then use --plan FILE --confirm.",
            )
        return Word(ways.confirm)
    if not output.is_attended():
        raise Refused(
            "This needs its phrase, and there is no terminal.", _NOTHING, f"Add --confirm '{plan.phrase}'."
        )
    if not (typed := _ask(f"Type {plan.phrase} to go ahead: ")):
        raise Refused("Not confirmed.", _NOTHING)
    return Word(typed)


def _ask(question: str) -> str:
    """Ask at the terminal. What was typed before the question was seen does not answer it."""
    with suppress(OSError, termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    sys.stderr.write(safe(question, _LONGEST))
    sys.stderr.flush()
    return sys.stdin.readline(_LONGEST).strip()
