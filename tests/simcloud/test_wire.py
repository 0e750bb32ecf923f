"""Real botocore over real HTTP reads exactly what the engine says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud import NOW, Local, LocalServer, client
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(Local(40)) as running:
        yield running


def plain(value: Any) -> Any:
    """Return a value whose times compare by instant, without what only the wire has."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.timestamp() if isinstance(value, datetime) else value


@pytest.mark.parametrize(
    ("operation", "method", "params"),
    [
        ("DescribeInstances", "describe_instances", {}),
        ("DescribeInstances", "describe_instances", {"MaxResults": 7}),
        (
            "DescribeInstances",
            "describe_instances",
            {"Filters": [{"Name": "tag:team", "Values": ["nlp", "rl"]}]},
        ),
        ("DescribeVolumes", "describe_volumes", {}),
        ("DescribeSnapshots", "describe_snapshots", {"OwnerIds": ["self"]}),
        ("DescribeInstanceStatus", "describe_instance_status", {"IncludeAllInstances": True}),
        ("DescribeTags", "describe_tags", {}),
        ("DescribeRegions", "describe_regions", {"AllRegions": True}),
        ("DescribeAvailabilityZones", "describe_availability_zones", {}),
        ("DescribeInstanceTypes", "describe_instance_types", {"InstanceTypes": ["p5.48xlarge", "t3.micro"]}),
        ("DescribeInstanceTypes", "describe_instance_types", {}),
    ],
)
def test_both_faces_say_the_same(server: LocalServer, operation: str, method: str, params: Any) -> None:
    over_http = getattr(client(server), method)(**params)
    assert plain(over_http) == plain(server.local.call(operation, **params))


def test_odd_names_cross_the_wire_unchanged(server: LocalServer) -> None:
    told = client(server).describe_instances()
    sent = {i.get("Tags", [{}])[0].get("Value") for g in told["Reservations"] for i in g["Instances"]}
    assert {
        "\U0001f680 launch-night \U0001f525",
        "[prod] x [a=b]",
        "a<b>&\"c'",
        "eval \x9b2J\x9b31mred\x9b0m",
    } <= sent


def test_a_long_list_of_ids_arrives_in_its_order(server: LocalServer) -> None:
    tags = [{"Key": f"k{n:02d}", "Value": str(n)} for n in range(12)]
    (id, *_) = server.local.engine.world("eu-west-1").instances
    client(server, region="eu-west-1").create_tags(Resources=[id], Tags=tags)
    kept = server.local.engine.world("eu-west-1").instances[id].tags
    assert [{"Key": key, "Value": kept[key]} for key in kept if key.startswith("k")] == tags


def test_an_answer_carries_its_request_id_and_the_engines_date(server: LocalServer) -> None:
    meta = client(server).describe_volumes(MaxResults=5)["ResponseMetadata"]
    assert meta["RequestId"] == meta["HTTPHeaders"]["x-amzn-requestid"]
    assert parsedate_to_datetime(meta["HTTPHeaders"]["date"]).timestamp() == NOW
    assert meta["HTTPHeaders"]["content-type"] == "text/xml;charset=UTF-8"


def test_the_console_arrives_as_text(server: LocalServer) -> None:
    (id, *_) = server.local.engine.world("us-east-1").instances
    told = client(server).get_console_output(InstanceId=id)
    assert told["Output"] == server.local.call("GetConsoleOutput", InstanceId=id)["Output"]


