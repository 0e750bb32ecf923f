"""What is done with volumes and snapshots that there are: attach, detach, delete, modify, keep.

None of these calls has a client token. What was sent without an answer is looked at first, and sent again
only if nothing has changed; should that look have been an old one, EC2 refuses the second call: a volume is
attached to a machine once, is modified once in six hours, and an id that was deleted never comes back.
"""

from __future__ import annotations

from trainctl_tui.domain.acts import Act
from trainctl_tui.providers.base import AS_ASKED, DETACHED, NOT_YET
from trainctl_tui.services.operations.steps import Seen, Step, by_state, by_word

ATTACH = Step(
    do=Act.ATTACH,
    observe=by_state(before=DETACHED, going="attaching", done="attached"),
    undo="Volumes that were attached stay so; detaching them is an act of its own.",
    resend=True,
)

DETACH = Step(
    do=Act.DETACH,
    observe=by_state(before="attached attaching", going="detaching busy", done=DETACHED),
    undo="Volumes that were detached stay so; attaching them is an act of its own.",
    resend=True,
)
"""A machine that still uses the volume holds it as "busy" until it lets go."""

DELETE = Step(
    do=Act.DELETE,
    observe=by_state(
        before="available error completed pending recoverable recovering", going="deleting", done="deleted"
    ),
    undo="What was deleted cannot be brought back.",
    resend=True,
    absence_is_done=True,
    unanswered_too=True,
)

MODIFY = Step(
    do=Act.MODIFY,
    observe=by_word(
        {
            NOT_YET: Seen.BEFORE,
            "modifying": Seen.GOING,
            "optimizing": Seen.DONE,
            "completed": Seen.DONE,
            AS_ASKED: Seen.DONE,
        }
    ),
    undo="A volume that was modified stays so; AWS lets it be changed again after six hours.",
    resend=True,
)
"""A volume that is optimized already has its new size and type (EBS user guide, "Modify a volume")."""

KEEP = Step(
    do=Act.KEEP,
    observe=by_word({NOT_YET: Seen.BEFORE, AS_ASKED: Seen.DONE}),
    undo="The flag stays cleared; EC2 sets it again by ModifyInstanceAttribute.",
    resend=True,
)
