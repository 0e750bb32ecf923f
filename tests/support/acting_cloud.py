"""A cloud for executions in this process: it counts what acts do, goes wrong as told, and is read fast."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from random import Random

from msgspec.structs import replace

from tests.support.counting import ACTING
from trainctl_tui.domain.acts import Facts, Fleet, Job, JobState, VolumeFacts
from trainctl_tui.domain.errors import OutcomeUnknown, Throttled, TrainctlError
from trainctl_tui.domain.orders import NO_CHANGES, Change, Order
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.rule import MACHINE_ACTS
from trainctl_tui.providers.base import Observed, Patience, Provider, Receipt
from trainctl_tui.providers.requests import kind_of
from trainctl_tui.services.facts import Gathered
from trainctl_tui.services.facts import Target as Place
from trainctl_tui.simcloud.engine import Engine
from trainctl_tui.simcloud.engine.world import Tables
from trainctl_tui.simcloud.provider import EngineProvider


class Faults:
    """What goes wrong: chances of a throttled call and of a lost answer, and what is told.

    ``at`` maps the number of any call to what it raises. Calls that act raise ``once`` or ``always``, or
    ``once_after`` when they have had their effect; rehearsals raise ``rehearsed``. ``on_act`` runs before a
    call that acts, ``on_read`` before all others.
    """

    def __init__(self, chance: Random, throttled: float = 0.0, lost: float = 0.0) -> None:
        self.calls = 0
        self.at: dict[int, TrainctlError] = {}
        self.once: TrainctlError | None = None
        self.once_after: TrainctlError | None = None
        self.always: TrainctlError | None = None
        self.rehearsed: TrainctlError | None = None
        self.on_act: Callable[[], object] = lambda: None
        self.on_read: Callable[[], object] = lambda: None
        self.throttled = throttled
        self.lost = lost
        self._chance = chance

    def before(self, operation: str, _region: str) -> None:
        self.calls += 1
        if (error := self.at.get(self.calls)) is not None:
            raise error
        self.on_read()
        if self.throttled and self._chance.random() < self.throttled:
            raise Throttled(f"{operation} was refused.", code="RequestLimitExceeded")

    def acting(self) -> None:
        """Hear that an act is sent next, and no rehearsal."""
        self.on_act()
        error, self.once = self.once, None
        if error is not None or self.always is not None:
            raise error or self.always  # type: ignore[misc]

    def after(self, operation: str, _region: str) -> None:
        error, self.once_after = (
            (None, self.once_after) if operation not in ACTING else (self.once_after, None)
        )
        if error is not None:
            raise error
        if self.lost and operation in ACTING and self._chance.random() < self.lost:
            raise OutcomeUnknown(f"{operation} was sent, and no answer came.")


class OnStage(EngineProvider):
    """The engine's provider on its own clock. It reads facts off the records, as a reader sees them.

    The protection of machines in ``blind`` is not told: they fail when they are acted on.
    """

    def __init__(
        self,
        engine: Engine,
        faults: Faults | None = None,
        jobs: Mapping[str, Job] | None = None,
        blind: Collection[str] = (),
    ) -> None:
        before, after = (faults.before, faults.after) if faults else (_pass, _pass)
        super().__init__(engine, before=before, after=after, jobs=jobs)
        self._hear = before
        self._faults = faults
        self._blind = blind

    def clock_offset(self) -> float:
        return 0.0

    def act(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> Receipt:
        if self._faults:
            self._faults.acting()
        return super().act(order, region, ids, patience)

    def rehearse(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> None:
        if self._faults and self._faults.rehearsed is not None:
            raise self._faults.rehearsed
        super().rehearse(order, region, ids, patience)

    def facts(
        self,
        region: str,
        ids: Collection[str],
        patience: Patience,
        changes: Mapping[str, Change] = NO_CHANGES,
    ) -> tuple[Facts, ...]:
        others = [id for id in ids if kind_of(id) is not Kind.INSTANCES]
        found = {one.id: one for one in super().facts(region, others, patience, changes)} if others else {}
        if len(others) < len(ids):
            self._hear("DescribeInstances", region)
            now = self._engine.settle()
            seen = self._engine.world(region).seen(now)
            found |= {id: self._told(id, region, now, seen) for id in ids if id not in found}
        return tuple(found[id] for id in ids)

    def observe(
        self, order: Order, region: str, ids: Collection[str], patience: Patience
    ) -> dict[str, Observed]:
        if order.act not in MACHINE_ACTS:
            return super().observe(order, region, ids, patience)
        self._hear("DescribeInstances", region)
        seen = self._engine.world(region).seen(self._engine.settle()).instances
        return {id: Observed(seen[id].state) for id in ids if id in seen}

    def _told(self, id: str, region: str, now: float, seen: Tables) -> Facts:
        record = seen.instances.get(id)
        if record is None:
            return Facts(id, self._engine.account, region, now)
        job = Job(JobState.NONE)
        if record.state == "running":
            job = replace(self.jobs.get(id, Job(JobState.UNKNOWN)), probed_at=now)
        volumes = tuple(
            VolumeFacts(disk.id, held.device, held.device == record.root_device, held.delete_on_termination)
            for disk in (seen.volumes[volume] for volume in record.volumes if volume in seen.volumes)
            for held in disk.attachments
        )
        return Facts(
            id=id,
            account=self._engine.account,
            region=region,
            read_at=now,
            zone=record.zone,
            state=record.state,
            type=record.type,
            lifecycle=record.lifecycle,
            launched_at=record.launched_at,
            tags=tuple(record.tags.items()),
            terminate_protected=record.terminate_protected and id not in self._blind,
            stop_protected=record.stop_protected and id not in self._blind,
            volumes=volumes,
            instance_store=False,
            job=job,
        )


def _pass(_operation: str, _region: str) -> None:
    """Let a call pass."""


def gather(
    provider: Provider,
    targets: Sequence[Place],
    patience: Patience,
    changes: Mapping[str, Change] = NO_CHANGES,
) -> Gathered:
    """Gather as ``services.facts`` does, in this thread and without money, so that every run is alike."""
    assert isinstance(provider, OnStage)
    regions: dict[str, list[str]] = {}
    for region, id in targets:
        regions.setdefault(region, []).append(id)
    read = (provider.facts(region, ids, patience, changes) for region, ids in regions.items())
    identity = provider.identify(patience)
    found = [replace(facts, account=facts.account or identity.account) for told in read for facts in told]
    fleets = tuple(Fleet(region, 10_000, 10_000, None, 10_000, 10_000) for region in regions)
    return Gathered(identity, tuple(found), fleets, max(facts.read_at for facts in found))
