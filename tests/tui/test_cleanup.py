"""The clean-up session: what it shows, what it marks, what blocks it, and that nothing moves a mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.dashboard import on_screen, until
from tests.support.rows import ME, NOW, REGION, instance, volume
from tests.support.waste import FLEET, ONE, TWO, helper
from tests.tui.conftest import Stage
from trainctl_tui.domain.errors import Conflict, Trouble
from trainctl_tui.domain.inventory import Lane
from trainctl_tui.domain.resources import Instance, Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link import messages as m
from trainctl_tui.tui.screens.cleanup import CleanupScreen
from trainctl_tui.tui.screens.plan import PlanScreen

Staged = Callable[..., Stage]
SLOW = Trouble("Throttled", "AWS asks for slower calls.", "RequestLimitExceeded.", "", True)


async def opened(s: Stage, pilot: Pilot[Any], *rows: Instance) -> CleanupScreen:
    s.greet()
    s.list(Kind.INSTANCES, rows or FLEET)
    s.list(Kind.VOLUMES, (volume(1, size_gib=500, created_at=NOW),))
    s.list(Kind.SNAPSHOTS, ())
    await until(pilot, lambda: len(s.app.dashboard.news.whole) == 2)
    await pilot.press("C")
    await until(pilot, lambda: isinstance(s.app.screen, CleanupScreen))
    screen = s.app.screen
    assert isinstance(screen, CleanupScreen)
    await pilot.pause()
    return screen


async def again(s: Stage, pilot: Pilot[Any], rows: tuple[Instance, ...], sweep: int = 2) -> None:
    s.list(Kind.INSTANCES, rows, sweep)
    await until(pilot, lambda: len(s.app.dashboard.news.of(Kind.INSTANCES)) == len(rows))
    await pilot.pause()


def editable(**changes: object) -> Launch:
    return Launch(profile="ml", read_only=False, **changes)  # type: ignore[arg-type]


async def test_it_lists_why_and_money_and_marks_the_leftovers_of_nobody_else(
    stage: Staged,
) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        assert screen.marks == {ONE, TWO}
        shown = on_screen(s)
        assert "5 candidates, 2 marked · ~$0.1664/h would end" in shown
        assert f"[x] {TWO[1]:<22}  running   us-east-1  ~$0.0832/h, ~$40.00/month" in shown
        assert "trainctl-prewarm-temp: leftover helper, 12h old, in no operation" in shown
        assert "leftover helper, 12h old, in no operation; of bob" in shown
        assert "stopped for 30d; " in shown
        assert "unknown $/h" in shown
        assert instance(6).id not in shown


async def test_marks_are_toggled_and_leave_with_the_plan(stage: Staged) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        await pilot.press("j", "space", "j", "space", "t")
        await until(pilot, lambda: s.app.screen is not screen)
        table = s.app.dashboard.pane.table
        await until(pilot, lambda: table.model.marks)
        assert s.app.dashboard.pane.spec.kind is Kind.INSTANCES
        # The list begins with what is marked, the dearest first: that is the one with a disk.
        assert table.model.marks == {TWO, list(screen._held)[2]}
        await until(pilot, lambda: isinstance(s.app.screen, PlanScreen))
        asked = [one for one in s.link.sent if isinstance(one, m.AskFacts)]
        assert [set(one.targets) for one in asked] == [table.model.marks]


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_marks_nothing(stage: Staged, key: str) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        await pilot.press(key)
        await until(pilot, lambda: s.app.screen is not screen)
        assert not s.app.dashboard.pane.table.model.marks


async def test_no_marks_no_plan(stage: Staged) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        await pilot.press("backslash", "t")
        await pilot.pause()
        assert s.app.screen is screen
        assert "Nothing is marked" in on_screen(s)
        await pilot.press("asterisk")
        assert len(screen.marks) == 5


async def test_what_comes_later_is_never_marked_and_moves_nothing(stage: Staged) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        await pilot.press("j")
        here = screen._here
        order = list(screen._held)
        new = helper(9, type="p5.48xlarge")
        await again(s, pilot, (*FLEET, new))
        assert screen._here == here
        assert list(screen._held) == [*order, (REGION, new.id)]
        assert screen.marks == {ONE, TWO}


async def test_a_machine_that_goes_takes_its_mark_and_the_cursor_with_it(stage: Staged) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        assert screen._here == TWO
        await again(s, pilot, (FLEET[0], *FLEET[2:6]))
        assert screen.marks == {ONE}
        assert screen._here is None
        await pilot.press("space")
        assert screen.marks == {ONE}


async def test_a_stale_listing_blocks_the_plan_with_words_until_it_is_live(stage: Staged) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        lane = Lane(ME.account, REGION, Kind.INSTANCES)
        s.link.say(m.SweepFailed(lane, 2, SLOW, 30.0, 1))
        await until(pilot, lambda: "The instances of us-east-1 are stale" in on_screen(s))
        await pilot.press("t")
        await pilot.pause()
        assert s.app.screen is screen
        assert "Nothing can be planned." in on_screen(s)
        await again(s, pilot, FLEET[:5], sweep=3)
        await pilot.press("t")
        await until(pilot, lambda: s.app.screen is not screen)


@pytest.mark.parametrize(("launch", "words"), [
    (Launch(profile="ml", read_only=True), "read-only mode"),
    (editable(), "volumes of us-east-1 are loading"),
])  # fmt: skip
async def test_read_only_and_a_lane_that_is_not_listed_block_it(
    stage: Staged, launch: Launch, words: str
) -> None:
    s = stage(launch=launch)
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, FLEET)
        await until(pilot, lambda: s.app.dashboard.news.of(Kind.INSTANCES))
        await pilot.press("C", "t")
        await until(pilot, lambda: words in on_screen(s))
        assert isinstance(s.app.screen, CleanupScreen)


async def test_a_helper_of_a_live_operation_is_left_alone(stage: Staged) -> None:
    s = stage(launch=editable())
    s.app.session.busy = lambda: {ONE[1]: "op-1"}
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        assert ONE not in screen._held


async def test_a_journal_that_cannot_be_read_is_said(stage: Staged) -> None:
    s = stage(launch=editable())

    def broken() -> dict[str, str]:
        raise Conflict("The journal cannot be read.")

    s.app.session.busy = broken
    async with s.app.run_test(size=(80, 24)) as pilot:
        await opened(s, pilot)
        await pilot.press("t")
        await until(pilot, lambda: "Nothing can be planned. The journal cannot be read." in on_screen(s))


async def test_unknown_ages_are_told_and_not_counted(stage: Staged) -> None:
    s = stage(launch=editable())
    async with s.app.run_test(size=(80, 24)) as pilot:
        row = helper(8)
        await opened(s, pilot, FLEET[0], instance(8, launched_at=None, tags=row.tags))
        shown = on_screen(s)
        assert "1 candidate, 1 marked" in shown
        assert f"1 not counted, because their age is unknown: {row.id}" in shown


async def test_w_shows_only_waste_and_everything_again(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, FLEET)
        model = s.app.dashboard.pane.table.model
        await until(pilot, lambda: model.shown_count == 6)
        await pilot.press("W")
        await until(pilot, lambda: model.shown_count == 5)
        assert "waste only" in on_screen(s)
        await pilot.press("slash", *"state:running", "enter")
        await until(pilot, lambda: model.shown_count == 4)
        await pilot.press("W")
        await until(pilot, lambda: model.shown_count == 5)
