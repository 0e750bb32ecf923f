"""The installed program in terminals: a home of its own, a simulated AWS, and what belongs to a view."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import Terminal
from tests.support.view import PROGRAM, Open
from trainctl_tui.simcloud.process import SimCloud, simulated_environment

INSTANCES = 24


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.tty)


@pytest.fixture(scope="session")
def tty_cloud() -> Iterator[SimCloud]:
    """One simulated AWS for all views of the session; nothing in it changes by itself."""
    with SimCloud.start(seed=1, instances=INSTANCES, speed=0) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment without any AWS setting, whose home and XDG directories are this test's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "XDG_", "TRAINCTL_"))
    }
    own = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "CACHE", "STATE")}
    return {**kept, **own, "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def account(home: dict[str, str], tty_cloud: SimCloud) -> dict[str, str]:
    """The same, signed in to the simulated AWS."""
    return simulated_environment(tty_cloud.endpoint, home)


@pytest.fixture
def view(account: dict[str, str], tmp_path: Path) -> Open:
    """Open the view on the simulated account, in a terminal."""

    def begin(*words: str, size: tuple[int, int] = (80, 24), ignore_hangup: bool = False) -> Terminal:
        argv = [PROGRAM, *words]
        return Terminal(argv, size=size, env=account, ignore_hangup=ignore_hangup, cwd=str(tmp_path))

    return begin
