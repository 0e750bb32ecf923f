"""Two hundred interleavings on the real table in one running app; a stock DataTable fails the same ones.

News come from outside, keys from the keyboard; what is asserted is read from the lines on screen.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from tests.support.fleet_app import (
    COLUMNS,
    FleetApp,
    calm,
    fleet,
    lines_of,
    lit,
    named,
    press,
    settled,
    texts,
)
from tests.support.naive_fleet import NaiveFleet, Row
from trainctl_tui.tui.widgets import fleet_table
from trainctl_tui.tui.widgets.fleet_table import FleetTable

INTERLEAVINGS = 200
STEPS = 10
SIZE = (40, 12)
MOVES = ("j", "j", "k", "down", "G", "g", "pagedown", "pageup")
MARKS = ("space", "space", "V", "asterisk", "backslash")
FILTERS: tuple[Callable[[Row], bool | None] | None, ...] = (
    None,
    None,
    lambda row: row.number != 3,
    lambda row: None if row.number == 2 else row.number is not None and row.number > 1,
    lambda row: row.name.endswith("1"),
)


class Wishes:
    """Rows, order and filter of one interleaving, as they are wanted now."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rows = fleet(self.random.sample(range(60), 30))
        self.column = COLUMNS[0]
        self.reverse = False
        self.wanted = FILTERS[0]

    def change(self) -> str:
        """Wish for something else; say what."""
        what = self.random.choice(("insert", "remove", "change", "renew", "order", "filter"))
        some = self.random.sample(sorted(self.rows), min(6, len(self.rows)))
        if what == "order":
            self.column, self.reverse = self.random.choice(COLUMNS), self.random.random() < 0.5
        elif what == "filter":
            self.wanted = self.random.choice(FILTERS)
        elif what == "insert":
            self.rows = {**self.rows, **fleet(self.random.sample(range(100), 5))}
        elif what == "remove":
            self.rows = {one: row for one, row in self.rows.items() if one not in some}
        elif what == "change":
            self.rows = {**self.rows, **{one: self._other(self.rows[one]) for one in some}}
        else:
            self.rows = {one: Row(*row) for one, row in self.rows.items()}
        return what

    def _other(self, row: Row) -> Row:
        return row._replace(number=self.random.choice((None, 1, 2, 3, 4, 5)))


class Widget(Protocol):
    """A table under test."""

    def begin(self, wishes: Wishes) -> None: ...
    async def news(self, pilot: Pilot[Any], wishes: Wishes, what: str) -> None: ...
    async def press(self, pilot: Pilot[Any], name: str) -> None: ...
    def check(self) -> None: ...
    def highlighted(self) -> str | None: ...


async def play(widget: Widget, pilot: Pilot[Any], seed: int) -> None:
    """Interleave news and keys; what a key has highlighted must stay so, or nothing be highlighted."""
    wishes = Wishes(seed)
    widget.begin(wishes)
    await widget.news(pilot, wishes, "insert")
    for _ in range(STEPS):
        if wishes.random.random() < 0.5:
            await widget.press(pilot, wishes.random.choice(MOVES if wishes.random.random() < 0.6 else MARKS))
        else:
            before = widget.highlighted()
            what = wishes.change()
            await widget.news(pilot, wishes, what)
            shown = [row.name for row in wishes.rows.values() if not wishes.wanted or wishes.wanted(row)]
            after = widget.highlighted()
            # Where the last marked row is removed nothing is highlighted; ``check`` knows when that is so.
            kept = after == before or (after is None and what == "remove")
            assert kept or before not in shown, f"seed {seed}, {what}: {before} became {after}"
        widget.check()


