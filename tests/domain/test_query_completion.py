"""What Tab offers: texts that can be read, or the beginning of one, made from what is listed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.filters import KINDS, ROWS, full_context, term
from tests.support.rows import instance, volume
from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.query import parse
from trainctl_tui.domain.query_completion import complete
from trainctl_tui.domain.resources import Instance, Kind

MACHINES, DISKS = Kind.INSTANCES, Kind.VOLUMES
FLEET = (
    instance(1, tags=(("Name", "train one"), ("Team", "nlp"), ("cost centre", "x=1|2"), ("a=b", "c"))),
    instance(2, state="stopped", type="p4d.24xlarge", tags=(("Team", "vision"), ("Team", ""), ('q"', "x"))),
)


def offers(text: str, kind: Kind = MACHINES) -> list[str]:
    return complete(text, len(text), FLEET, kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sta", ["state:"]),
        ("STA", ["state:"]),
        ("state:", ["state:running", "state:stopped"]),
        ("State:S", ["state:stopped"]),
        ("state:stopped", []),
        ("type:p", ["type:p4d.24xlarge"]),
        ("name:", ['name:"train one"']),
        ('name:"tr', ['name:"train one"']),
        ("is:p", ["is:protected"]),
        ("gp", ["gpus>"]),
        ("ag", ["age>"]),
        ("tag:", ['tag:"a=b"', 'tag:"cost centre"', "tag:Name", "tag:Team"]),
        ("tag:t", ["tag:Team"]),
        ("tag:Team=", ["tag:Team=nlp", "tag:Team=vision"]),
        ("tag:team=V", ["tag:team=vision"]),
        ("tag:cost", ['tag:"cost centre"']),
        ("name:Train", ['name:"train one"']),
        ('tag:"cost centre"=', ['tag:"cost centre"="x=1|2"']),
        ("nothing", []),
        ("!sta", ["!state:"]),
        ("!!is:sp", ["!!is:spot"]),
        ("is:spot sta", ["is:spot state:"]),
        ("is:spot|sta", ["is:spot|state:"]),
        ('"quoted sta', []),
        ("/pattern sta", []),
        ('"quoted" sta', ['"quoted" state:']),
    ],
)
def test_completion_by_example(text: str, expected: list[str]) -> None:
    assert offers(text) == expected


def test_an_empty_filter_offers_the_fields_of_its_kind() -> None:
    assert {"state:", "tag:", "is:", "gpus>"} <= set(offers(""))
    volumes = set(complete("", 0, (), DISKS))
    assert "size>" in volumes
    assert "gpus>" not in volumes
    assert offers("state:running ")[0].startswith("state:running state")


def test_the_word_at_the_cursor_is_replaced_and_the_rest_stays() -> None:
    assert complete("sta is:spot", 3, FLEET, MACHINES) == ["state: is:spot"]
    assert complete("state:stop is:spot", 7, FLEET, MACHINES) == ["state:stopped is:spot"]
    assert complete("!sta", 0, FLEET, MACHINES)  # before the term: something new


def test_offers_are_few_however_much_is_listed() -> None:
    many = [volume(number) for number in range(2000)]
    assert len(complete("id:", 3, many, DISKS)) == 50
    assert len(complete("id:", 3, many, DISKS, most=7)) == 7


hostile = st.text(max_size=12)
tags = st.lists(st.tuples(hostile, hostile), max_size=4).map(tuple)
typed = st.one_of(
    st.sampled_from(
        ["", "s", "tag:", "name:", "owner:", "is:", "!", "a |", '"', 'name:"', "/", "tag:k=", "state:"]
    ),
    st.tuples(st.sampled_from(["tag:", "name:", "state:", "!tag:"]), hostile).map("".join),
    st.text(max_size=20),
)


def can_be_read(text: str, kind: Kind) -> bool:
    try:
        parse(text, kind)
    except InvalidQuery:
        return False
    return True


@given(typed, st.lists(st.builds(lambda held, state: instance(1, tags=held, state=state), tags, hostile)))
def test_every_offer_can_be_read_or_is_begun(text: str, rows: list[Instance]) -> None:
    if not any(can_be_read(f"{text}{rest}", MACHINES) for rest in ("", "x", "mine")):
        return  # what stands there already spoils it
    for offer in complete(text, len(text), rows, MACHINES):
        assert any(can_be_read(f"{offer}{rest}", MACHINES) for rest in ("", "x", "1", "1d", "mine")), offer


@given(st.lists(st.builds(lambda held, state: instance(1, tags=held, state=state), tags, hostile)))
def test_an_offered_value_finds_the_row_it_is_from(rows: list[Instance]) -> None:
    for row in rows:
        for key, value in row.tags:
            if not key or '"' in key + value:
                continue
            asked = f'tag:"{key}"='
            found = [
                parse(offer, MACHINES) for offer in complete(asked, len(asked), [row], MACHINES, most=1000)
            ]
            assert not value or any(query.verdict(row, full_context()) for query in found)


@given(st.data(), KINDS)
def test_completion_survives_any_cursor(data: st.DataObject, kind: Kind) -> None:
    text = data.draw(st.one_of(st.text(max_size=30), term(kind)))
    for cursor in range(len(text) + 1):
        for offer in complete(text, cursor, ROWS[kind], kind):
            assert offer != text or cursor < len(text)
