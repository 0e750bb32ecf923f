"""Both parsers give equal rows: on pages of ours, on pages nobody would write, and on moto's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from random import Random
from xml.etree.ElementTree import ParseError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.providers.conftest import REGION, MakeProvider
from tests.support import ec2_xml
from tests.support.both_parsers import botocore_parse, botocore_rows, new_sweep
from tests.support.ec2_xml import AWKWARD, Node
from tests.support.scripted_aws import Reply, ScriptedAws
from trainctl_tui.domain.resources import Instance, Kind, Volume
from trainctl_tui.providers.aws.calls import Question
from trainctl_tui.providers.aws.listings import SPECS
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.aws.sweep import NotOurShape
from trainctl_tui.providers.base import Patience, ProviderOptions

EXAMPLES = 2000 if os.environ.get("TRAINCTL_CAMPAIGN") == "long" else 60
BULK = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS, Kind.STATUSES)


def agree(kind: Kind, body: bytes) -> int:
    """Check that both roads tell the same of a body, in rows and in frame; return the number of rows."""
    rows, rest = new_sweep(kind).read(body)
    whole, frame = botocore_parse(kind, body), botocore_parse(kind, rest)
    assert rows == botocore_rows(kind, body)
    assert frame == {**whole, SPECS[kind].key: []}
    return len(rows)


def snapshot(number: int, random: Random) -> list[Node]:
    return [
        ("snapshotId", f"snap-{number:017x}"),
        ("volumeId", None if number % 2 else f"vol-{number:017x}"),
        ("status", random.choice(("completed", "pending", "error"))),
        ("startTime", f"2026-01-{1 + number % 28:02d}T00:00:00.000Z"),
        ("progress", random.choice(("100%", "45%", ""))),
        ("ownerId", "123456789012"),
        ("volumeSize", "100"),
        ("description", random.choice(AWKWARD)),
        ec2_xml.tag_set([("Name", random.choice(AWKWARD))]),
        ("encrypted", random.choice(("true", "false"))),
        *([("storageTier", "standard")] if number % 3 else []),
    ]


def status(number: int) -> list[Node]:
    state = "impaired" if number % 2 else "ok"
    details: Node = (
        "details",
        [("item", [("name", "reachability"), ("status", "failed" if number % 2 else "passed")])],
    )
    event = [
        ("code", "system-reboot"),
        ("description", "[Completed] & gone"),
        ("notBefore", "2026-11-25T10:00:00.000Z"),
        *([("notAfter", "2026-11-25T12:00:00.000Z")] if number % 3 else []),
    ]
    return [
        ("instanceId", f"i-{number:017x}"),
        ("availabilityZone", "us-east-1a"),
        *([("eventsSet", [("item", event), ("item", event)])] if number % 4 == 1 else []),
        ("instanceState", [("code", "16"), ("name", "running")]),
        ("systemStatus", [("status", "ok"), details]),
        ("instanceStatus", [("status", state), details]),
        *([("attachedEbsStatus", [("status", state), details])] if number % 5 else []),
    ]


def page(kind: Kind, count: int, *, pretty: bool, token: str | None = None) -> bytes:
    random = Random(11)
    spec = SPECS[kind]
    items: Sequence[Sequence[Node]]
    if kind is Kind.INSTANCES:
        machines = [
            [
                ec2_xml.instance(n * 3 + k, random, tags=(n * 7) % 51, sparse=n % 4 == 0)
                for k in range(1 + n % 3)
            ]
            for n in range(count)
        ]
        items = [ec2_xml.reservation(n, group) for n, group in enumerate(machines)]
    elif kind is Kind.VOLUMES:
        items = [ec2_xml.volume(n, random, tags=(n * 7) % 51) for n in range(count)]
    elif kind is Kind.SNAPSHOTS:
        items = [snapshot(n, random) for n in range(count)]
    else:
        items = [status(n) for n in range(count)]
    return ec2_xml.answer(spec.operation, spec.set_name, items, token=token, pretty=pretty)


@pytest.mark.parametrize("pretty", [False, True], ids=["compact", "indented"])
@pytest.mark.parametrize("kind", BULK)
def test_both_parsers_agree_on_a_page(kind: Kind, pretty: bool) -> None:
    assert agree(kind, page(kind, 51, pretty=pretty, token="next & <more>\U0001f680")) >= 51


@pytest.mark.parametrize("kind", BULK)
def test_both_parsers_agree_on_nothing(kind: Kind) -> None:
    assert agree(kind, page(kind, 0, pretty=True)) == 0


def test_the_page_holds_what_it_is_meant_to_hold() -> None:
    """Guard the guard: a page of plain rows would prove nothing."""
    instances = [
        row
        for row in new_sweep(Kind.INSTANCES).read(page(Kind.INSTANCES, 51, pretty=False))[0]
        if isinstance(row, Instance)
    ]
    volumes = [
        row
        for row in new_sweep(Kind.VOLUMES).read(page(Kind.VOLUMES, 51, pretty=False))[0]
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
    body = page(kind, 4, pretty=False)
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


# What XML 1.0 can carry.
TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
        st.sampled_from("\n\t\r<>&'\"] "),
    ),
    max_size=12,
)


@st.composite
def machines(draw: st.DrawFn) -> list[Node]:
    """One instance with parts missing, emptied, out of order, and with any tags."""
    random = Random(draw(st.integers(0, 999)))
    nodes = ec2_xml.instance(draw(st.integers(0, 40)), random, tags=0)
    nodes = [node for node in nodes if draw(st.integers(0, 9)) or node[0] == "instanceId"]
    emptied = {"keyName", "instanceType", "placement", "tagSet", "groupSet", "instanceState", "monitoring"}
    nodes = [
        (name, None) if name in emptied and draw(st.booleans()) else (name, value) for name, value in nodes
    ]
    tags = draw(st.lists(st.tuples(TEXT, TEXT), max_size=6))
    nodes = [*[node for node in nodes if node[0] != "tagSet"], ec2_xml.tag_set(tags)]
    return draw(st.permutations(nodes)) if draw(st.booleans()) else nodes


@st.composite
def fleets(draw: st.DrawFn) -> bytes:
    groups = draw(st.lists(st.lists(machines(), max_size=3), max_size=4))
    items = [ec2_xml.reservation(number, group) for number, group in enumerate(groups)]
    token = draw(st.one_of(st.none(), TEXT))
    return ec2_xml.answer(
        "DescribeInstances", "reservationSet", items, token=token, pretty=draw(st.booleans())
    )


@st.composite
def disks(draw: st.DrawFn) -> bytes:
    random = Random(draw(st.integers(0, 999)))
    items = []
    for number in range(draw(st.integers(0, 6))):
        nodes = ec2_xml.volume(number, random, tags=0, attached=draw(st.integers(0, 3)))
        nodes = [node for node in nodes if draw(st.integers(0, 9)) and node[0] != "tagSet"]
        items.append([*nodes, ec2_xml.tag_set(draw(st.lists(st.tuples(TEXT, TEXT), max_size=4)))])
    return ec2_xml.answer(
        "DescribeVolumes", "volumeSet", items, token=draw(st.none() | TEXT), pretty=draw(st.booleans())
    )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(fleets())
def test_both_parsers_agree_on_any_fleet(body: bytes) -> None:
    agree(Kind.INSTANCES, body)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(disks())
def test_both_parsers_agree_on_any_volumes_or_we_decline(body: bytes) -> None:
    """A volume without an id first is nothing AWS sends: there the sweep may decline, but never differ."""
    try:
        rows, rest = new_sweep(Kind.VOLUMES).read(body)
    except (NotOurShape, ParseError):
        return
    assert rows == botocore_rows(Kind.VOLUMES, body)
    assert botocore_parse(Kind.VOLUMES, rest)["Volumes"] == []


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    """Start moto on loopback with a fleet of awkward names; stop it afterwards."""
    patch = pytest.MonkeyPatch()
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
        patch.undo()


@pytest.fixture
def moto_provider(moto_url: str) -> AwsProvider:
    return AwsProvider(ProviderOptions(endpoint=moto_url, loopback_only=True))


def populate(ec2: object) -> None:
    """Fill moto with reservations of several machines, tags of all sorts, volumes and snapshots."""
    for number, name in enumerate(AWKWARD):
        tags = [{"Key": f"k{n}", "Value": name} for n in range((0, 1, 12, 49)[number % 4])]
        ec2.run_instances(  # type: ignore[attr-defined]
            ImageId="ami-12345678",
            InstanceType="m5.large",
            MinCount=1 + number % 3,
            MaxCount=1 + number % 3,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}] if tags else [],
        )
        volume = ec2.create_volume(  # type: ignore[attr-defined]
            AvailabilityZone="us-east-1a",
            Size=8,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}] if tags else [],
        )
        ec2.create_snapshot(VolumeId=volume["VolumeId"], Description=name)  # type: ignore[attr-defined]


def test_both_parsers_agree_on_moto(moto_provider: AwsProvider) -> None:
    from trainctl_tui.providers.aws.errors import Act

    ec2 = moto_provider._caller.clients.get("ec2", REGION, Act("prepare"))
    populate(ec2)
    counts = {}
    for kind in BULK:
        spec = SPECS[kind]
        pages = list(moto_provider.pages(kind, REGION, Patience()))
        rows = tuple(row for got in pages for row in got.items)
        method = {
            Kind.INSTANCES: ec2.describe_instances,
            Kind.VOLUMES: ec2.describe_volumes,
            Kind.SNAPSHOTS: ec2.describe_snapshots,
            Kind.STATUSES: ec2.describe_instance_status,
        }[kind]
        assert rows == spec.read(method(**spec.parameters)[spec.key], REGION)
        counts[kind] = len(rows)
        assert len(moto_provider._sweeps[(kind, REGION)].memory) > 0, "the fast road was taken"

    assert counts[Kind.INSTANCES] == counts[Kind.STATUSES] == 19
    assert counts[Kind.SNAPSHOTS] == len(AWKWARD)
    assert counts[Kind.VOLUMES] == len(AWKWARD) + 19


def test_the_rest_of_the_read_path_on_moto(moto_provider: AwsProvider) -> None:
    assert moto_provider.identify(Patience()).account == "123456789012"
    assert moto_provider.alias(Patience()) == ""
    assert "us-east-1" in {region.id for region in moto_provider.regions(Patience())}
    (types,) = moto_provider.pages(Kind.TYPES, REGION, Patience(), only=("p5.48xlarge", "no.such"))
    assert [(row.id, row.gpus) for row in types.items if hasattr(row, "gpus")] == [("p5.48xlarge", 8)]
