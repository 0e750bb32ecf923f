"""Keys that come in one packet, as over a slow line, do what they would do one by one."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import App
from textual.keys import key_to_character

from tests.support.dashboard import cursor, until
from tests.support.rows import instance, volume
from tests.tui.conftest import Stage
from trainctl_tui.domain.resources import Kind
from trainctl_tui.tui.commands import COMMANDS

Staged = Callable[..., Stage]


def at_once(app: App[int], *keys: str) -> None:
    """Press keys without waiting for any of them."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else key_to_character(key)))


async def listed(stage: Stage, pilot: object) -> None:
    stage.greet()
    rows = [instance(number, state="stopped" if number % 2 else "running") for number in range(1, 7)]
    stage.list(Kind.INSTANCES, rows)
    stage.list(Kind.VOLUMES, [volume(1), volume(2)])
    await until(pilot, lambda: len(stage.app.dashboard.panes[1].table.model.rows) == 2)  # type: ignore[arg-type]


async def test_letters_behind_a_slash_are_a_filter_and_no_commands(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        await listed(s, pilot)
        at_once(s.app, "slash", *"state:stopped", "enter", "z")
        await until(pilot, lambda: s.app.dashboard.badges.paused)
        assert s.app.dashboard.pane.query_text == "state:stopped"
        assert s.app.focused is s.app.dashboard.pane.table
        assert not s.app.dashboard.prompt.display


async def test_a_command_typed_in_one_go_is_carried_out(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        await listed(s, pilot)
        at_once(s.app, "colon", *"vol", "tab", "enter", "G", "z")
        await until(pilot, lambda: s.app.dashboard.badges.paused)
        assert s.app.dashboard.active == 1
        assert cursor(s) == volume(2).id


async def test_a_list_is_picked_from_by_keys_typed_ahead(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        await listed(s, pilot)
        second = s.app.dashboard.pane.spec.columns[1].key
        at_once(s.app, "o", "home", "down", "enter", "z")
        await until(pilot, lambda: s.app.dashboard.badges.paused)
        assert s.app.dashboard.pane.order == (second, False)


async def test_closing_twice_closes_once(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        await listed(s, pilot)
        at_once(s.app, *("question_mark", "escape", "escape") * 5, "z")
        await until(pilot, lambda: s.app.dashboard.badges.paused)
        assert s.app.screen is s.app.dashboard


async def test_q_leaves(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        await listed(s, pilot)
        await pilot.press("q")
        await until(pilot, lambda: s.app._exit)
        assert s.app.return_code == 0


def test_every_key_of_the_table_does_something(stage: Staged) -> None:
    dashboard = stage().app.dashboard
    for command in COMMANDS:
        name = command.action.partition("(")[0]
        assert not name or callable(getattr(dashboard, f"action_{name}", None)), command
