"""Machines: states that take time, AWS's refusals, tokens, protection."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cloud import Local
from trainctl_tui.simcloud.engine import EngineError, lifecycle


@pytest.fixture
def empty() -> Local:
    return Local(0)


def run(local: Local, **params: Any) -> list[str]:
    told = local.call(
        "RunInstances",
        **{"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", **params},
    )
    return [item["InstanceId"] for item in told["Instances"]]


def state(local: Local, id: str) -> str:
    told = local.call("DescribeInstances", InstanceIds=[id])
    return told["Reservations"][0]["Instances"][0]["State"]["Name"]


def refused(local: Local, operation: str, **params: Any) -> str:
    with pytest.raises(EngineError) as caught:
        local.call(operation, **params)
    return caught.value.code


def test_a_machine_takes_its_time_through_its_whole_life(empty: Local) -> None:
    (id,) = run(empty)
    seen = [state(empty, id)]
    for call, wait in (
        (None, lifecycle.BOOT),
        ("StopInstances", lifecycle.STOP),
        ("StartInstances", lifecycle.BOOT),
        ("TerminateInstances", lifecycle.SHUT_DOWN),
    ):
        if call:
            empty.call(call, InstanceIds=[id])
            seen.append(state(empty, id))
        empty.advance(wait - 0.1)
        assert state(empty, id) == seen[-1], "not yet"
        empty.advance(0.2)
        seen.append(state(empty, id))
    assert seen == [
        *("pending", "running", "stopping", "stopped", "pending", "running", "shutting-down", "terminated")
    ]
    empty.advance(lifecycle.TERMINATED_VISIBLE - 1)
    assert state(empty, id) == "terminated"
    empty.advance(2)
    assert refused(empty, "DescribeInstances", InstanceIds=[id]) == "InvalidInstanceID.NotFound"


def test_a_stop_during_boot_wins_over_the_boot(empty: Local) -> None:
    (id,) = run(empty)
    empty.call("StopInstances", InstanceIds=[id])
    empty.advance(lifecycle.BOOT + 1)
    assert state(empty, id) == "stopping"


@pytest.mark.parametrize(
    ("held", "operation", "code"),
    [
        ("terminated", "StartInstances", "IncorrectInstanceState"),
        ("terminated", "StopInstances", "IncorrectInstanceState"),
        ("shutting-down", "StopInstances", "IncorrectInstanceState"),
        ("stopping", "StartInstances", "IncorrectInstanceState"),
        ("stopped", "RebootInstances", "IncorrectInstanceState"),
    ],
)
def test_illegal_transitions_are_refused(empty: Local, held: str, operation: str, code: str) -> None:
    (id,) = run(empty)
    empty.driver.command({"do": "set_state", "id": id, "state": held})
    assert refused(empty, operation, InstanceIds=[id]) == code
    assert state(empty, id) == held


@pytest.mark.parametrize(
    ("held", "operation"),
    [("running", "StartInstances"), ("stopped", "StopInstances"), ("terminated", "TerminateInstances")],
)
def test_asking_for_the_state_a_machine_has_changes_nothing(empty: Local, held: str, operation: str) -> None:
    (id,) = run(empty)
    empty.driver.command({"do": "set_state", "id": id, "state": held})
    (change,) = next(iter(empty.call(operation, InstanceIds=[id]).values()))
    assert change["CurrentState"]["Name"] == change["PreviousState"]["Name"] == held


def test_one_bad_id_stops_the_whole_call(empty: Local) -> None:
    (id,) = run(empty)
    unknown = "i-0123456789abcdef0"
    assert refused(empty, "TerminateInstances", InstanceIds=[id, unknown]) == "InvalidInstanceID.NotFound"
    assert refused(empty, "TerminateInstances", InstanceIds=[id, "i-x"]) == "InvalidInstanceID.Malformed"
    assert state(empty, id) == "pending"


def test_terminate_goes_through_by_zone_when_one_is_protected(empty: Local) -> None:
    zone_a, zone_b = ({"AvailabilityZone": f"us-east-1{letter}"} for letter in "ab")
    (kept,) = run(empty, Placement=zone_a, DisableApiTermination=True)
    (beside,) = run(empty, Placement=zone_a)
    (elsewhere,) = run(empty, Placement=zone_b)
    ids = [beside, elsewhere, kept]
    assert refused(empty, "TerminateInstances", InstanceIds=ids) == "OperationNotPermitted"
    assert [state(empty, id) for id in ids] == ["pending", "shutting-down", "pending"]
    empty.call("ModifyInstanceAttribute", InstanceId=kept, DisableApiTermination={"Value": False})
    empty.call("TerminateInstances", InstanceIds=ids)
    assert state(empty, kept) == "shutting-down"


def test_dry_run_says_so_and_does_nothing(empty: Local) -> None:
    (id,) = run(empty)
    empty.advance(60)
    for operation in ("StopInstances", "TerminateInstances", "RebootInstances"):
        assert refused(empty, operation, InstanceIds=[id], DryRun=True) == "DryRunOperation"
    with pytest.raises(EngineError, match="DryRunOperation") as caught:
        run(empty, DryRun=True)
    assert caught.value.status == 412
    assert state(empty, id) == "running"
    assert len(empty.engine.world("us-east-1").instances) == 1


def test_a_client_token_makes_one_machine_per_zone(empty: Local) -> None:
    first = run(empty, ClientToken="once")
    assert run(empty, ClientToken="once") == first
    assert run(empty, ClientToken="once", Placement={"AvailabilityZone": "us-east-1b"}) != first
    with pytest.raises(EngineError, match="IdempotentParameterMismatch"):
        run(empty, ClientToken="once", InstanceType="t3.large")
    empty.call("TerminateInstances", InstanceIds=first)
    empty.advance(60)
    with pytest.raises(EngineError, match="IdempotentInstanceTerminated"):
        run(empty, ClientToken="once")


def test_max_count_machines_share_a_reservation(empty: Local) -> None:
    ids = run(empty, MinCount=1, MaxCount=3)
    told = empty.call("DescribeInstances")["Reservations"]
    assert [item["InstanceId"] for item in told[0]["Instances"]] == ids
    assert len(told) == 1


def test_spot_machines_are_neither_stopped_nor_protected(empty: Local) -> None:
    (id,) = run(empty, InstanceMarketOptions={"MarketType": "spot"}, DisableApiTermination=True)
    item = empty.call("DescribeInstances", InstanceIds=[id])["Reservations"][0]["Instances"][0]
    assert item["InstanceLifecycle"] == "spot"
    assert item["SpotInstanceRequestId"].startswith("sir-")
    assert refused(empty, "StopInstances", InstanceIds=[id]) == "UnsupportedOperation"
    told = empty.call("DescribeInstanceAttribute", InstanceId=id, Attribute="disableApiTermination")
    assert told["DisableApiTermination"] == {"Value": False}


def test_stop_protection_and_shutdown_behaviour_are_kept(empty: Local) -> None:
    (id,) = run(empty, DisableApiStop=True, InstanceInitiatedShutdownBehavior="terminate")
    empty.advance(20)
    assert refused(empty, "StopInstances", InstanceIds=[id]) == "OperationNotPermitted"
    told = empty.call(
        "DescribeInstanceAttribute", InstanceId=id, Attribute="instanceInitiatedShutdownBehavior"
    )
    assert told["InstanceInitiatedShutdownBehavior"] == {"Value": "terminate"}


def test_bad_launches_are_refused(empty: Local) -> None:
    for params, code in (
        ({"InstanceType": "q9.huge"}, "InvalidParameterValue"),
        ({"Placement": {"AvailabilityZone": "us-east-1z"}}, "InvalidParameterValue"),
        ({"MinCount": 3, "MaxCount": 2}, "InvalidParameterValue"),
    ):
        with pytest.raises(EngineError) as caught:
            run(empty, **params)
        assert caught.value.code == code
    assert refused(empty, "RunInstances", MinCount=1, MaxCount=1) == "MissingParameter"


def test_a_public_address_goes_when_a_machine_stops(empty: Local) -> None:
    (id,) = run(empty)
    item = empty.call("DescribeInstances")["Reservations"][0]["Instances"][0]
    assert item["PublicIpAddress"]
    empty.call("StopInstances", InstanceIds=[id])
    item = empty.call("DescribeInstances")["Reservations"][0]["Instances"][0]
    assert "PublicIpAddress" not in item
    assert item["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    assert item["StateTransitionReason"].startswith("User initiated (")


def test_unusable_and_unknown_regions_are_refused(empty: Local) -> None:
    for region in ("af-south-1", "mars-north-1"):
        with pytest.raises(EngineError, match="AuthFailure"):
            empty.call("DescribeInstances", region)


def test_the_pace_divides_every_duration() -> None:
    local = Local(0)
    local.engine.pace = 10.0
    (id,) = run(local)
    local.advance(lifecycle.BOOT / 10 + 0.01)
    assert state(local, id) == "running"
