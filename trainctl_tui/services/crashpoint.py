"""Numbered places at which a process may be killed: before and after every journal write and API call.

``TRAINCTL_KILL_AT=n`` kills this process (SIGKILL) at the n-th place it passes. A campaign that kills
inside one process lights a fuse of its own.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

VARIABLE = "TRAINCTL_KILL_AT"
"""Environment variable with the number of the place; absent or 0: nowhere."""


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Fuse:
    """Counts the places passed, and dies at one of them; ``at`` 0 only counts. ``names`` are those passed."""

    def __init__(self, at: int, die: Callable[[], None] = _kill) -> None:
        self.names: list[str] = []
        self._at = at
        self._die = die

    def burn(self, name: str) -> None:
        """Pass a place."""
        self.names.append(name)
        if len(self.names) == self._at:
            self._die()


_fuse: ContextVar[Fuse | None] = ContextVar("fuse", default=None)


def crashpoint(name: str) -> None:
    """Pass a place; ``name`` says which ("before intent")."""
    fuse = _fuse.get()
    if fuse is not None:
        fuse.burn(name)


@contextmanager
def lit(fuse: Fuse) -> Iterator[Fuse]:
    """Let a fuse burn while the block runs, in this thread."""
    token = _fuse.set(fuse)
    try:
        yield fuse
    finally:
        _fuse.reset(token)


def fuse_of(value: str) -> Fuse | None:
    """Return the fuse that the environment asks for, None where it asks for none."""
    return Fuse(int(value)) if value.isdecimal() and int(value) else None


def light(fuse: Fuse | None) -> None:
    """Let a fuse burn for the rest of this process."""
    _fuse.set(fuse)
