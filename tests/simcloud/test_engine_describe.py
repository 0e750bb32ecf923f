"""Listings: pages, tokens, filters, tags, health, regions, types, and readers that lag."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simcloud.test_engine_instances import refused, run
from tests.support.cloud import NOW, Local
from trainctl_tui.simcloud.engine import EngineError
from trainctl_tui.simcloud.engine.paging import page_of

LISTS = (
    ("DescribeInstances", "Reservations"),
    ("DescribeVolumes", "Volumes"),
    ("DescribeSnapshots", "Snapshots"),
    ("DescribeInstanceStatus", "InstanceStatuses"),
    ("DescribeTags", "Tags"),
)


def ids(told: dict[str, Any]) -> list[str]:
    return [item["InstanceId"] for group in told["Reservations"] for item in group["Instances"]]


@pytest.mark.parametrize(("operation", "key"), LISTS)
def test_every_list_comes_in_pages_that_add_up(operation: str, key: str) -> None:
    local = Local(40)
    whole = local.call(operation)[key]
    pages, token = [], None
    while True:
        told = local.call(operation, MaxResults=5, **({"NextToken": token} if token else {}))
        assert page_of(token) == len(pages) + 1
        pages.append(told[key])
        token = told.get("NextToken")
        if token is None:
            break
    assert len(pages) == -(-len(whole) // 5)
    assert all(len(page) == 5 for page in pages[:-1])
    assert [item for page in pages for item in page] == whole


def test_pages_stay_in_step_while_machines_come_and_go() -> None:
    local = Local(20)
    first = local.call("DescribeInstances", MaxResults=10)
    seen = ids(first)
    for id in seen[:3]:
        local.driver.command({"do": "remove", "id": id})
    second = local.call("DescribeInstances", MaxResults=1000, NextToken=first["NextToken"])
    assert len(ids(second)) == 10
    assert not set(ids(second)) & set(seen)


@pytest.mark.parametrize("size", [0, 4, 1001])
def test_page_sizes_out_of_bounds_are_refused(size: int) -> None:
    assert refused(Local(0), "DescribeInstances", MaxResults=size) == "InvalidParameterValue"


def test_foreign_and_forged_tokens_are_refused() -> None:
    local = Local(20)
    token = local.call("DescribeInstances", MaxResults=5)["NextToken"]
    for bad in ("", "nonsense", "YWJj", token[:-6] + "AAAA=="):
        assert refused(local, "DescribeInstances", NextToken=bad) == "InvalidParameterValue"
    assert refused(local, "DescribeVolumes", NextToken=token) == "InvalidParameterValue"


def test_ids_and_page_size_exclude_each_other() -> None:
    local = Local(3)
    (id,) = ids(local.call("DescribeInstances"))[:1]
    code = refused(local, "DescribeInstances", InstanceIds=[id], MaxResults=5)
    assert code == "InvalidParameterCombination"


def test_filters_select_as_aws_does() -> None:
    local = Local(0)
    tags = [{"Key": "Name", "Value": "web-1"}, {"Key": "team", "Value": "nlp"}]
    spec = [{"ResourceType": "instance", "Tags": tags}]
    (tagged,) = run(local, TagSpecifications=spec, Placement={"AvailabilityZone": "us-east-1b"})
    (plain,) = run(local, InstanceType="t3.large")
    local.call("StopInstances", InstanceIds=[plain])

    def found(*filters: tuple[str, list[str]]) -> list[str]:
        asked = [{"Name": name, "Values": values} for name, values in filters]
        return ids(local.call("DescribeInstances", Filters=asked))

    assert found(("instance-id", [tagged, "i-0123456789abcdef0"])) == [tagged]
    assert found(("instance-state-name", ["stopping", "stopped"])) == [plain]
    assert found(("tag:Name", ["web-*"])) == [tagged]
    assert found(("tag:Name", ["WEB-*"])) == []
    assert found(("tag-key", ["team"])) == [tagged]
    assert found(("tag-value", ["nlp"])) == [tagged]
    assert found(("availability-zone", ["us-east-1b"])) == [tagged]
    assert found(("instance-type", ["t3.*"])) == [tagged, plain]
    assert found(("instance-type", ["t3.?arge"])) == [plain]
    assert found(("instance-type", ["t3.*"]), ("tag:team", ["cv"])) == []
    assert found(("instance-state-code", ["0"])) == [tagged]
    for world in (local, Local(0)):
        bad = [{"Name": "colour", "Values": ["red"]}]
        assert refused(world, "DescribeInstances", Filters=bad) == "InvalidParameterValue"


def test_tags_are_written_and_removed() -> None:
    local = Local(0)
    (id,) = run(local)
    local.call("CreateTags", Resources=[id], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    rows = local.call("DescribeTags", Filters=[{"Name": "resource-id", "Values": [id]}])["Tags"]
    assert {row["Key"]: row["Value"] for row in rows} == {"a": "1", "b": ""}
    local.call("DeleteTags", Resources=[id], Tags=[{"Key": "a", "Value": "2"}, {"Key": "b"}])
    assert [row["Key"] for row in local.call("DescribeTags")["Tags"]] == ["a"]
    local.call("DeleteTags", Resources=[id])
    assert local.call("DescribeTags")["Tags"] == []


def test_bad_tags_are_refused() -> None:
    local = Local(0)
    (id,) = run(local)
    for tags, code in (
        ([{"Key": "aws:x", "Value": "1"}], "InvalidParameterValue"),
        ([{"Key": "bell", "Value": "a\x07b"}], "InvalidParameterValue"),
        ([{"Key": f"k{n}", "Value": ""} for n in range(51)], "TagLimitExceeded"),
        ([], "MissingParameter"),
    ):
        assert refused(local, "CreateTags", Resources=[id], Tags=tags) == code
    lost = refused(local, "CreateTags", Resources=["vol-0123456789abcdef0"], Tags=[{"Key": "a"}])
    assert lost == "InvalidVolume.NotFound"
    assert refused(local, "DeleteTags", Resources=[]) == "MissingParameter"


def test_checks_begin_pass_and_fail() -> None:
    local = Local(0)
    (id,) = run(local)
    local.advance(20)

    def health() -> tuple[str, str]:
        row = local.call("DescribeInstanceStatus")["InstanceStatuses"][0]
        return row["SystemStatus"]["Status"], row["InstanceStatus"]["Status"]

    assert health() == ("initializing", "initializing")
    local.advance(100)
    assert health() == ("ok", "ok")
    local.driver.command({"do": "attribute", "id": id, "name": "health", "value": "impaired"})
    assert health() == ("ok", "impaired")
    local.driver.command({"do": "attribute", "id": id, "name": "health", "value": "system-impaired"})
    assert health() == ("impaired", "impaired")
    local.call("RebootInstances", InstanceIds=[id])
    assert health() == ("initializing", "initializing")
    local.call("StopInstances", InstanceIds=[id])
    assert local.call("DescribeInstanceStatus")["InstanceStatuses"] == []
    (row,) = local.call("DescribeInstanceStatus", IncludeAllInstances=True)["InstanceStatuses"]
    assert row["SystemStatus"] == {"Status": "not-applicable"}


def test_regions_know_which_are_usable() -> None:
    local = Local(0)
    usable = {row["RegionName"] for row in local.call("DescribeRegions")["Regions"]}
    every = {
        row["RegionName"]: row["OptInStatus"]
        for row in local.call("DescribeRegions", AllRegions=True)["Regions"]
    }
    assert {name for name, status in every.items() if status == "not-opted-in"} == set(every) - usable
    assert {"us-east-1", "eu-west-1", "eu-south-1"} <= usable
    assert len(set(every) - usable) >= 2
    assert refused(local, "DescribeRegions", RegionNames=["mars"]) == "InvalidParameterValue"
    zones = local.call("DescribeAvailabilityZones", "eu-west-1")["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert zones[0]["ZoneId"] == "euw1-az1"


def test_types_are_told_by_name_and_in_pages() -> None:
    local = Local(0)
    (row,) = local.call("DescribeInstanceTypes", InstanceTypes=["p5.48xlarge"])["InstanceTypes"]
    assert row["GpuInfo"]["Gpus"][0]["Count"] == 8
    names, token = [], None
    while True:
        told = local.call("DescribeInstanceTypes", **({"NextToken": token} if token else {}))
        assert len(told["InstanceTypes"]) <= 100
        names += [row["InstanceType"] for row in told["InstanceTypes"]]
        token = told.get("NextToken")
        if not token:
            break
    assert len(names) == len(set(names)) > 1000
    assert refused(local, "DescribeInstanceTypes", InstanceTypes=["x.none"]) == "InvalidInstanceType"
    found = local.call(
        "DescribeInstanceTypes", Filters=[{"Name": "instance-type", "Values": ["p5*.48xlarge"]}]
    )
    assert "p5en.48xlarge" in {row["InstanceType"] for row in found["InstanceTypes"]}


def test_the_console_shows_a_training_run_that_goes_on() -> None:
    local = Local(0)
    (id,) = run(local, InstanceType="g5.xlarge")
    local.advance(3600)
    first = local.call("GetConsoleOutput", InstanceId=id)
    assert first == local.call("GetConsoleOutput", InstanceId=id)
    assert "loss=" in first["Output"]
    assert "\x1b[" in first["Output"], "a real console is full of escapes"
    local.advance(120)
    second = local.call("GetConsoleOutput", InstanceId=id)
    assert second["Output"] != first["Output"]
    local.advance(30)
    latest = local.call("GetConsoleOutput", InstanceId=id, Latest=True)
    assert latest["Timestamp"] > local.call("GetConsoleOutput", InstanceId=id)["Timestamp"]
    assert second["Timestamp"] > first["Timestamp"] > datetime.fromtimestamp(NOW, UTC)


def test_readers_lag_behind_and_catch_up() -> None:
    local = Local(0)
    (old,) = run(local)
    local.advance(20)
    local.driver.command({"do": "lag", "seconds": 30})
    (new,) = run(local)
    local.call("TerminateInstances", InstanceIds=[old])
    assert ids(local.call("DescribeInstances")) == [old]
    assert refused(local, "DescribeInstances", InstanceIds=[new]) == "InvalidInstanceID.NotFound"
    assert len(local.call("DescribeVolumes")["Volumes"]) == 1
    local.advance(31)
    told = local.call("DescribeInstances")
    states = {i["InstanceId"]: i["State"]["Name"] for g in told["Reservations"] for i in g["Instances"]}
    assert states == {old: "shutting-down", new: "pending"}
    local.driver.command({"do": "lag", "seconds": 0})
    assert local.call("DescribeInstances")["Reservations"][0]["Instances"][0]["State"]["Name"] == "terminated"


def test_what_nobody_implements_is_unsupported() -> None:
    with pytest.raises(EngineError, match="UnsupportedOperation"):
        Local(0).call("ModifyVpcAttribute")


def test_describe_heeds_dry_run() -> None:
    local = Local(1)
    for operation in ("DescribeInstances", "DescribeVolumes", "DescribeRegions", "DescribeTags"):
        assert refused(local, operation, DryRun=True) == "DryRunOperation"