def test_acts_and_refusals_over_http() -> None:
    local = Local(0)
    with LocalServer(local) as server:
        ec2 = client(server)
        market = {"MarketType": "spot"}
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "x & <y>"}]}]
        told = ec2.run_instances(
            ImageId="ami-1",
            MinCount=2,
            MaxCount=2,
            InstanceType="g5.xlarge",
            InstanceMarketOptions=market,
            TagSpecifications=tags,
            ClientToken="abc",
        )
        ids = [item["InstanceId"] for item in told["Instances"]]
        assert {tag["Value"] for item in told["Instances"] for tag in item["Tags"]} == {"x & <y>"}
        local.advance(10)
        assert ec2.create_tags(Resources=ids, Tags=[{"Key": "a", "Value": "b"}])
        with pytest.raises(ClientError) as caught:
            ec2.stop_instances(InstanceIds=ids, DryRun=True)
        error = caught.value.response
        assert error["Error"]["Code"] == "UnsupportedOperation"
        with pytest.raises(ClientError) as caught:
            ec2.terminate_instances(InstanceIds=ids, DryRun=True)
        assert caught.value.response["Error"]["Code"] == "DryRunOperation"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
        changes = ec2.terminate_instances(InstanceIds=ids)["TerminatingInstances"]
        assert [change["CurrentState"]["Name"] for change in changes] == ["shutting-down"] * 2
        assert server.application.counts.told()["mutating"] == [
            *("ec2:RunInstances", "ec2:CreateTags", "ec2:StopInstances"),
            *("ec2:TerminateInstances", "ec2:TerminateInstances"),
        ]


def test_sts_says_who_we_are(cloud: SimCloud) -> None:
    told = client(cloud, "sts").get_caller_identity()
    assert told["Account"] == "123456789012"
    assert told["Arn"] == "arn:aws:iam::123456789012:user/demo"
    assert client(cloud, "iam").list_account_aliases()["AccountAliases"] == ["acme-ml-research"]


def test_a_key_of_twelve_digits_names_its_own_account(cloud: SimCloud) -> None:
    key = "222233334444"
    assert client(cloud, "sts", key=key).get_caller_identity()["Account"] == key
    assert client(cloud, "ec2", key=key).describe_instances()["Reservations"] == []


def test_the_fleet_is_listed_in_both_regions(cloud: SimCloud) -> None:
    for region, count in (("us-east-1", 40), ("eu-west-1", 12)):
        told = client(cloud, region=region).describe_instances()
        assert sum(len(group["Instances"]) for group in told["Reservations"]) == count


def test_moto_answers_for_the_rest(cloud: SimCloud) -> None:
    s3 = client(cloud, "s3")
    s3.create_bucket(Bucket="checkpoints")
    s3.put_object(Bucket="checkpoints", Key="a/b.pt", Body=b"weights" * 1000)
    assert s3.get_object(Bucket="checkpoints", Key="a/b.pt")["Body"].read() == b"weights" * 1000
    assert s3.head_object(Bucket="checkpoints", Key="a/b.pt")["ContentLength"] == 7000
    assert client(cloud).describe_vpcs()["Vpcs"]
    assert client(cloud, "logs").describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("ec2", "describe_volume_status", {}),  # ours to answer, not done
        ("ec2", "reset_snapshot_attribute", {"SnapshotId": "snap-1", "Attribute": "createVolumePermission"}),
        ("ec2", "describe_capacity_reservations", {}),  # moto's, and moto lacks it
        ("ssm", "describe_sessions", {"State": "Active"}),
        ("health", "describe_events", {}),
    ],
)
def test_what_is_missing_is_an_aws_error_and_no_page(
    cloud: SimCloud, service: str, method: str, params: Any
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(cloud, service), method)(**params)
    assert caught.value.response["Error"]["Code"] == "UnsupportedOperation"


def test_calls_are_counted_by_name_and_region(cloud: SimCloud) -> None:
    client(cloud).describe_volumes()
    client(cloud, region="eu-west-1").describe_volumes()
    client(cloud, "s3").list_buckets()
    assert cloud.calls() == {"ec2:DescribeVolumes": 2, "s3:GET /": 1}
    assert cloud.calls_by_region()["eu-west-1"] == {"ec2:DescribeVolumes": 1}
    assert cloud.mutating_calls() == []
    cloud.forget_calls()
    assert cloud.calls() == {}
