"""One account in one region: its resources, as they are and as a lagging reader sees them."""

from __future__ import annotations

import copy
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

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


class Replica(Tables):
    """A copy that reads may be answered from, ``lag`` seconds behind the truth."""

    def __init__(self, truth: Tables, lag: float) -> None:
        super().__init__(*copy.deepcopy((truth.instances, truth.volumes, truth.snapshots)))
        self._lag = lag
        self._news: deque[tuple[float, str, Record | None]] = deque()

    def hear(self, now: float, id: str, record: Record | None) -> None:
        """Take note of a change, to show it when it is old enough."""
        self._news.append((now, id, record))

    def at(self, now: float) -> Self:
        """Return this copy as it is now."""
        while self._news and self._news[0][0] <= now - self._lag:
            _, id, record = self._news.popleft()
            self.drop(id) if record is None else self.put(record)
        return self


class World(Tables):
    """The truth of one account in one region, and the copies of it for readers that lag.

    ``tokens`` holds what each client token made: (fingerprint of the parameters, ids).
    """

    def __init__(self, account: str, region: str, seed: int) -> None:
        super().__init__()
        self.account = account
        self.region = region
        self.random = random.Random(f"{seed}/{account}/{region}")  # noqa: S311 - a simulation, not a secret
        self.tokens: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
        self._sequence = 0
        self._replicas: tuple[Replica, ...] = ()
        self._luck = random.Random(f"replica/{seed}/{account}/{region}")  # noqa: S311 - a simulation

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

    def set_lag(self, *seconds: float) -> None:
        """Answer each read from one of so many copies, each so many seconds behind (0: no lag).

        With several, a later read may show an earlier state, as in AWS.
        """
        self._replicas = tuple(Replica(self, lag) for lag in seconds) if any(seconds) else ()

    def changed(self, id: str, now: float) -> None:
        """Note that a resource changed or went, for readers that lag."""
        if self._replicas:
            record = copy.deepcopy(self.find(id))
            for replica in self._replicas:
                replica.hear(now, id, record)

    def seen(self, now: float) -> Tables:
        """Return what one read shows now."""
        return self._luck.choice(self._replicas).at(now) if self._replicas else self


def tag_set(tags: dict[str, str]) -> list[dict[str, Any]]:
    """Return tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
