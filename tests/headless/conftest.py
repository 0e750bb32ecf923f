"""Commands as their users run them: a process without a terminal, and directories of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.cloud import cloud, sim_cloud, start_cloud
from trainctl_tui.simcloud.process import simulated_environment

__all__ = ["Done", "Run", "cloud", "home", "run", "sim_cloud", "start_cloud"]

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]

LIMIT = 60
"""Seconds that a command may take at most: retries included."""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return variables of directories that nobody else uses, and of a home without AWS files."""
    directories = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "CACHE", "STATE")}
    return {"HOME": str(tmp_path), **directories}


@pytest.fixture
def run(home: dict[str, str]) -> Run:
    """Run the program in these directories, on an endpoint; "" is no endpoint, no keys and no region."""

    def run_it(endpoint: str, *arguments: str, **variables: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "trainctl_tui", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=LIMIT,
            env=environment(endpoint, home) | variables,
        )

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
