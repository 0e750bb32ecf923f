"""The filter language by example (DESIGN.md, "Filter language"; CONTRACTS.md, "Filter")."""

from __future__ import annotations

import pytest

from tests.support.filters import PRICES, context, verdict
from tests.support.rows import NOW, attached, instance, snapshot, spec, status, volume
from trainctl_tui.domain.cost import price_of
from trainctl_tui.domain.query import parse
from trainctl_tui.domain.resources import Instance, Kind, Row

DAY = 86400.0
MACHINE = instance(
    1,
    type="g5.12xlarge",
    launched_at=NOW - 8 * DAY,
    first_attached_at=NOW - 8 * DAY,
    public_ip="52.1.2.3",
    lifecycle="spot",
    tags=(
        ("Name", "Train One"),
        ("Team", "NLP"),
        ("team", "vision"),
        ("trainctl:user", "Ada"),
        ("note", "a=b"),
        ("two", "a\nb"),
    ),
    attachments=(attached("vol-7", "i-1"),),
)
DISK = volume(1, size_gib=500, created_at=NOW - DAY, attachments=(attached("vol-1", "i-9"),))
COPY = snapshot(1, progress=40, description="nightly of vol-1")


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        # text: any part, any case, over what is shown
        ("", MACHINE, True),
        ("   ", MACHINE, True),
        ("train", MACHINE, True),
        ("TRAIN", MACHINE, True),
        ("nowhere", MACHINE, False),
        ('"train one"', MACHINE, True),
        ('"one train"', MACHINE, False),
        ("train one", MACHINE, True),
        ("one train", MACHINE, True),
        ('tra"in o"ne', MACHINE, True),
        ('"train o', MACHINE, True),
        # patterns
        ("/^train/", MACHINE, True),
        ("/^TRAIN o.e/", MACHINE, True),
        ("/^one/", MACHINE, False),
        (r"/g\d+\.12xlarge$/", MACHINE, True),
        (r"/a\/b/", MACHINE, False),
        ("/train|nobody/", MACHINE, True),
        ("/train", MACHINE, True),
        # fields
        ("state:running", MACHINE, True),
        ("STATE:Run", MACHINE, True),
        ("state:stopped", MACHINE, False),
        ("type:g5", MACHINE, True),
        ("az:us-east-1a", MACHINE, True),
        ("zone:1a", MACHINE, True),
        ("region:us-east-1", MACHINE, True),
        ("name:one", MACHINE, True),
        ('name:"train one"', MACHINE, True),
        ('name:"train o', MACHINE, True),
        ("owner:ada", MACHINE, True),
        ("ip:52.1", MACHINE, True),
        ("ip:10.0", MACHINE, True),
        ("volume:vol-7", MACHINE, True),
        ("key:ops", MACHINE, True),
        ("instance:i-9", DISK, True),
        ("snapshot:snap", DISK, False),
        ("description:nightly", COPY, True),
        ("volume:vol-0", COPY, True),
        # tags: key in any case; "=" is equal, "~" is a part; every tag of that key counts
        ("tag:team", MACHINE, True),
        ("tag:nothing", MACHINE, False),
        ("tag:team=nlp", MACHINE, True),
        ("tag:TEAM=Vision", MACHINE, True),
        ("tag:team=nl", MACHINE, False),
        ("tag:team~nl", MACHINE, True),
        ('tag:Name="train one"', MACHINE, True),
        ('tag:"Name"="train one"', MACHINE, True),
        ("tag:note=a=b", MACHINE, True),
        ('tag:two="a\nb"', MACHINE, True),
        ("tag:trainctl:user=ada", MACHINE, True),
        ("tag:team=", MACHINE, False),
        # numbers
        ("age>7d", MACHINE, True),
        ("AGE>1W", MACHINE, True),
        ("age>=8d", MACHINE, True),
        ("age=8d", MACHINE, True),
        ("age<8d", MACHINE, False),
        ("age<=8d", MACHINE, True),
        ("age>192h", MACHINE, False),
        ("age>11519m", MACHINE, True),
        ("age>691199.5s", MACHINE, True),
        ("size>=500", DISK, True),
        ("size>500", DISK, False),
        ("iops=3000", DISK, True),
        ("throughput<=125", DISK, True),
        ("progress<50", COPY, True),
        ("gpus=1", MACHINE, True),
        ("vcpus>=4", MACHINE, True),
        ("memory<16385", MACHINE, True),
        # truths
        ("is:mine", MACHINE, True),
        ("is:ours", MACHINE, True),
        ("IS:Spot", MACHINE, True),
        ("is:protected", MACHINE, False),
        ("is:attached", DISK, True),
        ("is:encrypted", COPY, True),
        # not, and, or
        ("!train", MACHINE, False),
        ("!!train", MACHINE, True),
        ("!state:stopped", MACHINE, True),
        ('!"train one"', MACHINE, False),
        ("!/^one/", MACHINE, True),
        ("state:running !is:protected", MACHINE, True),
        ("state:running is:protected", MACHINE, False),
        ("state:stopped | type:g5", MACHINE, True),
        ("state:stopped|type:g5", MACHINE, True),
        ('"a|b" | train', MACHINE, True),
    ],
)
def test_a_filter_by_example(text: str, row: Row, expected: bool) -> None:
    assert verdict(text, row) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("train | nowhere nowhere", True),
        ("nowhere nowhere | train", True),
        ("nowhere | train nowhere", False),
        ("train nowhere | nowhere train", False),
    ],
)
def test_and_binds_tighter_than_or(text: str, expected: bool) -> None:
    assert verdict(text, MACHINE) is expected


