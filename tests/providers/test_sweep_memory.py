"""What a lane remembers between sweeps: the same objects for the same bytes."""

from __future__ import annotations

import re

import pytest

from tests.providers.conftest import REGION
from tests.support import ec2_xml
from tests.support.both_parsers import botocore_rows, new_sweep
from tests.support.bulk_pages import BULK, bulk_page
from tests.support.scripted_aws import Reply, ScriptedAws
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws.calls import Question
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience


def test_the_fast_road_is_the_one_that_is_taken(aws: ScriptedAws, provider: AwsProvider) -> None:
    body = ec2_xml.fleet_page(0, 5)
    aws.on("DescribeInstances", Reply(body))
    question = Question(
        "ec2", "DescribeInstances", REGION, "Reservations", "list", {}, new_sweep(Kind.INSTANCES)
    )

    answer = provider._caller.ask(question, Patience())

    assert answer.rows == botocore_rows(Kind.INSTANCES, body)
    assert answer.parsed["Reservations"] == []


def test_an_unchanged_row_is_the_same_object() -> None:
    sweep = new_sweep(Kind.INSTANCES)
    first, _ = sweep.read(ec2_xml.fleet_page(0, 50))
    body = ec2_xml.fleet_page(0, 50)
    changed = body.replace(b"<name>running</name>", b"<name>stopping</name>", 1)
    second, _ = sweep.read(changed)

    assert [a is b for a, b in zip(first, second, strict=True)].count(False) == 1
    assert second == botocore_rows(Kind.INSTANCES, changed)


@pytest.mark.parametrize("kind", BULK)
def test_a_change_anywhere_in_an_item_is_seen(kind: Kind) -> None:
    """Each text of one item is changed in turn; what was remembered must never hide it."""
    body = bulk_page(kind, 4, pretty=False)
    sweep = new_sweep(kind)
    sweep.read(body)
    texts = list(re.finditer(rb">([a-z][a-z-]+)<", body))
    assert len(texts) >= 8
    for found in texts:
        other = body[: found.start(1)] + b"another" + body[found.end(1) :]
        assert sweep.read(other)[0] == botocore_rows(kind, other)


def test_memory_spans_one_sweep_and_no_more() -> None:
    sweep = new_sweep(Kind.VOLUMES)
    for begin in (0, 100, 200, 300):
        sweep.read(ec2_xml.volume_page(begin, 100))
        sweep.memory.turn()

    assert len(sweep.memory) == 100


def test_memory_is_bounded_within_a_sweep_that_never_ends() -> None:
    sweep = new_sweep(Kind.VOLUMES)
    sweep.memory._largest = 150
    for begin in range(0, 1000, 100):
        sweep.read(ec2_xml.volume_page(begin, 100))

    assert len(sweep.memory) <= 300


def test_a_provider_forgets_between_sweeps(aws: ScriptedAws, provider: AwsProvider) -> None:
    for begin in (0, 100, 200):
        aws.on("DescribeVolumes", Reply(ec2_xml.volume_page(begin, 100)))
        list(provider.pages(Kind.VOLUMES, REGION, Patience()))

    assert len(provider._sweeps[(Kind.VOLUMES, REGION)].memory) == 100


def test_regions_do_not_share_rows(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", Reply(ec2_xml.volume_page(0, 2)))

    found = [
        row.region
        for region in ("us-east-1", "eu-west-1")
        for got in provider.pages(Kind.VOLUMES, region, Patience())
        for row in got.items
    ]

    assert found == ["us-east-1"] * 2 + ["eu-west-1"] * 2
