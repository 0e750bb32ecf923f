"""Decide what may be done to a machine: one pure function, for the preview and for the act alike.

The rules are SAFETY.md's decision table in force; the highest verdict of all rows that hold wins. Adding a
danger, or losing a fact, never lowers a verdict (``rules.py`` names the one exception, which is the table's).
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from trainctl_tui.domain import losses, rules
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
from trainctl_tui.domain.rule import EVERY, HALT, TERMINATE, Rule

REFUSE, TYPE, WARN = Verdict.REFUSE, Verdict.TYPE, Verdict.WARN

CHANGED = "changed"
"""Row of a finding that is no row of the table: a target is not what it was when its plan was saved."""

MOMENT: tuple[Rule[Case], ...] = (
    Rule("D1", EVERY, "read-only mode", REFUSE, rules.read_only),
    Rule("D1", EVERY, "offline, or credentials expired", REFUSE, rules.offline),
    Rule("D1", EVERY, "account unknown, or not the one on the screen", REFUSE, rules.other_account),
    Rule("D1", EVERY, "region unknown", REFUSE, rules.no_region),
    Rule("D1", EVERY, "facts older than 15 s, or from the future", REFUSE, rules.not_fresh),
    Rule("D1", EVERY, "listing of the region partial or stale", REFUSE, rules.partial),
    Rule("D37", EVERY, "an unfinished operation names it", REFUSE, rules.in_operation),
)
"""Rows that hold whatever the target is."""

NOT_KNOWN: Rule[Case] = Rule("state", EVERY, "the provider does not know the id", REFUSE, rules.not_known)
SETTLED: Rule[Case] = Rule("D5", EVERY, "already there", REFUSE, rules.already, settled=True)

TARGET: tuple[Rule[Case], ...] = (
    Rule("state", EVERY, "not in a state that takes the act", REFUSE, rules.wrong_state),
    Rule(
        "D2",
        EVERY,
        'not mine, or tags unknown, and `ownership = "strict"`',
        REFUSE,
        rules.not_mine_strictly,
    ),
    Rule(
        "D2",
        EVERY,
        'a colleague\'s, foreign (unless `ownership = "any"`), or tags unknown',
        TYPE,
        rules.not_mine,
        by_word=True,
    ),
    Rule("D2", EVERY, "made by trainctl, names no user", TYPE, rules.nobodys),
    Rule("D3", TERMINATE, "a tag protects it, or tags unknown", REFUSE, rules.protected),
    Rule("D4", (*HALT, *TERMINATE), "another service manages it, or tags unknown", REFUSE, rules.managed),
    Rule("D4", TERMINATE, "EC2's termination protection on, or unknown", REFUSE, rules.terminate_protected),
    Rule("D4", (*HALT, *TERMINATE), "EC2's stop protection on, or unknown", REFUSE, rules.stop_protected),
    Rule("D6", TERMINATE, "younger than `min_age`", TYPE, losses.too_young, in_batch=REFUSE),
    Rule("D7", TERMINATE, "age unknown", TYPE, losses.no_age, in_batch=REFUSE),
    Rule("D8", TERMINATE, "a job runs", REFUSE, losses.job_runs),
    Rule(
        "D8",
        TERMINATE,
        "a job runs, and `allow_force` is set: the phrase is `FORCE <id>`",
        TYPE,
        losses.job_runs_forcing,
        in_batch=REFUSE,
    ),
    Rule("D9", TERMINATE, "could not check for a job", TYPE, losses.job_unknown, by_word=True),
    Rule("D10", TERMINATE, "no job runs, or the machine is stopped", WARN, losses.nothing_runs),
    Rule(
        "D11",
        TERMINATE,
        "no job found, yet CPU, memory or GPU above 80 %, or unknown",
        TYPE,
        losses.busy_yet_idle,
    ),
    Rule(
        "D12",
        TERMINATE,
        "a data volume that is deleted with it, or may be",
        TYPE,
        losses.data_volume_dies,
    ),
    Rule("D13", TERMINATE, "its volumes are unknown", REFUSE, losses.volumes_unknown),
    Rule(
        "D13",
        TERMINATE,
        "a volume that is deleted with it, or may be, has a protecting tag, or unknown tags",
        REFUSE,
        losses.protected_volume,
    ),
    Rule("D14", TERMINATE, "volumes that stay; says what they cost", WARN, losses.volumes_stay),
    Rule(
        "D15",
        TERMINATE,
        "an instance store, or perhaps one, unless stopped",
        TYPE,
        losses.instance_store_dies,
    ),
    Rule(
        "D15",
        TERMINATE,
        "newest checkpoint without a remote copy, or unknown, unless stopped",
        TYPE,
        losses.checkpoint_only_here,
    ),
    Rule("D16", HALT, "a job runs", WARN, losses.job_runs_on_stop),
    Rule("D17", HALT, "could not check for a job", TYPE, losses.job_unknown, by_word=True),
    Rule("D18", HALT, "one-time spot, or perhaps", REFUSE, losses.spot_once),
    Rule("D18", HALT, "an instance store, or perhaps one", TYPE, losses.instance_store_dies),
    Rule("default", EVERY, "always", WARN, losses.consequence),
)
"""Rows about a target that the provider knows and that is not already there."""


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
) -> Judgement:
    """Return verdict and reasons for one target; ``batch`` says whether others were selected with it.

    ``situation.busy`` must not name the operation that asks. ``fleet`` is that of the target's region. Of a
    target that is unknown or already there, nothing else is said than that, and what holds of the moment.
    """
    case = Case(act, facts, policy, situation, fleet, batch)
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
    granted: Verdict = TYPE,
) -> Recheck:
    """Say whether a target of a confirmed plan may still be acted on: same facts, no stricter verdict.

    ``granted`` is the strictest verdict that the user's word covers: TYPE for a phrase, WARN for a "y".
    ``included`` are the ids of the plan whose word was given one by one.
    """
    judgement = judge(act, fresh, policy, situation, fleet, batch=batch)
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
