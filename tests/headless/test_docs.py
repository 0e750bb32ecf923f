"""docs/headless.md says what is there: every command, option, field, code and metric by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.services.test_metrics import ALL, parsed
from trainctl_tui.arguments import OUTPUTS, parser
from trainctl_tui.domain.resources import Attachment, Instance, InstanceStatus, Snapshot, TypeSpec, Volume
from trainctl_tui.headless import codes
from trainctl_tui.headless.completion import levels
from trainctl_tui.headless.plan_file import PlanModel
from trainctl_tui.services.audit_chain import Recorded
from trainctl_tui.services.metrics import text
from trainctl_tui.services.report import PlanReport, Report, TargetReport

PAGE = Path(__file__).parents[2] / "docs" / "headless.md"
ELSEWHERE = {"demo", "-h", "--help", "--refresh", "--theme", "--seed", "--instances", "--speed", "--faults"}


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_command_and_option_is_described(page: str) -> None:
    words = {word for level in levels(parser()) for word in level.words}
    options = {name for level in levels(parser()) for option in level.options for name in option.names}
    assert [word for word in sorted((words | options) - ELSEWHERE) if word not in page] == []
    assert all(f"`{form}`" in page for form in OUTPUTS)


@pytest.mark.parametrize("row", [Instance, Volume, Snapshot, Attachment, TypeSpec, InstanceStatus])
def test_every_field_is_described(page: str, row: type) -> None:
    words = set(page.replace("[", " ").replace("{", " ").replace(",", " ").replace("`", " ").split())
    plain = {word.strip("]}()") for word in words}
    assert [name for name in row.__struct_fields__ if name not in plain] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("told", [Report, PlanReport, TargetReport, Recorded, PlanModel])
def test_every_field_of_acts_and_operations_is_described(page: str, told: type) -> None:
    names = PlanModel.model_fields if told is PlanModel else told.__struct_fields__  # type: ignore[attr-defined]
    plain = set(re.findall(r"[a-z_]+", page))
    assert [name for name in names if name not in plain] == []


def test_every_code_has_its_line(page: str) -> None:
    every = (codes.DONE, codes.FAILED, codes.USAGE, codes.REFUSED, codes.NOT_ALLOWED, codes.PARTIAL)
    for code in (*every, codes.UNKNOWN):
        assert f"\n| {code} |" in page
    assert f"{codes.BROKEN_PIPE} when" in page


def test_every_metric_is_described(page: str) -> None:
    for name, _ in parsed(text(ALL)):
        short = name.removeprefix("trainctl_tui")
        assert f"`{name}`" in page or f"`{short}`" in page, name
