"""Conversations with the dashboard: what a user presses, what the collector says, what is on screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.geometry import Offset
from textual.widgets import Static

from tests.support.dashboard import cursor, line, on_screen, until
from tests.support.rows import ME, NOW, REGION, instance, snapshot
from tests.tui.conftest import Stage
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link import messages as m
from trainctl_tui.listing.news import News, fold, remerged

LANE = Lane(ME.account, REGION, Kind.INSTANCES)
Staged = Callable[..., Stage]
TOUR = ("j", "enter", "escape", "tab", "slash", "x", "escape", "question_mark", "escape", "o", "escape")


async def test_e01_remembered_rows_first_then_live_without_moving_the_cursor(stage: Staged) -> None:
    old = [instance(n) for n in (1, 2, 3)]
    held = Listing(LANE, 0, tuple(old), NOW - 2400, complete=True)
    news = News(identity=ME, regions=(REGION,))
    news = remerged(fold(news, m.Listed(held, 0.0), NOW))
    s = stage(news)
    async with s.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "as of 40m" in line(s, "how"))
        assert instance(3).id in on_screen(s)
        assert "unverified" in line(s, "where")
        await pilot.press("j")
        before = cursor(s)
        assert before is not None
        s.greet()
        s.list(Kind.INSTANCES, old)
        await until(pilot, lambda: "inst live" in line(s, "how"))
        assert cursor(s) == before
        assert "unverified" not in line(s, "where")


async def test_e03_cursor_and_marks_stay_on_their_ids(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        rows = [instance(n) for n in range(10)]
        s.list(Kind.INSTANCES, rows)
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 10)
        await pilot.press("j", "space", "space", "j", "j")
        model = s.app.dashboard.pane.table.model
        at, marks = cursor(s), model.marks
        assert len(marks) == 2
        gone = next(row for row in rows if (REGION, row.id) not in marks and row.id != at)
        s.list(
            Kind.INSTANCES, [r for r in rows if r is not gone] + [instance(n) for n in (20, 21, 22)], sweep=2
        )
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 12)
        assert cursor(s) == at
        assert s.app.dashboard.pane.table.model.marks == marks
        assert "2 marked" in on_screen(s)


async def test_a_vanished_row_leaves_nothing_highlighted(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 2)
        await pilot.press("g")
        mine = cursor(s)
        s.list(Kind.INSTANCES, [row for row in (instance(1), instance(2)) if row.id != mine], sweep=2)
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        assert s.app.dashboard.pane.table.model.asleep
        assert s.app.dashboard.pane.table.model.target() == ()
        await pilot.press("y")
        assert "No row is highlighted" in on_screen(s) or s.app._notifications
        await pilot.press("j")
        assert cursor(s) is not None


async def test_e19_failure_is_never_an_empty_pane(stage: Staged) -> None:
    trouble = Trouble(
        "NothingSent", "AWS cannot be reached.", "No route.", "Check the network.", retryable=True
    )
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.link.say(m.SweepFailed(LANE, 1, trouble, 30.0, 1))
        await until(pilot, lambda: "inst failed" in line(s, "how"))
        text = on_screen(s)
        for part in ("Instances are not known", "AWS cannot be reached.", "No route.", "Check the network."):
            assert part in text
        assert "0 instances" not in text
        assert "next try 30s" in text


async def test_e18_a_missing_permission_darkens_its_own_pane_only(stage: Staged) -> None:
    denied = Trouble(
        "Denied",
        "Not allowed to list volumes.",
        "Missing: ec2:DescribeVolumes.",
        "Ask for it.",
        retryable=False,
    )
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1)])
        s.list(Kind.SNAPSHOTS, [snapshot(1)])
        s.link.say(m.SweepFailed(Lane(ME.account, REGION, Kind.VOLUMES), 1, denied, 300.0, 1))
        await until(pilot, lambda: "vol failed" in line(s, "how"))
        text = on_screen(s)
        assert "inst live" in text
        assert "snap live" in text
        assert "ec2:DescribeVolumes" in text
        assert instance(1).id in text


async def test_e17_throttling_is_said_and_ends_by_itself(stage: Staged) -> None:
    slow = Trouble("Throttled", "AWS slows us down.", "Too many calls.", "Wait.", retryable=True)
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1)])
        s.link.say(m.SweepStarted(LANE, 2))
        s.link.say(m.SweepWaiting(LANE, slow, 9.0))
        await until(pilot, lambda: "throttled" in line(s, "how"))
        assert "next try 9s" in line(s, "how")
        s.list(Kind.INSTANCES, [instance(1)], sweep=2)
        await until(pilot, lambda: "throttled" not in line(s, "how"))


async def test_an_empty_region_says_where_to_look(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [])
        await until(pilot, lambda: "0 instances" in on_screen(s))
        assert "Press R" in on_screen(s)


async def test_a_lost_collector_is_said_and_its_rows_stay(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1)])
        await until(pilot, lambda: "inst live" in line(s, "how"))
        s.link.say(m.CollectorLost("killed by signal 9", 0.5))
        await until(pilot, lambda: "stale" in line(s, "how"))
        assert instance(1).id in on_screen(s)
        assert "signal 9" in on_screen(s)
        s.link.say(m.Hello(9, (REGION,)))
        s.list(Kind.INSTANCES, [instance(1)], sweep=1_000_001)
        await until(pilot, lambda: "inst live" in line(s, "how"))
        await pilot.press("m")
        assert "signal 9" in on_screen(s)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (40, 12), (80, 24), (110, 28), (300, 100)])
async def test_no_size_breaks_it(stage: Staged, size: tuple[int, int]) -> None:
    s = stage()
    async with s.app.run_test(size=size) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(n) for n in range(30)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 30)
        await pilot.press(*TOUR)
        await pilot.resize_terminal(80, 24)
        await pilot.press("1")
        await pilot.pause()
        assert "Instances" in on_screen(s)


async def test_a_press_on_a_widget_that_is_leaving_ends_nothing(
    stage: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        leaving = (Static("it has no parent any more"), Offset(0, 0))
        monkeypatch.setattr(s.app.screen, "get_widget_and_offset_at", lambda x, y: leaving)
        await pilot.mouse_down(offset=(5, 5))
        await pilot.mouse_up(offset=(5, 5))
        assert s.app.is_running
