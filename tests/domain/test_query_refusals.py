"""Filters that cannot be read: each says what, why and what to do, and none falls open."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.filters import KINDS, ROWS, full_context
from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.query import parse
from trainctl_tui.domain.resources import Kind

MACHINES, DISKS, COPIES = Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS


def refusal(text: str, kind: Kind = MACHINES) -> InvalidQuery:
    with pytest.raises(InvalidQuery) as caught:
        parse(text, kind)
    return caught.value


@pytest.mark.parametrize(
    ("text", "pane"),
    [
        ("idle>2h", "Jobs"),
        ("gpu<5", "Jobs"),
        ("is:idle", "Jobs"),
        ("state:running | idle>2h", "Jobs"),
    ],
)
def test_a_field_without_data_yet_names_the_pane_it_needs(text: str, pane: str) -> None:
    error = refusal(text)
    assert "no data yet" in error.what
    assert f"the {pane} pane" in error.why


def test_the_use_of_gpus_is_not_their_number() -> None:
    assert "use gpus" in refusal("gpu<5").why
    assert "use gpus" in refusal("gpu:5").why


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("gpus>1", DISKS, "Volumes have no 'gpus'. Only instances have it."),
        ("size>1", MACHINES, "Instances have no 'size'. Only snapshots and volumes have it."),
        ("ip:10", COPIES, "Snapshots have no 'ip'. Only instances have it."),
        ("is:attached", MACHINES, "Instances have no 'is:attached'. Only volumes have it."),
        ("type:g5", COPIES, "Snapshots have no 'type'. Only instances and volumes have it."),
    ],
)
def test_a_field_of_another_kind_says_whose_it_is(text: str, kind: Kind, said: str) -> None:
    assert str(refusal(text, kind)).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stat:running", "Did you mean 'state'?"),
        ("regoin:x", "Did you mean 'region'?"),
        ("agee>7d", "Did you mean 'age'?"),
        ("zzz:1", 'write "zzz:1"'),
        ("http://x", 'write "http://x"'),
        ("is:protect", "Did you mean is:protected?"),
        ("is:zzz", "is:mine"),
        ("age:7d", "Write age> or age<"),
        ("gpus:8", "Write gpus> or gpus<"),
        ("state=running", "Write state: before"),
        ("!state=terminated", "Write state: before"),
        ("type>g5", "Write type: before"),
    ],
)
def test_a_wrong_field_says_what_to_write(text: str, said: str) -> None:
    assert said in refusal(text).why


@pytest.mark.parametrize(
    "text",
    [
        "age>",
        "age>7",
        "age>d",
        "age>-7d",
        "age>7y",
        "age>7.d",
        "age>1e3d",
        "age>7dd",
        'age>"7d"',
        'age>"7d\n"',
        "age<>7d",
    ],
)
def test_a_time_needs_a_number_and_a_unit(text: str) -> None:
    error = refusal(text)
    assert "no value for age" in error.what
    assert "age>7d (s, m, h, d or w)" in error.why


@pytest.mark.parametrize("text", ["gpus>", "gpus>x", "gpus>5d", "gpus>-1", "gpus>1,000", "gpus>=>1"])
def test_a_number_needs_a_number(text: str) -> None:
    assert "For example gpus>100" in refusal(text).why


@pytest.mark.parametrize(
    "text",
    [
        "state:",
        'state:""',
        "!state:",
        "tag:",
        "tag:=x",
        "tag:~x",
        'tag:""',
        "tag:k~",
        '""',
        "//",
        '"',
        "/",
        "!/",
    ],
)
def test_a_term_without_its_end_is_not_finished(text: str) -> None:
    assert "not finished" in refusal(text).what


@pytest.mark.parametrize("text", ["!", "state:running !", "! x", "!|x"])
def test_not_needs_something_to_deny(text: str) -> None:
    assert "cannot be read" in refusal(text).what


@pytest.mark.parametrize("text", ["|", "a |", "| a", "a || b", "a | | b"])
def test_or_needs_both_sides(text: str) -> None:
    assert "both sides" in refusal(text).why


@pytest.mark.parametrize("text", ["/(/", "/[a/", "/*a/", "/a\\", "/(?P<a>x)(?P<a>y)/"])
def test_a_broken_pattern_says_why(text: str) -> None:
    error = refusal(text)
    assert "is no pattern" in error.what
    assert len(error.why) > 5


pieces = st.sampled_from(
    [
        "a",
        " ",
        '"',
        "/",
        "!",
        "|",
        ":",
        "<",
        ">",
        "=",
        "~",
        "\\",
        "(",
        ")",
        "*",
        "+",
        "?",
        "[",
        "]",
        "{",
        "}",
        "tag:",
        "is:",
        "age",
        "7d",
        "state",
        "\n",
        "\x00",
        "\ud800",
        "é",
        "9",
        ",",
        "1",
        "gpu",
        "$",
        "^",
        "-",
    ]
)
anything = st.one_of(st.text(max_size=60), st.lists(pieces, max_size=25).map("".join))


@given(anything, KINDS)
@example("/[[a]/", MACHINES)  # re warns of this one
@example("/[a||b]/", MACHINES)
@example("age>" + "9" * 400 + "d", MACHINES)
@example("age>٣d", MACHINES)
def test_any_text_is_a_filter_or_says_why_not(text: str, kind: Kind) -> None:
    try:
        query = parse(text, kind)
    except InvalidQuery as error:
        said = [error.what, error.why, error.next_step]
    else:
        said = [str(query.verdict(row, full_context())) for row in ROWS[kind]]
        assert set(said) <= {"True", "False", "None"}
    assert all(said)


@given(anything, anything, KINDS)
def test_a_filter_with_a_part_that_cannot_be_read_is_refused_whole(left: str, right: str, kind: Kind) -> None:
    """An open quote would swallow what follows, so the good part stands in front."""
    try:
        parse(right, kind)
    except InvalidQuery:
        for before in ("train | ", "" if right.lstrip().startswith("|") else "train "):
            with pytest.raises(InvalidQuery):
                parse(f"{before}{right}", kind)
    else:
        assert parse(f'"{left.replace(chr(34), "x") or "x"}" {right}', kind).alternatives
