"""Both parsers give equal rows: on pages of ours, and on frames nobody would write."""

from __future__ import annotations

from xml.etree.ElementTree import ParseError

import pytest

from tests.providers.conftest import REGION, MakeProvider
from tests.support import ec2_xml
from tests.support.both_parsers import agree, botocore_rows, new_sweep
from tests.support.bulk_pages import BULK, bulk_page
from tests.support.scripted_aws import Reply, ScriptedAws
from trainctl_tui.domain.resources import Instance, Kind, Volume
from trainctl_tui.providers.aws.sweep import NotOurShape
from trainctl_tui.providers.base import Patience


@pytest.mark.parametrize("pretty", [False, True], ids=["compact", "indented"])
@pytest.mark.parametrize("kind", BULK)
def test_both_parsers_agree_on_a_page(kind: Kind, pretty: bool) -> None:
    assert agree(kind, bulk_page(kind, 51, pretty=pretty, token="next & <more>\U0001f680")) >= 51


@pytest.mark.parametrize("kind", BULK)
def test_both_parsers_agree_on_nothing(kind: Kind) -> None:
    assert agree(kind, bulk_page(kind, 0, pretty=True)) == 0


def test_the_page_holds_what_it_is_meant_to_hold() -> None:
    """Guard the guard: a page of plain rows would prove nothing."""
    instances = [
        row
        for row in new_sweep(Kind.INSTANCES).read(bulk_page(Kind.INSTANCES, 51, pretty=False))[0]
        if isinstance(row, Instance)
    ]
    volumes = [
        row
        for row in new_sweep(Kind.VOLUMES).read(bulk_page(Kind.VOLUMES, 51, pretty=False))[0]
        if isinstance(row, Volume)
    ]

    assert {0, 50} <= {len(row.tags) for row in instances}
    assert any("\U0001f680" in value for row in instances for _, value in row.tags)
    assert any("<" in value and "&" in value for row in instances for _, value in row.tags)
    assert {bool(row.private_ip) for row in instances} == {True, False}
    assert {row.lifecycle for row in instances} == {"", "spot"}
    assert {len(row.attachments) for row in instances} == {0, 1, 2, 3}
    assert {row.first_attached_at is None for row in instances} == {True, False}
    assert {len(row.attachments) for row in volumes} == {0, 1, 2}
    assert {row.throughput for row in volumes} == {None, 125}


def test_the_first_attachment_is_that_of_the_primary_interface() -> None:
    """The generator puts a later secondary interface first; its time must not be taken."""
    body = ec2_xml.fleet_page(3, 1)

    (row,) = new_sweep(Kind.INSTANCES).read(body)[0]

    assert isinstance(row, Instance)
    assert row.first_attached_at == 1_767_225_603  # 2026-01-01T00:00:03Z


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<item>", b"<item >"),
        (b"<reservationId>r-0000", b"<!-- note --><reservationId>r-0000"),
        (b"<keyName>training<", b"<keyName><![CDATA[</item><item><reservationId>]]><"),
        (b"<reservationSet>", b'<reservationSet a="b">'),
        (b'<?xml version="1.0" encoding="UTF-8"?>', b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'),
        (b"<keyName>training</keyName>", b"<placement><tenancy>host</tenancy></placement>"),
        (b"<item><reservationId>", b"<item>stray<reservationId>"),
        (b"</reservationSet>", b"</reservationSet><reservationSet></reservationSet>"),
    ],
)
def test_odd_frames_are_declined_and_read_by_botocore(
    aws: ScriptedAws, make_provider: MakeProvider, old: bytes, new: bytes
) -> None:
    plain = ec2_xml.fleet_page(0, 5)
    odd = plain.replace(old, new)
    assert odd != plain

    with pytest.raises((NotOurShape, ParseError)):
        new_sweep(Kind.INSTANCES).read(odd)

    if b"</reservationSet><reservationSet>" not in odd:  # botocore itself cannot read two sets
        aws.on("DescribeInstances", Reply(odd))
        (got,) = make_provider().pages(Kind.INSTANCES, REGION, Patience())
        assert got.items == botocore_rows(Kind.INSTANCES, odd)
        assert len(got.items) == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<DescribeInstancesResponse xmlns", b'<DescribeInstancesResponse a="1" xmlns'),
        (b' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"', b""),
        (b"><", b">\r\n\t  <"),
        (b"<item><reservationId>r-00000000000000003", b"<item><a/><reservationId>r-00000000000000003"),
        (b"training", b"&#116;raining&#x1F680;"),
    ],
)
def test_harmless_differences_are_read_fast(old: bytes, new: bytes) -> None:
    plain = ec2_xml.fleet_page(0, 5)
    other = plain.replace(old, new)

    assert other != plain
    assert agree(Kind.INSTANCES, other) == 5
