"""``list`` over real HTTP: what it prints in each form, and the code it ends with in each case."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from tests.headless.conftest import Done, Run
from tests.support.cloud import client
from trainctl_tui.arguments import SORT_KEYS
from trainctl_tui.listing.spec import PANES
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire

# What XML, and so EC2, lets through: C1 controls, an order turned round, nothing at all, markup.
EVIL = "\u202e[@click=app.quit]x[/]\x9b31m\x85\u200b\x9d52;c;RVZJTA==\x9c"
HEAD = {"schema", "kind", "lanes", "undecided", "items"}
LANE = {"account", "region", "taken_at", "complete", "error"}
DENIED = {"service": "ec2", "effect": "denied"}


def document(done: Done) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def instance_ids(cloud: SimCloud, region: str = "us-east-1") -> set[str]:
    """Ask as plain botocore does."""
    pages = client(cloud, region=region).get_paginator("describe_instances").paginate()
    return {
        one["InstanceId"] for page in pages for group in page["Reservations"] for one in group["Instances"]
    }


def is_clean(text: str) -> bool:
    """Say whether a terminal would take every character as a character."""
    return all(one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs") for one in text)


def test_ids_are_those_that_are_there(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "instances", "--output", "ids")
    assert done.returncode == 0
    assert done.stderr == ""
    assert set(done.stdout.split()) == instance_ids(cloud)


def test_json_says_whose_from_when_and_how_much(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "instances", "--output", "json", "--sort", "name")
    told = document(done)
    assert done.returncode == 0
    assert set(told) == HEAD
    assert (told["schema"], told["kind"], told["undecided"]) == (1, "instances", 0)
    (lane,) = told["lanes"]
    assert set(lane) == LANE
    assert (lane["account"], lane["region"], lane["complete"], lane["error"]) == (
        "123456789012", "us-east-1", True, None,
    )  # fmt: skip
    assert isinstance(lane["taken_at"], float)
    names = [item["name"].lower() for item in told["items"] if item["name"]]
    assert names == sorted(names)
    assert names
    one = next(item for item in told["items"] if item["attachments"] and item["tags"])
    assert {"id", "state", "type", "launched_at", "tags", "owner", "protected_by", "spec", "status"} <= set(
        one
    )
    assert one["spec"]["vcpus"] > 0
    assert set(one["attachments"][0]) >= {"volume_id", "device", "delete_on_termination"}
    assert one["tags"]["Name"] == one["name"]


@pytest.mark.parametrize("kind", list(SORT_KEYS))
def test_csv_has_the_columns_by_their_keys(run: Run, cloud: SimCloud, kind: str) -> None:
    done = run(cloud.endpoint, "list", kind, "--output", "csv")
    lines = list(csv.reader(io.StringIO(done.stdout)))
    assert done.returncode == 0
    assert tuple(lines[0]) == SORT_KEYS[kind]
    assert len(lines) > 1
    assert {len(line) for line in lines} == {len(lines[0])}
    sizes = [dict(zip(lines[0], line, strict=True)).get("size", "1") for line in lines[1:]]
    assert all(size.isdigit() for size in sizes)


def test_the_sort_keys_of_the_parser_are_the_columns_of_the_panes() -> None:
    assert {pane.kind.value: tuple(c.key for c in pane.columns) for pane in PANES} == dict(SORT_KEYS)


def test_a_table_in_a_pipe_is_plain_and_whole(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "volumes", TERM="xterm-256color", COLORTERM="truecolor", COLUMNS="40")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].split()[:3] == ["Name", "Id", "State"]
    assert is_clean(done.stdout)
    assert "…" not in done.stdout
    at = lines[0].index("Id")
    assert all("vol-" in line for line in lines[1:])
    assert sum(line[at:].startswith("vol-") for line in lines[1:]) > len(lines) / 2


def test_a_locale_without_the_letters_gets_marks(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "instances", "--filter", "launch-night", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "? launch-night ?" in done.stdout


def test_filter_order_and_reverse_are_those_of_the_dashboard(run: Run, cloud: SimCloud) -> None:
    words = ("list", "volumes", "--filter", "size>=100 is:attached", "--sort", "size", "--output", "json")
    up = [item["size_gib"] for item in document(run(cloud.endpoint, *words))["items"]]
    down = [item["size_gib"] for item in document(run(cloud.endpoint, *words, "--reverse"))["items"]]
    assert up == sorted(up) == down[::-1]
    assert up[0] >= 100


def test_two_regions_are_two_lanes(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "instances", "--region", "us-east-1,eu-west-1", "--output", "json")
    told = document(done)
    assert [lane["region"] for lane in told["lanes"]] == ["us-east-1", "eu-west-1"]
    both = instance_ids(cloud) | instance_ids(cloud, "eu-west-1")
    assert {item["id"] for item in told["items"]} == both
    assert set(cloud.calls_by_region()) >= {"us-east-1", "eu-west-1"}


def test_a_list_reads_nothing_that_it_does_not_show(run: Run, cloud: SimCloud) -> None:
    run(cloud.endpoint, "list", "volumes")
    calls = {"ec2:DescribeVolumes": 1, "ec2:DescribeSnapshots": 1, "sts:GetCallerIdentity": 1}
    assert cloud.calls() == calls
    assert cloud.mutating_calls() == []


@pytest.mark.parametrize(
    ("rules", "code", "words"),
    [
        ([{**DENIED, "action": "DescribeVolumes"}], 4, "ec2:DescribeVolumes"),
        ([{"service": ".*", "effect": "expired"}], 4, "session has ended"),
        ([{"service": ".*", "effect": "invalid_auth"}], 4, "credentials"),
        ([{"service": "ec2", "effect": "no_region"}], 4, "us-east-1"),
    ],
)
def test_what_fails_whole_prints_nothing_and_says_why(
    run: Run, cloud: SimCloud, rules: list[dict[str, Any]], code: int, words: str
) -> None:
    cloud.faults(rules)
    for form in ("ids", "table", "csv"):
        done = run(cloud.endpoint, "list", "volumes", "--output", form)
        assert (done.returncode, done.stdout) == (code, ""), form
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    told = document(run(cloud.endpoint, "list", "volumes", "--output", "json"))
    assert told["items"] == []
    assert told["lanes"][0]["complete"] is False
    assert told["lanes"][0]["error"]["why"]


@pytest.mark.parametrize(
    "effect",
    ["throttle", "unavailable", "internal", "drop", "half_body", "html", "missing_key", "wrong_type"],
)
def test_a_provider_that_does_not_answer_is_never_empty(run: Run, cloud: SimCloud, effect: str) -> None:
    """Each is tried again with growing pauses, so one form has to do for all."""
    cloud.faults([{"service": "ec2", "effect": effect}])
    done = run(cloud.endpoint, "list", "volumes", "--output", "json")
    assert done.returncode == 1
    assert "Try again in a moment" in done.stderr
    assert "Traceback" not in done.stderr
    told = document(done)
    assert (told["items"], told["lanes"][0]["complete"]) == ([], False)
    assert told["lanes"][0]["error"]["why"]
    assert cloud.calls()["ec2:DescribeVolumes"] == 5


def test_what_is_refused_twice_is_read_in_the_end(run: Run, cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "effect": "throttle", "times": 2, "retry_after": 0.1}])
    done = run(cloud.endpoint, "list", "volumes", "--output", "ids")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_page_that_fails_leaves_the_list_partial(run: Run, start_cloud: Callable[..., SimCloud]) -> None:
    many = start_cloud(instances=1200)
    many.faults([{**DENIED, "action": "DescribeVolumes", "page": 2}])
    done = run(many.endpoint, "list", "volumes", "--output", "ids")
    assert done.returncode == 5
    assert len(done.stdout.split()) == 1000
    assert "ec2:DescribeVolumes" in done.stderr
    told = document(run(many.endpoint, "list", "volumes", "--output", "json"))
    assert (told["lanes"][0]["complete"], told["lanes"][0]["error"]["permission"]) == (
        False, "ec2:DescribeVolumes",
    )  # fmt: skip
    cached = run(many.endpoint, "list", "volumes", "--output", "ids", "--cached")
    assert (cached.returncode, cached.stdout) == (1, "")
    assert "Leave out --cached" in cached.stderr


def test_one_region_that_fails_leaves_the_list_partial(run: Run, cloud: SimCloud) -> None:
    cloud.faults([{**DENIED, "region": "eu-west-1"}])
    done = run(cloud.endpoint, "list", "volumes", "--region", "us-east-1,eu-west-1", "--output", "json")
    assert done.returncode == 5
    assert [lane["complete"] for lane in document(done)["lanes"]] == [True, False]


def test_what_is_joined_may_fail_and_is_then_unknown(run: Run, cloud: SimCloud) -> None:
    cloud.faults([{**DENIED, "action": "DescribeInstanceTypes"}])
    done = run(cloud.endpoint, "list", "instances", "--output", "json")
    assert done.returncode == 0
    assert "ec2:DescribeInstanceTypes" in done.stderr
    assert {item["spec"] for item in document(done)["items"]} == {None}
    asked = run(cloud.endpoint, "list", "instances", "--output", "ids", "--filter", "gpus<1")
    assert (asked.returncode, asked.stdout) == (5, "")
    assert "left out" in asked.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--filter", "staet:running"), "Did you mean 'state'?"),
        (("--filter", "idle>5m"), "no data yet"),
        (("--filter", "/(["), "is no pattern"),
        (("--sort", "colour"), "invalid choice: 'colour'"),
        (("--region", "Nowhere!"), "--region"),
        (("--output", "xml"), "invalid choice: 'xml'"),
        (("--profile", "nobody"), "'nobody'"),
    ],
)
def test_what_is_wrong_in_the_question_exits_2(
    run: Run, cloud: SimCloud, arguments: tuple[str, ...], words: str
) -> None:
    done = run(cloud.endpoint, "list", "instances", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_no_credentials_and_no_region_offer_the_fix(run: Run) -> None:
    no_region = run("", "list", "instances")
    assert no_region.returncode == 2
    assert "--region us-east-1" in no_region.stderr
    no_keys = run("", "list", "instances", "--region", "us-east-1")
    assert no_keys.returncode == 4
    assert "No AWS credentials were found" in no_keys.stderr
    for done in (no_region, no_keys):
        assert done.stdout == ""
        assert "trainctl-tui doctor" in done.stderr
        assert "trainctl-tui demo" in done.stderr


def test_a_region_that_is_not_there_is_not_empty(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "volumes", "--region", "xx-nowhere-1")
    assert done.returncode == 4
    assert "xx-nowhere-1" in done.stderr
    assert done.stdout == ""


def test_hostile_tags_reach_no_terminal(run: Run, start_cloud: Callable[..., SimCloud]) -> None:
    one = start_cloud(instances=3)
    ec2 = client(one)
    target = sorted(instance_ids(one))[0]
    ec2.create_tags(
        Resources=[target], Tags=[{"Key": "Name", "Value": EVIL}, {"Key": "owner", "Value": EVIL}]
    )
    for form in ("table", "csv", "ids", "json"):
        done = run(one.endpoint, "list", "instances", "--output", form)
        assert done.returncode == 0
        assert is_clean(done.stdout), form
        assert target in done.stdout
    told = document(run(one.endpoint, "list", "instances", "--output", "json"))
    held = next(item["name"] for item in told["items"] if item["id"] == target)
    assert held == EVIL  # JSON keeps the text exactly, as escapes
    table = run(one.endpoint, "list", "instances", "--filter", f"id:{target}").stdout
    assert "[@click=app.quit]x[/]" in table


def test_a_formula_in_a_tag_is_no_formula_in_csv(run: Run, start_cloud: Callable[..., SimCloud]) -> None:
    one = start_cloud(instances=2)
    target = sorted(instance_ids(one))[0]
    client(one).create_tags(Resources=[target], Tags=[{"Key": "Name", "Value": "=HYPERLINK(1)"}])
    lines = list(
        csv.DictReader(io.StringIO(run(one.endpoint, "list", "instances", "--output", "csv").stdout))
    )
    assert next(line["name"] for line in lines if line["id"] == target) == "'=HYPERLINK(1)"
