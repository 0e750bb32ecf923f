"""What the view keeps between runs: order, filter and columns of each pane, and the theme.

Losing it costs comfort, never data: whatever cannot be read is forgotten, whatever cannot be
written is said once by the caller.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
from msgspec import Struct

from trainctl_tui.domain.packing import whole
from trainctl_tui.paths import make_private, replace_file

FILE = "view.json"
_LIMIT = 64 * 1024  # bytes; a larger file is not ours


class PaneMemory(Struct, frozen=True):
    """How a pane was left. Empty ``order`` and ``columns`` mean the pane's own."""

    order: str = ""
    reverse: bool = False
    filter: str = ""
    columns: tuple[str, ...] = ()


class ViewMemory(Struct, frozen=True):
    """How the view was left. ``panes`` by kind."""

    panes: dict[str, PaneMemory] = {}
    theme: str = ""


def load(directory: Path) -> ViewMemory:
    """Return what was kept, or an empty memory. Somebody else's file is not ours, and a pipe is no file."""
    try:
        descriptor = os.open(directory / FILE, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.getuid():
                return ViewMemory()
            return msgspec.json.decode(file.read(_LIMIT), type=ViewMemory)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ViewMemory()


def save(directory: Path, memory: ViewMemory) -> None:
    """Keep a memory for the next run; replaces the file whole. May raise OSError."""
    make_private(directory)
    replace_file(directory / FILE, msgspec.json.format(msgspec.json.encode(whole(memory)), indent=2))
