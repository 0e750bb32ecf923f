"""From a confirmed plan to an operation: the journal takes it, the audit log tells who said what."""

from __future__ import annotations

import time
from collections.abc import Callable

from trainctl_tui.domain.acts import Judgement, Policy
from trainctl_tui.domain.errors import CannotRecord
from trainctl_tui.domain.plans import Approval, Plan
from trainctl_tui.launch import Launch
from trainctl_tui.services.audit import Audit
from trainctl_tui.services.audit_chain import Entry
from trainctl_tui.services.journal import Journal


def confirm(
    journal: Journal,
    audit: Audit,
    plan: Plan,
    approval: Approval,
    *,
    policy: Policy,
    launch: Launch,
    clock: Callable[[], float] = time.time,
) -> str:
    """Write an approved plan down and return the operation's id; nothing is sent yet.

    Raises what ``Journal.confirm`` raises, and CannotRecord; then the operation is cancelled.
    """
    id = journal.confirm(plan, approval, policy=policy, launch=launch)
    try:
        audit.write(entry_of(plan, "confirmed", clock(), op=id, phrase=approval.phrase))
    except CannotRecord:
        journal.cancel(id)
        raise
    return id


def entry_of(plan: Plan, event: str, at: float, *, op: str = "", phrase: str = "") -> Entry:
    """Return what the audit log keeps of a whole plan: every target with its facts and verdict."""
    judged = plan.judgements
    return Entry(
        at=at,
        op=op,
        event=event,
        act=plan.act,
        actor=plan.actor,
        account=plan.account,
        region=",".join(sorted({one.facts.region for one in judged})),
        ids=tuple(one.facts.id for one in judged),
        facts={one.facts.id: one.facts.digest() for one in judged},
        verdicts={one.facts.id: _verdict(one) for one in judged},
        phrase=phrase,
    )


def _verdict(judgement: Judgement) -> str:
    """Return a verdict with the rows that say so: "TYPE D12 D14"."""
    rows = dict.fromkeys(finding.row for finding in judgement.findings)
    return " ".join((judgement.verdict.name, *rows))
