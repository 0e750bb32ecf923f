"""A simulated AWS in this process behind real HTTP, with machines of ours, and a journal beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from tests.support.cloud import LocalServer
from tests.support.counting import Counted
from tests.support.execution import POLICY, REGION
from trainctl_tui import bootstrap
from trainctl_tui.domain import plans
from trainctl_tui.domain.acts import Act, Situation
from trainctl_tui.domain.orders import NO_CHANGES
from trainctl_tui.launch import Launch
from trainctl_tui.providers.base import Patience
from trainctl_tui.services import prices
from trainctl_tui.services.facts import gather
from trainctl_tui.services.journal import Journal
from trainctl_tui.simcloud.driver import Driver
from trainctl_tui.simcloud.engine import Clock
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.fleet import Fleet
from trainctl_tui.simcloud.process import simulated_environment
from trainctl_tui.simcloud.script import Script


class Grounds:
    """What ``LocalServer`` serves: an engine without a fleet."""

    def __init__(self, clock: Clock, pace: float) -> None:
        self.engine = Counted(clock, 1, pace)
        fleet = Fleet(1, 0)
        self.driver = Driver(self.engine, fleet, Script(self.engine, fleet, 0.0))
        self.engine.pace = pace  # a script in which nothing happens by itself sets it to 1


class Scene:
    """A served cloud. ``environ`` is that of the processes that work on it."""

    def __init__(self, server: LocalServer, engine: Counted, folder: Path) -> None:
        self.engine = engine
        self.faults = server.faults
        self.launch = Launch(endpoint=server.endpoint, demo=True)
        self.folder = folder
        home = {"HOME": str(folder), "PATH": os.environ["PATH"], "TRAINCTL_STATE_DIR": str(folder / "state")}
        coverage = {name: value for name, value in os.environ.items() if name.startswith("COV")}
        self.environ: Mapping[str, str] = simulated_environment(server.endpoint, {**home, **coverage})
        self.journal = Journal(folder / "state")

    def machine(self, state: str, zone: str = "a") -> str:
        """Add a machine of ours, a day old."""
        world = self.engine.world(REGION)
        born = self.engine.settle() - 86_400
        record = InstanceRecord(
            *(world.new_id("i"), world.next_sequence(), "r-1", REGION + zone, state, "m5.large", "ami-1"),
            *(born, born, "172.31.0.1"),
            tags={"Owner": "ann"},
        )
        world.put(record)
        return record.id

    def confirm(self, act: Act, ids: Sequence[str]) -> str:
        """Plan with the AWS provider, give every word that is asked for, and confirm."""
        with mock.patch.dict(os.environ, self.environ):
            provider = bootstrap.provider(self.launch, lambda _call: None)
            told = gather(provider, [(REGION, id) for id in ids], Patience(), NO_CHANGES, prices.load(None))
        account = told.identity.account
        plan = plans.make(
            *(act, told.facts, POLICY, Situation(account, account, told.now), told.fleets),
            actor=told.identity.arn,
            endpoint=self.launch.endpoint,
            included=ids,
        )
        approval = plan.approve(plan.phrase or "y", told.now)
        return self.journal.confirm(plan, approval, policy=POLICY, launch=self.launch)


@contextmanager
def scene(folder: Path, clock: Clock | None = None, pace: float = 1.0) -> Iterator[Scene]:
    """Serve a cloud while the block lasts."""
    grounds: Any = Grounds(clock or Clock(), pace)
    with LocalServer(grounds) as server:
        made = Scene(server, grounds.engine, folder)
        yield made
        made.journal.close()
