"""What a command says: results on standard output, everything else on standard error.

The only file here that prints. Text from outside is made safe before it comes here.
"""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import suppress
from typing import NoReturn

from trainctl_tui.domain.errors import Conflict, Trouble
from trainctl_tui.safe import safe

_LONGEST_NOTE = 2000  # characters of one line on standard error

HINT = "`trainctl-tui doctor` looks closer; `trainctl-tui demo` needs no account."
"""Said beside a failure to sign in, or to know where."""


INTERRUPTED = 130
"""Exit code of a command that Ctrl+C has ended."""

_PROMISE = re.compile(r"(?P<and>; )?(?:Nothing to do: )?[tT]he next (?:try|refresh) .*")
"""What a dashboard promises at the end of a next step: a command ends instead."""

_AGAIN = "Try again in a moment."


def say(text: str) -> None:
    """Write a result. Raise BrokenPipeError when nobody reads any more, Conflict when there is no room."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_quietly()
        raise _unwritten(f"{error.strerror or error}.") from error


def note(text: str) -> None:
    """Tell the person beside the result something, as one line that cannot touch the terminal."""
    print(safe(text, _LONGEST_NOTE), file=sys.stderr, flush=True)


def note_trouble(where: str, trouble: Trouble) -> None:
    """Tell what went wrong, where, why, and what to do."""
    words = f"{trouble.what} {trouble.why} {next_step(trouble)}"
    note(f"{where}: {words}" if where else words)


def next_step(trouble: Trouble) -> str:
    """Return what to do. Nobody tries again by itself here, as a dashboard does."""
    if not trouble.next_step:
        return _AGAIN if trouble.retryable else ""
    return _PROMISE.sub(lambda match: f". {_AGAIN}" if match["and"] else _AGAIN, trouble.next_step)


def begin() -> None:
    """Let no name end a command because the locale has no letter for it, and no stream because it is closed.

    Raise Conflict where there is nowhere to write a result.
    """
    # A closed stream leaves its number free, and a file or a socket of ours would take it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open to the end
            if name == "stdout":
                raise _unwritten("Standard output is closed.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def is_terminal() -> bool:
    """Say whether a person sees the results as they come."""
    return sys.stdout.isatty()


def is_attended() -> bool:
    """Say whether somebody sits there who sees a question and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def leave_quietly() -> None:
    """Let Python flush to nowhere at its end, as its own documentation asks for after a broken pipe."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def leave_at_once() -> NoReturn:
    """End as Ctrl+C does, and wait for no thread: what they ask for is not wanted any more."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(INTERRUPTED)


def _unwritten(why: str) -> Conflict:
    return Conflict("Cannot write the result.", why, "Send it to another place.")
