"""What each act does, how it is observed, and what rolling back means: one file an act."""

from __future__ import annotations

from collections.abc import Mapping

from trainctl_tui.domain.acts import Act
from trainctl_tui.services.operations import reboot, start, stop, terminate
from trainctl_tui.services.operations.steps import Step

STEPS: Mapping[Act, tuple[Step, ...]] = {
    Act.START: (start.STEP,),
    Act.STOP: (stop.STEP,),
    Act.REBOOT: (reboot.STEP,),
    Act.TERMINATE: (terminate.STEP,),
}
"""The steps of every act, in order."""
