"""What the tests of services share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.execution import Stage, stage


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    """A small cloud, a journal, and executions in this process."""
    with stage(tmp_path / "state") as made:
        yield made
