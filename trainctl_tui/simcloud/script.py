"""The life of the fleet: every few simulated seconds something changes, always the same for a seed.

No thread: the changes are timers of the engine, and happen when the next call lets them.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from trainctl_tui.simcloud.engine import Engine, lifecycle
from trainctl_tui.simcloud.engine.context import Context
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.engine.render import hash_of
from trainctl_tui.simcloud.fleet import Fleet

# Simulated seconds between two changes: often enough to be seen, seldom enough to be read.
SHORTEST, LONGEST = 2.0, 7.0
_SPARE_DEVICES = ("/dev/sdj", "/dev/sdk", "/dev/sdl", "/dev/sdm", "/dev/sdn", "/dev/sdo")
MOST_SNAPSHOTS = 3


class Script:
    """Changes a fleet in an engine. ``speed`` multiplies the pace of everything; 0 freezes the script."""

    def __init__(self, engine: Engine, fleet: Fleet, speed: float = 1.0) -> None:
        self._engine = engine
        self._fleet = fleet
        self._random = random.Random(f"script/{fleet.seed}")  # noqa: S311 - a simulation, not a secret
        self._run = 0
        self.set_speed(speed)

    def set_speed(self, speed: float) -> None:
        """Go on at another speed from now on."""
        if speed < 0:
            raise ValueError("a speed is not negative")
        with self._engine.lock:
            self._engine.settle()
            self._run += 1
            self._engine.pace = speed or 1.0
            if speed:
                self._plan_next(self._run)

    def _plan_next(self, run: int) -> None:
        def tick() -> None:
            if run == self._run:
                self.step()
                self._plan_next(run)

        self._engine.later(self._random.uniform(SHORTEST, LONGEST), tick)

    def step(self) -> None:
        """Make one change somewhere."""
        sizes = [self._fleet.size(region) for region in self._fleet.regions]
        if not any(sizes):
            return
        region = self._random.choices(self._fleet.regions, sizes)[0]
        context = Context(self._engine, self._engine.world(region), self._engine.now)
        alive = [
            record
            for record in context.world.instances.values()
            if record.state not in ("shutting-down", "terminated")
        ]
        size = self._fleet.size(region)
        slack = max(2, size // 8)
        if len(alive) <= size - slack:
            self._fleet.launch(context)
            return
        changes = self._changes(context, alive)
        if len(alive) >= size + slack:
            changes = [change for change in changes if change[1] != self._launch]
        self._random.choices(changes, [weight for weight, _ in changes])[0][1](context, alive)

    def _changes(
        self, _context: Context, _alive: list[InstanceRecord]
    ) -> list[tuple[int, Callable[[Context, list[InstanceRecord]], None]]]:
        return [
            (5, self._launch),
            (5, self._terminate),
            (4, self._start),
            (4, self._stop),
            (3, self._attach),
            (3, self._detach),
            (2, self._snapshot),
        ]

    def _launch(self, context: Context, _alive: list[InstanceRecord]) -> None:
        self._fleet.launch(context)

    def _terminate(self, context: Context, alive: list[InstanceRecord]) -> None:
        if record := self._pick(alive, "running", "stopped"):
            spot = record.lifecycle == "spot"
            code = "Server.SpotInstanceTermination" if spot else "Client.UserInitiatedShutdown"
            lifecycle.terminate(context, record, code)

    def _start(self, context: Context, alive: list[InstanceRecord]) -> None:
        if record := self._pick(alive, "stopped"):
            lifecycle.boot(context, record)

    def _stop(self, context: Context, alive: list[InstanceRecord]) -> None:
        on_demand = [record for record in alive if record.lifecycle != "spot"]
        if record := self._pick(on_demand, "running"):
            lifecycle.stop(context, record)

    def _attach(self, context: Context, alive: list[InstanceRecord]) -> None:
        free = [volume for volume in context.world.volumes.values() if volume.state == "available"]
        if not free:
            self._fleet.add_volume(context)
            return
        volume = self._random.choice(free)
        near = [record for record in alive if record.zone == volume.zone]
        record = self._pick(near, "running")
        if record is None:
            return
        used = {
            held.device
            for id in record.volumes
            for held in context.world.volumes[id].attachments
            if held.instance_id == record.id
        }
        if device := next((name for name in _SPARE_DEVICES if name not in used), None):
            lifecycle.attach(context, volume, record, device)

    def _detach(self, context: Context, _alive: list[InstanceRecord]) -> None:
        held = [
            (volume, attachment)
            for volume in context.world.volumes.values()
            for attachment in volume.attachments
            if attachment.state == "attached" and attachment.device in _SPARE_DEVICES
        ]
        if held:
            lifecycle.detach(context, *self._random.choice(held))

    def _snapshot(self, context: Context, _alive: list[InstanceRecord]) -> None:
        under_way = [s for s in context.world.snapshots.values() if s.state == "pending"]
        volumes = [v for v in context.world.volumes.values() if v.state in ("available", "in-use")]
        if volumes and len(under_way) < MOST_SNAPSHOTS:
            self._fleet.add_snapshot(context, self._random.choice(volumes), 0.0)

    def _pick(self, records: list[InstanceRecord], *states: str) -> InstanceRecord | None:
        """Choose a machine in one of these states that the demo does not need to stay as it is."""
        fit = [record for record in records if record.state in states and not _kept(record)]
        return self._random.choice(fit) if fit else None


def _kept(record: InstanceRecord) -> bool:
    keys = record.tags.keys()
    return (
        record.terminate_protected
        or record.health != "ok"
        or bool(record.events)
        or any(key.endswith((":protected", ":important", ":temp", "groupName")) for key in keys)
        or not record.tags.get("Name", "").isascii()
        or hash_of(record.id) % 5 == 0
    )
