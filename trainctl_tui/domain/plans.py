"""A plan is judged targets; it alone makes an approval, and the executor alone spends one."""

from __future__ import annotations

from msgspec import Struct

from trainctl_tui.domain.acts import Act, Finding, Judgement, Verdict

DIALOG = 60.0
"""Seconds after which a plan on the screen must be made again (CONTRACTS.md)."""

APPROVED = 3600.0
"""Seconds for which untouched targets of an approval may be acted on (CONTRACTS.md)."""


class Approval(Struct, frozen=True):
    """The user's word for exactly these targets. It travels to the executor as a row of the journal."""

    plan_hash: str
    act: Act
    account: str
    actor: str
    endpoint: str
    ids: tuple[str, ...]
    phrase: str  # what was typed; "y" or "--yes" for a warning
    made_at: float
    expires_at: float


class Plan(Struct, frozen=True):
    """What would happen to each target of one selection. Groups keep the order of the selection."""

    act: Act
    account: str
    actor: str
    endpoint: str
    made_at: float
    goes: tuple[Judgement, ...]
    needs_word: tuple[Judgement, ...]
    left_out: tuple[Judgement, ...]
    included: tuple[str, ...]  # ids whose word was given one by one; they are in ``goes``
    verdict: Verdict  # of the whole: REFUSE where nothing may go
    findings: tuple[Finding, ...]  # of the batch (D30-D32, D28, D29)
    phrase: str  # what must be typed for TYPE, else ""
