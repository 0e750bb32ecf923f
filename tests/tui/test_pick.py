"""Lists to pick from fit on every screen, and a first Enter is not lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.dashboard import cursor, on_screen, until
from tests.support.rows import instance
from tests.tui.conftest import Stage
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.tui.screens.pick import PickScreen
from trainctl_tui.tui.widgets.drawer import Drawer

Staged = Callable[..., Stage]


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=["80x24", "40x12"])
@pytest.mark.parametrize("key", ["c", "o", "T"])
async def test_a_list_shows_its_last_entry_and_its_keys(
    stage: Staged, size: tuple[int, int], key: str
) -> None:
    s = stage()
    async with s.app.run_test(size=size) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: isinstance(s.app.screen, PickScreen))
        screen = s.app.screen
        assert isinstance(screen, PickScreen)
        await pilot.press("end")
        last = screen._choices[-1][1]
        await until(pilot, lambda: f" {last} " in on_screen(s))
        assert "Enter take · Esc out" in on_screen(s)


async def test_a_first_enter_opens_the_first_row(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2)])
        await until(pilot, lambda: cursor(s) == instance(1).id)
        await pilot.press("enter")
        await until(pilot, lambda: s.app.dashboard.query_one(Drawer).display)


@pytest.mark.parametrize("keys", [("P",), ("colon", *"profile other", "enter")], ids=["key", "command"])
async def test_the_demo_has_no_profile_to_change_to(stage: Staged, keys: tuple[str, ...]) -> None:
    s = stage(launch=Launch(demo=True))
    async with s.app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: any("no profiles" in note.message for note in s.app._notifications))
        assert not isinstance(s.app.screen, PickScreen)
        assert len(s.links) == 1
