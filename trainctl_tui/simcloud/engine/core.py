"""The engine: one lock, one clock, one table of operations. Both faces call it."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from trainctl_tui.simcloud.engine import describe, edits, instances, modify, places, volumes
from trainctl_tui.simcloud.engine.buckets import Buckets, Limits
from trainctl_tui.simcloud.engine.clock import Clock
from trainctl_tui.simcloud.engine.context import Answer, Context, Params
from trainctl_tui.simcloud.engine.errors import EngineError, unsupported
from trainctl_tui.simcloud.engine.world import World

DEFAULT_ACCOUNT = "123456789012"
Operation: TypeAlias = Callable[[Context, Params], Answer]

OPERATIONS: Mapping[str, Operation] = {
    **describe.OPERATIONS,
    **places.OPERATIONS,
    **instances.OPERATIONS,
    **volumes.OPERATIONS,
    **edits.OPERATIONS,
    **modify.OPERATIONS,
}


@dataclass(order=True)
class _Timer:
    at: float
    order: int
    action: Callable[[], None]


class Engine:
    """EC2 and EBS of some accounts in some regions, in memory.

    Nothing runs by itself: each call first lets everything happen that is due by then, in order of time.
    ``pace`` divides every duration (a pace of 10 boots a machine in a tenth of the time).
    Safe to call from several threads.
    """

    def __init__(
        self, *, clock: Clock | None = None, seed: int = 0, account: str = DEFAULT_ACCOUNT, pace: float = 1.0
    ) -> None:
        self.clock = clock or Clock()
        self.seed = seed
        self.account = account
        self.pace = pace
        self.lock = threading.RLock()
        self.now = self.clock.now()
        self._worlds: dict[tuple[str, str], World] = {}
        self._timers: list[_Timer] = []
        self._order = itertools.count()
        self._lag: tuple[float, ...] = ()
        self._limits: Limits | None = None
        self._buckets: dict[tuple[str, str], Buckets] = {}

    def call(self, operation: str, params: Params, *, region: str, account: str = "") -> Answer:
        """Run one EC2 operation. ``params`` and the answer are shaped as in boto3; raises EngineError."""
        run = OPERATIONS.get(operation)
        if run is None:
            raise unsupported(operation)
        if places.opt_in(region) not in places.USABLE:
            raise EngineError(
                "AuthFailure", "AWS was not able to validate the provided access credentials", 401
            )
        with self.lock:
            now = self.settle()
            self._spend(account or self.account, region, operation, params, now)
            return run(Context(self, self.world(region, account), self.now), params)

    def knows(self, operation: str) -> bool:
        """Say whether this engine implements an operation."""
        return operation in OPERATIONS

    def world(self, region: str, account: str = "") -> World:
        """Return the world of one account in one region, made on first use."""
        key = (account or self.account, region)
        if key not in self._worlds:
            self._worlds[key] = World(*key, self.seed)
            self._worlds[key].set_lag(*self._lag)
        return self._worlds[key]

    def _spend(self, account: str, region: str, operation: str, params: Params, now: float) -> None:
        if self._limits is not None:
            buckets = self._buckets.setdefault((account, region), Buckets(self._limits))
            buckets.spend(operation, params, now)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something when ``seconds`` (divided by the pace) have passed on the clock."""
        at = self.now + seconds / self.pace
        heapq.heappush(self._timers, _Timer(at, next(self._order), action))

    def settle(self) -> float:
        """Let all that is due happen, each at its own time; return the time now."""
        with self.lock:
            real = self.clock.now()
            while self._timers and self._timers[0].at <= real:
                timer = heapq.heappop(self._timers)
                self.now = max(self.now, timer.at)
                timer.action()
            self.now = max(self.now, real)
            return self.now

    def set_lag(self, *seconds: float) -> None:
        """Answer every read from one of so many copies, each so many seconds behind (0: no lag)."""
        with self.lock:
            self.settle()
            self._lag = seconds
            for world in self._worlds.values():
                world.set_lag(*seconds)

    def limit(self, limits: Limits | None) -> None:
        """Put token buckets in force, full; None lets every call through."""
        with self.lock:
            self._limits = limits
            self._buckets.clear()
