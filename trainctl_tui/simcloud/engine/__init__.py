"""A small EC2 and EBS: state that takes time to change, AWS's refusals, real paging. No I/O, no threads."""

from trainctl_tui.simcloud.engine.clock import Clock
from trainctl_tui.simcloud.engine.core import DEFAULT_ACCOUNT, Engine
from trainctl_tui.simcloud.engine.errors import EngineError

__all__ = ["DEFAULT_ACCOUNT", "Clock", "Engine", "EngineError"]
