"""Commands as their users run them: a process without a terminal, and directories of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.campaign import LONG
from tests.support.cloud import cloud, sim_cloud, start_cloud
from tests.support.commanding import Stage
from tests.support.commands import Commands
from trainctl_tui.simcloud.process import SimCloud, simulated_environment

__all__ = ["Done", "Run", "cloud", "commands", "home", "run", "sim_cloud", "start_cloud"]

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]

LIMIT = 120.0 if LONG else 60.0
"""Seconds that a command may take: five attempts, in the long form with growing pauses."""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return variables of directories that nobody else uses, and of a home without AWS files."""
    directories = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "CACHE", "STATE")}
    return {"HOME": str(tmp_path), **directories}


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """One process that has imported everything and forks the commands of the session."""
    with Commands(LIMIT) as one:
        yield one


@pytest.fixture(scope="module")
def patient_commands() -> Iterator[Commands]:
    """The same for commands that follow an operation to its end."""
    with Commands(90.0) as running:
        yield running


@pytest.fixture
def stage(acted: SimCloud, patient_commands: Commands, home: dict[str, str]) -> Iterator[Stage]:
    """The cloud that a module names ``acted``, as no other test has left it, and commands on it."""
    acted.clear_faults()
    acted.forget_calls()
    yield Stage(acted, patient_commands, environment(acted.endpoint, home))
    acted.clear_faults()


@pytest.fixture
def run(home: dict[str, str], commands: Commands) -> Run:
    """Run the program in these directories, on an endpoint; "" is no endpoint, no keys and no region."""

    def run_it(endpoint: str, *arguments: str, **variables: str) -> Done:
        (ended,) = commands.run([(arguments, environment(endpoint, home) | variables)])
        assert ended.terminal == "", "somebody was asked"
        return Done(arguments, ended.code, ended.out, ended.err)

    return run_it


def environment(endpoint: str, home: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a command."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("TRAINCTL_")} | dict(
        home
    )
    simulated = simulated_environment(endpoint, base)
    if endpoint:
        return simulated
    gone = (
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    )
    return {name: value for name, value in simulated.items() if name not in gone}
