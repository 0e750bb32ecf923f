"""The contract of a provider that acts, on both faces of one engine: in this process, and over HTTP.

Facts with all their doubts, one attempt an act, only what was approved, and the same errors for the same
faults. Differences that are wanted: over HTTP a failed read is tried again, and only the engine's own
provider can probe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.approving import approved
from tests.support.cloud import NOW, Local
from tests.support.faces import NOBODY_WAITS, REGION, UNKNOWN, Face, Sides, facts, one
from trainctl_tui.domain.acts import Act, Job, JobState
from trainctl_tui.domain.errors import Conflict, NotFound, Refused, TrainctlError
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.rule import MACHINE_ACTS
from trainctl_tui.providers.base import CanAct, CanProbe, Observed, ProviderOptions
from trainctl_tui.simcloud.provider import EngineProvider
from trainctl_tui.simcloud.wire.faults import Rule


def states(local: Local) -> dict[str, str]:
    return {record.id: record.state for record in local.engine.world(REGION).instances.values()}


def test_it_can_act(provider: Face) -> None:
    assert isinstance(provider, CanAct)
    assert isinstance(provider, CanProbe) is isinstance(provider, EngineProvider)


def test_facts_tell_all_that_an_act_is_judged_by(local: Local, provider: Face) -> None:
    record = one(local, "stopped")
    local.call("ModifyInstanceAttribute", InstanceId=record.id, DisableApiStop={"Value": True})
    data = local.engine.world(REGION).volumes[record.volumes[1]]
    made = local.call("CreateSnapshot", VolumeId=data.id)
    local.advance(3600)
    (told,) = facts(provider, record.id)
    assert (told.state, told.zone, told.type) == ("stopped", record.zone, record.type)
    assert (told.account, told.region) == ("123456789012", REGION)
    assert told.read_at == pytest.approx(NOW + 3600, abs=1.5)
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


def test_facts_come_in_order_and_an_unknown_id_has_no_state(local: Local, provider: Face) -> None:
    first, second = one(local, "stopped").id, one(local).id
    told = facts(provider, first, UNKNOWN, "i-*", second)
    assert [(each.id, each.is_known) for each in told] == [
        (first, True), (UNKNOWN, False), ("i-*", False), (second, True),
    ]  # fmt: skip
    assert facts(provider) == ()


def test_instance_storage_is_of_the_type(local: Local, provider: Face) -> None:
    store = {
        each.type: each.instance_store for each in facts(provider, *local.engine.world(REGION).instances)
    }
    assert (store["p5.48xlarge"], store["t3.medium"]) == (True, False)


def test_a_spot_machine_tells_whether_it_may_start_again(local: Local, provider: Face) -> None:
    once, again = one(local, lifecycle="spot"), one(local)
    again.lifecycle, again.spot_request_id, again.spot_persistent = "spot", "sir-01234567", True
    told = facts(provider, once.id, again.id, one(local).id)
    assert [each.spot_persistent for each in told] == [False, True, None]
    with approved(Act.STOP, again.id):
        provider.act(Order(Act.STOP), REGION, [again.id], NOBODY_WAITS)
    with approved(Act.STOP, once.id), pytest.raises(TrainctlError, match=r"not supported|one-time"):
        provider.act(Order(Act.STOP), REGION, [once.id], NOBODY_WAITS)


@pytest.mark.parametrize(
    ("denied", "lost"),
    [
        ("DescribeInstanceAttribute", lambda told: (told.terminate_protected, told.stop_protected)),
        ("DescribeInstanceTypes", lambda told: (told.instance_store,)),
        ("DescribeVolumes", lambda told: (told.volumes[0].tags, told.volumes[0].size_gib)),
        ("DescribeSnapshots", lambda told: (told.volumes[0].snapshots_known or None,)),
    ],
)
def test_what_may_not_be_read_is_unknown_and_never_false(
    sides: Sides, provider: Face, denied: str, lost: Callable[[Any], tuple[Any, ...]]
) -> None:
    sides.faults.replace((Rule("denied", action=denied),), 0)
    (told,) = facts(provider, one(sides.local).id)
    assert told.is_known
    assert set(lost(told)) == {None}


def test_facts_that_cannot_be_read_at_all_are_an_error(sides: Sides, provider: Face) -> None:
    sides.faults.replace((Rule("throttle", action="DescribeInstanceAttribute"),), 0)
    with pytest.raises(TrainctlError) as caught:
        facts(provider, one(sides.local).id)
    assert type(caught.value).__name__ == "Throttled"


@pytest.mark.parametrize(
    ("act", "before", "during", "after"),
    [
        (Act.START, "stopped", "pending", "running"),
        (Act.STOP, "running", "stopping", "stopped"),
        (Act.TERMINATE, "running", "shutting-down", "terminated"),
    ],
)
def test_an_act_moves_a_machine(
    local: Local, provider: Face, act: Act, before: str, during: str, after: str
) -> None:
    id = one(local, before).id
    with approved(act, id):
        receipt = provider.act(Order(act), REGION, [id, id], NOBODY_WAITS)
    assert receipt.states == {id: during}
    assert receipt.request_id
    assert provider.observe(Order(Act.STOP), REGION, [id, UNKNOWN], NOBODY_WAITS) == {id: Observed(during)}
    local.advance(60)
    assert provider.observe(Order(Act.STOP), REGION, [id], NOBODY_WAITS) == {id: Observed(after)}


def test_a_reboot_tells_no_states(local: Local, provider: Face) -> None:
    id = one(local).id
    with approved(Act.REBOOT, id):
        receipt = provider.act(Order(Act.REBOOT), REGION, [id], NOBODY_WAITS)
    assert receipt.states == {}
    assert receipt.request_id


@pytest.mark.parametrize("act", MACHINE_ACTS)
def test_without_approval_nothing_is_sent(sides: Sides, provider: Face, act: Act) -> None:
    id, other = (record.id for record in list(sides.local.engine.world(REGION).instances.values())[:2])
    before = states(sides.local)
    with pytest.raises(Refused, match="No approval"):
        provider.act(Order(act), REGION, [id], NOBODY_WAITS)
    with approved(act, other), pytest.raises(Refused, match="Not confirmed"):
        provider.act(Order(act), REGION, [other, id], NOBODY_WAITS)
    shut = sides.opened(ProviderOptions(read_only=True))
    with approved(act, id), pytest.raises(Refused, match="read-only"):
        shut.act(Order(act), REGION, [id], NOBODY_WAITS)
    assert states(sides.local) == before


def test_a_rehearsal_changes_nothing_and_says_what_forbids(sides: Sides, provider: Face) -> None:
    before = states(sides.local)
    id = one(sides.local).id
    for act in (Act.STOP, Act.REBOOT, Act.TERMINATE):
        provider.rehearse(Order(act), REGION, [id], NOBODY_WAITS)
    with pytest.raises(NotFound):
        provider.rehearse(Order(Act.TERMINATE), REGION, [UNKNOWN], NOBODY_WAITS)
    sides.faults.replace((Rule("denied", action="TerminateInstances"),), 0)
    with pytest.raises(TrainctlError) as caught:
        provider.rehearse(Order(Act.TERMINATE), REGION, [id], NOBODY_WAITS)
    assert caught.value.permission == "ec2:TerminateInstances"
    assert states(sides.local) == before
    shut = sides.opened(ProviderOptions(read_only=True))
    with pytest.raises(Refused, match="read-only"):
        shut.rehearse(Order(Act.TERMINATE), REGION, [id], NOBODY_WAITS)


def test_a_protected_machine_saves_its_zone_and_no_other(local: Local, provider: Face) -> None:
    saved = one(local, terminate_protected=True)
    near = one(local, zone=saved.zone)
    far = next(
        record for record in local.engine.world(REGION).instances.values() if record.zone != saved.zone
    )
    ids = [saved.id, near.id, far.id]
    with approved(Act.TERMINATE, *ids), pytest.raises(Conflict) as caught:
        provider.act(Order(Act.TERMINATE), REGION, ids, NOBODY_WAITS)
    assert caught.value.code == "OperationNotPermitted"
    looks = provider.observe(Order(Act.TERMINATE), REGION, ids, NOBODY_WAITS)
    assert {id: look.state for id, look in looks.items()} == {
        saved.id: "running", near.id: "running", far.id: "shutting-down",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("effect", "error", "code", "done"),
    [
        ("throttle", "Throttled", "RequestLimitExceeded", False),
        ("expired", "ExpiredCredentials", "RequestExpired", False),
        ("denied", "Denied", "UnauthorizedOperation", False),
        ("no_region", "Denied", "OptInRequired", False),
        ("unavailable", "OutcomeUnknown", "Unavailable", False),
        ("internal", "OutcomeUnknown", "InternalError", False),
        ("drop", "OutcomeUnknown", "ConnectionClosedError", False),
        ("html", "OutcomeUnknown", "", False),
        ("lost", "OutcomeUnknown", "ConnectionClosedError", True),
        ("half_body", "OutcomeUnknown", None, True),
        ("missing_key", "OutcomeUnknown", "", True),
        ("wrong_type", "OutcomeUnknown", "", True),
    ],
)
def test_an_act_is_sent_once_and_its_error_never_lies(
    sides: Sides, provider: Face, effect: str, error: str, code: str | None, done: bool
) -> None:
    id = one(sides.local).id
    sides.faults.replace((Rule(effect, action="StopInstances"),), 0)  # type: ignore[arg-type]
    with approved(Act.STOP, id), pytest.raises(TrainctlError) as caught:
        provider.act(Order(Act.STOP), REGION, [id], NOBODY_WAITS)
    assert type(caught.value).__name__ == error
    assert code in (None, caught.value.code)
    assert len(sides.faults.told()["log"]) == 1
    assert states(sides.local)[id] == ("stopping" if done else "running")


def test_a_probe_finds_what_the_table_holds(local: Local) -> None:
    inside = EngineProvider(local.engine, jobs={"i-1": Job(JobState.RUNNING, "python train.py")})
    told = inside.probe(REGION, ["i-1", "i-2"], NOBODY_WAITS)
    assert told == {"i-1": Job(JobState.RUNNING, "python train.py", NOW)}
