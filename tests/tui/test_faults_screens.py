"""R8: every fault of a read, on every pane: what, why and next step are told, and no row is lost.

The real app and the real collector over HTTP; the simulated AWS spoils its answers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from tests.support.campaign import LONG
from tests.support.cloud import start_cloud
from tests.support.hasty import PATIENT
from tests.tui.test_scenarios_wire import Opened, all_live, line, open_app, until
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing.format import standing
from trainctl_tui.simcloud.process import SimCloud
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.screens.text import TextScreen
from trainctl_tui.tui.widgets.pane_view import PaneView

__all__ = ["open_app", "start_cloud"]
pytestmark = [pytest.mark.wire, pytest.mark.campaign, pytest.mark.timeout(900 if LONG else 240)]

PANES = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)
Rules = Sequence[dict[str, Any]]


class Fault(NamedTuple):
    """What is done to the answers, and what the user must be told: a class of error, and words of it.

    ``answer_in`` seconds are what a hasty collector grants AWS for an answer; 0 is the program's own.
    """

    rules: Rules
    kind: str
    words: tuple[str, ...]
    answer_in: float = 0.0 if LONG else PATIENT


def every(effect: str, **more: Any) -> Rules:
    """Spoil every answer in one way."""
    return [{"service": ".*", "effect": effect, **more}]


FAULTS: dict[str, Fault] = {
    "throttled": Fault(every("throttle"), "Throttled", ("slower", "next try")),
    "throttled with a wait": Fault(every("throttle", retry_after=40), "Throttled", ("slower", "next try")),
    "503": Fault(every("unavailable"), "OutcomeUnknown", ("fault of its own", "next try")),
    "500": Fault(every("internal"), "OutcomeUnknown", ("fault of its own", "next try")),
    "dropped": Fault(every("drop"), "OutcomeUnknown", ("line broke", "next try")),
    "half a body": Fault(every("half_body"), "InvalidResponse", ("not AWS", "next try")),
    "a page of HTML": Fault(every("html"), "InvalidResponse", ("not AWS", "login page", "network")),
    "no key": Fault(every("missing_key"), "InvalidResponse", ("not AWS", "It holds no", "AWS_ENDPOINT_URL")),
    "wrong content type": Fault(every("wrong_type"), "InvalidResponse", ("not AWS", "AWS_ENDPOINT_URL")),
    "expired": Fault(every("expired"), "ExpiredCredentials", ("session has ended", "aws sso login")),
    "denied": Fault(every("denied"), "Denied", ("is not allowed", "Ask for the permission")),
    "not accepted": Fault(every("invalid_auth"), "Denied", ("could not validate", "Check the keys")),
    "region not enabled": Fault(every("no_region"), "Denied", ("no access to this", "Enable it")),
    "clock ahead": Fault(
        [*every("expired"), *every("skew", seconds=-600.0)],
        "ExpiredCredentials",
        ("10 minutes ahead", "timedatectl"),
    ),
    "clock behind": Fault(
        [*every("invalid_auth"), *every("skew", seconds=600.0)],
        "Denied",
        ("10 minutes behind", "timedatectl"),
    ),
    "no answer": Fault(
        every("latency", seconds=16.0 if LONG else 2.0),
        "OutcomeUnknown",
        ("No answer", "next try"),
        0.0 if LONG else 1.0,
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_told_on_every_pane_and_takes_no_row(
    open_app: Opened, cloud: SimCloud, fault: Fault
) -> None:
    cloud.faults(fault.rules)
    app = open_app(cloud.endpoint, answer_in=fault.answer_in)
    async with app.run_test(size=(80, 24)) as pilot:
        await never_empty_until(pilot, app, lambda: all_stand(app, Standing.FAILED))
        for number, kind in enumerate(PANES, 1):
            await pilot.press(str(number))
            await check_empty(pilot, app, kind, fault)
        await check_messages(pilot, app, fault)

        cloud.clear_faults()
        await pilot.press("r")
        await never_empty_until(pilot, app, lambda: all_live(app))
        held = {kind: [*app.dashboard.pane_of(kind).table.model.shown] for kind in PANES}
        assert all(held.values())

        cloud.faults(fault.rules)
        await pilot.press("r")
        await until(pilot, lambda: all_stand(app, Standing.STALE))
        for number, kind in enumerate(PANES, 1):
            await pilot.press(str(number))
            await check_stale(pilot, app, kind, fault, len(held[kind]))
        await check_messages(pilot, app, fault)

        cloud.clear_faults()
        await pilot.press("r")
        await until(pilot, lambda: all_live(app))
        assert {kind: [*app.dashboard.pane_of(kind).table.model.shown] for kind in PANES} == held
        assert line(app, "warning") == ""
    assert not app.return_code
    assert "Traceback" not in collectors_words()


def all_stand(app: TrainctlApp, wanted: Standing) -> bool:
    """Say whether every pane stands so, with its reason, and nothing is under way."""
    lanes = [lane for kind in PANES for lane in app.dashboard.news.lanes(kind)]
    return bool(lanes) and all(lane.standing is wanted and not lane.refreshing for lane in lanes)


async def never_empty_until(pilot: Pilot[Any], app: TrainctlApp, holds: Callable[[], bool]) -> None:
    """Wait, and look all the while that nobody says "0"."""

    def still() -> bool:
        for kind in PANES:
            pane = app.dashboard.pane_of(kind)
            if not pane.table.model.total:
                assert not pane.table.empty_text.startswith("0 "), pane.table.empty_text
                assert title(app, kind).split()[:3][-1] != "0", title(app, kind)
        return holds()

    await until(pilot, still)


async def check_empty(pilot: Pilot[Any], app: TrainctlApp, kind: Kind, fault: Fault) -> None:
    """A pane that was never read says so, and what, why and next step, in full on a small screen."""
    pane = app.dashboard.pane_of(kind)
    trouble = trouble_of(pane)
    assert trouble.kind == fault.kind, trouble
    assert title(app, kind).split()[2] == "?", title(app, kind)
    assert title(app, kind).endswith(" failed")
    shown = words_of(screen_of(app))
    assert f"{pane.spec.noun.capitalize()}s are not known." in shown
    for part in (trouble.what, trouble.why, trouble.next_step):
        assert part
        assert words_of(part) in shown, part
    for word in fault.words:
        assert word in shown, word


async def check_stale(pilot: Pilot[Any], app: TrainctlApp, kind: Kind, fault: Fault, rows: int) -> None:
    """A pane that was read keeps its rows, says how old they are, and why they are no younger."""
    pane = app.dashboard.pane_of(kind)
    assert trouble_of(pane).kind == fault.kind
    assert pane.table.model.shown_count == rows
    (lane,) = app.dashboard.news.lanes(kind)
    assert lane.taken_at is not None
    age = standing(lane, app.dashboard.now)
    assert age.startswith("stale")
    assert title(app, kind).endswith(f" {age}")
    assert line(app, "warning").startswith("▲ ")
    assert "stale" in line(app, "how")


async def check_messages(pilot: Pilot[Any], app: TrainctlApp, fault: Fault) -> None:
    """Every pane's trouble is told in full on the messages screen."""
    await pilot.press("m")
    await until(pilot, lambda: isinstance(app.screen, TextScreen) and app.screen.query("#text-body"))
    told = ""
    scroll = app.screen.query_one("#text-scroll", VerticalScroll)
    await pilot.press("g")
    while True:
        await pilot.pause()
        told += " " + screen_of(app)
        if scroll.scroll_offset.y >= scroll.max_scroll_y:
            break
        await pilot.press("pagedown")
    await pilot.press("escape")
    await until(pilot, lambda: app.screen is app.dashboard)
    told = words_of(told)
    for kind in PANES:
        assert f"{kind.value} us-east-1" in told
        trouble = trouble_of(app.dashboard.pane_of(kind))
        assert words_of(trouble.what) in told
    for word in fault.words:
        assert word in told, word


