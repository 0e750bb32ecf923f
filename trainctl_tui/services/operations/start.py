"""Start: a stopped machine boots."""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations.steps import Step, by_state

STEP = Step(
    do=Act.START,
    observe=by_state(before="stopped", going="pending", done="running"),
    undo="Machines that were started go on; stopping them is an act of its own.",
    resend=True,
)
"""Sent again it changes nothing: a machine that boots or runs stays so."""