class Ours:
    """The fleet table beside its naive twin."""

    def __init__(self, table: FleetTable[Row, Any]) -> None:
        self.table = table
        self.naive = NaiveFleet()

    def begin(self, wishes: Wishes) -> None:
        self.naive = NaiveFleet()
        self.table.model.__init__()  # type: ignore[misc]
        self.table.order_by(wishes.column, wishes.reverse)
        self.naive.ask(sort=wishes.column.sort, reverse=wishes.reverse)
        self.naive.arrived(self.naive.wish)
        self.table.scroll_to(0, 0, animate=False, immediate=True)

    async def news(self, pilot: Pilot[Any], wishes: Wishes, what: str) -> None:
        line = lit(self.table)
        if what == "order":
            self.naive.ask(sort=wishes.column.sort, reverse=wishes.reverse)
            self.table.order_by(wishes.column, wishes.reverse)
        elif what == "filter":
            self.naive.ask(wake=True, wanted=wishes.wanted)
            self.table.set_filter(wishes.wanted)
        else:
            self.naive.ask(rows=wishes.rows)
            self.table.set_rows(wishes.rows, None)
        self.naive.arrived(self.naive.wish)
        await settled(pilot, self.table)
        if line and (now := self.naive.index(self.naive.highlighted)) is not None:
            lines, head = lines_of(self.table), 1
            top = min(max(now - (line[0] - head), 0), max(0, len(self.naive.shown) - lines))
            assert lit(self.table) == [now - top + head], "the highlighted row left its line"

    async def press(self, pilot: Pilot[Any], name: str) -> None:
        await press(pilot, name)
        naive, page, here = self.naive, lines_of(self.table) - 1, self.naive.highlighted
        moves = {"j": 1, "down": 1, "k": -1, "pagedown": page, "pageup": -page}
        ends = {"g": 0, "G": len(naive.shown) - 1}
        marks = {"V": naive.mark_range, "asterisk": naive.mark_all, "backslash": naive.clear_marks}
        if name in moves:
            naive.move(moves[name])
        elif name in ends:
            naive.go(ends[name])
        elif name in marks:
            marks[name]()
        else:
            if here is not None:
                naive.toggle(here)
            naive.move(1)
        if naive.highlighted is not None:
            assert lit(self.table), f"{name} left the cursor out of sight"

    def check(self) -> None:
        naive, model = self.naive, self.table.model
        top, lines = int(self.table.scroll_offset.y), lines_of(self.table)
        seen = naive.shown[top : top + lines]
        painted = texts(self.table)[1:]
        assert named(painted) == [id for _, id in seen]
        numbers = [str(naive.view.rows[one].number) for one in seen]
        assert [text.split()[-1] for text in painted[: len(seen)]] == numbers
        at = naive.index(naive.highlighted)
        assert lit(self.table) == ([at - top + 1] if at is not None and top <= at < top + lines else [])
        marked = [line for line, text in enumerate(painted) if text.startswith("●")]
        assert marked == [line for line, one in enumerate(seen) if one in naive.marks]
        assert (model.highlighted, model.marks) == (naive.highlighted, naive.marks)

    def highlighted(self) -> str | None:
        found = self.table.model.highlighted
        return None if found is None else found[1]


class Stock:
    """A DataTable as an app would use it: rows by key, changed in place, then sorted."""

    def __init__(self, table: DataTable[str]) -> None:
        self.table = table

    def begin(self, wishes: Wishes) -> None:
        self.table.clear(columns=True)
        for column in COLUMNS:
            self.table.add_column(column.label, key=column.key)

    async def news(self, pilot: Pilot[Any], wishes: Wishes, what: str) -> None:
        table, wanted = self.table, wishes.wanted
        rows = {row.name: row for row in wishes.rows.values() if wanted is None or wanted(row)}
        for held in [str(one.value) for one in table.rows]:
            if held not in rows:
                table.remove_row(held)
        for name, row in rows.items():
            cells = [column.text(row, None) for column in COLUMNS]
            if name not in table.rows:
                table.add_row(*cells, key=name)
            for column, cell in zip(COLUMNS, cells, strict=True):
                table.update_cell(name, column.key, cell)
        table.sort(wishes.column.key, reverse=wishes.reverse)
        await calm(pilot)

    async def press(self, pilot: Pilot[Any], name: str) -> None:
        await press(pilot, {"j": "down", "k": "up", "G": "ctrl+end", "g": "ctrl+home"}.get(name, name))

    def check(self) -> None:
        """Its marks and lines are not looked at: its cursor is enough."""

    def highlighted(self) -> str | None:
        found = named([texts(self.table)[line] for line in lit(self.table, "datatable--cursor")])
        return found[0] if found else None


@pytest.fixture(params=["at once", "in slices"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "in slices":
        monkeypatch.setattr(fleet_table, "AT_ONCE", 0)
        monkeypatch.setattr(fleet_table, "_SLICE", 0.0)
    return str(request.param)


@pytest.mark.campaign
async def test_cursor_and_marks_stay_on_their_ids_on_screen(way: str) -> None:
    table = FleetTable[Row, Any](COLUMNS)
    ours = Ours(table)
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        for seed in range(INTERLEAVINGS):
            await play(ours, pilot, seed)
    assert ours.naive.view.rows


async def test_a_stock_data_table_moves_the_cursor_to_other_ids() -> None:
    table: DataTable[str] = DataTable(cursor_type="row")
    stock = Stock(table)
    failed = 0
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        for seed in range(20):
            try:
                await play(stock, pilot, seed)
            except AssertionError:
                failed += 1
    assert failed > 10
