"""How the view ends, whatever happens to it: terminal restored, collector gone, within three seconds.

    sys.exit(lifecycle.run(app, on_end=link.close))

Every way out is one road. A signal, the watchdog of the terminal, or the driver that gives the terminal
back (the app quit, or crashed) call ``Ending.begin``; the first starts a clock. When it has run out, the
process ends, even if the event loop or a thread does not.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from trainctl_tui.tui.driver import SteadyDriver

GRACE = 2.0
"""Seconds an orderly end may take. The promise is three (RELIABILITY.md R4): one is left for the rest."""

_ON_END = 0.5
"""Seconds that ``on_end`` may take once the grace is over."""

HANGUP = 128 + signal.SIGHUP
"""Exit code when the terminal has vanished, with or without a signal."""

_BEAT = 2.0
"""Seconds between two looks at the clock."""

_SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class Resumed(Message):
    """The process was stopped, or the machine asleep, for ``gap`` seconds: what is on screen is old."""

    def __init__(self, gap: float) -> None:
        super().__init__()
        self.gap = gap


class GapWatch:
    """Notice that wall time passed while this process did not run.

    Covers a stopped process, a sleeping laptop (the monotonic clock stands still) and a paused virtual
    machine. A loop that was busy for as long looks the same, and is as much behind.
    """

    def __init__(self, limit: float = 5.0, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._clock = clock
        self._last = clock()

    def beat(self) -> float | None:
        """Note that we run; return the seconds since the last time if they are more than ``limit``."""
        now = self._clock()
        gap = now - self._last
        self._last = now
        return gap if gap > self._limit else None


class Ending:
    """The one end of a run: who asked first, and what must happen exactly once."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._lock = threading.RLock()  # a signal handler may interrupt its own thread in here
        self._ended = threading.Lock()
        self._read, self._write = os.pipe()
        self.begun = False
        self.code: int | None = None
        """The exit code that a signal or a vanished terminal asked for; None while none has."""

    def begin(self, code: int | None = None) -> None:
        """Start the clock, once; the first code given is kept. For any thread and any signal handler."""
        with self._lock:
            if self.code is None:
                self.code = code
            if not self.begun:
                self.begun = True
                os.write(self._write, b".")

    def finish(self) -> None:
        """Run ``on_end`` if nobody has yet; a second caller returns at once."""
        if self._ended.acquire(blocking=False):
            self._on_end()

    def wait(self, terminal: int | None) -> bool:
        """Wait until the end begins; return True if that is because the terminal vanished.

        This costs nothing: the kernel says both. It is what ends a view whose SIGHUP is ignored.
        """
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        if terminal is not None:
            poll.register(terminal, 0)  # POLLHUP and POLLERR are told without being asked for
        return terminal in dict(poll.poll())


class _Guard:
    """Everything that listens while an app runs. It is the driver's ``Hooks``."""

    def __init__(self, app: App[Any], ending: Ending) -> None:
        self._app = app
        self._ending = ending
        self._gaps = GapWatch()
        self._loop: asyncio.AbstractEventLoop | None = None

    def up(self) -> None:
        """Listen: signals, the terminal, time, and the errors of threads and of the loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._loop_failed)
        threading.excepthook = self._thread_failed
        for number in _SIGNALS:
            # What the parent chose to ignore, as nohup does, stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._signalled)
        threading.Thread(target=self._stand_by, name="lifecycle", daemon=True).start()
        self._beat()

    def ending(self) -> bool:
        """Whether the run is ending."""
        return self._ending.begun

    def leaving(self) -> None:
        """Start the clock: the terminal is being given back for good."""
        self._ending.begin()

    def gone(self) -> None:
        """End the run: its terminal has vanished."""
        self._ending.begin(HANGUP)
        self._on_loop(self._leave)

    def continued(self) -> None:
        """Paint anew after a stop, and tell the app how long it was."""
        self._repaint()
        self._look_at_gap()

    def caught_up(self) -> None:
        """Paint anew: frames were dropped while nobody read."""
        self._on_loop(self._repaint)

    def _on_loop(self, callback: Callable[..., object], *arguments: object) -> bool:
        """Call something on the loop, from anywhere; return False if there is no loop any more."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:
            return False
        return True

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        # A plain handler and not the loop's: it also runs while a callback keeps the loop busy.
        del frame
        self._ending.begin(128 + number)
        self._on_loop(self._leave)

    def _leave(self) -> None:
        self._app.exit(return_code=self._ending.code or 0)

    def _stand_by(self) -> None:
        if self._ending.wait(sys.__stdin__.fileno() if sys.__stdin__ else None):
            driver = self._app._driver
            if isinstance(driver, SteadyDriver):
                driver.vanished()
            else:
                self.gone()
        threading.Event().wait(GRACE)
        self._end_by_force()

    def _end_by_force(self) -> None:
        driver = self._app._driver
        if isinstance(driver, SteadyDriver):
            driver.restore_by_force()
        last = threading.Thread(target=self._ending.finish, daemon=True)
        last.start()
        last.join(_ON_END)
        # Not sys.exit: a thread that waits for a dead socket would hold the interpreter for minutes.
        os._exit(exit_code(self._app, self._ending))

    def _beat(self) -> None:
        self._look_at_gap()
        assert self._loop is not None
        self._loop.call_later(_BEAT, self._beat)

    def _look_at_gap(self) -> None:
        gap = self._gaps.beat()
        if gap is not None:
            self._app.post_message(Resumed(gap))

    def _repaint(self) -> None:
        self._app.refresh(layout=True)

    def _failed(self, error: BaseException | None) -> None:
        if isinstance(error, Exception) and not self._ending.begun:
            self._app._handle_exception(error)

    def _loop_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        del loop
        self._failed(context.get("exception"))

    def _thread_failed(self, failure: threading.ExceptHookArgs) -> None:
        self._on_loop(self._failed, failure.exc_value)


def exit_code(app: App[Any], ending: Ending) -> int:
    """Return 128+n after a signal or a vanished terminal, else what the app says (1 after a crash)."""
    return ending.code if ending.code is not None else app.return_code or 0


def run(app: App[Any], on_end: Callable[[], None]) -> int:
    """Run the app in this process's terminal until it ends; return the exit code.

    ``on_end`` runs exactly once, after the terminal is restored, on every way out but kill -9; it should
    end the collector and be quick. Call this from the main thread, last: what still runs two seconds
    after the end began, a thread for example, ends with the process.
    """
    ending = Ending(on_end)
    guard = _Guard(app, ending)
    if issubclass(app.driver_class, LinuxDriver):
        app.driver_class = type("Driver", (SteadyDriver,), {"hooks": guard})
    try:
        asyncio.run(_live(app, ending, guard))
    finally:
        ending.begin()
        ending.finish()
    return exit_code(app, ending)


async def _live(app: App[Any], ending: Ending, guard: _Guard) -> None:
    guard.up()
    try:
        await app.run_async()
    finally:
        ending.begin()
        ending.finish()
