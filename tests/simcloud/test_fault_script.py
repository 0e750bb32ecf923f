"""Fault scripts: those in docs/ run, and one that is wrong says where and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from tests.support.cloud import client
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.simcloud.engine.buckets import DOCUMENTED, Limit
from trainctl_tui.simcloud.fault_script import FaultScript, read_script
from trainctl_tui.simcloud.process import SimCloud
from trainctl_tui.simcloud.wire.faults import Effect, Rule

DOCS = Path(__file__).resolve().parents[2] / "docs"


def wrong(tmp_path: Path, text: str) -> str:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_script(file)
    return str(caught.value).replace(str(tmp_path), "")


@pytest.mark.parametrize("path", sorted(DOCS.glob("faults/*.toml")), ids=lambda path: path.name)
def test_the_scripts_in_the_docs_can_be_read(path: Path) -> None:
    assert read_script(path).rules
    assert f"(faults/{path.name})" in (DOCS / "faults.md").read_text()


def test_the_page_names_every_key_and_effect() -> None:
    told = set(re.findall(r"`([a-z_]+)`", (DOCS / "faults.md").read_text()))
    assert set(get_args(Effect)) <= told
    assert {*FaultScript.__struct_fields__, *Rule.__struct_fields__} - {"rules"} <= told


def test_a_script_is_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "good.toml"
    file.write_text('lag = [0, 20]\nseed = 3\nlimits = "documented"\n[[rules]]\neffect = "lost"\n')
    script = read_script(file)
    assert (script.lags, script.seed, script.buckets) == ((0, 20), 3, DOCUMENTED)
    assert script.rules == (Rule("lost"),)
    file.write_text("lag = 4\nlimits = { reads = { holds = 1, per_second = 2 } }\n")
    script = read_script(file)
    assert script.lags == (4,)
    assert script.buckets is not None
    assert script.buckets.reads == Limit(1, 2)
    file.write_text("")
    assert read_script(file) == FaultScript()
    assert FaultScript().buckets is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sed = 1", "/bad.toml:1. There is no key 'sed'. Did you mean 'seed'?"),
        ("\nlag = -1", "/bad.toml:2. lag: "),
        ('limits = "documentd"', '/bad.toml:1. limits takes "none", "documented" or a table of sizes.'),
        ('[[rules]]\neffect = "lost"\n[[rules]]\neffect = "drop"\ntims = 1', ":5. There is no key 'tims'."),
        ('[[rules]]\neffect = "lost"\n[[rules]]\neffect = "explode"', ":4. effect takes one of throttle, "),
        ('[[rules]]\ntimes = "two"\neffect = "lost"', ":2. times: Expected `int | null`, got `str`."),
        ('[[rules]]\naction = "("\neffect = "lost"', "'(' is not a regular expression"),
        ("[[rules]]\ntimes = 1", ":1. rules: Object missing required field `effect`"),
        ("limits = { raeds = { holds = 1, per_second = 1 } }", "Did you mean 'reads'?"),
        ("limits = { reads = { holds = 1, per_secnd = 1 } }", "Did you mean 'per_second'?"),
        ("lag = [", "it is not TOML"),
    ],
)
def test_a_wrong_script_names_line_key_and_what_was_meant(tmp_path: Path, text: str, told: str) -> None:
    assert told in wrong(tmp_path, text)


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no fault script"):
        read_script(tmp_path / "absent.toml")


@pytest.mark.wire
def test_a_simulated_cloud_runs_it(tmp_path: Path, start_cloud: Callable[..., SimCloud]) -> None:
    file = tmp_path / "script.toml"
    file.write_text(
        'limits = { whole_reads = { holds = 2, per_second = 0 } }\n[[rules]]\neffect = "html"\npage = 2\n'
    )
    ec2 = client(start_cloud(faults=file))
    for _ in range(2):
        ec2.describe_volumes()
    with pytest.raises(Exception, match="RequestLimitExceeded"):
        ec2.describe_volumes()
