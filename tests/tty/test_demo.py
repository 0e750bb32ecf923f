"""The demo as a newcomer meets it, in tmux at both sizes: one command, live rows, first keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.support.processes import children, command, wait_gone
from tests.support.pty import Terminal
from tests.support.tmux import Tmux
from tests.support.view import PROGRAM, live

SIZES = [(80, 24), (120, 36)]
ROW_ID = re.compile(r"\bi-0[0-9a-f]+")
DESCRIBED = r"\bId +(i-0[0-9a-f]+)"
VOLUME_ID = re.compile(r"\bvol-0[0-9a-f]+")


@pytest.fixture(params=SIZES, ids=["80x24", "120x36"])
def demo(request: pytest.FixtureRequest, home: dict[str, str]) -> Iterator[Tmux]:
    argv = [PROGRAM, "demo", "--seed", "3", "--instances", "30", "--speed", "5"]
    with Tmux(argv, size=request.param, env=home) as session:
        session.wait_for(live, 60)
        yield session


def shows(pattern: str) -> Callable[[str], bool]:
    """Hold when the screen matches a pattern."""
    return lambda text: re.search(pattern, text) is not None


def test_its_frame_says_that_it_is_a_demo_and_cannot_write(demo: Tmux) -> None:
    text = demo.text
    assert "DEMO" in text
    assert "READ-ONLY" in text
    assert "us-east-1" in text
    demo.wait_for(shows(r"inst live"), 60)


def test_the_cursor_moves_by_row(demo: Tmux) -> None:
    demo.wait_for(shows(r"inst live"), 60)
    demo.send("z")  # paused, so that the row above stays the row above
    demo.wait_for("PAUSED")
    demo.send("j", "j", "Enter")
    first = detailed(demo)
    demo.send("Escape")
    closed(demo)
    demo.send("j", "Enter")
    second = detailed(demo)
    assert second != first
    demo.send("Escape")
    closed(demo)
    demo.send("k", "Enter")
    assert detailed(demo) == first


def detailed(session: Tmux) -> str:
    """Wait for the drawer; return the id that it describes."""
    session.wait_for(shows(DESCRIBED))
    found = re.search(DESCRIBED, session.text)
    assert found is not None
    return found[1]


def closed(session: Tmux) -> None:
    """Wait until the drawer is gone."""
    session.wait_for(lambda text: re.search(DESCRIBED, text) is None)


def test_a_filter_narrows_the_rows_and_escape_lets_them_back(demo: Tmux) -> None:
    demo.wait_for(shows(r"inst live"), 60)
    demo.send("/")
    demo.type("state:stopped")
    demo.send("Enter")
    demo.wait_for(shows(r"\d+ shown.*/state:stopped"))
    demo.send("Escape")
    demo.wait_for(lambda text: "/state:stopped" not in text)


def test_marks_are_counted(demo: Tmux) -> None:
    demo.wait_for(shows(r"inst live"), 60)
    demo.send("Space", "Space", "Space")
    demo.wait_for("3 marked")
    demo.send("\\")
    demo.wait_for(lambda text: "marked" not in text)


def test_the_panes_and_the_help(demo: Tmux) -> None:
    demo.send("Tab")
    demo.wait_for(lambda text: VOLUME_ID.search(text) is not None, 30)
    demo.send("?")
    demo.wait_for("Move down a row.")
    demo.send("Escape")
    demo.wait_for(lambda text: "Move down a row." not in text)
    demo.send("1")
    demo.wait_for(lambda text: ROW_ID.search(text) is not None)


def test_rows_change_by_themselves(demo: Tmux) -> None:
    demo.wait_for(shows(r"inst live"), 60)
    before = states(demo.text)
    demo.wait_for(lambda text: states(text) != before, 90)


def states(text: str) -> str:
    """Return the counts by state of the header."""
    return " ".join(re.findall(r"\d+ (?:running|pending|stopping|stopped|shutting-down|terminated)", text))


def test_quitting_ends_everything(demo: Tmux) -> None:
    view = next(pid for pid in children(demo.pane_pid) if "trainctl-tui demo" in command(pid))
    started = children(view)
    assert any("simcloud" in command(pid) for pid in started)
    demo.send("q")
    assert demo.wait_exit() == 0
    wait_gone([view, *started], 3)


def test_it_survives_a_window_that_changes(demo: Tmux) -> None:
    for size in ((40, 12), (200, 50), (80, 24), (120, 36)):
        demo.resize(*size)
        demo.wait_for(lambda text, height=size[1]: live(text) and len(text.split("\n")) <= height)


def test_it_reads_and_writes_nothing_of_the_real_account(home: dict[str, str], tmp_path) -> None:
    (tmp_path / ".trainctl.toml").write_text('profile = "real"\nregion = "ap-south-1"\n')
    (tmp_path / "config" / "trainctl-tui").mkdir(parents=True)
    (tmp_path / "config" / "trainctl-tui" / "config.toml").write_text('profile = "real"\n')
    real = {"AWS_PROFILE": "real", "AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_ENDPOINT_URL": "http://192.0.2.1"}
    proxies = {"HTTPS_PROXY": "http://192.0.2.1:1", "http_proxy": "http://192.0.2.1:1"}
    argv = [PROGRAM, "demo", "--instances", "12", "--speed", "0"]
    with Terminal(argv, env={**home, **real, **proxies}, cwd=str(tmp_path), size=(120, 36)) as terminal:
        terminal.wait_for(live, 60)
        assert "profile" not in terminal.text.split("\n")[0]
        assert "us-east-1" in terminal.text.split("\n")[0]
        terminal.send("q")
        assert terminal.wait_exit(5) == 0
    written = {path.relative_to(tmp_path).parts[:3] for path in tmp_path.rglob("*") if path.is_file()}
    assert written <= {
        (".trainctl.toml",),
        ("config", "trainctl-tui", "config.toml"),
        ("state", "trainctl-tui", "demo"),
    }
