"""How a view ends, goes on and breaks, shown on an app as small as can be in a real terminal."""

from __future__ import annotations

import os
import shlex
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.processes import children, command, cpu_share, state, wait_gone, wait_until, watch_end
from tests.support.pty import Terminal
from trainctl_tui.tui import crash
from trainctl_tui.tui.lifecycle import Ending, GapWatch

LIMIT = 3.0
"""Seconds in which everything must be gone (RELIABILITY.md, R4)."""

CANARY = "AKIAQ7CANARY4TINYAPP"

MODES = (
    (b"\x1b[?1049h", b"\x1b[?1049l"),  # alternate screen
    (b"\x1b[?1000h", b"\x1b[?1000l"),  # mouse
    (b"\x1b[?2004h", b"\x1b[?2004l"),  # bracketed paste
    (b"\x1b[?25l", b"\x1b[?25h"),  # hidden cursor
    (b"\x1b[>", b"\x1b[<u"),  # keyboard protocol
)

Start = Callable[..., Terminal]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path),
        "PYTHONPATH": str(root),
        "TERM": "xterm-256color",
        "AWS_SECRET_ACCESS_KEY": "canary/of+the/environment",
        "MY_TOKEN": "canary-token-of-the-environment",
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Start:
    def begin(*words: str, ignore_hangup: bool = False) -> Terminal:
        argv = [sys.executable, "-m", "tests.support.tiny_app", CANARY, *words]
        return Terminal(argv, env=environment, ignore_hangup=ignore_hangup)

    return begin


@contextmanager
def shell(environment: dict[str, str], program: str) -> Iterator[tuple[Terminal, int]]:
    """Run the tiny app under a shell that outlives it, as a person does; yield both."""
    app = f"{shlex.quote(sys.executable)} -m tests.support.tiny_app {CANARY}"
    with Terminal(["sh", "-c", program.replace("APP", app)], env=environment) as terminal:
        terminal.wait_for("ready")
        (pid,) = (pid for pid in children(terminal.pid) if "tiny_app" in command(pid))
        yield terminal, pid


def everything(terminal: Terminal) -> list[int]:
    """The view and the child that stands in for its collector."""
    found = [terminal.pid, *children(terminal.pid)]
    assert len(found) == 2, [command(pid) for pid in found]
    return found


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
        wait_until(lambda: state(terminal.pid) == "T", LIMIT)
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


def test_a_stalled_reader_costs_little_and_then_it_goes_on(start: Start) -> None:
    with start("animate") as terminal:
        terminal.wait_for("count")
        moving = cpu_share(terminal.pid, 1.0)
        terminal.stall()
        cpu_share(terminal.pid, 1.0)  # until what may wait for the terminal is full
        stalled = cpu_share(terminal.pid, 2.0)
        assert stalled < 0.10, f"{stalled:.0%} of a core while nobody reads ({moving:.0%} while painting)"
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
        wait_until(lambda: cpu_share(terminal.pid, 0.3) == 0.0, LIMIT)
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
        wait_until(lambda: cpu_share(app, 0.1) == 0.0, LIMIT)
        os.kill(app, number)
        wait_until(lambda: state(app) == "T", LIMIT)
        assert terminal.alternate == (number == signal.SIGSTOP)
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
        wait_until(lambda: [state(pid) for pid in children(terminal.pid)] == ["T", "S"], 10)
        assert not terminal.alternate
        terminal.send("enter")
        terminal.wait_for("ready")
        terminal.send("q")
        terminal.wait_for("code 0")


def test_after_a_long_stop_it_is_told(start: Start) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        os.kill(terminal.pid, signal.SIGSTOP)
        wait_until(lambda: state(terminal.pid) == "T", LIMIT)
        cpu_share(terminal.pid, 5.6)
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


def test_a_gap_is_time_beyond_what_was_expected() -> None:
    now = 100.0
    watch = GapWatch(limit=5.0, clock=lambda: now)
    now += 7.0
    assert watch.beat(2.0) is None
    now += 7.1
    assert watch.beat(2.0) == pytest.approx(5.1)
    now -= 3600.0  # the clock was set back
    assert watch.beat(2.0) is None
    now += 2.0
    assert watch.beat(2.0) is None


def test_a_blocked_loop_cannot_hold_it(start: Start) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        terminal.send("b")
        wait_until(lambda: terminal.screen.title == "blocked", LIMIT)
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


@pytest.mark.parametrize("key", ["x", "w", "h"])
def test_a_crash_leaves_a_report_and_nothing_else(start: Start, tmp_path: Path, key: str) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        terminal.send(key)
        assert terminal.wait_exit(LIMIT) == 1
        wait_gone(pids, LIMIT)
        assert not terminal.alternate
        (report,) = (tmp_path / "trainctl-tui" / "crashes").iterdir()
        assert str(report) in terminal.text.replace("\n", "")
        drawn = bytes(terminal.raw).decode()
    text = report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    assert "ValueError: broken" in text
    assert "Traceback" not in drawn
    for secret in (CANARY, "hunter2-in-a-local", "canary"):
        assert secret not in text
        assert secret not in drawn


def test_a_crash_while_nothing_can_be_written_still_ends_it(environment: dict[str, str]) -> None:
    environment["XDG_STATE_HOME"] = "/proc/none"
    argv = [sys.executable, "-m", "tests.support.tiny_app", CANARY]
    with Terminal(argv, env=environment) as terminal:
        terminal.wait_for("ready")
        terminal.send("x")
        assert terminal.wait_exit(LIMIT) == 1
        assert "could not be written" in terminal.text.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        ("ASIAY34FZKBOKMUTVV7A", "ASIAY34FZKBOKMUTVV7A"),
        ("{'aws_session_token': 'IQoJb3JpZ2lu=='}", "IQoJb3JpZ2lu"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=x/2026, Signature=abcdef01", "abcdef01"),
        ("GET /b?X-Amz-Signature=0a1b2c&X-Amz-Date=2026 HTTP/1.1", "0a1b2c"),
        ("x-amz-security-token: FwoGZXIvYXdzE", "FwoGZXIvYXdzE"),
        ("https://b.s3.amazonaws.com/k?AWSAccessKeyId=abc&Signature=s1gn4ture%3D&Expires=1", "s1gn4ture"),
        ("secret_access_key=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
        ('"password": "correct horse"', "correct horse"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.e30", "eyJhbGciOiJIUzI1NiJ9"),
        ("alone wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00 here", "wJalrXUtnFEMIK7MDENG"),
        ("a value of the environment: s3cr3t-value", "s3cr3t-value"),
    ],
)
def test_what_looks_like_a_secret_is_blacked_out(text: str, secret: str) -> None:
    redacted = crash.redact(text, {"AWS_SESSION_TOKEN": "s3cr3t-value", "AWS_REGION": "us-east-1"})
    assert secret not in redacted
    assert "[redacted]" in redacted


def test_what_helps_to_find_the_fault_is_kept() -> None:
    text = 'File "/opt/tui/app.py", line 7, in on_mount\nKeyError: "i-0abc1234567890def" in us-east-1'
    assert crash.redact(text, {"AWS_REGION": "us-east-1", "HOME": "/opt"}) == text


def test_old_reports_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path))
    paths = [crash.write_report(ValueError(str(number)), {}) for number in range(crash.KEPT + 3)]
    left = sorted((tmp_path / "crashes").iterdir())
    assert len(left) == crash.KEPT
    assert paths[-1] in left
