"""What volumes and snapshots have to do with each other. Pure.

That something is *not* there can be said from a complete listing alone; from anything else it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct

from trainctl_tui.domain.resources import Kind, Row, Snapshot, Volume

Key: TypeAlias = tuple[str, str]
"""(region, id)."""

Whole: TypeAlias = Mapping[tuple[Kind, str], float]
"""When each (kind, region) that is held complete was listed, in seconds on the provider's clock."""

NO_WHOLE: Whole = MappingProxyType({})
"""Nothing was listed to its end."""

COPIED_FROM = "vol-ffffffff"
"""What AWS gives as the volume of a snapshot that is a copy of another one."""


class Copies(Struct, frozen=True):
    """The snapshots of a volume. ``newest`` is when the last completed one began: None for none, or unknown.

    ``completed`` counts those that are.
    """

    count: int = 0
    completed: int = 0
    newest: float | None = None


_NO_COPIES = Copies()


class Lineage:
    """Answers from rows that must not change afterwards. What it needs is counted when it is first asked."""

    def __init__(
        self,
        volumes: Mapping[Key, Row] = MappingProxyType({}),
        snapshots: Mapping[Key, Row] = MappingProxyType({}),
        whole: Whole = NO_WHOLE,
    ) -> None:
        self.volumes = volumes
        self.whole = whole
        self._snapshots = snapshots

    def renewed(self, volumes: Mapping[Key, Row], snapshots: Mapping[Key, Row], whole: Whole) -> Lineage:
        """Return the answers of other rows; the same snapshots are not counted again."""
        made = Lineage(volumes, snapshots, whole)
        if snapshots is self._snapshots and "_copies" in self.__dict__:
            made.__dict__["_copies"] = self._copies
        return made

    @cached_property
    def _copies(self) -> Mapping[Key, Copies]:
        found: dict[Key, Copies] = {}
        for row in self._snapshots.values():
            if isinstance(row, Snapshot) and row.volume_id:
                key = (row.region, row.volume_id)
                found[key] = _with(found.get(key, _NO_COPIES), row)
        return found

    def copies(self, volume: Volume) -> Copies | None:
        """Return the snapshots of a volume; None where not all snapshots of its region are known."""
        if (Kind.SNAPSHOTS, volume.region) not in self.whole:
            return None
        return self._copies.get((volume.region, volume.id), _NO_COPIES)

    def is_newest(self, snapshot: Snapshot) -> bool:
        """Say whether no later snapshot of the same volume is known to be complete."""
        newest = self._copies.get((snapshot.region, snapshot.volume_id), _NO_COPIES).newest
        return newest is None or snapshot.started_at is None or snapshot.started_at >= newest

    def is_orphan(self, snapshot: Snapshot) -> bool | None:
        """Say whether the volume of a snapshot is gone; None where that cannot be told.

        A volume that is younger than the listing of volumes is not in it, and its snapshots may be.
        """
        if not snapshot.volume_id or snapshot.volume_id == COPIED_FROM:
            return None
        if (snapshot.region, snapshot.volume_id) in self.volumes:
            return False
        listed = self.whole.get((Kind.VOLUMES, snapshot.region))
        began = snapshot.started_at
        return True if listed is not None and began is not None and began <= listed else None

    def holders(self, snapshot: Snapshot) -> str:
        """Return the ids of the machines that hold the volume of a snapshot, as far as it is listed."""
        volume = self.volumes.get((snapshot.region, snapshot.volume_id))
        return " ".join(a.instance_id for a in volume.attachments) if isinstance(volume, Volume) else ""


NO_LINEAGE = Lineage()
"""Nothing is known."""


def _with(held: Copies, row: Snapshot) -> Copies:
    if row.state != "completed":
        return Copies(held.count + 1, held.completed, held.newest)
    newest = max(filter(None, (held.newest, row.started_at)), default=None)
    return Copies(held.count + 1, held.completed + 1, newest)
