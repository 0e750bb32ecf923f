"""How a view ends, goes on and breaks, shown on an app as small as can be in a real terminal."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import children, cpu_share, state, wait_gone, wait_until, watch_end
from tests.support.pty import Terminal
from tests.support.tiny import CANARY, LIMIT, Start, environment, everything, shell, start
from trainctl_tui.tui.lifecycle import Ending, GapWatch

__all__ = ["environment", "start"]  # fixtures

MODES = (
    (b"\x1b[?1049h", b"\x1b[?1049l"),  # alternate screen
    (b"\x1b[?1000h", b"\x1b[?1000l"),  # mouse
    (b"\x1b[?2004h", b"\x1b[?2004l"),  # bracketed paste
    (b"\x1b[?25l", b"\x1b[?25h"),  # hidden cursor
    (b"\x1b[>", b"\x1b[<u"),  # keyboard protocol
)


@pytest.mark.parametrize("words", [(), ("animate",)])
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_its_own_code(start: Start, number: signal.Signals, words: tuple[str]) -> None:
    with start(*words) as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        os.kill(terminal.pid, number)
        assert terminal.wait_exit(LIMIT) == 128 + number
        wait_gone(pids, LIMIT)
        assert not terminal.alternate


@pytest.mark.parametrize("end", ["q", "SIGTERM", "x"])
def test_the_terminal_is_as_it_was(environment: dict[str, str], tmp_path: Path, end: str) -> None:
    files = f"{tmp_path}/before", f"{tmp_path}/after"
    program = f"stty -a > {files[0]}; APP; echo code $?; stty -a > {files[1]}; echo looked; cat"
    with shell(environment, program) as (terminal, app):
        assert terminal.attributes != terminal.attributes_before, "the app never took the terminal"
        os.kill(app, signal.SIGTERM) if end == "SIGTERM" else terminal.send(end)
        terminal.wait_for("looked")
        assert f"code { {'q': 0, 'SIGTERM': 143, 'x': 1}[end] }" in terminal.text
        before, after = (Path(file).read_text() for file in files)
        assert after == before
        assert not terminal.alternate
        for done, undone in MODES:
            assert 0 <= terminal.raw.rfind(done) < terminal.raw.rfind(undone), (done, undone)


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("words", [(), ("animate",)])
def test_a_closed_terminal_ends_it(start: Start, ignored: bool, words: tuple[str]) -> None:
    with start(*words, ignore_hangup=ignored) as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        terminal.close()
        end = watch_end(pids, LIMIT)
        assert end.cpu < 0.5, end
        assert terminal.wait_exit(1) == 128 + signal.SIGHUP


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP])
def test_a_terminal_that_closes_while_it_is_stopped(
    start: Start, number: signal.Signals, ignored: bool
) -> None:
    with start(ignore_hangup=ignored) as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        os.kill(terminal.pid, number)
        wait_until(lambda: state(terminal.pid) == "T")
        terminal.close()
        wait_gone(pids, LIMIT)
        assert terminal.wait_exit(1) == 128 + signal.SIGHUP


def test_an_ignored_hangup_stays_ignored_while_the_terminal_is_there(start: Start) -> None:
    with start("animate", ignore_hangup=True) as terminal:
        terminal.wait_for("count")
        os.kill(terminal.pid, signal.SIGHUP)
        terminal.wait_for(later(terminal, 20))
        terminal.send("q")
        assert terminal.wait_exit(LIMIT) == 0


def later(terminal: Terminal, by: int) -> Callable[[str], bool]:
    """Hold when the counter on screen has moved on."""
    start = counter(terminal.text)
    return lambda text: counter(text) >= start + by


def counter(text: str) -> int:
    words = text.split("\n")[1].split()
    return int(words[-1]) if words and words[-1].isdigit() else 0


def test_a_stalled_reader_costs_no_more_and_then_it_goes_on(start: Start) -> None:
    with start("animate") as terminal:
        terminal.wait_for("count")
        moving = cpu_share(terminal.pid, 1.5)
        terminal.stall()
        cpu_share(terminal.pid, 1.0)  # until what may wait for the terminal is full
        stalled = cpu_share(terminal.pid, 1.5)
        assert stalled < moving * 1.5 + 0.05, f"{stalled:.0%} of a core unread, {moving:.0%} read"
        at_the_stall = counter(terminal.text)
        terminal.resume()
        # Not where it stopped: the loop went on, and one whole frame replaces those nobody saw.
        terminal.wait_for(lambda text: counter(text) > at_the_stall + 100)
        terminal.send("q")
        assert terminal.wait_exit(LIMIT) == 0


def test_a_frame_that_was_dropped_is_painted_later(start: Start) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        terminal.stall()
        terminal.send("f")
        wait_until(lambda: cpu_share(terminal.pid, 0.3) == 0.0)
        assert "flooded" not in terminal.text
        terminal.resume()
        terminal.wait_for("ready and flooded")


@pytest.mark.parametrize("how", ["SIGTERM", "close"])
def test_a_stalled_terminal_cannot_hold_it(start: Start, how: str) -> None:
    with start("animate") as terminal:
        terminal.wait_for("count")
        pids = everything(terminal)
        terminal.stall()
        cpu_share(terminal.pid, 1.5)
        os.kill(terminal.pid, signal.SIGTERM) if how == "SIGTERM" else terminal.close()
        wait_gone(pids, LIMIT)
        assert terminal.wait_exit(1) == (143 if how == "SIGTERM" else 129)


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_after_a_stop_it_paints_anew(environment: dict[str, str], number: signal.Signals) -> None:
    with shell(environment, "APP; echo code $?; cat") as (terminal, app):
        terminal.send("m")
        terminal.wait_for("ready and marked")
        wait_until(lambda: cpu_share(app, 0.1) == 0.0)
        os.kill(app, number)
        wait_until(lambda: state(app) == "T")
        terminal.wait_for(lambda _: terminal.alternate == (number == signal.SIGSTOP))
        with terminal.lock:
            terminal.screen.reset()
        assert "ready" not in terminal.text
        os.kill(app, signal.SIGCONT)
        terminal.wait_for("ready")
        assert terminal.alternate
        terminal.send("q")
        terminal.wait_for("code 0")


def test_started_in_the_background_it_waits_for_the_foreground(environment: dict[str, str]) -> None:
    app = f"{shlex.quote(sys.executable)} -m tests.support.tiny_app {CANARY}"
    program = f"{app} & echo begun; read line; fg; echo code $?; cat"
    with Terminal(["bash", "-m", "-c", program], env=environment) as terminal:
        terminal.wait_for("begun")
        wait_until(lambda: [state(pid) for pid in children(terminal.pid)] == ["T", "S"])
        assert not terminal.alternate
        terminal.send("enter")
        terminal.wait_for("ready")
        terminal.send("q")
        terminal.wait_for("code 0")


def test_after_a_long_stop_it_is_told(start: Start) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        os.kill(terminal.pid, signal.SIGSTOP)
        wait_until(lambda: state(terminal.pid) == "T")
        cpu_share(terminal.pid, 5.2)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait_for("resumed after")


def test_the_kernel_says_that_a_terminal_is_gone() -> None:
    master, slave = os.openpty()
    ending = Ending(lambda: None)
    found: list[bool] = []
    waiting = threading.Thread(target=lambda: found.append(ending.wait(slave)))
    waiting.start()
    os.close(master)
    waiting.join(LIMIT)
    os.close(slave)
    assert found == [True]
    ending.begin()
    assert not ending.wait(None)


def test_the_end_happens_once_and_its_first_code_holds() -> None:
    ended: list[str] = []
    ending = Ending(lambda: ended.append("on_end"))
    for code in (None, 143, 129):
        ending.begin(code)
        ending.finish()
    assert (ending.code, ended) == (143, ["on_end"])


def test_a_gap_is_a_long_time_between_two_beats() -> None:
    now = 100.0
    watch = GapWatch(limit=5.0, clock=lambda: now)
    now += 5.0
    assert watch.beat() is None
    now += 5.1
    assert watch.beat() == pytest.approx(5.1)
    now -= 3600.0  # the clock was set back
    assert watch.beat() is None
    now += 2.0
    assert watch.beat() is None


def test_a_blocked_loop_cannot_hold_it(start: Start) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        terminal.send("b")
        wait_until(lambda: terminal.screen.title == "blocked")
        os.kill(terminal.pid, signal.SIGTERM)
        wait_gone(pids, LIMIT)
        assert terminal.wait_exit(1) == 143
        assert not terminal.alternate


def test_a_deaf_worker_cannot_hold_it(start: Start) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        terminal.send("d")
        terminal.wait_for("deaf")
        terminal.send("q")
        wait_gone(pids, LIMIT)
        assert terminal.wait_exit(1) == 0
        assert not terminal.alternate
