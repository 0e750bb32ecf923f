"""Where columns stand, how wide cells are cut, and what a click on the labels means."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.fleet_app import FleetApp, calm, fleet, key, lit, press, texts
from tests.support.naive_fleet import Row
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.instances import COLUMNS as INSTANCES
from trainctl_tui.listing.spec import PANES
from trainctl_tui.tui.widgets.fleet_layout import GAP, GUTTER, WIDEST, Layout
from trainctl_tui.tui.widgets.fleet_table import FleetTable

HARD_NAMES = (
    "plain",
    "日本語の名前がとても長い",
    "🚀🚀🚀🚀🚀🚀🚀🚀",
    "e\u0301" * 20,
    "👩‍👩‍👧‍👦 family",
    "⚠️ warning ⚠️",
    "esc \x1b[31m\x9b31m",
    "\u202eright to left",
    "a" * 300,
    "",
)


def column(name: str, width: int, **more: Any) -> Column[Any, Any]:
    return Column(name, name.upper(), width, lambda row, _: str(row), lambda row, _: row, **more)


WIDE = (
    column("name", 8, flex=True, least=True),
    column("zone", 10),
    column("age", 4, align="right", least=True),
    column("more", 20),
)


def names(layout: Layout, room: int) -> list[str]:
    """Return the columns that are whole within ``room``."""
    return [placed.column.key for placed in layout.placed if placed.start + placed.width <= room]


def test_spare_cells_go_to_the_flexible_column() -> None:
    layout = Layout.of(WIDE, 80)
    placed = [(p.column.key, p.start, p.width) for p in layout.placed]
    assert placed == [("name", 2, 41), ("zone", 44, 10), ("age", 55, 4), ("more", 60, 20)]
    assert layout.width == 80
    wider = Layout.of(WIDE, 200)
    assert wider.placed[0].width == WIDEST
    assert wider.width == 200


def test_the_flexible_column_has_what_it_wishes_before_others_are_let_in() -> None:
    wishing = (column("name", 8, flex=True, least=True, wish=15), column("zone", 10), column("age", 4))
    assert names(Layout.of(wishing, 27), 27) == ["name", "age"]
    assert names(Layout.of(wishing, 28), 28) == ["name", "zone"]
    assert Layout.of(wishing, 9).placed[0].width == 8


@pytest.mark.parametrize("room", range(120))
def test_columns_never_overlap_and_fill_the_room(room: int) -> None:
    layout = Layout.of(WIDE, room)
    assert sorted(p.column.key for p in layout.placed) == ["age", "more", "name", "zone"]
    at = GUTTER
    for placed in layout.placed:
        assert placed.start == at
        at += placed.width + GAP
    assert layout.width == max(at - GAP, room)
    assert cell_len(layout.header("age", reverse=False)) == at - GAP
    if room >= 15:
        assert {"name", "age"} <= set(names(layout, room))  # the least ones are in sight


def test_where_room_is_short_the_least_have_a_place_then_what_fits() -> None:
    layout = Layout.of(WIDE, 30)
    assert [p.column.key for p in layout.placed] == ["name", "zone", "age", "more"]
    assert names(layout, 30) == ["name", "zone", "age"]
    assert layout.placed[0].width == 12


@pytest.mark.parametrize("spec", PANES, ids=lambda spec: spec.kind.value)
def test_at_80_columns_the_least_of_every_pane_are_whole(spec: Any) -> None:
    chosen = [one for one in spec.columns if not one.extra]
    layout = Layout.of(chosen, 79)
    assert {one.key for one in chosen if one.least} <= set(names(layout, 79))


def test_at_80_columns_an_instance_has_what_the_contract_names() -> None:
    layout = Layout.of([one for one in INSTANCES if not one.extra], 79)
    assert {"name", "id", "state", "type", "age"} <= set(names(layout, 79))


@pytest.mark.parametrize("name", HARD_NAMES)
@pytest.mark.parametrize("width", [1, 2, 3, 8, 13])
@pytest.mark.parametrize("align", ["left", "right"])
def test_every_cell_has_its_width_and_no_control_character(name: str, width: int, align: Any) -> None:
    ((text, meaning),) = Layout.of([column("name", width, align=align)], 5).cells(name, None)
    assert cell_len(text) == width
    assert text.isprintable()
    assert meaning == ""


@pytest.mark.parametrize(("reverse", "arrow"), [(False, "▲"), (True, "▼")])
def test_an_arrow_shows_the_order(reverse: bool, arrow: str) -> None:
    layout = Layout.of(WIDE, 60)
    header = layout.header("age", reverse)
    assert header.count(arrow) == 1
    assert header.index(arrow) in range(layout.placed[2].start, layout.placed[2].start + 4)
    assert "AGE" + arrow in header
    assert not {"▲", "▼"} & set(layout.header("nothing", reverse))
    tight = Layout.of([column("long label", 4)], 10)
    assert tight.header("long label", reverse) == "  LO…" + arrow


def test_a_cell_knows_its_column_and_the_gaps_know_none() -> None:
    layout = Layout.of(WIDE, 60)
    found = [layout.at(x) for x in range(60)]
    assert [one.key if one else "" for one in found[:GUTTER]] == ["", ""]
    for placed in layout.placed:
        assert set(found[placed.start : placed.start + placed.width]) == {placed.column}
        assert layout.at(placed.start + placed.width) is None


async def test_a_click_on_a_label_names_its_column_also_when_scrolled_sideways() -> None:
    table = FleetTable[Row, Any]((*WIDE[:1], column("zone", 30, least=True), column("more", 30, least=True)))
    app = FleetApp(table)
    async with app.run_test(size=(40, 10)) as pilot:
        table.set_rows(fleet(range(3)), None)
        await pilot.click(offset=(3, 0))
        await pilot.click(offset=(0, 0))
        await press(pilot, "right", "right")
        assert table.scroll_offset.x == 24
        assert "MORE" in texts(table)[0]
        await pilot.click(offset=(texts(table)[0].index("MORE"), 0))
        chosen = [one.column_key for one in app.told if isinstance(one, FleetTable.HeaderChosen)]
        assert chosen == ["name", "more"]
        await press(pilot, "right", "right", "right", "right")
        assert table.scroll_offset.x == table.virtual_size.width - 39
        await press(pilot, *["left"] * 9)
        assert table.scroll_offset.x == 0


async def test_a_click_highlights_and_a_second_one_opens() -> None:
    table = FleetTable[Row, Any](WIDE)
    app = FleetApp(table)
    async with app.run_test(size=(60, 10)) as pilot:
        table.set_rows(fleet(range(5)), None)
        await calm(pilot)
        await pilot.click(offset=(5, 9))  # below the rows
        assert table.model.highlighted is None
        await pilot.click(offset=(5, 3))
        assert (table.model.highlighted, lit(table)) == (key(2), [3])
        await pilot.click(offset=(5, 3), times=2)
        chosen = [one.key for one in app.told if isinstance(one, FleetTable.RowChosen)]
        assert chosen == [key(2)]


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 1), (1, 5), (12, 3), (300, 100)])
async def test_no_size_breaks_it(size: tuple[int, int]) -> None:
    table = FleetTable[Row, Any](WIDE)
    async with FleetApp(table).run_test(size=size) as pilot:
        table.empty_text = "Nothing\nhere"
        await calm(pilot)
        table.set_rows(fleet(range(50)), None)
        await press(pilot, "j", "G", "pageup", "space", "right", "V", "asterisk", "g", "pagedown", "left")
        assert table.model.highlighted is not None
        assert len(texts(table)) == size[1]
        await pilot.resize_terminal(60, 10)
        await calm(pilot)
        assert len(lit(table)) == 1


async def test_without_labels_the_first_line_is_a_row() -> None:
    table = FleetTable[Row, Any](WIDE)
    async with FleetApp(table).run_test(size=(60, 10)) as pilot:
        table.set_rows(fleet(range(50)), None)
        table.show_header = False
        await press(pilot, "j", "G")
        assert lit(table) == [9]
        assert "NAME" not in texts(table)[0]
        table.show_header = True
        await calm(pilot)
        assert "NAME" in texts(table)[0]
