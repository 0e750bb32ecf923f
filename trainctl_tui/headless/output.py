"""What a command says: results on standard output, everything else on standard error.

The only file here that prints. Text from outside is made safe before it comes here.
"""

from __future__ import annotations

import io
import os
import sys

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.safe import safe

_LONGEST_NOTE = 2000  # characters of one line on standard error

HINT = "`trainctl-tui doctor` looks closer; `trainctl-tui demo` needs no account."
"""Said beside a failure to sign in, or to know where."""


def say(text: str) -> None:
    """Write a result. Raise BrokenPipeError when nobody reads any more."""
    print(text, flush=True)


def note(text: str) -> None:
    """Tell the person beside the result something, as one line that cannot touch the terminal."""
    print(safe(text, _LONGEST_NOTE), file=sys.stderr, flush=True)


def note_trouble(where: str, trouble: Trouble) -> None:
    """Tell what went wrong, where, why, and what to do."""
    words = f"{trouble.what} {trouble.why} {next_step(trouble)}"
    note(f"{where}: {words}" if where else words)


def next_step(trouble: Trouble) -> str:
    """Return what to do. Nobody tries again by itself here, as a dashboard does."""
    return "Try again in a moment." if trouble.retryable else trouble.next_step


def begin() -> None:
    """Let no name end a command because the locale has no letter for it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def is_terminal() -> bool:
    """Say whether a person sees the results as they come."""
    return sys.stdout.isatty()


def leave_quietly() -> None:
    """Let Python flush to nowhere at its end, as its own documentation asks for after a broken pipe."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
