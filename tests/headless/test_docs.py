"""docs/headless.md says what is there: every command, option, field, code and metric by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.test_metrics import ALL, parsed
from trainctl_tui.arguments import OUTPUTS, parser
from trainctl_tui.domain.resources import Attachment, Instance, InstanceStatus, Snapshot, TypeSpec, Volume
from trainctl_tui.headless import codes
from trainctl_tui.headless.completion import levels
from trainctl_tui.services.metrics import text

PAGE = Path(__file__).parents[2] / "docs" / "headless.md"
ELSEWHERE = {"demo", "-h", "--help", "--refresh", "--theme", "--seed", "--instances", "--speed"}


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


def test_every_code_has_its_line(page: str) -> None:
    for code in (codes.DONE, codes.FAILED, codes.USAGE, codes.REFUSED, codes.NOT_ALLOWED, codes.PARTIAL):
        assert f"\n| {code} |" in page
    assert f"{codes.BROKEN_PIPE} when" in page


def test_every_metric_is_described(page: str) -> None:
    for name, _ in parsed(text(ALL)):
        short = name.removeprefix("trainctl_tui")
        assert f"`{name}`" in page or f"`{short}`" in page, name
