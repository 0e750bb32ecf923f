"""The views of the dashboard, each as a walk: every string of the world is on screen in every one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from textual.containers import VerticalScroll
from textual.widgets import Input, OptionList

from tests.support.hostile import one_line
from tests.support.hostile_link import trouble
from tests.support.hostile_rows import (
    hostile_health,
    hostile_instance,
    hostile_snapshot,
    hostile_volume,
    shown_name,
)
from tests.support.rows import ME, NOW, REGION, spec
from tests.support.termfuzz import Dashboard, Walk
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.launch import Launch
from trainctl_tui.link import messages as m
from trainctl_tui.services.tally import OperationTally
from trainctl_tui.tui.header import Badges
from trainctl_tui.tui.screens.first_run import FirstRun

View: TypeAlias = Callable[[Dashboard, Walk], Awaitable[None]]

PANES = ((1, Kind.INSTANCES), (2, Kind.VOLUMES), (3, Kind.SNAPSHOTS))
_PAGES = 40  # at most, on the way to an end
_numbers = iter(range(1, 10**9))


# ---- what is told ----


def _list(app: Dashboard, kind: Kind, rows: Iterable[Row]) -> None:
    lane = Lane(ME.account, REGION, kind)
    app.link.say(m.Listed(Listing(lane, next(_numbers), tuple(rows), NOW, complete=True), 0.0))


async def _settle(app: Dashboard, walk: Walk) -> None:
    """Come back to the dashboard, with nothing open and nothing filtered."""
    dashboard = app.dashboard
    while app.screen is not dashboard:
        before = len(app.screen_stack)
        await walk.press("escape")
        await walk.until(lambda before=before: len(app.screen_stack) < before, "a screen to close")  # type: ignore[misc]
    while dashboard.prompt.display or dashboard.has_class("-details") or dashboard.pane.query_text:
        await walk.press("escape")
    app.clear_notifications()


async def _open(app: Dashboard, walk: Walk, key: str, selector: str) -> None:
    """Press a key and wait for what it opens."""
    await walk.press(key)
    await walk.until(
        lambda: app.screen.query(selector) and app.screen.query_one(selector).display, f"{key}: {selector}"
    )
    await walk.settle()


# ---- rows ----


async def tell(app: Dashboard, walk: Walk) -> None:
    """Say hello and tell the rows of the world."""
    for pane in app.dashboard.panes:
        pane.set_query("")
    app.link.say(m.Hello(7, (REGION,)))
    app.link.say(m.Identified(ME))
    told = list(enumerate(app.told))
    _list(app, Kind.INSTANCES, (hostile_instance(*one) for one in told))
    _list(app, Kind.VOLUMES, (hostile_volume(*one) for one in told))
    _list(app, Kind.SNAPSHOTS, (hostile_snapshot(*one) for one in told))
    _list(app, Kind.STATUSES, (hostile_health(*one) for one in told))
    _list(app, Kind.TYPES, (spec(text, gpu_name=text) for text in dict.fromkeys(app.told)))
    await _settle(app, walk)
    names = [row.id for row in app.dashboard.panes[2].table.model.rows.values()]
    await walk.until(
        lambda: all(pane.table.model.total == len(app.told) for pane in app.dashboard.panes), f"rows {names}"
    )


async def tables(app: Dashboard, walk: Walk) -> None:
    """Show every row with every column, and marks and details of the title."""
    await tell(app, walk)
    for number, _ in PANES:
        await walk.press(str(number))
        pane = app.dashboard.pane
        pane.set_columns(tuple(column.key for column in pane.spec.columns))
        for key in [*pane.table.model.shown]:
            pane.table.select(key)
            await walk.look(f"table {number}", 1, shown_name(pane.row(key)))
        await walk.press("asterisk", "home")
        for _ in range(_PAGES):
            before = pane.table.scroll_offset.x
            await walk.press("right")
            await walk.look(f"columns {number}")
            if pane.table.scroll_offset.x == before:
                break
        pane.table.scroll_to(x=0, animate=False, immediate=True, force=True)
        await walk.press("backslash")
        await walk.click_around()
        await _settle(app, walk)


async def drawer(app: Dashboard, walk: Walk) -> None:
    """Open the details of every row, and read them to their end."""
    await tell(app, walk)
    fields = app.dashboard.query_one("#drawer-fields", VerticalScroll)
    for number, _ in PANES:
        await walk.press(str(number))
        table = app.dashboard.pane.table
        table.select(table.model.shown[0])
        await walk.press("enter")
        for key in [*table.model.shown]:
            table.select(key)
            fields.scroll_home(animate=False)
            await walk.look(f"details {number}", 1, shown_name(app.dashboard.pane.row(key)))
            fields.scroll_end(animate=False)
            await walk.look(f"end of details {number}", 1)
        await walk.click_around()
        await _settle(app, walk)


# ---- errors ----


async def troubles(app: Dashboard, walk: Walk) -> None:
    """Show every string as what, why and next step of every place that can fail."""
    await tell(app, walk)
    for text in app.told:
        for kind in Kind:
            lane = Lane(ME.account, REGION, kind)
            app.link.say(m.SweepFailed(lane, next(_numbers), trouble(text), None, 1))
        app.link.say(m.Unidentified(trouble(text)))
        app.link.say(m.CacheWarning(text))
        app.link.say(m.CollectorLost(text, 1.0))
        await walk.look("warning", 1, text)
        app.link.say(m.Hello(7, (REGION,)))
    app.link.say(m.CollectorLost(app.told[0], 1.0))
    await _open(app, walk, "m", "#text-scroll")
    await _read(app, walk, "messages", len(app.told))
    await _settle(app, walk)


async def _read(app: Dashboard, walk: Walk, view: str, shown: int) -> None:
    """Page through a screen of text."""
    scroll = app.screen.query_one("#text-scroll", VerticalScroll)
    await walk.look(view, shown)
    scroll.scroll_home(animate=False)
    while scroll.scroll_offset.y < scroll.max_scroll_y:
        scroll.scroll_page_down(animate=False)
        await walk.look(view)
    await walk.click_around(2)


async def nobody(app: Dashboard, walk: Walk) -> None:
    """Begin as a profile without credentials: the first-run screen, empty panes, the header."""
    for text in app.told:
        app.change_profile(text)
        app.link.say(m.Hello(7, (REGION,)))
        app.link.say(m.Unidentified(trouble(text, "NoCredentials")))
        await walk.until(lambda: isinstance(app.screen, FirstRun), "the first-run screen")
        await walk.look("first run", 1, text)
        for kind in Kind:
            app.link.say(m.SweepFailed(Lane("", REGION, kind), next(_numbers), trouble(text), None, 1))
        await _settle(app, walk)
        await walk.look("empty", 1)
        app.link.say(m.Identified(Identity(text, text, text, text)))
        app.link.say(m.Watching((text, text), trouble(text)))
        await walk.until(lambda text=text: app.dashboard.news.identity is not None, "an identity")  # type: ignore[misc]
        app.dashboard.badges = Badges(Launch(profile=text, endpoint=text, regions=(text,)))
        await walk.look("header", 1)
    app.change_profile("")


# ---- questions and their answers ----


async def answers(app: Dashboard, walk: Walk) -> None:
    """Ask for console lines, the provider's own words and regions; be told, then be refused."""
    for key, view in (("l", "console"), ("J", "raw")):
        app.link.refuses = False
        await tell(app, walk)
        await walk.press("1", "home")
        await _open(app, walk, key, "#text-scroll")
        await _read(app, walk, view, len(app.told))
        await _settle(app, walk)
        app.link.refuses = True
        for _ in app.told:
            await walk.press(key)
            await walk.look(f"no {view}", 1)
            await _settle(app, walk)
    for _ in app.told:
        await walk.press("R")
        await walk.look("no regions", 1)
        app.clear_notifications()
    app.link.refuses = False


