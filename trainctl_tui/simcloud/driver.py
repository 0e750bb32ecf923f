"""Commands that tests give the engine: what no AWS call can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainctl_tui.simcloud.engine import Engine
from trainctl_tui.simcloud.engine.buckets import read_limits
from trainctl_tui.simcloud.engine.context import Context
from trainctl_tui.simcloud.engine.world import World
from trainctl_tui.simcloud.fleet import Fleet
from trainctl_tui.simcloud.script import Script


class Driver:
    """Drives one engine: add, remove, set state, tag, move the clock, freeze the script.

    Every command is a mapping with "do" and, where it matters, "region" (default us-east-1) and "id".
    """

    def __init__(self, engine: Engine, fleet: Fleet, script: Script) -> None:
        self.engine = engine
        self.fleet = fleet
        self.script = script

    def command(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Do one command and return what came of it. Raises KeyError or ValueError for a bad one."""
        commands: Mapping[str, Callable[[Mapping[str, Any], World], dict[str, Any]]] = {
            "add": self._add,
            "advance": self._advance,
            "attribute": self._attribute,
            "ids": self._ids,
            "lag": self._lag,
            "limits": self._limits,
            "remove": self._remove,
            "set_state": self._set_state,
            "speed": self._speed,
            "tag": self._tag,
            "untag": self._untag,
        }
        run = commands[told["do"]]
        with self.engine.lock:
            self.engine.settle()
            return run(told, self.engine.world(told.get("region", "us-east-1"), told.get("account", "")))

    def _context(self, world: World) -> Context:
        return Context(self.engine, world, self.engine.now)

    def _add(self, told: Mapping[str, Any], world: World) -> dict[str, Any]:
        records = [self.fleet.add_instance(self._context(world)) for _ in range(told.get("count", 1))]
        for record in records:
            record.tags.update(told.get("tags", {}))
            record.state = told.get("state", record.state)
            world.changed(record.id, self.engine.now)
        return {"ids": [record.id for record in records]}

    def _remove(self, told: Mapping[str, Any], world: World) -> dict[str, Any]:
        record = world.find(told["id"])
        if record is None:
            raise KeyError(told["id"])
        self._context(world).drop(record)
        return {"id": record.id}

    def _set_state(self, told: Mapping[str, Any], world: World) -> dict[str, Any]:
        record = world.find(told["id"])
        if record is None:
            raise KeyError(told["id"])
        record.state = told["state"]
        self._context(world).changed(record)
        return {"id": record.id, "state": record.state}

    def _tag(self, told: Mapping[str, Any], world: World) -> dict[str, Any]:
        record = world.find(told["id"])
        if record is None:
            raise KeyError(told["id"])
        record.tags.update(told["tags"])
        world.changed(record.id, self.engine.now)
        return {"id": record.id, "tags": record.tags}

    def _untag(self, told: Mapping[str, Any], world: World) -> dict[str, Any]:
        record = world.find(told["id"])
        if record is None:
            raise KeyError(told["id"])
        for key in told["keys"]:
            record.tags.pop(key, None)
        world.changed(record.id, self.engine.now)
        return {"id": record.id, "tags": record.tags}

    def _attribute(self, told: Mapping[str, Any], world: World) -> dict[str, Any]:
        """Set a field of a record by its name: {"name": "health", "value": "impaired"}."""
        record = world.find(told["id"])
        if record is None or not hasattr(record, told["name"]):
            raise KeyError(f"{told['id']}.{told['name']}")
        setattr(record, told["name"], told["value"])
        world.changed(record.id, self.engine.now)
        return {"id": record.id, told["name"]: told["value"]}

    def _ids(self, _told: Mapping[str, Any], world: World) -> dict[str, Any]:
        return {
            "instances": {record.id: record.state for record in world.instances.values()},
            "volumes": {record.id: record.state for record in world.volumes.values()},
            "snapshots": {record.id: record.state for record in world.snapshots.values()},
        }

    def _advance(self, told: Mapping[str, Any], _world: World) -> dict[str, Any]:
        self.engine.clock.advance(float(told["seconds"]))
        return {"now": self.engine.settle()}

    def _lag(self, told: Mapping[str, Any], _world: World) -> dict[str, Any]:
        """Set how far reads are behind: {"seconds": 20}, or one for each copy: {"seconds": [0, 20, 60]}."""
        seconds = told["seconds"]
        self.engine.set_lag(*(float(lag) for lag in (seconds if isinstance(seconds, list) else [seconds])))
        return {"lag": seconds}

    def _limits(self, told: Mapping[str, Any], _world: World) -> dict[str, Any]:
        """Put token buckets in force: {"limits": "documented"}, "none", or a table of sizes."""
        self.engine.limit(read_limits(told["limits"]))
        return {"limits": told["limits"]}

    def _speed(self, told: Mapping[str, Any], _world: World) -> dict[str, Any]:
        self.script.set_speed(float(told["speed"]))
        return {"speed": told["speed"]}
