"""Both parsers give equal rows on pages that Hypothesis makes up."""

from __future__ import annotations

import os
from random import Random
from xml.etree.ElementTree import ParseError

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import ec2_xml
from tests.support.both_parsers import agree, botocore_parse, botocore_rows, new_sweep
from tests.support.ec2_xml import Node
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws.sweep import NotOurShape

EXAMPLES = 2000 if os.environ.get("TRAINCTL_CAMPAIGN") == "long" else 60

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
