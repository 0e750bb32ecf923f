"""The metrics screen, and what the view counts itself."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import Static

from tests.support.dashboard import until
from tests.support.rows import NOW, instance
from tests.tui.conftest import Stage
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link import messages as m
from trainctl_tui.listing.news import News
from trainctl_tui.services.metrics import Metrics
from trainctl_tui.services.tally import OperationTally
from trainctl_tui.tui.frames import FrameTimes
from trainctl_tui.tui.measured import measure, metrics_text
from trainctl_tui.tui.screens.metrics import MetricsScreen


def tally(calls: int) -> m.Tally:
    return m.Tally((OperationTally("ec2:DescribeVolumes", "us-east-1", calls, 2, 1, 3, 12.4, 250.0),), 4, 1)


async def test_the_screen_shows_what_is_counted_and_keeps_up(stage: Callable[..., Stage]) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 40)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2)])
        s.link.say(tally(7))
        await until(pilot, lambda: s.app.dashboard.news.tally is not None)
        await pilot.press("M")
        await until(pilot, lambda: isinstance(s.app.screen, MetricsScreen))

        def shown() -> str:
            return str(s.app.screen.query_one("#text-body", Static).content)

        await until(pilot, lambda: "ec2:DescribeVolumes" in shown())
        assert next(part for part in shown().split("\n") if "DescribeVolumes" in part).split()[1:] == [
            "us-east-1", "7", "2", "1", "3", "12", "250",
        ]  # fmt: skip
        assert "4 hits, 1 misses" in shown()
        assert "instances" in shown()
        s.link.say(tally(8))
        await until(pilot, lambda: " 8 " in shown())
        await pilot.press("escape")
        await until(pilot, lambda: s.app.screen is s.app.dashboard)
        assert s.app.dashboard.frames.count > 0


def test_frames_are_timed_by_the_clock_given() -> None:
    now = [0.0]
    frames = FrameTimes(lambda: now[0])
    assert frames.share(0.5) is None
    for milliseconds in (1, 2, 30):
        with frames.timed():
            now[0] += milliseconds / 1000
    assert frames.count == 3
    assert [round(frames.share(part) or 0, 6) for part in (0.0, 0.5, 0.95)] == [1, 2, 30]


def test_where_nothing_was_counted_nothing_is_made_up() -> None:
    empty = measure(News(), FrameTimes())
    assert empty == Metrics()
    text = metrics_text(empty, NOW).plain
    assert "p50 ?" in text
    assert "0 hits, 0 misses" in text


def test_hostile_names_do_not_reach_the_screen() -> None:
    evil = OperationTally("\x1b[31mop", "\u202eregion", 1, 0, 0, 0, 1.0, 1.0)
    text = metrics_text(Metrics(calls=(evil,)), NOW).plain
    assert "\x1b" not in text
    assert "\u202e" not in text
