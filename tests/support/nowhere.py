"""Operations of a place where nothing was ever begun."""

from __future__ import annotations

from pathlib import Path

from trainctl_tui.services.operating import Operating


def nothing_begun() -> Operating:
    """Return what tells that there is no operation, and writes nothing."""
    return Operating(lambda: Path("/nowhere"), {})
