"""The terminal driver of the view: Textual's own, made steady against terminals that stall, stop or go.

Textual's writer blocks the event loop when nobody reads; a SIGCONT without a SIGTSTP of its own starts
its threads twice and forgets the user's terminal settings; a vanished terminal makes its input thread
spin (Textual pull request 6690, open). Each is answered here and nowhere else.
"""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

PENDING_LIMIT = 128 * 1024
"""Bytes that may wait for a slow terminal before frames are dropped: some four full screens."""

_JOIN = 0.4
"""Seconds that leaving may wait for a terminal to take the last bytes."""

_END_SYNC = "\x1b[?2026l"
RESTORE = b"\x18" + b"".join(
    b"\x1b[" + sequence
    for sequence in (
        *(b"?2026l", b"?1000l", b"?1003l", b"?1015l", b"?1006l", b"?2004l", b"?7h"),
        *(b"<u", b"?1049l", b"?25h", b"?1004l"),
    )
)
"""What takes a terminal back, whatever had been sent before: CAN first ends a sequence cut in two."""


class SteadyWriter(WriterThread):
    """Write in a thread, and never make the caller wait.

    While the terminal takes nothing, frames are dropped once ``PENDING_LIMIT`` bytes wait. When all that
    waited is out, ``on_caught_up`` is called, so that one whole frame replaces those that were dropped.
    It writes to the descriptor and not to a Python stream: a stream's lock held by a thread that
    never returns would abort the interpreter at its end.
    """

    def __init__(self, file: Any, on_caught_up: Callable[[], None], on_gone: Callable[[], None]) -> None:
        super().__init__(file)
        self._descriptor: int = file.fileno()
        self._on_caught_up = on_caught_up
        self._on_gone = on_gone
        self._news = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._size = 0  # bytes not yet out, with those that are being written
        self._taken = 0  # bytes that are being written
        self._stopped = False
        self._must_arrive = False
        self.behind = False
        """Whether frames have been dropped that a whole frame must replace."""

    def write(self, text: str) -> None:
        """Queue text, or drop it if the terminal is too far behind. Never blocks."""
        data = text.encode("utf-8", "replace")
        with self._news:
            if self._stopped:
                return
            if self._size <= PENDING_LIMIT or self._must_arrive:
                self._waiting.append(data)
                self._size += len(data)
                self._news.notify()
                return
            self.behind = True

    def leave(self) -> None:
        """Let only what gives the terminal back matter: where it is behind, the frames that wait go."""
        with self._news:
            self._must_arrive = True
            if self.behind:
                self.behind = False
                self._waiting.clear()
                self._size = self._taken

    def run(self) -> None:
        """Write what waits, until stopped or until the terminal is gone."""
        try:
            while (data := self._take()) is not None:
                while data:
                    data = data[os.write(self._descriptor, data) :]
        except OSError:
            self._on_gone()
            while self._take() is not None:
                pass

    def stop(self) -> None:
        """Write what waits and end; a terminal that takes nothing is not waited for."""
        with self._news:
            self._stopped = True
            self._news.notify()
        if threading.current_thread() is not self:
            self.join(_JOIN)

    def _take(self) -> bytes | None:
        """Return what to write next, None at the end. What was taken before is out by now."""
        with self._news:
            self._size -= self._taken
            self._taken = 0
            caught_up = self.behind and not self._waiting
            if caught_up:
                self.behind = False
        if caught_up:
            self._on_caught_up()
        with self._news:
            while not self._waiting:
                if self._stopped:
                    return None
                self._news.wait()
            data = self._waiting.popleft()
            self._taken = len(data)
            return data


class Hooks(Protocol):
    """Who is told by a ``SteadyDriver``: see ``lifecycle``."""

    def ending(self) -> bool:
        """Whether the run is ending, so that a continued process need not take the terminal again."""
        ...

    def leaving(self) -> None:
        """The terminal is being given back for good."""
        ...

    def gone(self) -> None:
        """The terminal has vanished. Called from any thread, more than once."""
        ...

    def continued(self) -> None:
        """The process goes on after a stop, and has the terminal again."""
        ...

    def caught_up(self) -> None:
        """The terminal reads again after frames were dropped. Called from the writer's thread."""
        ...


class SteadyDriver(LinuxDriver):
    """Textual's driver for a terminal, with the answers above."""

    hooks: ClassVar[Hooks]
    """Set by the subclass that one run makes for itself."""

    def __init__(self, app: Any, **options: Any) -> None:
        self._writer: SteadyWriter | None = None
        super().__init__(app, **options)
        self._active = False
        self._suspending = False

    @property
    def _writer_thread(self) -> SteadyWriter | None:
        return self._writer

    @_writer_thread.setter
    def _writer_thread(self, thread: WriterThread | None) -> None:
        # Textual makes its writer in the middle of a long method; ours takes its place here.
        if thread is not None:
            self._writer = SteadyWriter(self._file, self.hooks.caught_up, self.vanished)

    def write(self, data: str) -> None:
        """Write to the terminal; while it is not ours, nothing. Never blocks."""
        if self._writer is not None:
            self._writer.write(data)

    def start_application_mode(self) -> None:
        """Take the terminal; a second time without leaving it does nothing."""
        if self._active:
            return
        before = self._writer
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # Textual gives up silently when the process is in the background; then there is no new writer.
        self._active = self._writer is not before

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if not self._active:
            return
        self._active = False
        if not self._suspending:
            self.hooks.leaving()
        if self._writer is not None:
            self._writer.leave()
            self.write(_END_SYNC)
        super().stop_application_mode()

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while."""
        self._suspending = True
        try:
            super().suspend_application_mode()
        finally:
            self._suspending = False

    def stop_job(self) -> None:
        """Give the terminal back, then stop with all of our job: a make above us stops as well."""
        self.suspend_application_mode()  # first: once the shell has the terminal, we could not write to it
        os.killpg(0, signal.SIGSTOP)

    def vanished(self) -> None:
        """Stop reading a terminal that is gone, so that nothing spins on its end of file."""
        self.exit_event.set()
        self.hooks.gone()

    def restore_by_force(self) -> None:
        """Give the terminal back from any thread, without waiting and without the event loop."""
        if not self._active:
            return
        if self.attrs_before is not None:
            try:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            except termios.error:
                return
        descriptor = self.fileno if self._file is None else self._file.fileno()
        if select.select([], [descriptor], [], 0)[1]:
            os.write(descriptor, RESTORE)

    def _sigtstp_application(self, *_: object) -> None:
        # On the loop, and not inside whatever the signal interrupted: leaving joins threads.
        self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        if self.hooks.ending():
            return
        # Stopped without a SIGTSTP: the shell may have taken the terminal meanwhile. Take it again whole.
        if self._active:
            self.suspend_application_mode()
        self.resume_application_mode()
        self.hooks.continued()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self.vanished()
