"""Places where a program may have to start: no credentials, no home, a plain locale, few colours or none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.pty import Terminal
from tests.support.view import PROGRAM, live

NOWHERE = "/proc/sys"  # a home in which nobody can write, not even root
PLACES = {
    "no home": {"HOME": "/nonexistent/home"},
    "a home that cannot be written": {"HOME": NOWHERE},
    "the C locale": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no colours": {"NO_COLOR": "1"},
    "16 colours": {"TERM": "xterm-16color"},
}


@pytest.mark.parametrize("place", PLACES)
def test_it_opens_and_leaves_in_any_place(account: dict[str, str], place: str) -> None:
    env = {**account, **PLACES[place]}
    if "HOME" in PLACES[place]:
        env = {name: value for name, value in env.items() if not name.startswith("XDG_")}
    with Terminal([PROGRAM], env=env, cwd="/") as terminal:
        terminal.wait_for(live)
        terminal.send("c")
        terminal.wait_for("[x] Name")
        terminal.send("escape", "q")
        assert terminal.wait_exit(3) == 0
        assert "Traceback" not in terminal.text
        colours = re.findall(rb"[34]8;[25];[0-9;]*m", bytes(terminal.raw))
        assert bool(colours) != (place == "16 colours")


KEYS = {"AWS_ACCESS_KEY_ID": "SIMULATEDKEY", "AWS_SECRET_ACCESS_KEY": "simulated"}
WANTING = {
    "no region": (["--endpoint-url", "http://127.0.0.1:9"], KEYS, "There is no region to watch."),
    "no credentials": ([], {"AWS_REGION": "us-east-1"}, "No AWS credentials were found."),
    "a wrong profile": (["--profile", "nope"], {}, "There is no such profile"),
}


@pytest.mark.parametrize("lacks", WANTING)
def test_what_is_missing_is_said_with_ways_on(home: dict[str, str], lacks: str, tmp_path: Path) -> None:
    words, more, said = WANTING[lacks]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile other]\nregion = eu-west-1\n")
    env = {**home, "AWS_EC2_METADATA_DISABLED": "true", **more}
    with Terminal([PROGRAM, *words], env=env, cwd=str(tmp_path)) as terminal:
        parts = ("Nothing to show yet", said, "trainctl-tui demo")
        terminal.wait_for(lambda text: all(part in text for part in parts))
        terminal.send("P")
        terminal.wait_for(lambda text: "Esc out" in text and "other" in text)
        terminal.send("escape", "q")
        assert terminal.wait_exit(3) == 0


def test_an_endpoint_that_nobody_answers_is_named(account: dict[str, str], tmp_path: Path) -> None:
    with Terminal(
        [PROGRAM, "--endpoint-url", "http://127.0.0.1:9"], env=account, cwd=str(tmp_path)
    ) as terminal:
        terminal.wait_for("ENDPOINT 127.0.0.1:9")
        terminal.wait_for(matching_trouble)
        terminal.send("m")
        terminal.wait_for(lambda text: "could not be" in text and "reached" in text)
        terminal.send("escape", "q")
        assert terminal.wait_exit(3) == 0


def matching_trouble(text: str) -> bool:
    """Whether the warnings line says something."""
    return any(line.startswith("▲") for line in text.split("\n"))
