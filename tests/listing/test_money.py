"""How money reads: estimates, bounds, unknowns; never a zero for want of a price."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import NOW, attached, instance, snapshot, volume
from trainctl_tui.domain.cost import Bill, Price
from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing import instances, snapshots, volumes
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.money import bill_text, price_text, usd
from trainctl_tui.services.prices import load

PRICES = load(None)
FACTS = Facts(now=NOW, prices=PRICES)


@pytest.mark.parametrize(("amount", "text"), [
    (0.526, "0.526"), (0.0416, "0.0416"), (0.5676, "0.5676"), (1.006, "1.006"), (21.957642, "21.96"),
    (40.0, "40.00"),
    (0.5, "0.50"), (999.994, "999.99"), (1234.5, "1,234"), (0.00001, "0.00"), (2.0, "2.00"),
])  # fmt: skip
def test_amounts_have_as_many_digits_as_matter(amount: float, text: str) -> None:
    assert usd(amount) == text


@given(st.floats(0, 99_999))
def test_a_price_fits_its_column(amount: float) -> None:
    text = price_text(Price(amount, "", "", at_most=True))
    assert len(text) <= 8
    assert text == "-" or text.startswith("≤~")


def test_unknown_is_said() -> None:
    assert price_text(None) == "unknown"
    assert bill_text(Bill(0.5676, 2), "h") == "~$0.5676/h + 2 unknown"
    assert bill_text(Bill(0, 2), "h") == "2 unknown"
    assert bill_text(Bill(1, 0, at_most=True), "h") == "≤~$1.00/h"
    assert bill_text(Bill(), "month") == "~$0.00/month"


def _cell(pane, row: object) -> tuple[str, object]:
    column = next(column for column in pane.COLUMNS if column.key == "cost")
    return column.text(row, FACTS), column.sort(row, FACTS)


def test_cells() -> None:
    assert _cell(instances, instance()) == ("~1.006", 1.006)
    assert _cell(instances, instance(lifecycle="spot")) == ("≤~1.006", 1.006)
    assert _cell(instances, instance(type="x9.huge")) == ("unknown", None)
    assert _cell(instances, instance(state="stopped")) == ("-", 0.0)
    assert _cell(volumes, volume(size_gib=500)) == ("~40.00", 40.0)
    assert _cell(snapshots, snapshot()) == ("≤~5.00", 5.0)


def _fields(pane, row: object, facts: Facts = FACTS) -> dict[str, str]:
    sections = {section.title: section.fields for section in pane.details(row, facts).sections}
    return {field.label: field.text for field in sections["Money"]}


def test_details_name_list_and_date() -> None:
    dated = PRICES.dated
    assert _fields(instances, instance())["While running"] == f"~$1.006/h (bundled list, {dated})"
    assert _fields(snapshots, snapshot())["Costs"] == f"at most ~$5.00/month (bundled list, {dated})"
    assert _fields(volumes, volume(type="gp9"))["Costs"] == "unknown: no list names its price"


def test_details_say_what_goes_on_and_what_stays() -> None:
    disks = [volume(number, size_gib=500) for number in (1, 2)]
    row = instance(
        state="stopped", attachments=(attached(disks[0].id, "i", dies=True), attached(disks[1].id, "i"))
    )
    listed = MappingProxyType({(disk.region, disk.id): disk for disk in disks})
    told = _fields(instances, row, Facts(now=NOW, prices=PRICES, rows={Kind.VOLUMES: listed}))
    assert told["Its volumes"] == "~$80.00/month, also while it is stopped"
    assert told["Stays if terminated"] == "~$40.00/month, of volumes that outlive it"
    unlisted = _fields(instances, row)
    assert unlisted["Stays if terminated"] == "1 unknown, of volumes that outlive it"
