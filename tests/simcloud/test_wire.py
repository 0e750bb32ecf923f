"""Real botocore over real HTTP reads what the engine says."""

from __future__ import annotations

import pytest

from tests.support.cloud import client
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire


def test_sts_says_who_we_are(cloud: SimCloud) -> None:
    told = client(cloud, "sts").get_caller_identity()
    assert told["Account"] == "123456789012"
    assert told["Arn"] == "arn:aws:iam::123456789012:user/demo"


def test_a_key_of_twelve_digits_names_its_own_account(cloud: SimCloud) -> None:
    key = "222233334444"
    assert client(cloud, "sts", key=key).get_caller_identity()["Account"] == key
    assert client(cloud, "ec2", key=key).describe_instances()["Reservations"] == []


def test_the_fleet_is_listed_in_both_regions(cloud: SimCloud) -> None:
    for region, count in (("us-east-1", 40), ("eu-west-1", 12)):
        told = client(cloud, region=region).describe_instances()
        assert sum(len(group["Instances"]) for group in told["Reservations"]) == count
