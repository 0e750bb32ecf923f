"""The key that includes one target of a plan: it means the one that was seen to be highlighted, or none."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from tests.support.dashboard import on_screen, until
from tests.support.fleet_app import calm
from tests.support.judging import UNKNOWN, machine
from tests.tui.test_plan_screen import ROWS, Scene, press

WAITING = tuple(machine(n, job=UNKNOWN) for n in (2, 5, 9))


def typed_ahead(pilot: Pilot[object], *names: str) -> None:
    """Put keys into the queue in one go, as a terminal does that was not read for a while."""
    driver = pilot.app._driver
    assert driver is not None
    for name in names:
        event = events.Key(name, "+" if name == "plus" else None)
        event.set_sender(pilot.app)
        driver.send_message(event)


async def opened(scene: Scene, pilot: Pilot[object]) -> None:
    """Open a plan of twelve, three of which need a word; the cursor is on the first of them."""
    await scene.begin(pilot)
    await press(pilot, "asterisk", "t")
    await scene.answer(pilot, *WAITING)
    assert f"▸[ ] {WAITING[0].id}" in on_screen(scene.stage)


async def test_typed_ahead_it_includes_nothing_that_was_not_seen() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 90)) as pilot:
        await opened(s, pilot)
        typed_ahead(pilot, "tab", "plus")
        await calm(pilot)
        assert s.screen.planning.plan.included == ()
        assert "too quick" in on_screen(s.stage)
        assert f"▸[ ] {WAITING[1].id}" in on_screen(s.stage)
        await press(pilot, "+")
        assert s.screen.planning.plan.included == (WAITING[1].id,)


async def test_the_cursor_stays_on_its_target_when_others_come_and_go() -> None:
    """Facts that are read again find the first one fine: a number would now point at the last."""
    s = Scene()
    async with s.stage.app.run_test(size=(100, 90)) as pilot:
        await opened(s, pilot)
        await press(pilot, "tab")
        assert s.screen.planning.highlighted == WAITING[1].id
        s.stage.clock.now += 61
        await press(pilot, "+")
        await s.answer(pilot, *WAITING[1:])
        assert f"▸[ ] {WAITING[1].id}" in on_screen(s.stage)
        await press(pilot, "+")
        assert s.screen.planning.plan.included == (WAITING[1].id,)
        assert s.screen.planning.highlighted == WAITING[1].id


async def test_what_is_scrolled_away_is_brought_back_before_it_is_included() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(80, 15)) as pilot:
        await s.begin(pilot)
        await press(pilot, "asterisk", "t")
        await s.answer(pilot, *WAITING)
        assert WAITING[0].id not in on_screen(s.stage)
        await press(pilot, "+")
        await until(pilot, lambda: f"▸[ ] {WAITING[0].id}" in on_screen(s.stage))
        assert s.screen.planning.plan.included == ()
        await press(pilot, "+")
        assert s.screen.planning.plan.included == (ROWS[1].id,)
