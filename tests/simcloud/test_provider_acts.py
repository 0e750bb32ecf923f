"""The in-process face acts: facts with all doubts, one attempt, and only what was approved."""

from __future__ import annotations

import pytest

from tests.support.approving import approved
from tests.support.cloud import NOW, Local
from trainctl_tui.domain.acts import Act, Facts, Job, JobState
from trainctl_tui.domain.errors import Conflict, Denied, NotFound, OutcomeUnknown, Refused, Throttled
from trainctl_tui.providers.base import CanAct, CanProbe, Patience, ProviderOptions
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.provider import EngineProvider

REGION = "us-east-1"
UNKNOWN = "i-0123456789abcdef0"
NOBODY_WAITS = Patience()


@pytest.fixture
def local() -> Local:
    return Local(20)


@pytest.fixture
def provider(local: Local) -> EngineProvider:
    return EngineProvider(local.engine)


def one(local: Local, state: str = "running", **more: object) -> InstanceRecord:
    """Return a machine in a state, with these attributes."""
    wanted = {"state": state, "terminate_protected": False, "stop_protected": False, "lifecycle": "", **more}
    return next(
        record
        for record in local.engine.world(REGION).instances.values()
        if all(getattr(record, name) == value for name, value in wanted.items())
    )


def facts(provider: EngineProvider, *ids: str) -> tuple[Facts, ...]:
    return provider.facts(REGION, ids, NOBODY_WAITS)


def test_it_can_act_and_probe(provider: EngineProvider) -> None:
    assert isinstance(provider, CanAct)
    assert isinstance(provider, CanProbe)


def test_facts_tell_all_that_an_act_is_judged_by(local: Local, provider: EngineProvider) -> None:
    record = one(local, "stopped")
    local.call("ModifyInstanceAttribute", InstanceId=record.id, DisableApiStop={"Value": True})
    data = local.engine.world(REGION).volumes[record.volumes[1]]
    made = local.call("CreateSnapshot", VolumeId=data.id)
    local.advance(3600)
    (told,) = facts(provider, record.id)
    assert (told.state, told.zone, told.type) == ("stopped", record.zone, record.type)
    assert (told.account, told.region, told.read_at) == ("123456789012", REGION, NOW + 3600)
    assert (told.terminate_protected, told.stop_protected) == (False, True)
    assert told.tags == tuple(record.tags.items())
    assert told.launched_at == int(record.launched_at)
    assert told.volumes is not None
    root, disk = sorted(told.volumes, key=lambda volume: not volume.is_root)
    assert (root.is_root, root.delete_on_termination, disk.delete_on_termination) == (True, True, False)
    assert (disk.id, disk.size_gib, disk.type, disk.tags) == (
        data.id, data.size_gib, data.type, tuple(data.tags.items()),
    )  # fmt: skip
    assert disk.snapshots_known
    assert disk.snapshot_at == made["StartTime"].timestamp()


def test_facts_come_in_order_and_an_unknown_id_has_no_state(local: Local, provider: EngineProvider) -> None:
    first, second = one(local, "stopped").id, one(local).id
    told = facts(provider, first, UNKNOWN, "i-*", second)
    assert [(each.id, each.is_known) for each in told] == [
        (first, True), (UNKNOWN, False), ("i-*", False), (second, True),
    ]  # fmt: skip
    assert facts(provider) == ()


def test_instance_storage_is_of_the_type(local: Local, provider: EngineProvider) -> None:
    store = {
        each.type: each.instance_store for each in facts(provider, *local.engine.world(REGION).instances)
    }
    assert (store["p5.48xlarge"], store["t3.medium"]) == (True, False)


