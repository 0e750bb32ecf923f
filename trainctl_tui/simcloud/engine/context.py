"""What an operation is given, and the shapes of its question and answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from trainctl_tui.simcloud.engine.records import Record
from trainctl_tui.simcloud.engine.world import Tables, World

Params: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]


class Timekeeper(Protocol):
    """What an operation may ask of its engine: to do something later."""

    now: float

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something when ``seconds`` of simulated time have passed."""
        ...


@dataclass(frozen=True)
class Context:
    """Where and when an operation runs."""

    engine: Timekeeper
    world: World
    now: float

    @cached_property
    def seen(self) -> Tables:
        """What this call's reads show; behind the truth where the engine lags."""
        return self.world.seen(self.now)

    def changed(self, record: Record) -> None:
        """Note a change of a resource; pending transitions of its former state no longer count."""
        record.turn += 1
        self.world.changed(record.id, self.engine.now)

    def drop(self, record: Record) -> None:
        """Forget a resource."""
        record.turn += 1
        self.world.drop(record.id)
        self.world.changed(record.id, self.engine.now)

    def after(self, seconds: float, record: Record, action: Callable[[], None]) -> None:
        """Act on a resource after ``seconds``, unless its state was changed by then."""
        turn = record.turn

        def act() -> None:
            if record.turn == turn:
                action()

        self.engine.later(seconds, act)


def moment(seconds: float) -> datetime:
    """Return a time as AWS gives it: whole seconds, UTC."""
    return datetime.fromtimestamp(int(seconds), UTC)
