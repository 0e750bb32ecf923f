"""The installed program as tests see it: where it is, what it shows when it lives, what belongs to it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.processes import children
from tests.support.pty import Terminal

Open = Callable[..., Terminal]

PROGRAM = shutil.which("trainctl-tui", path=str(Path(sys.executable).parent)) or "trainctl-tui"


def live(text: str) -> bool:
    """Whether rows of the simulated account are on screen."""
    return "i-0" in text and "running" in text


def family(pid: int) -> list[int]:
    """Return a view and everything it started."""
    return [pid, *children(pid)]
