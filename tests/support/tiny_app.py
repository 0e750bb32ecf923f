"""A Textual app as small as can be, run by the house's lifecycle: what a pty test can end, stall and break.

``python -m tests.support.tiny_app`` paints a counter, holds a child process (the stand-in of a collector),
and breaks or hangs in the way its keys say.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from trainctl_tui.tui import lifecycle
from trainctl_tui.tui.crash import CrashMixin
from trainctl_tui.tui.driver import PENDING_LIMIT


class TinyApp(CrashMixin, App[None]):
    """Shows ``ready``, a counter that moves ten times a second, and what it was told."""

    CSS = "Static { height: 1; } #fill { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "Quit"),
        ("x", "break_handler", "Raise in a handler"),
        ("w", "break_worker", "Raise in a worker"),
        ("h", "break_thread", "Raise in a thread"),
        ("b", "block_loop", "Block the loop"),
        ("d", "deaf_worker", "Start a thread worker that hears nothing"),
        ("m", "mark", "Say once that a key came"),
        ("f", "flood", "Write more than may wait, then say so once"),
        ("ctrl+z", "suspend_process", "Stop"),
    ]

    def __init__(self, animate: bool) -> None:
        super().__init__()
        self._animate_counter = animate
        self.count = 0

    def compose(self) -> ComposeResult:
        yield Static("ready", id="state")
        yield Static("0", id="count")
        yield Static("never", id="resumed")
        yield Static("", id="fill")

    def on_mount(self) -> None:
        if self._animate_counter:
            self.set_interval(0.02, self._tick)

    def _tick(self) -> None:
        self.count += 1
        self.query_one("#count", Static).update(f"count {self.count}")
        self.query_one("#fill", Static).update(chr(97 + self.count % 26) * 1500)

    def on_resumed(self, message: lifecycle.Resumed) -> None:
        self.query_one("#resumed", Static).update(f"resumed after {message.gap:.0f}")

    def action_mark(self) -> None:
        self.query_one("#state", Static).update("ready and marked")

    def action_flood(self) -> None:
        assert self._driver is not None
        self._driver.write(f"\x1b]2;{'x' * 2 * PENDING_LIMIT}\x07")
        self.query_one("#state", Static).update("ready and flooded")

    def action_break_handler(self) -> None:
        secret_in_a_local = "hunter2-in-a-local"
        raise ValueError(f"broken handler {len(secret_in_a_local)} token={sys.argv[1]}")

    def action_break_worker(self) -> None:
        self.run_worker(self._broken_worker, thread=True)

    def _broken_worker(self) -> None:
        raise ValueError("broken worker")

    def action_break_thread(self) -> None:
        threading.Thread(target=self._broken_worker).start()

    def action_block_loop(self) -> None:
        os.write(2, b"\x1b]2;blocked\x07")
        time.sleep(600)

    def action_deaf_worker(self) -> None:
        self.run_worker(lambda: time.sleep(600), thread=True)
        self.query_one("#state", Static).update("deaf")


def main() -> int:
    """Run it: arguments are a secret that must not come out, and ``still`` or ``animate``."""
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)

    def on_end() -> None:
        child.kill()
        child.wait()

    return lifecycle.run(TinyApp(animate="animate" in sys.argv), on_end)


if __name__ == "__main__":
    sys.exit(main())
