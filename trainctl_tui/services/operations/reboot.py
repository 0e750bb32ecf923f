"""Reboot: a machine that runs is told to boot again. Its state stays "running" all the while.

Nothing that EC2 tells proves a reboot: the state and the launch time stay (API reference, RebootInstances).
So "accepted" is the most that is ever said, and an answer that was lost stays unconfirmed.
"""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations.steps import Seen, Step


def _observe(state: str) -> Seen:
    return Seen.TRACELESS if state == "running" else Seen.ELSEWHERE


STEP = Step(
    do=Act.REBOOT,
    observe=_observe,
    undo="A reboot that was sent cannot be taken back.",
    resend=False,
)
"""Never sent twice: a machine may have begun its work anew in between."""
