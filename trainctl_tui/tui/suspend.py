"""Ctrl+Z: back to the shell that started us, until its fg."""

from __future__ import annotations

import os

from textual.app import App
from textual.binding import Binding

from trainctl_tui.tui.driver import SteadyDriver


class SuspendMixin(App[int]):
    """Stops the whole job, wherever the focus is. The driver gives the terminal back and takes it again."""

    BINDINGS = [Binding("ctrl+z", "suspend_process", show=False, priority=True)]

    def action_suspend_process(self) -> None:
        """Go back to the shell. Under make, make has to stop as well, or the shell would go on waiting."""
        if not isinstance(self._driver, SteadyDriver):
            return
        if os.getpgrp() == os.getsid(0):  # no shell made a job of us: nobody could bring us back
            self.notify(
                "There is no shell to go back to: this terminal runs nothing else.", severity="warning"
            )
            return
        self._driver.stop_job()
