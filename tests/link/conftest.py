"""A simulated AWS, a home of its own, and an environment that leads collectors to both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from trainctl_tui.launch import Launch
from trainctl_tui.simcloud.process import SimCloud

REGIONS = ("us-east-1", "eu-west-1")


@pytest.fixture(scope="session")
def link_cloud() -> Iterator[SimCloud]:
    with SimCloud.start(seed=1, instances=40, speed=0) as running:
        yield running


@pytest.fixture
def home(link_cloud: SimCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("AWS_", "TRAINCTL_"))]:
        monkeypatch.delenv(name)
    for name, value in link_cloud.environment().items():
        monkeypatch.setenv(name, value)
    for kind in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    return tmp_path


@pytest.fixture
def launch(home: Path, link_cloud: SimCloud) -> Launch:
    return Launch(regions=REGIONS, endpoint=link_cloud.endpoint, refresh=2.0)