async def pickers(app: Dashboard, walk: Walk) -> None:
    """Choose among regions and profiles that are called so."""
    names = [*one_line(app.told), "plain"]
    lines = [f"[profile {name}]\nregion = x\n".encode("utf-8", "surrogatepass") for name in names]
    Path(app.plan.profiles).write_bytes(b"".join(lines))
    await tell(app, walk)
    for key, view in (("R", "regions"), ("P", "profiles"), ("o", "order"), ("c", "columns"), ("T", "themes")):
        await _open(app, walk, key, "#choices")
        choices = app.screen.query_one(OptionList)
        for index in range(choices.option_count):
            choices.highlighted = index
            await walk.look(view, 1)
        await walk.click_around(1)
        await _settle(app, walk)


# ---- what is typed ----


async def typed(app: Dashboard, walk: Walk) -> None:
    """Type every string where something can be typed, complete it, and go."""
    await tell(app, walk)
    missing = Path(app.plan.report).with_name("not-there")
    for key, view, words, last in (
        ("slash", "filter", "{}", ""),
        ("slash", "completion", "tag:", "tab"),
        ("slash", "quoted filter", '"{}"', ""),
        ("colon", "command", "{}", ""),
        ("colon", "order preview", "order {}", ""),
        ("colon", "theme toast", "theme {}", "enter"),
        ("colon", "region preview", "region {}", ""),
        ("e", "export", f"{missing}/{{}}.csv", "enter"),
        ("e", "home", "~{}", ""),
    ):
        for text in app.told:
            if not app.dashboard.prompt.display:
                await _open(app, walk, key, "#prompt")
            app.dashboard.query_one("#prompt-input", Input).value = words.replace("{}", text)
            await walk.look(view, 1)
            if last:
                await walk.press(last)
                await walk.look(view)
                app.clear_notifications()
        await _settle(app, walk)


async def said(app: Dashboard, walk: Walk) -> None:
    """Say every string in a toast, and search the palette for it."""
    for text in app.told:
        app.tell(text, bad=True)
        await walk.look("toast", 1, text)
        await walk.click_around(1)
        await _settle(app, walk)
    await _open(app, walk, "ctrl+p", "CommandInput")
    for text in app.told:
        app.screen.query_one(Input).value = text
        await walk.look("palette", 1)
    await _settle(app, walk)


async def counted(app: Dashboard, walk: Walk) -> None:
    """Show the counters of calls that are called so."""
    lanes = tuple(OperationTally(text, text, 1, 1, 1, 1, 0.0, 0.0) for text in app.told)
    app.link.say(m.Tally(lanes, 1, 1))
    await walk.settle()
    await _open(app, walk, "M", "#text-scroll")
    await _read(app, walk, "metrics", len(app.told))
    await _settle(app, walk)


async def taken(app: Dashboard, walk: Walk) -> None:
    """Copy an id and a row: the only sequences for the clipboard are ours."""
    await tell(app, walk)
    await walk.press("1", "home", "y", "Y")
    app.report.copies += 2
    await walk.look("copies", len(app.told))
    await _open(app, walk, "question_mark", "#text-scroll")
    await _read(app, walk, "help", len(app.told))
    await _settle(app, walk)


VIEWS: tuple[View, ...] = (tables, drawer, troubles, nobody, answers, pickers, typed, said, counted, taken)
