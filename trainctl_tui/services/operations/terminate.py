"""Terminate: a machine ends for good, and with it the volumes that are to go."""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations.steps import Step, by_state

STEP = Step(
    do=Act.TERMINATE,
    observe=by_state(before="pending running stopping stopped", going="shutting-down", done="terminated"),
    undo="A terminated machine cannot be brought back.",
    protection=lambda facts: facts.terminate_protected,
    resend=True,
    partial=True,
    absence_is_done=True,
)
"""Sent again it changes nothing; a terminated machine is listed for about an hour, then no more."""
