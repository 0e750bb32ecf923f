"""A fleet table in an app of its own, and what a person would see of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.color import Color
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from tests.support.naive_fleet import Key, Row
from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets.fleet_table import FleetTable, Told

COLUMNS: tuple[Column[Row, Any], ...] = (
    Column("name", "Name", 12, lambda row, _: row.name, lambda row, _: row.name, flex=True, least=True),
    Column("number", "Number", 8, lambda row, _: str(row.number), lambda row, _: row.number, align="right"),
)


def key(number: int, region: str = "a") -> Key:
    return region, f"i-{number:03}"


def fleet(numbers: Iterable[int]) -> dict[Key, Row]:
    """Return rows whose names are their ids, so that a line on screen says whose it is."""
    return {key(n): Row(n % 7, key(n)[1]) for n in numbers}


class FleetApp(App[None]):
    """Shows one widget, and keeps what a fleet table tells."""

    CSS = "FleetTable, DataTable { width: 1fr; height: 1fr; scrollbar-size: 0 1; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.told: list[Told] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    def on_fleet_table_cursor_moved(self, event: FleetTable.CursorMoved) -> None:
        self.told.append(event)

    def on_fleet_table_marks_changed(self, event: FleetTable.MarksChanged) -> None:
        self.told.append(event)

    def on_fleet_table_row_chosen(self, event: FleetTable.RowChosen) -> None:
        self.told.append(event)

    def on_fleet_table_header_chosen(self, event: FleetTable.HeaderChosen) -> None:
        self.told.append(event)

    def on_fleet_table_settled(self, event: FleetTable.Settled) -> None:
        self.told.append(event)


def strips(widget: Widget) -> list[Strip]:
    """Return the lines of the terminal where a widget stands."""
    region = widget.region
    return widget.screen._compositor.render_strips()[region.y : region.bottom]


def texts(widget: Widget) -> list[str]:
    """Return those lines as text, without the scroll bar."""
    return [strip.text[: -widget.scrollbar_size_vertical] for strip in strips(widget)]


def lit(widget: Widget, style: str = "fleet--cursor") -> list[int]:
    """Return the lines that have the ground of a style."""
    wanted = widget.get_component_rich_style(style).bgcolor
    return [line for line, strip in enumerate(strips(widget)) if _ground(strip) == wanted]


def _ground(strip: Strip) -> Color | None:
    style = next(iter(strip)).style
    return None if style is None else style.bgcolor


def lines_of(table: FleetTable[Any, Any]) -> int:
    """Return how many rows fit."""
    return table.size.height - (1 if table.show_header else 0)


def named(lines: Sequence[str]) -> list[str]:
    """Return the ids that lines are about."""
    return [id for line in lines for id in re.findall(r"\bi-\d{3}\b", line)]


async def calm(pilot: Pilot[Any]) -> None:
    """Wait until all messages of now are handled, and paint. ``Pilot.pause`` waits for an idle processor."""
    focused = pilot.app.focused or pilot.app.screen
    # A message climbs to one parent a round.
    for _ in range(2 + len(focused.ancestors)):
        await pilot._wait_for_screen()
    pilot.app.screen._on_timer_update()


async def press(pilot: Pilot[Any], *names: str) -> None:
    """Press keys as the terminal's driver tells them."""
    driver = pilot.app._driver
    assert driver is not None
    for name in names:
        event = events.Key(name, name if len(name) == 1 else None)
        event.set_sender(pilot.app)
        driver.send_message(event)
        await calm(pilot)


async def settled(pilot: Pilot[Any], table: FleetTable[Any, Any]) -> None:
    """Wait until everything that was asked for is in view and painted."""
    for _ in range(5000):
        there = table.model.settled and not table._pursuing
        await calm(pilot)
        if there:
            return
    raise AssertionError("it never settled")


def asked_to_paint(widget: Widget, monkeypatch: Any) -> list[Region | None]:
    """Return a list that gets the regions a widget asks to be painted again; None stands for all of it."""
    asked: list[Region | None] = []
    before: Callable[..., Any] = widget.refresh

    def refresh(*areas: Region, **options: Any) -> Any:
        asked.extend(areas or (None,))
        return before(*areas, **options)

    monkeypatch.setattr(widget, "refresh", refresh)
    return asked
