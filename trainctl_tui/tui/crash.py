"""What is left of a crash: a report without secrets, one line that says where it is, and exit code 1.

Textual prints its own traceback with the local variables of every frame. Ours go to a file only the
user can read, without locals, and with everything that looks like a secret blacked out.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainctl_tui import __version__
from trainctl_tui.paths import make_private, state_dir
from trainctl_tui.redact import redact

if TYPE_CHECKING:
    from textual.app import App

    _Base = App[Any]
else:
    _Base = object

log = logging.getLogger(__name__)

KEPT = 20
"""Reports kept; older ones are removed when a new one is written."""


def describe(error: BaseException, environ: Mapping[str, str]) -> str:
    """Return the report about an error: versions and the traceback with its causes, never a local."""
    trace = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    head = (
        f"trainctl-tui {__version__} stopped on an error of its own.\n"
        f"when: {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\n"
        f"python: {platform.python_version()}, {platform.system()} {platform.release()}\n"
        f"terminal: {environ.get('TERM', '')}, {environ.get('COLORTERM', '')}\n\n"
    )
    return redact(head + trace, environ)


def write_report(error: BaseException, environ: Mapping[str, str]) -> Path:
    """Write the report to a new file (0600) under the state directory; may raise OSError."""
    directory = make_private(make_private(state_dir()) / "crashes")
    seconds, micro = divmod(time.time_ns() // 1000, 10**6)
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    path = directory / f"{moment}.{micro:06}Z-{os.getpid()}.txt"  # names sort by time
    # O_EXCL and O_NOFOLLOW: nobody may have laid a link here for us to write through.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(describe(error, environ))
    for old in sorted(directory.glob("*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def notice(error: BaseException, environ: Mapping[str, str] = os.environ) -> str:
    """Write the report and return the one line for stderr that says where it is."""
    kind = type(_root(error)).__name__
    log.error("stopped on an error of its own", exc_info=error)
    try:
        where = f"The report is in {write_report(error, environ)}; it holds no secrets that we know of."
    except OSError as refusal:
        where = f"The report could not be written: {refusal.strerror}."
    return f"trainctl-tui stopped on an error of its own ({kind}). {where}"


def _root(error: BaseException) -> BaseException:
    """Return the error that Textual wrapped, where it did (a failed worker)."""
    inner = getattr(error, "error", None)
    return inner if isinstance(inner, BaseException) else error


class CrashMixin(_Base):
    """An app whose unhandled exceptions end it with code 1, a report and one line. Goes before ``App``."""

    crash_notice: str = ""
    """The line for stderr, from a crash until it is printed; else ""."""

    def _handle_exception(self, error: Exception) -> None:
        """End the app on an error nobody handled. The first is reported; the rest are its echoes."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            if not self.is_headless:
                self.crash_notice = notice(_root(error))
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """End the app on the exception being handled; without Textual's traceback, which shows locals."""
        error = sys.exc_info()[1]
        self._handle_exception(error if isinstance(error, Exception) else RuntimeError("fatal error"))

    def panic(self, *renderables: Any) -> None:
        """End the app on an error of Textual's own; what it would have printed may hold locals."""
        del renderables
        self._fatal_error()

    def _print_error_renderables(self) -> None:
        """Print the one line, when the terminal is the user's again."""
        if not self.crash_notice:
            super()._print_error_renderables()
            return
        self._exit_renderables.clear()
        line, self.crash_notice = self.crash_notice, ""
        if sys.__stderr__ is not None:
            sys.__stderr__.write(line + "\n")
            sys.__stderr__.flush()
