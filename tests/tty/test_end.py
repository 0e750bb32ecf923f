"""T4, T7, T9: how the program ends: signals, quitting, crashes, and terminals that are none."""

from __future__ import annotations

import os
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.processes import children, command, wait_gone
from tests.support.pty import Terminal
from tests.support.view import PROGRAM, Open, family, live

LIMIT = 3.0
CANARIES = {
    "AWS_ACCESS_KEY_ID": "AKIAQ7CANARYOFTHEKEY",
    "AWS_SECRET_ACCESS_KEY": "canary/secret+of/the+environment/00000001",
    "AWS_SESSION_TOKEN": "canaryTokenOfTheSession==",
    "DEPLOY_TOKEN": "canary-token-of-another-tool",
}
BROKEN = """
import sys
from trainctl_tui.tui.screens.dashboard import Dashboard
def broken(self, *_):
    local_secret = "hunter2-in-a-local"
    raise ValueError(f"planted in {PLACE} token={os.environ['DEPLOY_TOKEN']} {len(local_secret)}")
"""


@contextmanager
def under_a_shell(env: dict[str, str], folder: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """Run the program as a person does, in a shell that outlives it and looks at the terminal after."""
    program = (
        f"stty -a > before; {shlex.quote(PROGRAM)}; echo ended with $?; stty -a > after; echo looked; cat"
    )
    with Terminal(["sh", "-c", program], env=env, cwd=str(folder), size=size) as terminal:
        yield terminal


def view_under(terminal: Terminal) -> int:
    """Return the view that the shell runs."""
    return next(pid for pid in children(terminal.pid) if command(pid).endswith("trainctl-tui"))


ENDS = {"q": 0, "ctrl+q": 0, "SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


@pytest.mark.parametrize(("how", "code"), ENDS.items())
def test_every_end_restores_the_terminal(
    account: dict[str, str], tmp_path: Path, how: str, code: int
) -> None:
    with under_a_shell(account, tmp_path) as terminal:
        terminal.wait_for(live)
        pids = family(view_under(terminal))
        assert len(pids) == 2
        assert terminal.alternate
        assert terminal.attributes != terminal.attributes_before
        os.kill(pids[0], signal.Signals[how]) if how.startswith("SIG") else terminal.send(how)
        wait_gone(pids, LIMIT)
        terminal.wait_for("looked")
        assert f"ended with {code}\n" in terminal.text
        assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
        assert not terminal.alternate


@pytest.mark.parametrize("moment", ["at once", "while it starts"])
def test_a_signal_during_the_start_leaves_nothing_behind(view: Open, moment: str) -> None:
    with view() as terminal:
        if moment == "while it starts":
            terminal.wait_for(lambda _: bool(children(terminal.pid)))
        pids = family(terminal.pid)
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_exit(LIMIT) == 143
        wait_gone(pids, LIMIT)


PLACES = {
    "a key": "Dashboard.action_help = broken",
    "a message": "import trainctl_tui.tui.app as app; app.TrainctlApp.on_news_arrived = broken",
    "the mount": "Dashboard.on_mount = broken",
    "a worker": "import trainctl_tui.tui.session as session; session.Session.follow = broken",
    "a frame": "from trainctl_tui.tui.widgets.line import Line; Line.render_line = broken",
}


@pytest.mark.parametrize(("place", "plant"), PLACES.items())
def test_a_crash_leaves_a_report_without_secrets(
    account: dict[str, str], tmp_path: Path, place: str, plant: str
) -> None:
    program = (
        f"import os\nPLACE = {place!r}\n{BROKEN}\n{plant}\n"
        "from trainctl_tui.cli import main\nsys.exit(main([]))\n"
    )
    with Terminal(
        [sys.executable, "-c", program], env={**account, **CANARIES}, cwd=str(tmp_path)
    ) as terminal:
        if place == "a key":
            terminal.wait_for(live)
            terminal.send("?")
        pids = family(terminal.pid)
        assert terminal.wait_exit(20) == 1
        wait_gone(pids, LIMIT)
        drawn = bytes(terminal.raw).decode()
        assert not terminal.alternate
        (report,) = (tmp_path / "state" / "trainctl-tui" / "crashes").iterdir()
        assert str(report) in terminal.text.replace("\n", "")
    text = report.read_text()
    assert f"ValueError: planted in {place}" in text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "Traceback" not in drawn
    for secret in (*CANARIES.values(), "hunter2-in-a-local"):
        assert secret not in text
        assert secret not in drawn


def test_an_error_before_the_app_is_reported_the_same_way(account: dict[str, str], tmp_path: Path) -> None:
    program = (
        "import sys\nfrom trainctl_tui import bootstrap\nfrom trainctl_tui.cli import main\n"
        "def broken(*_):\n    raise ValueError('planted ' + 'hunter2' * 0)\n"
        "bootstrap.run_view = broken\nsys.exit(main([]))\n"
    )
    with Terminal([sys.executable, "-c", program], env=account, cwd=str(tmp_path)) as terminal:
        assert terminal.wait_exit(20) == 1
        assert "stopped on an error of its own (ValueError)" in terminal.text.replace("\n", " ")
        assert "Traceback" not in terminal.text
    (report,) = (tmp_path / "state" / "trainctl-tui" / "crashes").iterdir()
    assert "ValueError: planted" in report.read_text()


@pytest.mark.parametrize("words", [[], ["demo"]])
def test_without_a_terminal_it_exits_2(account: dict[str, str], words: list[str]) -> None:
    done = subprocess.run(
        [PROGRAM, *words], env=account, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize("words", [[], ["demo"]])
def test_a_dumb_terminal_exits_2(account: dict[str, str], words: list[str]) -> None:
    with Terminal([PROGRAM, *words], env={**account, "TERM": "dumb"}) as terminal:
        assert terminal.wait_exit(20) == 2
        assert "export TERM=xterm-256color" in terminal.text.replace("\n", " ")
        assert not terminal.alternate
        assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--refresh", "0.5"], "from 2 to 3600"),
        (["--refresh", "soon"], "--refresh 30"),
        (["--region", "us-east-1,Mars"], "--region us-east-1,eu-west-1"),
        (["demo", "--faults", "/nowhere.toml"], "There is no fault script /nowhere.toml."),
    ],
)
def test_a_wrong_option_says_what_why_and_next(account: dict[str, str], words: list[str], said: str) -> None:
    with Terminal([PROGRAM, *words], env=account, size=(200, 24)) as terminal:
        assert terminal.wait_exit(20) == 2
        assert said in terminal.text
        assert not terminal.alternate
