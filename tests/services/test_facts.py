"""What is gathered before an act: whole, fresh, priced, and honest about what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.support.cloud import NOW, Local
from trainctl_tui.domain.acts import Fleet, Job, JobState
from trainctl_tui.domain.errors import ConfigError, Denied, OutcomeUnknown, TrainctlError
from trainctl_tui.domain.orders import NO_CHANGES
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.base import Page, Patience
from trainctl_tui.services.facts import gather
from trainctl_tui.simcloud.provider import EngineProvider

UNKNOWN = "i-0123456789abcdef0"
EAST, WEST = "us-east-1", "eu-west-1"


class Prices:
    """A dollar an hour for each machine but those of the type that has no price; a cent a GiB and month."""

    def __init__(self, unknown: str = "") -> None:
        self._unknown = unknown

    def hourly(self, region: str, type: str, lifecycle: str) -> SimpleNamespace | None:
        return None if type == self._unknown else SimpleNamespace(usd=1.0)

    def storage_monthly(
        self, region: str, type: str, gib: int | None, iops: int | None, throughput: int | None
    ) -> float | None:
        return None if gib is None else gib * 0.01

    def snapshot_monthly(self, region: str, tier: str, gib: int | None) -> float | None:
        return None if gib is None else gib * 0.005


@pytest.fixture
def local() -> Local:
    return Local(20)


@pytest.fixture
def provider(local: Local) -> EngineProvider:
    return EngineProvider(local.engine)


def ids(local: Local, state: str, region: str = EAST) -> list[str]:
    return [record.id for record in local.engine.world(region).instances.values() if record.state == state]


def test_facts_keep_the_order_and_come_from_several_regions(local: Local, provider: EngineProvider) -> None:
    wanted = [(EAST, ids(local, "stopped")[0]), (WEST, ids(local, "running", WEST)[0]), (EAST, UNKNOWN)]
    told = gather(provider, wanted, Patience(), NO_CHANGES, Prices())
    assert [(facts.region, facts.id) for facts in told.facts] == wanted
    assert [facts.is_known for facts in told.facts] == [True, True, False]
    assert {facts.account for facts in told.facts} == {"123456789012"} == {told.identity.account}
    assert told.now == pytest.approx(NOW, abs=1.0)
    assert {facts.read_at for facts in told.facts} == {NOW}


def test_money_is_filled_in(local: Local, provider: EngineProvider) -> None:
    (id, *_) = ids(local, "running")
    (facts,) = gather(provider, [(EAST, id)], Patience(), NO_CHANGES, Prices()).facts
    assert facts.hourly == 1.0
    assert facts.volumes
    assert [volume.monthly for volume in facts.volumes] == [
        v.size_gib * 0.01 for v in facts.volumes if v.size_gib
    ]
    (facts,) = gather(provider, [(EAST, id)], Patience(), NO_CHANGES, Prices(unknown=facts.type)).facts
    assert facts.hourly is None


def test_fleets_are_counted_whole_and_a_missing_price_makes_the_sum_unknown(
    local: Local, provider: EngineProvider
) -> None:
    running, stopped = ids(local, "running"), ids(local, "stopped")
    (fleet,) = gather(provider, [(EAST, stopped[0])], Patience(), NO_CHANGES, Prices()).fleets
    assert fleet == Fleet(EAST, len(running), len(running) + len(stopped), float(len(running)))
    kind = local.engine.world(EAST).instances[running[0]].type
    (fleet,) = gather(provider, [(EAST, stopped[0])], Patience(), NO_CHANGES, Prices(unknown=kind)).fleets
    assert (fleet.active, fleet.hourly) == (len(running), None)
    local.engine.world(EAST).instances[running[0]].state = "terminated"
    (fleet,) = gather(provider, [(EAST, stopped[0])], Patience(), NO_CHANGES, Prices()).fleets
    assert (fleet.active, fleet.visible) == (len(running) - 1, len(running) - 1 + len(stopped))


class Uncountable(EngineProvider):
    """Its listings break after the first page."""

    def pages(self, kind: Kind, region: str, patience: Patience, only: object = ()) -> Iterator[Page]:
        yield Page((), None)
        raise OutcomeUnknown("The line broke.")


def test_a_fleet_that_cannot_be_counted_is_unknown(local: Local) -> None:
    (id, *_) = ids(local, "running")
    told = gather(Uncountable(local.engine), [(EAST, id)], Patience(), NO_CHANGES, Prices())
    assert told.fleets == (Fleet(EAST, None, None, None),)
    assert told.facts[0].is_known


def test_work_is_told_for_running_machines_alone(local: Local, provider: EngineProvider) -> None:
    first, second, *_ = ids(local, "running")
    (still, booting, *_) = ids(local, "stopped")
    local.engine.world(EAST).instances[booting].state = "pending"
    provider.jobs = {
        first: Job(JobState.RUNNING, "train.py"),
        still: Job(JobState.RUNNING, "nobody asked"),
        booting: Job(JobState.IDLE),
    }
    told = gather(
        provider,
        [(EAST, id) for id in (first, second, still, booting, UNKNOWN)],
        Patience(),
        NO_CHANGES,
        Prices(),
    )
    assert [(facts.job.state, facts.job.why) for facts in told.facts] == [
        (JobState.RUNNING, "train.py"),
        (JobState.UNKNOWN, "the probe told nothing of it"),
        (JobState.NONE, "the machine is stopped"),
        (JobState.UNKNOWN, "a machine that is pending cannot be looked into"),
        (JobState.UNKNOWN, "the machine is not known"),
    ]


def test_a_probe_that_fails_or_does_not_exist_leaves_work_unknown(local: Local) -> None:
    (id, *_) = ids(local, "running")

    def refuse(operation: str, _region: str) -> None:
        if operation == "SendCommand":
            raise Denied("Could not look.", "You may not.")

    (facts,) = gather(
        EngineProvider(local.engine, before=refuse), [(EAST, id)], Patience(), NO_CHANGES, Prices()
    ).facts
    assert facts.job == Job(JobState.UNKNOWN, "Could not look. You may not.")
    (facts,) = gather(Sightless(local), [(EAST, id)], Patience(), NO_CHANGES, Prices()).facts
    assert facts.job.state is JobState.UNKNOWN
    assert "cannot look into machines" in facts.job.why


class Sightless:
    """A provider that acts and cannot probe."""

    def __init__(self, local: Local) -> None:
        inner = EngineProvider(local.engine)
        self.name = inner.name
        for word in ("identify", "pages", "clock_offset", "default_region", "alias", "regions"):
            setattr(self, word, getattr(inner, word))
        for word in ("facts", "act", "rehearse", "observe"):
            setattr(self, word, getattr(inner, word))


def test_what_cannot_act_is_refused_and_what_cannot_be_read_is_raised(local: Local) -> None:
    reader = SimpleNamespace(name="reader")
    with pytest.raises(ConfigError, match="reader can only be read"):
        gather(reader, [(EAST, UNKNOWN)], Patience(), NO_CHANGES, Prices())  # type: ignore[arg-type]

    def break_down(operation: str, _region: str) -> None:
        if operation == "DescribeInstanceAttribute":
            raise OutcomeUnknown("The line broke.")

    broken = EngineProvider(local.engine, before=break_down)
    with pytest.raises(TrainctlError, match="The line broke"):
        gather(broken, [(EAST, ids(local, "running")[0])], Patience(), NO_CHANGES, Prices())


def test_only_kinds_that_targets_are_of_are_counted(local: Local, provider: EngineProvider) -> None:
    world = local.engine.world(EAST)
    volume, snapshot = next(iter(world.volumes)), next(iter(world.snapshots))
    for ids, volumes, snapshots in (
        ([volume, "new-1"], len(world.volumes), None),
        ([snapshot], None, len(world.snapshots)),
        (["new-1"], None, None),
    ):
        told = gather(provider, [(EAST, id) for id in ids], Patience(), NO_CHANGES, Prices())
        assert told.fleets == (Fleet(EAST, None, None, volumes=volumes, snapshots=snapshots),)
        for facts, cent in zip(told.facts, (0.01, 0.005), strict=False):
            for held in (facts.disk, facts.copy):
                assert held is None or held.monthly == (held.size_gib or 0) * (cent if facts.disk else 0.005)
