"""Stop: a machine shuts down and keeps its volumes."""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations.steps import Step, by_state

STEP = Step(
    do=Act.STOP,
    observe=by_state(before="running pending", going="stopping", done="stopped"),
    undo="Machines that were stopped stay so; starting them is an act of its own.",
    protection=lambda facts: facts.stop_protected,
    resend=True,
    limit=1800.0,  # a machine with much memory to write, or a system that will not end, takes long
)
"""Sent again it changes nothing: a machine that stops, or has stopped, stays so."""
