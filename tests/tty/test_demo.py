"""The demo as a newcomer meets it, in tmux at both sizes: one command, live rows, first keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.processes import children, command, wait_gone
from tests.support.pty import Terminal
from tests.support.tmux import Tmux
from tests.support.view import PROGRAM, closed, described, live, matching

SIZES = [(80, 24), (120, 36)]
COUNTS = r"\d+ (?:running|pending|stopping|stopped|shutting-down|terminated)"


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
def test_the_first_minute(home: dict[str, str], size: tuple[int, int]) -> None:
    argv = [PROGRAM, "demo", "--seed", "3", "--instances", "30", "--speed", "60"]
    with Tmux(argv, size=size, env=home) as demo:
        demo.wait_for(live)
        view = next(pid for pid in children(demo.pane_pid) if "trainctl-tui demo" in command(pid))
        started = [view, *children(view)]
        assert any("simcloud" in command(pid) for pid in started)
        says_what_it_is(demo)
        rows_change_by_themselves(demo)
        demo.send("z")  # paused, so that the row above stays the row above
        demo.wait_for("PAUSED")
        cursor_moves_by_row(demo)
        a_filter_narrows(demo)
        marks_are_counted(demo)
        panes_and_help(demo)
        a_window_that_changes(demo, size)
        demo.send("q")
        assert demo.wait_exit() == 0
        wait_gone(started, 3)


def says_what_it_is(demo: Tmux) -> None:
    for part in ("DEMO", "us-east-1"):
        assert part in demo.text.split("\n")[0]


def rows_change_by_themselves(demo: Tmux) -> None:
    before = re.findall(COUNTS, demo.text)
    assert before
    demo.wait_for(lambda text: re.findall(COUNTS, text) != before, 90)


def cursor_moves_by_row(demo: Tmux) -> None:
    demo.send("g", "j", "Enter")
    first = described(demo)
    demo.send("Escape")
    closed(demo)
    demo.send("j", "Enter")
    assert described(demo) != first
    demo.send("Escape")
    closed(demo)
    demo.send("k", "Enter")
    assert described(demo) == first
    demo.send("Escape")
    closed(demo)


def a_filter_narrows(demo: Tmux) -> None:
    demo.send("/")
    demo.type("state:stopped")
    demo.send("Enter")
    demo.wait_for(matching(r"\d (of|shown)\b.*/state:stopped"))
    demo.send("Escape")
    demo.wait_for(lambda text: "/state:stopped" not in text)


def marks_are_counted(demo: Tmux) -> None:
    demo.send("g", "Space", "Space", "Space")
    demo.wait_for("3 marked")
    demo.send("\\")
    demo.wait_for(lambda text: "marked" not in text)


def panes_and_help(demo: Tmux) -> None:
    demo.send("Tab")
    demo.wait_for("vol-0")
    demo.send("?")
    demo.wait_for("Move down a row.")
    demo.send("Escape")
    demo.wait_for(lambda text: "Move down a row." not in text)
    demo.send("1")
    demo.wait_for(lambda text: "i-0" in text)


def a_window_that_changes(demo: Tmux, size: tuple[int, int]) -> None:
    for width, height in ((40, 12), (200, 50), size):
        demo.resize(width, height)
        demo.wait_for(lambda text, height=height: live(text) and len(text.split("\n")) == height)


def test_it_reads_and_writes_nothing_of_the_real_account(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".trainctl.toml").write_text('profile = "real"\nregion = "ap-south-1"\n')
    (tmp_path / "config" / "trainctl-tui").mkdir(parents=True)
    (tmp_path / "config" / "trainctl-tui" / "config.toml").write_text('profile = "real"\n')
    real = {"AWS_PROFILE": "real", "AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_ENDPOINT_URL": "http://192.0.2.1"}
    proxies = {"HTTPS_PROXY": "http://192.0.2.1:1", "http_proxy": "http://192.0.2.1:1"}
    argv = [PROGRAM, "demo", "--instances", "12", "--speed", "0"]
    with Terminal(argv, env={**home, **real, **proxies}, cwd=str(tmp_path), size=(120, 36)) as terminal:
        terminal.wait_for(live)
        assert "profile" not in terminal.text.split("\n")[0]
        assert "us-east-1" in terminal.text.split("\n")[0]
        terminal.send("q")
        assert terminal.wait_exit(10) == 0
    written = {path.relative_to(tmp_path).parts[:3] for path in tmp_path.rglob("*") if path.is_file()}
    assert written <= {
        (".trainctl.toml",),
        ("config", "trainctl-tui", "config.toml"),
        ("state", "trainctl-tui", "demo"),
    }
