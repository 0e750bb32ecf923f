"""Plans and approvals as values, for tests of what comes after them."""

from __future__ import annotations

from pathlib import Path

from trainctl_tui.domain.acts import Act, Facts, Finding, Judgement, Policy, Verdict
from trainctl_tui.domain.plans import APPROVED, Approval, Plan
from trainctl_tui.launch import Launch
from trainctl_tui.services.journal import Journal

ACCOUNT = "123456789012"
ACTOR = f"arn:aws:iam::{ACCOUNT}:user/ann"
NOW = 1_700_000_000.0


def facts(number: int, **changes: object) -> Facts:
    """Return the facts of a machine that runs."""
    given: dict[str, object] = {"zone": "us-east-1a", "state": "running", "type": "t3.small", **changes}
    tags = (("Name", f"worker-{number}"),)
    return Facts(f"i-{number:017x}", ACCOUNT, "us-east-1", NOW, **{"tags": tags, **given})  # type: ignore[arg-type]


def judged(of: Facts, verdict: Verdict = Verdict.WARN, *rows: str) -> Judgement:
    """Return a judgement with a finding for each row."""
    found = tuple(Finding(row, verdict, f"{row} says so.", settled=row == "D5") for row in rows)
    return Judgement(of, verdict, found)


def plan_of(
    goes: tuple[Judgement, ...],
    left_out: tuple[Judgement, ...] = (),
    *,
    act: Act = Act.STOP,
    needs_word: tuple[Judgement, ...] = (),
    endpoint: str = "",
) -> tuple[Plan, Approval]:
    """Return a plan and its approval, as the dialog makes them."""
    plan = Plan(
        act, ACCOUNT, ACTOR, endpoint, NOW, goes, needs_word, left_out, (), Verdict.WARN, (), ""
    )  # fmt: skip
    ids = tuple(one.facts.id for one in goes)
    return plan, Approval(plan.hash(), act, ACCOUNT, ACTOR, endpoint, ids, "y", NOW, NOW + APPROVED)


def confirmed(journal: Journal, *numbers: int, act: Act = Act.STOP) -> str:
    """Confirm an act on some machines; return the operation's id."""
    plan, approval = plan_of(tuple(judged(facts(number)) for number in numbers), act=act)
    return journal.confirm(plan, approval, policy=Policy(), launch=Launch())


def journal_at(folder: Path) -> Journal:
    """Return a journal whose clock stands still."""
    return Journal(folder, lambda: NOW)
