"""What makes something new: a snapshot of a volume, a volume of a snapshot or of nothing.

What was made is found by its tag ``trainctl:op``. Volumes have a client token besides, so that a call that is
sent again makes no second one; a snapshot has none, and is never sent again.
"""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations.steps import Step, by_state

_ABSENT = "Nothing carries the mark of this operation."

SNAPSHOT = Step(
    do=Act.SNAPSHOT,
    observe=by_state(before="", going="pending", done="completed"),
    undo="A snapshot that was begun goes on; deleting it is an act of its own.",
    resend=False,
    limit=24 * 3600.0,
    absent=_ABSENT,
)
"""The first snapshot of a large volume takes hours."""

CREATE = Step(
    do=Act.CREATE,
    observe=by_state(before="", going="creating", done="available in-use"),
    undo="A volume that was made stays; deleting it is an act of its own.",
    resend=True,
    absent=_ABSENT,
)

RESTORE = Step(
    do=Act.RESTORE,
    observe=CREATE.observe,
    undo=CREATE.undo,
    resend=True,
    absent=_ABSENT,
)
