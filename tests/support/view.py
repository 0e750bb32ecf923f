"""The installed program as tests see it: where it is, what it shows when it lives, what belongs to it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.processes import children
from tests.support.pty import Terminal
from tests.support.tmux import Tmux

Open = Callable[..., Terminal]

PROGRAM = str(Path(sys.executable).parent / "trainctl-tui")
"""The console script beside the interpreter that runs the tests, and no other."""

_DESCRIBED = r"\bId +((?:i|vol|snap)-0[0-9a-f]+)"


def live(text: str) -> bool:
    """Whether rows of the simulated account are on screen, read now and not only remembered."""
    return "i-0" in text and "inst live" in text


def matching(pattern: str) -> Callable[[str], bool]:
    """Hold when the screen matches a pattern."""
    return lambda text: re.search(pattern, text) is not None


def described(session: Tmux) -> str:
    """Wait for the drawer; return the id that it describes."""
    found = re.search(_DESCRIBED, session.wait_for(matching(_DESCRIBED)))
    assert found is not None
    return found[1]


def closed(session: Tmux) -> None:
    """Wait until the drawer is gone."""
    session.wait_for(lambda text: re.search(_DESCRIBED, text) is None)


def family(pid: int) -> list[int]:
    """Return a view and everything it started."""
    return [pid, *children(pid)]
