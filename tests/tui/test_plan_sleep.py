"""A process that was stopped, or a machine that slept, confirms nothing it was asked before."""

from __future__ import annotations

import pytest

from tests.support.dashboard import on_screen, until
from tests.tui.test_plan_screen import Scene, press
from trainctl_tui.tui.lifecycle import GapWatch


@pytest.mark.parametrize("noticed_by", ["key", "clock"])
async def test_a_sleep_takes_back_what_was_said_and_reads_everything_anew(noticed_by: str) -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, "t")
        await s.answer(pilot)
        assert "Press y" in on_screen(s.stage)
        slept = iter([0.0])
        s.screen.gaps = GapWatch(clock=lambda: next(slept, 6.0))  # not old yet: facts hold for a minute
        s.screen.planning._included = {"i-was-included"}
        if noticed_by == "key":
            await press(pilot, "y", after=9.0)
        await until(pilot, lambda: len(s.questions) == 2)
        assert s.screen.planning._included == set()
        await press(pilot, "y", after=19.0)
        assert s.begun.plans == []
        await s.answer(pilot)
        assert "checked anew after 6s of sleep" in on_screen(s.stage)
        await press(pilot, "y", after=29.0)
        await until(pilot, lambda: s.begun.plans)
