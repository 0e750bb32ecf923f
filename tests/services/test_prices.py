"""Price lists: what came with the program, what a user wrote, and what is wrong in that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trainctl_tui.domain.cost import Prices
from trainctl_tui.services.prices import BUNDLED, load

REGIONS = (
    "us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-1",
)  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "prices.toml"


def _load(path: Path, text: str) -> Prices:
    path.write_text(text)
    return load(path)


def test_the_bundled_list_is_dated_and_names_what_trains() -> None:
    prices = load(None)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", prices.dated)
    (held,) = prices.lists
    assert held.source == BUNDLED
    assert set(held.instances) == set(held.volumes) == set(held.snapshots) == set(REGIONS)
    assert len(held.instances["us-east-1"]) >= 60
    for region in REGIONS:
        assert set(held.volumes[region]) == {"gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"}
        assert all(usd > 0 for usd in held.instances[region].values())


@pytest.mark.parametrize(("type", "usd"), [
    # A table of 2026-09-06 (FEASIBILITY.md, section 5).
    ("t3.medium", 0.0416), ("m5.4xlarge", 0.768), ("g4dn.xlarge", 0.526), ("g5.xlarge", 1.006),
    ("g6.xlarge", 0.8048),
    ("g6e.xlarge", 1.861), ("p3.2xlarge", 3.06), ("p4d.24xlarge", 21.957642), ("p5.48xlarge", 55.04),
])  # fmt: skip
def test_known_figures(type: str, usd: float) -> None:
    assert load(None).hourly("us-east-1", type, "").usd == usd


def test_no_region_is_cheaper_than_half_or_dearer_than_twice_the_first() -> None:
    """A figure that slipped by a digit or a row would be."""
    held = load(None).lists[0].instances
    for region in REGIONS:
        for type, usd in held[region].items():
            assert 0.8 < usd / held["us-east-1"][type] < 1.6, (region, type)


def test_a_user_s_price_wins_and_leaves_the_others(mine: Path) -> None:
    prices = _load(
        mine,
        'dated = "2026-11-01"\n[instances.us-east-1]\n"p5.48xlarge" = 40\ng5.xlarge = 0.9\n'
        "[volumes.us-east-1]\ngp3 = { gib = 0.07, iops = [[3000, 0.004]] }\n"
        "[snapshots]\nmars-1 = { standard = 0.02 }\n",
    )
    assert prices.faults == ()
    assert prices.hourly("us-east-1", "p5.48xlarge", "").usd == 40
    assert prices.hourly("us-east-1", "g5.xlarge", "").source == str(mine)
    assert prices.hourly("us-east-1", "g4dn.xlarge", "").source == BUNDLED
    assert prices.storage_monthly("us-east-1", "gp3", 100, 4000, None) == pytest.approx(11.0)
    assert prices.snapshot("mars-1", 100, "standard").usd == pytest.approx(2.0)
    assert prices.dated == f"2026-11-01, {load(None).dated}"


@pytest.mark.parametrize(("text", "place", "words"), [
    ("datet = 1", ":1:", "did you mean 'dated'"),
    ("prices = 1", ":1:", "there are dated, instances"),
    ("dated = 1", ":1:", "it takes text"),
    ("instances = 3", ":1:", "USD an hour"),
    ("[instances]\nus-east-1 = 3", ":2:", "'instances.us-east-1'"),
    ('\n[instances.us-east-1]\n"g5.xlarge" = "1.0"', ":3:", "'instances.us-east-1.g5.xlarge'"),
    ("[instances.us-east-1]\ng5.xlarge = -1", ":2:", "USD an hour"),
    ("[instances.us-east-1]\ng5.xlarge = nan", ":2:", "USD an hour"),
    ("[instances.us-east-1]\ng5.xlarge = inf", ":2:", "USD an hour"),
    ("[instances.us-east-1]\ng5.xlarge = true", ":2:", "USD an hour"),
    ("[volumes.us-east-1]\ngp3 = 0.08", ":2:", "USD a month"),
    ("[volumes.us-east-1]\ngp3 = { gb = 0.08 }", ":2:", "'volumes.us-east-1.gp3'"),
    ("[snapshots]\nus-east-1 = 0.05", ":2:", "USD a month"),
    ("dated = ", "", "not TOML"),
])  # fmt: skip
def test_what_is_wrong_names_file_line_and_key_and_is_not_used(
    mine: Path, text: str, place: str, words: str
) -> None:
    prices = _load(mine, text + "\n")
    (fault,) = prices.faults
    assert f"{mine}{place}" in str(fault)
    assert words in str(fault)
    assert str(fault).endswith("It is not used.")
    assert prices.hourly("us-east-1", "g5.xlarge", "").usd == 1.006
    assert prices.storage_monthly("us-east-1", "gp3", 100, 3000, 125) == pytest.approx(8.0)


def test_what_is_right_beside_it_is_used(mine: Path) -> None:
    prices = _load(mine, '[instances.us-east-1]\n"g5.xlarge" = "one"\n"g4dn.xlarge" = 0.5\n')
    assert len(prices.faults) == 1
    assert prices.hourly("us-east-1", "g4dn.xlarge", "").usd == 0.5


def test_no_file_and_no_plain_file(mine: Path, tmp_path: Path) -> None:
    assert load(mine) == load(None)
    (fault,) = load(tmp_path).faults
    assert str(tmp_path) in str(fault)
