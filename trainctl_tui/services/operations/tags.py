"""Tags: set, removed, and those that protect. Sent again they change nothing."""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.providers.base import AS_ASKED, NOT_YET
from trainctl_tui.services.operations.steps import Seen, Step, by_word


def _step(act: Act, undo: str) -> Step:
    return Step(
        do=act,
        observe=by_word({NOT_YET: Seen.BEFORE, AS_ASKED: Seen.DONE}),
        undo=undo,
        resend=True,
    )


PROTECT = _step(Act.PROTECT, "What was protected stays so; unprotect is an act of its own.")
UNPROTECT = _step(Act.UNPROTECT, "What was unprotected stays so; protect is an act of its own.")
TAG = _step(Act.TAG, "Tags that were edited stay so; the report has what they were.")
