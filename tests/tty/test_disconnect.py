"""T1, T2, R4: the terminal closes, in four ways, and view and collector are gone within three seconds."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.campaign import campaign
from tests.support.processes import End, children, cpu_share, state, wait_until, watch_end
from tests.support.pty import Terminal
from tests.support.view import Open, family, live

TIMES = campaign(20, 50)
AT_ONCE = 4
LIMIT = 3.0


def leave(terminal: Terminal) -> None:
    """Close the terminal, as a dropped SSH session does."""


def stall(terminal: Terminal) -> None:
    """Stop reading first, as a dead line does, while keys make it paint; it comes to rest all the same."""
    terminal.stall()
    for _ in range(30):
        terminal.send("j", "k", "tab")
    wait_until(lambda: cpu_share(terminal.pid, 0.3) < 0.2, "the view to come to rest, unread")


def stop(terminal: Terminal) -> None:
    """Stop the program first, by one of the two signals that do."""
    os.kill(terminal.pid, signal.SIGSTOP if terminal.pid % 2 else signal.SIGTSTP)
    wait_until(lambda: state(terminal.pid) == "T", "the program to stop")


WAYS: dict[str, tuple[bool, Callable[[Terminal], None]]] = {
    "default": (False, leave),
    "hangup ignored": (True, leave),
    "stalled reader": (False, stall),
    "stopped": (False, stop),
}


@pytest.mark.campaign
@pytest.mark.timeout(campaign(600, 1800))
@pytest.mark.parametrize("way", WAYS)
def test_closing_the_terminal_ends_view_and_collector(view: Open, way: str) -> None:
    ignored, before = WAYS[way]

    def once(number: int) -> End:
        with view(ignore_hangup=ignored, size=(80, 24) if number % 2 else (120, 36)) as terminal:
            terminal.wait_for(live)
            pids = family(terminal.pid)
            assert len(pids) == 2, pids
            before(terminal)
            terminal.close()
            end = watch_end(pids, LIMIT)
            assert terminal.wait_exit(1) == 128 + signal.SIGHUP
            return end

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(once, range(TIMES)))
    slowest, most = max(end.seconds for end in ends), max(end.cpu for end in ends)
    print(f"{way}: {len(ends)} closed, slowest {slowest:.2f} s, most cpu {most:.2f} s")
    assert all(end.cpu < 1.0 for end in ends), ends


def test_kill_9_of_the_view_ends_the_collector(view: Open) -> None:
    with view() as terminal:
        terminal.wait_for(live)
        collectors = children(terminal.pid)
        assert collectors
        os.kill(terminal.pid, signal.SIGKILL)
        watch_end(collectors, LIMIT)


def test_a_stalled_view_costs_nothing_and_goes_on(view: Open) -> None:
    with view() as terminal:
        terminal.wait_for(live)
        terminal.stall()
        for _ in range(60):
            terminal.send("tab")
        wait_until(lambda: cpu_share(terminal.pid, 1.0) < 0.05, "the view to come to rest, unread")
        terminal.resume()
        terminal.send("?")
        terminal.wait_for("Move down a row.")
        terminal.send("escape", "q")
        assert terminal.wait_exit(LIMIT) == 0
