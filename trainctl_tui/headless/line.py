"""One line on standard error that is written again and again, for a person who waits."""

from __future__ import annotations

import os
import sys
from threading import Lock

from trainctl_tui.safe import safe

_CLEAR = "\r\x1b[K"
_LONGEST = 70  # cells: a line that wraps cannot be taken back


class Line:
    """A line that several threads may write. It shows nothing where standard error is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
        self._lock = Lock()

    def show(self, text: str) -> None:
        """Write this in place of what was there."""
        with self._lock:
            if self._shown:
                sys.stderr.write(_CLEAR + safe(text, _LONGEST))
                sys.stderr.flush()

    def clear(self) -> None:
        """Take the line back; the next ``show`` writes it again."""
        with self._lock:
            if self._shown:
                sys.stderr.write(_CLEAR)
                sys.stderr.flush()

    def end(self) -> None:
        """Take the line back for good."""
        self.clear()
        self._shown = False
