"""Decide what may be done to a machine, volume or snapshot: one pure function, for preview and act alike.

The rules are SAFETY.md's decision table in force; the highest verdict of all rows that hold wins. Adding a
danger, or losing a fact, never lowers a verdict (``rules.py`` names the one exception, which is the table's).
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from trainctl_tui.domain.acts import (
    Act,
    Facts,
    Fleet,
    Judgement,
    Policy,
    Situation,
    Verdict,
)
from trainctl_tui.domain.case import Case
from trainctl_tui.domain.changes import changes
from trainctl_tui.domain.limits import MOST, START_LIMITS
from trainctl_tui.domain.operations import Outcome
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.rules_table import MOMENT, NOT_KNOWN, SETTLED, TARGET

REFUSE = Verdict.REFUSE

CHANGED = "changed"
"""Row of a finding that is no row of the table: a target is not what it was when its plan was saved."""


class Recheck(Struct, frozen=True):
    """What holds for one target at the moment of the act.

    ``changes`` since the plan, by name; ``outcome`` and ``reason`` say why it may not go (None and "" if it
    may).
    """

    judgement: Judgement
    changes: tuple[str, ...]
    may_go: bool
    outcome: Outcome | None
    reason: str


def judge(
    act: Act,
    facts: Facts,
    policy: Policy,
    situation: Situation,
    fleet: Fleet | None,
    *,
    batch: bool,
    change: Change = UNASKED,
) -> Judgement:
    """Return verdict and reasons for one target; ``batch`` says whether others were selected with it.

    ``change`` is what is asked of it beyond the verb.
    ``situation.busy`` must not name the operation that asks. ``fleet`` is that of the target's region. Of a
    target that is unknown or already there, nothing else is said than that, and what holds of the moment.
    """
    case = Case(act, facts, policy, situation, fleet, batch, change)
    findings = [found for rule in MOMENT if (found := rule.find(act, case, batch=batch))]
    for alone in (NOT_KNOWN, SETTLED):
        if found := alone.find(act, case, batch=batch):
            return Judgement(facts, REFUSE, (*findings, found))
    findings += [found for rule in TARGET if (found := rule.find(act, case, batch=batch))]
    for limit in (MOST,) if batch else (MOST, *START_LIMITS):
        if found := limit.find(act, case.alone, batch=batch):
            findings.append(found)
    return Judgement(facts, max(found.verdict for found in findings), tuple(findings))


def still(
    act: Act,
    planned: Facts,
    fresh: Facts,
    policy: Policy,
    situation: Situation,
    fleet: Fleet | None,
    *,
    batch: bool,
    included: Collection[str] = (),
    granted: Verdict = Verdict.TYPE,
    change: Change = UNASKED,
) -> Recheck:
    """Say whether a target of a confirmed plan may still be acted on: same facts, no stricter verdict.

    ``granted`` is the strictest verdict that the user's word covers: TYPE for a phrase, WARN for a "y".
    ``included`` are the ids of the plan whose word was given one by one.
    """
    judgement = judge(act, fresh, policy, situation, fleet, batch=batch, change=change)
    moved = changes(planned, fresh)
    unasked = batch and judgement.by_word and fresh.id not in included
    if judgement.verdict is REFUSE or moved or unasked or judgement.verdict > granted:
        outcome = _outcome(judgement, changed=bool(moved))
        changed = outcome is Outcome.CHANGED
        reason = f"It changed since the plan: {'; '.join(moved)}." if changed else judgement.reasons[0]
        return Recheck(judgement, moved, False, outcome, reason)
    return Recheck(judgement, (), True, None, "")


def outcome_of(judgement: Judgement) -> Outcome:
    """Return how a target ends that a plan leaves out."""
    return _outcome(judgement, changed=any(found.row == CHANGED for found in judgement.findings))


def _outcome(judgement: Judgement, *, changed: bool) -> Outcome:
    refusing = {found.row for found in judgement.findings if found.verdict is REFUSE}
    if "D1" in refusing:
        return Outcome.REFUSED
    if not judgement.facts.is_known:
        return Outcome.UNKNOWN_ID
    if judgement.is_settled:
        return Outcome.ALREADY
    if changed:
        return Outcome.CHANGED
    if refusing & {"D3", "D4", "D13"}:
        return Outcome.PROTECTED
    return Outcome.REFUSED if refusing else Outcome.LEFT_OUT
