"""What resources cost: known figures, laws of bounds and unknowns (CONTRACTS.md, Screens; E16)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.rows import REGION, attached, instance, snapshot, volume
from trainctl_tui.domain.cost import (
    NO_PRICES,
    Bill,
    Price,
    PriceList,
    Prices,
    SnapshotRate,
    VolumeRate,
    of_volumes,
    price_of,
    rate_of,
    running,
    staying,
    total,
)

LIST = PriceList(
    dated="2025-09-01",
    source="test",
    instances={REGION: {"g4dn.xlarge": 0.526, "t3.medium": 0.0416}},
    volumes={
        REGION: {
            "gp3": VolumeRate(0.08, ((3000, 0.005),), ((125, 0.04),)),
            "io2": VolumeRate(0.125, ((0, 0.065), (32000, 0.0455), (64000, 0.03185))),
            "gp2": VolumeRate(0.1),
        }
    },
    snapshots={REGION: SnapshotRate(0.05, 0.0125)},
)
PRICES = Prices((LIST,))


def test_the_rate_of_scenario_e16() -> None:
    rows = [
        instance(1, type="g4dn.xlarge", state="running"),
        instance(2, type="t3.medium", state="running"),
        instance(3, type="x9.huge", state="running"),
        instance(4, type="g4dn.xlarge", state="stopped"),
    ]
    bill = running(rows, PRICES)
    assert (round(bill.usd, 10), bill.unknown, bill.at_most) == (0.5676, 1, False)
    disk = volume(type="gp3", size_gib=500, iops=3000, throughput=125)
    assert price_of(disk, PRICES).usd == pytest.approx(40.0)


@pytest.mark.parametrize("change", [
    {"type": "x9.huge"}, {"region": "mars-1"}, {"platform": "Windows"}, {"tenancy": "dedicated"},
    {"lifecycle": "capacity-block"}, {"lifecycle": "scheduled"}, {"state": ""},
])  # fmt: skip
def test_what_no_list_prices_is_unknown_and_never_nothing(change: dict[str, str]) -> None:
    row = instance(**{"type": "g4dn.xlarge", "state": "running", **change})
    assert price_of(row, PRICES) is None
    assert price_of(row, NO_PRICES) is None


def test_spot_costs_at_most_what_one_on_demand_does() -> None:
    row = instance(1, type="g4dn.xlarge", state="running", lifecycle="spot")
    price = price_of(row, PRICES)
    assert price is not None
    assert (price.usd, price.at_most) == (0.526, True)
    assert running([row], PRICES) == Bill(0.526, 0, True)


@pytest.mark.parametrize("state", ["stopping", "stopped", "shutting-down", "terminated"])
def test_what_does_not_run_costs_nothing_by_the_hour_but_keeps_its_rate(state: str) -> None:
    row = instance(1, type="g4dn.xlarge", state=state, lifecycle="spot")
    assert price_of(row, PRICES).usd == 0
    assert rate_of(row, PRICES).usd == 0.526
    assert running([row], PRICES) == Bill()


@pytest.mark.parametrize(("type", "gib", "iops", "throughput", "usd"), [
    ("gp3", 100, 3000, 125, 8.0),
    ("gp3", 100, 5000, 225, 8.0 + 10.0 + 4.0),
    ("gp3", 100, 100, 0, 8.0),
    ("io2", 100, 64001, None, 12.5 + 32000 * 0.065 + 32000 * 0.0455 + 0.03185),
    ("gp2", 100, 300, None, 10.0),
    ("gp3", None, 3000, 125, None),
    ("gp3", 100, None, 125, None),
    ("gp3", 100, 3000, None, None),
    ("gp9", 100, 3000, 125, None),
])  # fmt: skip
def test_a_volume_costs_its_size_and_what_was_provisioned(
    type: str, gib: int | None, iops: int | None, throughput: int | None, usd: float | None
) -> None:
    assert PRICES.storage_monthly(REGION, type, gib, iops, throughput) == (
        None if usd is None else pytest.approx(usd)
    )


@given(st.integers(0, 300_000), st.integers(0, 10_000))
def test_more_iops_never_cost_less_and_no_step_jumps(iops: int, more: int) -> None:
    less, dearer = (PRICES.storage_monthly(REGION, "io2", 100, held, None) for held in (iops, iops + more))
    assert less is not None
    assert dearer is not None
    assert -1e-6 <= dearer - less <= more * 0.065 + 1e-6


def test_a_snapshot_costs_at_most_its_whole_size() -> None:
    row = snapshot(size_gib=100, storage_tier="standard")
    assert (price_of(row, PRICES).usd, price_of(row, PRICES).at_most) == (5.0, True)
    assert price_of(replace(row, storage_tier="archive"), PRICES).usd == 1.25
    assert price_of(replace(row, storage_tier=""), PRICES).usd == 5.0
    assert price_of(replace(row, size_gib=None), PRICES) is None
    assert price_of(replace(row, region="mars-1"), PRICES) is None


def test_the_stronger_list_wins_and_says_its_own_name_and_date() -> None:
    own = PriceList("", "mine", instances={REGION: {"t3.medium": 0.01}})
    both = Prices((own, LIST))
    price = both.hourly(REGION, "t3.medium", "")
    assert (price.usd, price.source) == (0.01, "mine")
    assert both.hourly(REGION, "g4dn.xlarge", "").dated == "2025-09-01"
    assert both.dated == "undated, 2025-09-01"


def test_what_stays_after_a_terminate_counts_a_fate_that_is_not_told() -> None:
    fates = {"vol-1": True, "vol-2": False, "vol-3": None, "vol-4": False}
    row = instance(
        1,
        attachments=tuple(attached(id, "i-1", dies=fate) for id, fate in fates.items()),
    )
    volumes = {(REGION, id): volume(1, id=id, type="gp2", size_gib=100) for id in ("vol-1", "vol-2", "vol-3")}
    assert staying(row, volumes, PRICES) == Bill(20.0, 1)
    assert of_volumes(row, volumes, PRICES) == Bill(30.0, 1)


_prices = st.lists(st.none() | st.floats(0, 1e6).map(lambda usd: Price(usd, "test", "")))


@given(_prices)
def test_a_sum_leaves_nothing_out(prices: list) -> None:
    bill = total(prices)
    assert bill.unknown == prices.count(None)
    assert math.isclose(bill.usd, math.fsum(price.usd for price in prices if price), rel_tol=1e-9)
