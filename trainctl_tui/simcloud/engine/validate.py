"""Checks that AWS makes before it looks anything up."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trainctl_tui.simcloud.engine.errors import EngineError

_FORMS = {
    "Instance": ("i", "InvalidInstanceID"),
    "Volume": ("vol", "InvalidVolumeID"),
    "Snapshot": ("snap", "InvalidSnapshotID"),
}


def check_ids(noun: str, ids: Iterable[str]) -> None:
    """Refuse ids that are not even well formed. ``noun`` is "Instance", "Volume" or "Snapshot"."""
    prefix, code = _FORMS[noun]
    for id in ids:
        if not re.fullmatch(rf"{prefix}-(?:[0-9a-f]{{8}}|[0-9a-f]{{17}})", id):
            raise EngineError(f"{code}.Malformed", f'Invalid id: "{id}"')
