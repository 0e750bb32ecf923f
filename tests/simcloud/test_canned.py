"""The canned EC2: large fleets whose pages are AWS's in shape, whole and without repeats."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud import client
from trainctl_tui.simcloud.canned import Canned
from trainctl_tui.simcloud.canned_pages import indented

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def canned() -> Iterator[Canned]:
    with Canned.start(2500, churn=7) as running:
        yield running


def sweep(ec2: Any, method: str, key: str, **params: Any) -> tuple[list[Any], int]:
    items: list[Any] = []
    pages, token = 0, None
    while True:
        told = getattr(ec2, method)(MaxResults=1000, **params, **({"NextToken": token} if token else {}))
        items += told[key]
        pages += 1
        token = told.get("NextToken")
        if token is None:
            return items, pages


def machines(ec2: Any) -> dict[str, Any]:
    groups, pages = sweep(ec2, "describe_instances", "Reservations")
    assert pages == 3
    found = [item for group in groups for item in group["Instances"]]
    assert len(found) == len({item["InstanceId"] for item in found})
    return {item["InstanceId"]: item for item in found}


def test_all_lists_are_whole_and_refer_to_each_other(canned: Canned) -> None:
    ec2 = client(canned)
    held = machines(ec2)
    assert len(held) == 2500
    volumes, _ = sweep(ec2, "describe_volumes", "Volumes")
    ids = [volume["VolumeId"] for volume in volumes]
    assert len(ids) == len(set(ids)) > 2500
    disks = {part["Ebs"]["VolumeId"] for item in held.values() for part in item["BlockDeviceMappings"]}
    assert disks <= set(ids)
    health, _ = sweep(ec2, "describe_instance_status", "InstanceStatuses", IncludeAllInstances=True)
    assert {row["InstanceId"] for row in health} == held.keys()
    snapshots, _ = sweep(ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"])
    assert any(snapshot["VolumeId"] in ids for snapshot in snapshots)


def test_items_are_of_real_size(canned: Canned) -> None:
    told = client(canned).describe_instances(MaxResults=1000)
    assert 4_000 < int(told["ResponseMetadata"]["HTTPHeaders"]["content-length"]) / 1000 < 6_000


def test_churn_changes_so_many_machines_between_sweeps(canned: Canned) -> None:
    ec2 = client(canned)
    first, second = machines(ec2), machines(ec2)
    assert first.keys() == second.keys()
    assert sum(first[id] != second[id] for id in first) == 7


def test_one_machine_is_found_by_id_and_the_rest_is_answered(canned: Canned) -> None:
    ec2 = client(canned)
    id = list(machines(ec2))[-1]
    told = ec2.describe_instances(InstanceIds=[id])["Reservations"]
    assert [item["InstanceId"] for group in told for item in group["Instances"]] == [id]
    assert ec2.describe_instance_types(InstanceTypes=["g5.xlarge"])["InstanceTypes"]
    assert ec2.describe_regions()["Regions"]
    assert client(canned, region="eu-west-1").describe_instances()["Reservations"] == []
    assert client(canned, "sts").get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        client(canned, "s3").list_buckets()


def test_pretty_pages_read_the_same() -> None:
    with Canned.start(20) as compact, Canned.start(20, pretty=True, latency=0.1) as pretty:
        began = time.monotonic()
        told = client(pretty).describe_volumes()
        assert time.monotonic() - began >= 0.1
        plain = client(compact).describe_volumes()
    size, plain_size = (
        int(each["ResponseMetadata"]["HTTPHeaders"]["content-length"]) for each in (told, plain)
    )
    assert size > 1.4 * plain_size

    def timeless(volumes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in volume.items() if key not in ("CreateTime", "Attachments")}
            for volume in volumes
        ]

    assert timeless(told["Volumes"]) == timeless(plain["Volumes"])


def test_indenting_leaves_text_alone() -> None:
    assert indented("<a><b>x\n y</b><c></c></a>").split("\n        ") == [
        "",
        "<a>",
        "    <b>x\n y</b>",
        "    <c></c>",
        "</a>",
    ]