def trouble_of(pane: PaneView) -> Trouble:
    """Return what is wrong with a pane."""
    (lane,) = pane._lanes
    assert lane.trouble is not None
    return lane.trouble


def title(app: TrainctlApp, kind: Kind) -> str:
    """Return the title of a pane, without what the pane costs."""
    return line(app, f"title-{kind.value}").partition(" · ")[0]


def screen_of(app: TrainctlApp) -> str:
    """Return everything that the terminal shows now."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def words_of(text: str) -> str:
    """Return a text without the line breaks and borders of a screen."""
    return " ".join(text.split())


def collectors_words() -> str:
    """Return what the collectors of this test wrote to their log."""
    logs = Path(os.environ["XDG_STATE_HOME"]).rglob("collector.log")
    return "".join(log.read_text() for log in logs)


@pytest.mark.parametrize("seconds", [-600.0, 600.0])
async def test_a_wrong_clock_alone_changes_no_age(open_app: Opened, cloud: SimCloud, seconds: float) -> None:
    """C13: ages use the provider's clock: on a bastion ten minutes off, rows are as fresh as they are."""
    cloud.faults(every("skew", seconds=seconds))
    app = open_app(cloud.endpoint)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: all_live(app))
        assert abs(app.dashboard.news.clock_offset - seconds) < 60
        assert "inst live" in line(app, "how")
        assert line(app, "warning") == ""
