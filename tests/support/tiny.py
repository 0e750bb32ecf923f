"""Fixtures that run ``tiny_app`` in a terminal, alone or under a shell."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.processes import children, command
from tests.support.pty import Terminal

LIMIT = 3.0
"""Seconds in which everything must be gone (RELIABILITY.md, R4)."""

CANARY = "AKIAQ7CANARY4TINYAPP"

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
