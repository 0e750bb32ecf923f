"""Keys that are held: a keyboard repeats them 25 times a second, on the table, into the dialog, and in it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from tests.support.dashboard import on_screen
from tests.support.fleet_app import calm
from tests.support.judging import DATA, ROOT, stopped
from tests.tui.test_plan_screen import Scene
from trainctl_tui.tui.screens.plan import PlanScreen

HELD = (0.0, *(0.66 + 0.04 * step for step in range(50)))
"""Seconds after the first press at which a keyboard says the key again."""

DOOMED = stopped(1, volumes=(ROOT, replace(DATA, delete_on_termination=True)))
"""A machine whose end takes data along: that wants a phrase."""


async def hold(pilot: Pilot[Any], name: str, begun: float) -> None:
    """Hold a key down. When each press was is said, and not left to a machine that may be busy."""
    driver = pilot.app._driver
    assert driver is not None
    for after in HELD:
        event = events.Key(name, name if len(name) == 1 else None)
        event.time = begun + after
        event.set_sender(pilot.app)
        driver.send_message(event)
    await calm(pilot)


def now() -> float:
    """Return the time that a key pressed now would have."""
    return events.Key("a", "a").time


@pytest.mark.parametrize("key", ["t", "y", "enter"])
async def test_a_key_that_was_held_before_its_dialog_came_confirms_nothing(key: str) -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await hold(pilot, "t", begun := now())
        assert len(s.questions) == 1
        await hold(pilot, key, begun)
        before = now()
        await s.answer(pilot)
        assert "Press y" in on_screen(s.stage)
        await hold(pilot, key, before)
        assert isinstance(s.screen, PlanScreen)
        assert len(s.questions) == 1
        assert s.begun.plans == []


@pytest.mark.parametrize("key", ["t", "y", "enter"])
async def test_a_key_that_is_held_types_no_phrase(key: str) -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await hold(pilot, "t", now())
        await s.answer(pilot, DOOMED)
        assert s.phrase
        await hold(pilot, key, now() + 60.0)
        assert isinstance(s.screen, PlanScreen)
        assert s.begun.plans == []
