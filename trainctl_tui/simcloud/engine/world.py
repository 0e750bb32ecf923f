"""One account in one region: its resources, as they are and as a lagging reader sees them."""

from __future__ import annotations

import copy
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from trainctl_tui.simcloud.engine.records import InstanceRecord, Record, SnapshotRecord, VolumeRecord


@dataclass
class Tables:
    """Resources by id."""

    instances: dict[str, InstanceRecord] = field(default_factory=dict)
    volumes: dict[str, VolumeRecord] = field(default_factory=dict)
    snapshots: dict[str, SnapshotRecord] = field(default_factory=dict)

    def put(self, record: Record) -> None:
        """Add or replace a resource."""
        if isinstance(record, InstanceRecord):
            self.instances[record.id] = record
        elif isinstance(record, VolumeRecord):
            self.volumes[record.id] = record
        else:
            self.snapshots[record.id] = record

    def find(self, id: str) -> Record | None:
        """Return a resource of any kind."""
        return self.instances.get(id) or self.volumes.get(id) or self.snapshots.get(id)

    def drop(self, id: str) -> None:
        """Forget a resource of any kind."""
        self.instances.pop(id, None)
        self.volumes.pop(id, None)
        self.snapshots.pop(id, None)


class World(Tables):
    """The truth of one account in one region, and its past for readers that lag.

    ``tokens`` holds what each client token made: (fingerprint of the parameters, ids).
    """

    def __init__(self, account: str, region: str, seed: int) -> None:
        super().__init__()
        self.account = account
        self.region = region
        self.random = random.Random(f"{seed}/{account}/{region}")  # noqa: S311 - a simulation, not a secret
        self.tokens: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
        self.lag = 0.0
        self._sequence = 0
        self._past: Tables | None = None
        self._news: deque[tuple[float, str, Record | None]] = deque()

    def next_sequence(self) -> int:
        """Return a rising number: the order in which resources came."""
        self._sequence += 1
        return self._sequence

    def new_id(self, prefix: str) -> str:
        """Return a fresh id in AWS's long form."""
        return f"{prefix}-{self.random.getrandbits(64):017x}"

    def zones(self) -> tuple[str, ...]:
        """Return the availability zones of this region."""
        return tuple(self.region + letter for letter in "abc")

    def set_lag(self, seconds: float) -> None:
        """Let reads show the state of ``seconds`` ago from now on (0: no lag)."""
        self.lag = seconds
        self._past = copy.deepcopy(Tables(self.instances, self.volumes, self.snapshots)) if seconds else None
        self._news.clear()

    def changed(self, id: str, now: float) -> None:
        """Note that a resource changed or went, for readers that lag."""
        if self._past is not None:
            self._news.append((now, id, copy.deepcopy(self.find(id))))

    def seen(self, now: float) -> Tables:
        """Return what a read shows now."""
        if self._past is None:
            return self
        while self._news and self._news[0][0] <= now - self.lag:
            _, id, record = self._news.popleft()
            self._past.drop(id) if record is None else self._past.put(record)
        return self._past


def tag_set(tags: dict[str, str]) -> list[dict[str, Any]]:
    """Return tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
