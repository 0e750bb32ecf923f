"""One object for equal texts: of ten thousand machines' texts nine in ten bytes are repeats.

A parser makes each text anew, and each costs fifty bytes besides its letters: zones, types, images, networks
and most tags take two thirds of the memory that rows need.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from msgspec.structs import force_setattr

from trainctl_tui.domain.resources import Instance, InstanceStatus, Row, Snapshot, Volume

_MOST = 20_000  # texts and pairs that are known at a time: names of machines are seldom twice

_COMMON: dict[type, tuple[str, ...]] = {
    Instance: (
        *("region", "zone", "state", "type", "lifecycle", "vpc_id", "subnet_id", "security_groups"),
        *("iam_profile", "key_name", "image_id", "architecture", "platform", "tenancy", "root_device"),
        *("root_device_type", "state_reason", "monitoring", "account"),
    ),
    Volume: ("region", "zone", "state", "type", "snapshot_id", "kms_key"),
    Snapshot: ("region", "state", "owner_id", "storage_tier", "kms_key"),
    InstanceStatus: ("region", "system", "instance"),
}
"""Fields that many rows have in common."""


_GETTERS = {kind: attrgetter(*names) for kind, names in _COMMON.items()}
_ATTACHED = ("device", "state")
_get_attached = attrgetter(*_ATTACHED)


class SharedTexts:
    """Remembers texts that it saw lately. Safe to share between threads."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def share(self, rows: Iterable[Row]) -> None:
        """Replace texts of rows by equal ones. Rows are frozen: nobody can see it, but by identity."""
        if len(self._known) > _MOST:
            self._known = {}
        known = self._known.setdefault
        for row in rows:
            kind = type(row)
            if kind in _COMMON:
                _replace(row, _COMMON[kind], _GETTERS[kind](row), known)
            if kind is Instance or kind is Volume or kind is Snapshot:
                force_setattr(row, "tags", tuple(map(known, row.tags, row.tags)))  # type: ignore[union-attr]
            if kind is Instance or kind is Volume:
                mine = "volume_id" if kind is Volume else "instance_id"
                for attachment in row.attachments:  # type: ignore[union-attr]
                    _replace(attachment, _ATTACHED, _get_attached(attachment), known)
                    if getattr(attachment, mine) == row.id:
                        force_setattr(attachment, mine, row.id)


def _replace(held: Any, names: tuple[str, ...], values: tuple[Any, ...], known: Any) -> None:
    for name, value, same in zip(names, values, map(known, values, values), strict=True):
        if same is not value:
            force_setattr(held, name, same)