@pytest.mark.parametrize(
    ("denied", "lost"),
    [
        ("DescribeInstanceAttribute", lambda told: (told.terminate_protected, told.stop_protected)),
        ("DescribeInstanceTypes", lambda told: (told.instance_store,)),
        ("DescribeVolumes", lambda told: (told.volumes[0].tags, told.volumes[0].size_gib)),
        ("DescribeSnapshots", lambda told: (told.volumes[0].snapshots_known or None,)),
    ],
)
def test_what_may_not_be_read_is_unknown_and_never_false(local: Local, denied: str, lost: object) -> None:
    def refuse(operation: str, _region: str) -> None:
        if operation == denied:
            raise Denied("No.", code="UnauthorizedOperation")

    (told,) = facts(EngineProvider(local.engine, before=refuse), one(local).id)
    assert told.is_known
    assert set(lost(told)) == {None}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("act", "before", "during", "after"),
    [
        (Act.START, "stopped", "pending", "running"),
        (Act.STOP, "running", "stopping", "stopped"),
        (Act.TERMINATE, "running", "shutting-down", "terminated"),
    ],
)
def test_an_act_moves_a_machine(
    local: Local, provider: EngineProvider, act: Act, before: str, during: str, after: str
) -> None:
    id = one(local, before).id
    with approved(act, id):
        receipt = provider.act(act, REGION, [id], NOBODY_WAITS)
    assert receipt.states == {id: during}
    assert receipt.request_id
    assert provider.observe(REGION, [id, UNKNOWN], NOBODY_WAITS) == {id: during}
    local.advance(60)
    assert provider.observe(REGION, [id], NOBODY_WAITS) == {id: after}


def test_a_reboot_tells_no_states(local: Local, provider: EngineProvider) -> None:
    id = one(local).id
    with approved(Act.REBOOT, id):
        assert provider.act(Act.REBOOT, REGION, [id], NOBODY_WAITS).states == {}


def test_without_approval_nothing_is_sent(local: Local, provider: EngineProvider) -> None:
    id = one(local).id
    with pytest.raises(Refused):
        provider.act(Act.TERMINATE, REGION, [id], NOBODY_WAITS)
    shut = EngineProvider(local.engine, ProviderOptions(read_only=True))
    with approved(Act.TERMINATE, id), pytest.raises(Refused, match="read-only"):
        shut.act(Act.TERMINATE, REGION, [id], NOBODY_WAITS)
    assert local.engine.world(REGION).instances[id].state == "running"


def test_a_rehearsal_changes_nothing_and_says_what_forbids(local: Local, provider: EngineProvider) -> None:
    id = one(local).id
    provider.rehearse(Act.TERMINATE, REGION, [id], NOBODY_WAITS)
    assert local.engine.world(REGION).instances[id].state == "running"
    with pytest.raises(NotFound):
        provider.rehearse(Act.TERMINATE, REGION, [UNKNOWN], NOBODY_WAITS)


def test_protection_is_a_conflict(local: Local, provider: EngineProvider) -> None:
    id = one(local, terminate_protected=True).id
    with approved(Act.TERMINATE, id), pytest.raises(Conflict) as caught:
        provider.act(Act.TERMINATE, REGION, [id], NOBODY_WAITS)
    assert caught.value.code == "OperationNotPermitted"


def test_an_answer_is_lost_after_the_act_and_a_throttled_call_does_nothing(local: Local) -> None:
    id = one(local).id

    def lose(operation: str, _region: str) -> None:
        if operation == "StopInstances":
            raise OutcomeUnknown("The line broke.")

    def throttle(operation: str, _region: str) -> None:
        raise Throttled("Slow down.", code="RequestLimitExceeded")

    throttled = EngineProvider(local.engine, before=throttle)
    with approved(Act.STOP, id), pytest.raises(Throttled):
        throttled.act(Act.STOP, REGION, [id], NOBODY_WAITS)
    assert local.engine.world(REGION).instances[id].state == "running"
    with approved(Act.STOP, id), pytest.raises(OutcomeUnknown):
        EngineProvider(local.engine, after=lose).act(Act.STOP, REGION, [id], NOBODY_WAITS)
    assert local.engine.world(REGION).instances[id].state == "stopping"


def test_a_probe_finds_what_the_table_holds(local: Local, provider: EngineProvider) -> None:
    provider.jobs["i-1"] = Job(JobState.RUNNING, "python train.py")
    told = provider.probe(REGION, ["i-1", "i-2"], NOBODY_WAITS)
    assert told == {"i-1": Job(JobState.RUNNING, "python train.py", NOW)}
