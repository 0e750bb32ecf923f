"""A session without a mouse, in tmux at 80x24 with 16 colours: mark, follow, take away, choose, leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import children, wait_gone
from tests.support.tmux import Tmux
from tests.support.view import PROGRAM, described, live, matching

SMALL = (40, 12)
LISTS = {"o": "Order Instances by", "c": "Columns of Instances", "T": "Theme", "R": "Regions to watch"}
TEXTS = {"?": "Help", "m": "Messages"}


@pytest.fixture
def session(account: dict[str, str]) -> Iterator[Tmux]:
    """The view on the simulated account, with its first row highlighted."""
    with Tmux(["env", "TERM=xterm-16color", PROGRAM], env=account) as session:
        session.wait_for(live)
        session.send("g")
        yield session


def test_a_session_by_keyboard(session: Tmux, tmp_path: Path) -> None:
    view = next(pid for pid in children(session.pane_pid))
    started = [view, *children(view)]
    filter_and_mark(session)
    go_to_a_volume_and_back(session)
    export(session, tmp_path / "rows.csv")
    session.send("T")
    session.wait_for("• dark")
    session.send("End", "Enter", "T")
    session.wait_for("• ansi")
    session.send("Escape")
    session.wait_for(lambda text: "• ansi" not in text)
    assert not re.search(r"[34]8;[25];", session.run("capture-pane", "-p", "-e")), "more than 16 colours"
    session.send("q")
    assert session.wait_exit() == 0
    wait_gone(started, 3)


def filter_and_mark(session: Tmux) -> None:
    session.send("/")
    session.type("state:stopped")
    session.send("Enter")
    session.wait_for(matching(r"\b3 (of|shown)\b.*/state:stopped"))
    session.send("Escape")
    session.wait_for(lambda text: "/state:stopped" not in text)
    session.send("g", "Space", "Space", "Space")
    session.wait_for("3 marked")
    session.send("\\")
    session.wait_for(lambda text: "marked" not in text)


def go_to_a_volume_and_back(session: Tmux) -> None:
    """The details of an instance lead to its volumes, and those back."""
    session.send("g", "Enter")
    instance = described(session)
    assert instance.startswith("i-")
    session.send("Enter")
    session.wait_for(matching(r"\bId +vol-"))
    assert instance in session.text
    session.send("Escape")
    session.wait_for(matching(rf"\bId +{instance}"))
    session.send("Escape")
    session.wait_for(lambda text: not re.search(r"\bId +i-", text))


def export(session: Tmux, file: Path) -> None:
    session.send("e")
    session.wait_for("export to")
    session.send("C-u")
    session.type(str(file))
    session.send("Enter")
    session.wait_for("Wrote 24 rows")
    assert len(file.read_text().splitlines()) == 25


def test_every_dialog_fits(session: Tmux) -> None:
    for size in ((80, 24), SMALL):
        session.resize(*size)
        for key, title in LISTS.items():
            session.send(key)
            session.wait_for(lambda text, title=title: framed(text, title))
            session.send("End")
            session.wait_for(lambda text, title=title: framed(text, title))
            session.send("Escape")
            session.wait_for(lambda text, title=title: title not in text)
        for key, title in TEXTS.items():
            session.send(key)
            session.wait_for(lambda text, title=title: text.startswith(title) and "Esc back" in text)
            session.send("Escape")
            session.wait_for(lambda text, title=title: not text.startswith(title))
    session.send("q")
    assert session.wait_exit() == 0


@pytest.mark.parametrize("start", [PROGRAM, f"sh -c '{PROGRAM}; true'"], ids=["alone", "under another"])
def test_to_the_shell_and_back(account: dict[str, str], start: str) -> None:
    with Tmux(["env", "PS1=at the shell> ", "bash", "--norc", "-i"], env=account) as session:
        session.wait_for("at the shell>")
        session.type(start)
        session.send("Enter")
        session.wait_for(live)
        session.send(":")
        session.wait_for("Type a command")
        session.send("C-z")
        session.wait_for(matching(r"Stopped.*\n(.*\n)*at the shell>"))
        session.type("fg")
        session.send("Enter")
        session.wait_for(lambda text: live(text) and "Type a command" in text)
        session.send("Escape")
        session.wait_for(lambda text: "Type a command" not in text)
        session.send("q")
        session.wait_for(lambda text: not live(text) and text.endswith("at the shell>"))


def test_without_a_shell_it_does_not_stop(session: Tmux) -> None:
    session.send("C-z")
    session.wait_for("There is no shell to go back to")
    session.send("q")
    assert session.wait_exit() == 0


def framed(text: str, title: str) -> bool:
    """Whether a dialog has its title, its keys and all four corners on screen."""
    return all(part in text for part in (title, "Esc out", "┌", "┐", "└", "┘"))
