"""The view outlives its collector, says so, and has another."""

from __future__ import annotations

import os
import signal

from tests.support.processes import children, wait_gone
from tests.support.view import Open, family, live


def test_a_killed_collector_is_said_and_replaced(view: Open) -> None:
    with view(size=(120, 36)) as terminal:
        terminal.wait_for(live)
        (first,) = children(terminal.pid)
        os.kill(first, signal.SIGKILL)
        terminal.wait_for("collector")
        assert "i-0" in terminal.text, "the rows are gone with their collector"
        terminal.wait_for(lambda text: live(text) and "starts again" not in text)
        (second,) = children(terminal.pid)
        assert second != first
        pids = family(terminal.pid)
        terminal.send("q")
        assert terminal.wait_exit(3) == 0
        wait_gone(pids, 3)
