"""What each act does, how it is observed, and what rolling back means: one file an act."""

from __future__ import annotations

from collections.abc import Mapping

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations import making, reboot, start, stop, tags, terminate, volumes
from trainctl_tui.services.operations.steps import Step

STEPS: Mapping[Act, tuple[Step, ...]] = {
    Act.START: (start.STEP,),
    Act.STOP: (stop.STEP,),
    Act.REBOOT: (reboot.STEP,),
    Act.TERMINATE: (terminate.STEP,),
    Act.ATTACH: (volumes.ATTACH,),
    Act.DETACH: (volumes.DETACH,),
    Act.DELETE: (volumes.DELETE,),
    Act.MODIFY: (volumes.MODIFY,),
    Act.KEEP: (volumes.KEEP,),
    Act.SNAPSHOT: (making.SNAPSHOT,),
    Act.CREATE: (making.CREATE,),
    Act.RESTORE: (making.RESTORE,),
    Act.PROTECT: (tags.PROTECT,),
    Act.UNPROTECT: (tags.UNPROTECT,),
    Act.TAG: (tags.TAG,),
}
"""The steps of every act, in order."""
