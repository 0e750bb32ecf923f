"""Our answers have moto's shape wherever both say something: same nesting, same kinds of values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cloud import Local, LocalServer, client

pytestmark = pytest.mark.wire
TAGS = [{"Key": "Name", "Value": "a"}]
LAUNCH = {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Any, Any]]:
    """A client of the engine and one of moto, each with the same small fleet."""
    with (
        LocalServer(Local(0)) as ours,
        LocalServer(Local(0)) as theirs,
        pytest.MonkeyPatch.context() as patch,
    ):
        # Let moto answer the EC2 calls of the second server.
        rest = theirs.application.rest
        patch.setattr(
            theirs.application,
            "_reply",
            lambda environ, body, asked, hit: rest.reply(environ, body, asked, "x"),
        )
        clients = (client(ours), client(theirs))
        for ec2 in clients:
            spec = [{"ResourceType": "instance", "Tags": TAGS}]
            place = {"AvailabilityZone": "us-east-1a"}
            made = ec2.run_instances(**LAUNCH, TagSpecifications=spec, Placement=place)["Instances"][0]
            volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=9, VolumeType="gp3")["VolumeId"]
            ours.local.advance(30)
            ec2.attach_volume(InstanceId=made["InstanceId"], VolumeId=volume, Device="/dev/sdf")
            ec2.create_snapshot(VolumeId=volume, Description="d")
        yield clients


def shape(value: Any, way: str = "") -> dict[str, str]:
    """Return path -> kind of every value; a list stands for its first member."""
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in shape(part, f"{way}.{key}").items()}
    if isinstance(value, list):
        return shape(value[0], f"{way}[]") if value else {}
    return {way: type(value).__name__}


@pytest.mark.parametrize(
    ("method", "params", "least"),
    [
        ("describe_instances", {}, 55),
        ("describe_volumes", {}, 12),
        ("describe_snapshots", {"OwnerIds": ["self"]}, 9),
        ("describe_instance_status", {}, 8),
        ("describe_tags", {}, 4),
        ("describe_regions", {}, 3),
        ("describe_availability_zones", {}, 5),
        ("describe_instance_types", {"InstanceTypes": ["p5.48xlarge"]}, 30),
    ],
)
def test_shared_fields_agree(pair: tuple[Any, Any], method: str, params: Any, least: int) -> None:
    ours, theirs = (
        {k: v for k, v in shape(getattr(ec2, method)(**params)).items() if "ResponseMetadata" not in k}
        for ec2 in pair
    )
    shared = ours.keys() & theirs.keys()
    assert len(shared) >= least, sorted(theirs.keys() - ours.keys())
    assert {key: ours[key] for key in shared} == {key: theirs[key] for key in shared}


def test_acts_answer_alike(pair: tuple[Any, Any]) -> None:
    answers = []
    for ec2 in pair:
        id = ec2.run_instances(**LAUNCH)["Instances"][0]["InstanceId"]
        answers.append([shape(ec2.terminate_instances(InstanceIds=[id])["TerminatingInstances"])])
    assert answers[0] == answers[1]
