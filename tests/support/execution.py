"""A small cloud on a clock that only waiting moves, and operations carried out on it in this process."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests.support.acting_cloud import Faults, OnStage, gather
from tests.support.aims import Aims
from tests.support.counting import Counted
from trainctl_tui.domain import plans
from trainctl_tui.domain.acts import Act, Job, JobState, Policy, Situation
from trainctl_tui.domain.changing import settled
from trainctl_tui.domain.errors import ExpiredCredentials, Trouble
from trainctl_tui.domain.operations import Operation, Target
from trainctl_tui.domain.orders import NO_CHANGES, Change
from trainctl_tui.domain.plans import Plan
from trainctl_tui.domain.rule import MACHINE_ACTS
from trainctl_tui.domain.rules_tags import LOCK
from trainctl_tui.launch import Launch
from trainctl_tui.providers.base import Patience, Provider
from trainctl_tui.services import executor
from trainctl_tui.services.audit_chain import Entry
from trainctl_tui.services.crashpoint import Fuse, lit
from trainctl_tui.services.executor_run import Recorder, Tools
from trainctl_tui.services.facts import Gathered
from trainctl_tui.services.facts import Target as Place
from trainctl_tui.services.journal import Journal
from trainctl_tui.simcloud.engine import Clock
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.provider import EngineProvider

EXPIRED = ExpiredCredentials("Your session has ended.", "", "Run: aws sso login --profile research")
NOW = 1_800_000_000.0
REGION = "us-east-1"
OTHER = "eu-west-1"
IDLE = Job(JobState.IDLE, busiest_percent=1.0, checkpoint_saved=True)
POLICY = Policy(user="ann", max_percent=100.0, max_batch=1000, max_instances=100_000, warn_instances=100_000)


class Killed(BaseException):
    """Ends an execution as kill -9 would: whatever is not on the disk is gone."""


class Notes:
    """An audit log in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)


class Stage:
    """Machines, faults, a journal and an audit log. Waiting moves the clock, and nothing else does."""

    def __init__(
        self,
        journal: Journal,
        seed: int = 0,
        throttled: float = 0.0,
        lost: float = 0.0,
        audit: Recorder | None = None,
    ) -> None:
        self.chance = Random(seed)
        self.clock = Clock(lambda: NOW)
        self.engine = Counted(self.clock, seed)
        self.faults = Faults(self.chance, throttled, lost)
        self.notes = Notes()
        self.journal = journal
        self.audit = audit or self.notes
        self.blind: set[str] = set()
        self.heard: Callable[[Trouble, float], None] = lambda _trouble, _seconds: None
        self.jobs: dict[str, Job] = {}
        self.aims = Aims(self)
        self.opened = 0
        self.policy = POLICY
        self.launch = Launch()
        self.on_wait: Callable[[float], bool] = lambda _seconds: False

    # ---- the cloud ----

    def machine(self, state: str = "running", zone: str = "a", region: str = REGION, **more: Any) -> str:
        """Add a machine of ours, a day old, that does nothing; return its id."""
        world = self.engine.world(region)
        record = InstanceRecord(
            id=world.new_id("i"),
            sequence=world.next_sequence(),
            reservation_id="r-1",
            zone=region + zone,
            state=state,
            type="m5.large",
            image_id="ami-1",
            launched_at=NOW - 86_400,
            first_launched_at=NOW - 86_400,
            private_ip="172.31.0.1",
            tags={"Name": f"worker-{len(world.instances)}", "Owner": "ann"},
            **more,
        )
        world.put(record)
        self.jobs[record.id] = IDLE
        return record.id

    def record(self, id: str) -> InstanceRecord:
        return self.engine.world(self.region(id)).instances[id]

    def region(self, id: str) -> str:
        there = self.engine.world(OTHER).find(id) is not None or id.endswith(OTHER)
        return OTHER if there else REGION

    def state(self, id: str) -> str:
        self.engine.settle()
        record = self.engine.world(self.region(id)).instances.get(id)
        return record.state if record else ""

    def provider(self, _launch: Launch) -> EngineProvider:
        self.opened += 1
        return OnStage(self.engine, self.faults, self.jobs, self.blind)

    def gather(self, places: Any, changes: Mapping[str, Change] = NO_CHANGES) -> Gathered:
        """Gather with no fault in the way."""
        return gather(OnStage(self.engine, jobs=self.jobs, blind=self.blind), places, Patience(), changes)

    # ---- operations ----

    def plan(self, act: Act, ids: Sequence[str], included: Collection[str] = ()) -> Plan:
        """Judge targets as they are, with no fault in the way; ``Aims.wish`` says what is asked of them."""
        wished = {} if act in MACHINE_ACTS else {id: self.aims.wish(act, self.region(id)) for id in ids}
        told = self.gather([(self.region(id), id) for id in ids], wished)
        changes: dict[str, Change] = {}
        for region in sorted({facts.region for facts in told.facts}) if wished else ():
            there = [facts for facts in told.facts if facts.region == region]
            changes |= settled(act, there, self.aims.wish(act, region), policy=self.policy)
        account, lately = self.engine.account, self.journal.unlocked(told.now - LOCK)
        return plans.make(
            *(act, told.facts, self.policy, Situation(account, account, told.now, unlocked=lately)),
            told.fleets,
            actor="arn:ann",
            endpoint="",
            included=included,
            changes=changes,
        )

    def confirm(self, act: Act, ids: Sequence[str], included: Collection[str] = ()) -> str:
        """Confirm an act on some targets; return the operation's id."""
        plan = self.plan(act, ids, included)
        approval = plan.approve(plan.phrase or "y", self.clock.now())
        return self.journal.confirm(plan, approval, policy=self.policy, launch=self.launch)

    def states(self, op: str) -> list[str]:
        """Return the states that an operation went through."""
        return [event.data["state"] for event in self.journal.events(op) if event.phase == "state"]

    def tools(self, **changed: Any) -> Tools:
        """Return what an execution works with, some of it changed."""
        tools = Tools(
            open_provider=self.provider,
            gather=self._gather,
            audit=self.audit,
            clock=self.clock.now,
            monotonic=self.clock.now,
            wait=self._wait,
            chance=self.chance.random,
        )
        return dataclasses.replace(tools, **changed)

    def run(self, op: str, fuse: Fuse | None = None) -> Operation:
        """Carry an operation out; killed where the fuse says so."""
        with lit(fuse or Fuse(0)):
            return executor.run(op, self.journal, self.tools())

    def _gather(
        self,
        provider: Provider,
        places: Sequence[Place],
        patience: Patience,
        changes: Mapping[str, Change],
    ) -> Gathered:
        self.heard = patience.on_wait
        return gather(provider, places, patience, changes)

    def _wait(self, seconds: float) -> bool:
        self.clock.advance(seconds)
        return self.on_wait(seconds)


def targets(operation: Operation) -> dict[str, Target]:
    """Return the targets by id."""
    return {target.id: target for target in operation.targets}


def killed_at(at: int) -> Fuse:
    """Return a fuse that kills an execution in this process."""

    def die() -> None:
        raise Killed

    return Fuse(at, die)


@contextmanager
def stage(folder: Path, **options: Any) -> Iterator[Stage]:
    """Return a stage with a journal of its own, which is closed at the end."""
    journal = Journal(folder, lambda: NOW)
    try:
        yield Stage(journal, **options)
    finally:
        journal.close()
