"""Token buckets, lagging copies and fresh ids: what makes a real cloud hard to act on."""

from __future__ import annotations

import pytest

from tests.support.cloud import Local
from trainctl_tui.simcloud.engine import EngineError
from trainctl_tui.simcloud.engine.buckets import DOCUMENTED, Limit, Limits

REGION = "us-east-1"
LAUNCH = {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}


def taken(local: Local, operation: str, most: int = 2000, **params: object) -> int:
    """Return how many calls pass until one is refused."""
    for count in range(most):
        try:
            local.call(operation, **params)
        except EngineError as error:
            if error.code == "RequestLimitExceeded":
                return count
    return most


@pytest.mark.parametrize(
    ("operation", "params", "burst", "per_second"),
    [
        ("TerminateInstances", {"InstanceIds": ["i-0123456789abcdef0"]}, 100, 5),
        ("StopInstances", {"InstanceIds": ["i-0123456789abcdef0"]}, 50, 5),
        ("CreateTags", {"Resources": []}, 100, 10),
        ("RunInstances", LAUNCH, 5, 2),
        ("DescribeInstances", {"MaxResults": 5}, 100, 20),
        ("DescribeInstances", {"Filters": []}, 100, 20),
        ("DescribeInstances", {}, 50, 10),
        ("GetConsoleOutput", {}, 100, 20),
    ],
)
def test_buckets_are_as_documented(
    operation: str, params: dict[str, object], burst: int, per_second: int
) -> None:
    local = Local(3)
    local.engine.limit(DOCUMENTED)
    assert taken(local, operation, **params) == burst
    local.advance(1)
    assert taken(local, operation, **params) == per_second
    local.advance(3600)
    assert taken(local, operation, **params) == burst


def test_machines_have_a_bucket_of_their_own_and_a_refused_call_costs_nothing() -> None:
    local = Local(0)
    local.engine.limit(Limits(machines={"TerminateInstances": Limit(30, 10)}))
    ids = [f"i-{number:017x}" for number in range(20)]
    assert taken(local, "TerminateInstances", InstanceIds=ids) == 1
    assert taken(local, "TerminateInstances", InstanceIds=ids[:10]) == 1
    assert taken(local, "TerminateInstances", InstanceIds=ids[:1]) == 0
    assert taken(local, "StopInstances", InstanceIds=ids) == 50


def test_regions_have_buckets_of_their_own_and_no_limits_is_the_default() -> None:
    local = Local(0)
    assert taken(local, "DescribeInstances", most=300) == 300
    local.driver.command({"do": "limits", "limits": {"whole_reads": {"holds": 2, "per_second": 1}}})
    assert taken(local, "DescribeInstances") == 2
    local.call("DescribeInstances", region="eu-west-1")
    local.driver.command({"do": "limits", "limits": "none"})
    assert taken(local, "DescribeInstances", most=300) == 300


def state(local: Local, id: str) -> str:
    told = local.call("DescribeInstances", Filters=[{"Name": "instance-id", "Values": [id]}])
    return next((item["State"]["Name"] for group in told["Reservations"] for item in group["Instances"]), "")


def test_one_of_several_copies_answers_so_a_later_read_may_be_older() -> None:
    local = Local(5)
    local.driver.command({"do": "lag", "seconds": [0, 20, 60]})
    machines = local.engine.world(REGION).instances.values()
    id = next(one.id for one in machines if one.state == "running" and not one.lifecycle)
    local.call("StopInstances", InstanceIds=[id])
    local.advance(15)
    assert {state(local, id) for _ in range(60)} == {"stopped", "running"}
    local.advance(8)
    seen = [state(local, id) for _ in range(60)]
    assert set(seen) == {"stopped", "stopping", "running"}
    assert seen.index("stopped") < len(seen) - 1 - seen[::-1].index("running"), "an older state, later"
    local.advance(60)
    assert {state(local, id) for _ in range(60)} == {"stopped"}


def test_a_fresh_id_is_not_known_at_once_neither_to_reads_nor_to_acts() -> None:
    local = Local(3)
    local.engine.set_lag(30)
    id = local.call("RunInstances", **LAUNCH)["Instances"][0]["InstanceId"]
    assert state(local, id) == ""
    for operation in ("TerminateInstances", "StopInstances", "DescribeInstances"):
        with pytest.raises(EngineError, match="does not exist"):
            local.call(operation, InstanceIds=[id])
    local.advance(31)
    assert state(local, id) == "pending"
    local.call("TerminateInstances", InstanceIds=[id])


def test_the_same_token_in_the_same_zone_makes_one_machine_while_reads_lag() -> None:
    local = Local(0)
    local.engine.set_lag(60)
    token = {**LAUNCH, "ClientToken": "op-1", "Placement": {"AvailabilityZone": "us-east-1a"}}
    ids = {local.call("RunInstances", **token)["Instances"][0]["InstanceId"] for _ in range(3)}
    assert len(ids) == 1
    elsewhere = {**token, "Placement": {"AvailabilityZone": "us-east-1b"}}
    assert local.call("RunInstances", **elsewhere)["Instances"][0]["InstanceId"] not in ids


def test_a_world_that_is_first_asked_later_lags_too() -> None:
    local = Local(0)
    local.engine.set_lag(30)
    local.call("CreateVolume", region="us-west-2", AvailabilityZone="us-west-2a", Size=1)
    assert local.call("DescribeVolumes", region="us-west-2")["Volumes"] == []
