"""One table of keys: README, footer, help and bindings come from it, and every key does something."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainctl_tui import arguments
from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.query import parse
from trainctl_tui.domain.query_fields import TRUTHS
from trainctl_tui.domain.resources import Kind
from trainctl_tui.tui import help as help_screen
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.commands import COMMANDS, Command, Group, bindings, footer, key_table
from trainctl_tui.tui.footer import footer_line
from trainctl_tui.tui.help import help_text
from trainctl_tui.tui.screens.dashboard import Dashboard
from trainctl_tui.tui.widgets.fleet_table import FleetTable

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_key_table_of_the_readme_is_this_table_and_nothing_else() -> None:
    section = README.split("\n## Keys\n")[1].split("\n## ")[0]
    assert section.strip() == key_table()


def test_every_command_is_in_the_table_once_under_its_group() -> None:
    lines = key_table().splitlines()
    assert len(lines) == 2 + len(Group) + len(COMMANDS)
    for group in Group:
        at = lines.index(f"| **{group}** | |")
        members = [command for command in COMMANDS if command.group is group]
        assert lines[at + 1 : at + 1 + len(members)] == [f"| `{one.shown}` | {one.help} |" for one in members]


def test_the_table_follows_the_commands() -> None:
    extra = Command("new", ("f9",), "F9", "new", "Do something new.", Group.APP, 99)
    assert "| `F9` | Do something new. |" in key_table([*COMMANDS, extra])
    assert footer([*COMMANDS, extra])[-1] is extra
    assert [(one.key, one.action) for one in bindings([extra])] == [("f9", "new")]


def test_the_help_tells_every_command_in_the_order_of_the_table() -> None:
    text = help_text().plain
    told = [
        line
        for group in Group
        for line in (group.value, *(f"  {one.shown:<14}{one.help}" for one in COMMANDS if one.group is group))
    ]
    lines = [line for line in text.splitlines() if line in told]
    assert lines == told


def test_the_footer_shows_its_commands_by_rank() -> None:
    ranks = [command.footer for command in footer()]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    wide = footer_line(1000).plain
    places = [wide.index(f" {command.shown} {command.label} ") for command in footer()]
    assert places == sorted(places)
    narrow = footer_line(30).plain
    assert f" {footer()[0].shown} {footer()[0].label} " in narrow


def test_no_key_has_two_meanings_and_no_help_is_missing() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    for command in COMMANDS:
        assert command.help.endswith(".")
        assert command.label
        assert command.shown


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.action], ids=lambda one: one.action)
def test_every_action_exists(command: Command) -> None:
    name = f"action_{command.action.partition('(')[0]}"
    held = [owner for owner in (Dashboard, TrainctlApp) if callable(getattr(owner, name, None))]
    assert held, f"{name} is nobody's"


def test_the_keys_of_the_table_widget_are_the_commands_without_an_action() -> None:
    bound = {key for binding in FleetTable.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]
    told = {key for command in COMMANDS if not command.action for key in command.keys}
    assert told <= bound
    # "enter" is the dashboard's action as well; Ctrl+Space has two names.
    assert bound - told == {"enter", "ctrl+space"}


def test_every_binding_of_the_dashboard_is_a_command() -> None:
    held = {(binding.key, binding.action) for binding in bindings()}
    assert {(key, one.action) for one in COMMANDS if one.action for key in one.keys} == held


@pytest.mark.parametrize("text", [example for example, _ in help_screen._FILTER])
def test_the_filters_of_the_help_can_be_read(text: str) -> None:
    assert parse(text, Kind.INSTANCES).alternatives


def test_the_fields_of_the_help_can_be_read() -> None:
    words = [word for _, meaning in help_screen._FILTER for word in meaning.replace(";", " ").split()]
    fields = [word for word in words if word[-1] in ":>" or ":" in word]
    assert {"type:", "size>", "is:mine"} <= set(fields)
    for field in fields:
        typed = f"{field}x" if field.endswith(":") else f"{field}1" if field.endswith(">") else field
        assert any(_reads(typed, kind) for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)), typed


@pytest.mark.parametrize("word", TRUTHS)
def test_every_truth_that_a_filter_knows_is_told(word: str) -> None:
    assert f"is:{word}" in help_text().plain
    assert f"is:{word}" in arguments._FILTER


def test_the_filters_of_the_readme_can_be_read() -> None:
    line = next(line for line in README.splitlines() if line.startswith("Filters read like"))
    examples = line.split("`")[1::2]
    assert len(examples) >= 4
    for example in examples:
        assert _reads(example, Kind.INSTANCES), example


def _reads(text: str, kind: Kind) -> bool:
    try:
        return bool(parse(text, kind).alternatives)
    except InvalidQuery:
        return False
