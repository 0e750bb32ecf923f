"""The collector's own pipes, out of reach of stray prints and of programs that the SDK starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import BufferedReader, FileIO, TextIOBase
from queue import Queue
from threading import Lock, Thread
from typing import IO, TextIO, cast

from trainctl_tui.link import frames
from trainctl_tui.link.messages import ToView
from trainctl_tui.redact import redact

WAITING_FRAMES = 16
"""Messages that may wait for the pipe. Who says more waits: a view that is stopped stops the sweeps."""


def take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return what standard input and output were, and leave /dev/null and standard error in their place."""
    incoming, outgoing = os.dup(0), os.dup(1)  # not inherited by children
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr = RedactedLines(sys.stderr)
    reader = BufferedReader(FileIO(incoming, "r"))
    return cast("IO[bytes]", reader), cast("IO[bytes]", FileIO(outgoing, "w"))


class RedactedLines(TextIOBase):
    """Standard error without secrets: tracebacks and the SDK's own warnings may quote what it was told."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = Lock()
        self._begun = ""  # a line, as far as it has come

    def write(self, text: str) -> int:
        """Write every line that is whole; keep the rest until it is."""
        with self._lock:
            whole, newline, self._begun = (self._begun + text).rpartition("\n")
            if newline:
                self._out.write(redact(whole + newline, os.environ))
                self._out.flush()
        return len(text)

    def fileno(self) -> int:
        """Return the descriptor, for whoever starts a program."""
        return self._out.fileno()


class Outlet:
    """Writes messages to the view in a thread of its own, in the order in which they were said.

    ``broken`` is called once, by that thread, when nobody reads any more.
    """

    def __init__(self, pipe: IO[bytes], broken: Callable[[], None]) -> None:
        self._pipe = pipe
        self._broken = broken
        self._frames: Queue[bytes] = Queue(WAITING_FRAMES)
        Thread(target=self._write_all, name="outlet", daemon=True).start()

    def say(self, message: ToView) -> None:
        """Send a message; wait while too many others do."""
        self._frames.put(frames.encode(message))

    def _write_all(self) -> None:
        try:
            while True:
                frames.write(self._pipe, self._frames.get())
        except OSError:
            self._broken()