NOBODY_KNOWS = instance(2, state="", type="", zone="", launched_at=None)


@pytest.mark.parametrize(
    ("text", "row", "changes"),
    [
        ("state:running", NOBODY_KNOWS, {}),
        ("type:g5", NOBODY_KNOWS, {}),
        ("az:a", NOBODY_KNOWS, {}),
        ("age>1s", NOBODY_KNOWS, {}),
        ("age<1s", NOBODY_KNOWS, {}),
        ("age>1s", instance(3, launched_at=NOW + 3600), {}),
        ("gpus=0", MACHINE, {"spec": lambda row: None}),
        ("memory>1", MACHINE, {"spec": lambda row: spec(memory_mib=None)}),
        ("is:healthy", MACHINE, {}),
        ("is:healthy", MACHINE, {"status": lambda row: status(1, system="insufficient-data")}),
        ("is:healthy", MACHINE, {"status": lambda row: status(1, instance="initializing")}),
        ("is:mine", MACHINE, {"user": ""}),
        ("size>1", volume(1, size_gib=None), {}),
        ("is:encrypted", volume(1, encrypted=None), {}),
        ("age>1d", snapshot(1, started_at=None), {}),
    ],
)
def test_the_unknown_matches_neither_a_term_nor_its_opposite(
    text: str, row: Row, changes: dict[str, object]
) -> None:
    assert verdict(text, row, **changes) is None
    assert verdict(f"!{text}", row, **changes) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state:x train-2", None),
        ("state:x nowhere", False),
        ("state:x | train-2", True),
        ("state:x | nowhere", None),
        ("state:x | nowhere | !train-2", None),
        ("!state:x nowhere", False),
    ],
)
def test_the_unknown_decides_only_where_nothing_else_does(text: str, expected: bool | None) -> None:
    assert verdict(text, NOBODY_KNOWS) is expected


@pytest.mark.parametrize(
    ("system", "checked", "expected"),
    [
        ("ok", "ok", True),
        ("ok", "impaired", False),
        ("impaired", "insufficient-data", False),
        ("not-applicable", "not-applicable", False),
        ("ok", "initializing", None),
        ("ok", "", None),
    ],
)
def test_health_is_what_both_checks_say(system: str, checked: str, expected: bool | None) -> None:
    said = status(1, system=system, instance=checked)
    assert verdict("is:healthy", MACHINE, status=lambda row: said) is expected


@pytest.mark.parametrize(
    ("user", "tags", "expected"),
    [
        ("ada", (("trainctl:user", "ADA"),), True),
        ("ada", (("runctl:user", "ada"),), True),
        ("ada", (("Owner", "ada"),), True),
        ("ada", (("trainctl:user", "bob"), ("owner", "ada")), False),
        ("ada", (), False),
        ("", (("trainctl:user", ""),), None),
    ],
)
def test_mine_names_the_configured_user(
    user: str, tags: tuple[tuple[str, str], ...], expected: bool | None
) -> None:
    assert verdict("is:mine", instance(1, tags=tags), user=user) is expected


def test_configured_keys_name_owners_and_protect() -> None:
    row = instance(1, tags=(("Contact", "eve"), ("Keep", "yes")))
    assert verdict("owner:eve", row, owner_keys=("contact",)) is True
    assert verdict("is:protected", row) is False
    assert verdict("is:protected", row, protected_keys=("keep",)) is True


def test_the_empty_filter_matches_every_row_and_keeps_its_text() -> None:
    query = parse("  ", Kind.VOLUMES)
    assert query.text == "  "
    assert query.verdict(DISK, context()) is True


def test_letters_fold_in_every_script() -> None:
    row: Instance = instance(1, tags=(("Name", "STRASSE ÉTÉ"),))
    assert verdict("straße", row) is True
    assert verdict("name:été", row) is True


COST = {"price": lambda row: price_of(row, PRICES)}


@pytest.mark.parametrize(("text", "changes", "expected"), [
    ("cost>1", {}, True),
    ("cost>2", {}, False),
    ("cost>1", {"type": "x9.huge"}, None),
    ("!cost>1", {"type": "x9.huge"}, None),
    ("cost=0", {"state": "stopped"}, True),
    # A spot instance costs something from 0 to what one on demand costs.
    ("cost<1.01", {"lifecycle": "spot"}, True),
    ("cost>1.01", {"lifecycle": "spot"}, False),
    ("cost>=1.006", {"lifecycle": "spot"}, None),
    ("cost<1", {"lifecycle": "spot"}, None),
    ("cost=1", {"lifecycle": "spot"}, None),
    ("cost=2", {"lifecycle": "spot"}, False),
])  # fmt: skip
def test_cost_is_asked_of_prices_and_of_bounds(text: str, changes: dict, expected: bool | None) -> None:
    assert verdict(text, instance(1, **changes), **COST) is expected


def test_cost_of_what_is_stored_is_by_the_month() -> None:
    assert verdict("cost>39", volume(1, size_gib=500), **COST) is True
    assert verdict("cost<6", snapshot(1), **COST) is True
    assert verdict("cost>4", snapshot(1), **COST) is None
