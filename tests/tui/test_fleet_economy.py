"""What a fleet table paints again: lines that read otherwise, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from textual.geometry import Region

from tests.support.fleet_app import (
    COLUMNS,
    FleetApp,
    asked_to_paint,
    calm,
    fleet,
    key,
    lit,
    named,
    press,
    settled,
    texts,
)
from tests.support.naive_fleet import Row
from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets.fleet_table import AT_ONCE, FleetTable

SIZE = (40, 12)
WIDTH = SIZE[0] - 1  # the scroll bar has the last cell
AGE: Column[Row, int] = Column("age", "Age", 4, lambda row, now: f"{now // 10}m", lambda row, _: row.number)


def lines(*numbers: int) -> list[Region]:
    return [Region(0, number, WIDTH, 1) for number in numbers]


def shown(*columns: Column[Row, Any], rows: int = 100) -> FleetTable[Row, Any]:
    """Return a table ordered by name, with rows, not yet on screen."""
    table = FleetTable[Row, Any](columns or COLUMNS)
    table.order_by(COLUMNS[0])
    table.set_rows(fleet(range(rows)), 0)
    return table


async def test_a_move_in_sight_paints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    table = shown()
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await press(pilot, "j", "j")
        asked = asked_to_paint(table, monkeypatch)
        await press(pilot, "j")
        assert sorted(asked) == lines(2, 3)
        assert lit(table) == [3]
        asked.clear()
        await press(pilot, "space")
        assert set(asked) == set(lines(3, 4))
        asked.clear()
        await press(pilot, "k", "k", "k", "k", "k")
        assert set(asked) == set(lines(1, 2, 3, 4))
        asked.clear()
        await press(pilot, "k")  # at the edge
        assert set(asked) <= set(lines(1))


async def test_rows_that_say_the_same_paint_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = shown()
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await press(pilot, "j")
        asked = asked_to_paint(table, monkeypatch)
        rows = table.model.rows
        table.set_rows(rows, 0)
        table.set_rows({one: Row(*row) for one, row in rows.items()}, 0)
        table.order_by(COLUMNS[0])
        await calm(pilot)
        assert [area for area in asked if area not in lines(0)] == []


async def test_one_row_in_a_hundred_paints_the_changed_lines_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = shown(rows=1000)
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await calm(pilot)
        asked = asked_to_paint(table, monkeypatch)
        rows = dict(table.model.rows)
        for number in (4, 7, *range(200, 208)):
            rows[key(number)] = rows[key(number)]._replace(number=99)
        table.set_rows(rows, 0, {"a": True})
        await calm(pilot)
        assert sorted(asked) == lines(5, 8)
        assert texts(table)[5].startswith(" ~i-004")
        asked.clear()
        table.set_rows({**rows, key(9): Row(98, "i-009")}, 0, {"a": True})
        await calm(pilot)
        assert sorted(asked) == lines(5, 8, 10)  # the signs of the refresh before go
        assert texts(table)[5].startswith("  i-004")


async def test_time_paints_what_reads_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    late: Column[Row, int] = Column(
        "late", "Late", 5, lambda row, now: str(now // 5 if row.number == 3 else 0), lambda row, _: row.number
    )
    table = shown(COLUMNS[0], AGE, late, rows=7)
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await calm(pilot)
        asked = asked_to_paint(table, monkeypatch)
        table.set_facts(1)
        await calm(pilot)
        assert asked == []
        table.set_facts(9)
        await calm(pilot)
        assert asked == lines(4)
        asked.clear()
        table.set_facts(10)
        await calm(pilot)
        assert asked == lines(1, 2, 3, 4, 5, 6, 7)


async def test_what_happens_out_of_sight_paints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = shown()
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await press(pilot, "j", "j")
        asked = asked_to_paint(table, monkeypatch)
        rows = dict(table.model.rows)
        del rows[key(50)]
        table.set_rows({**rows, **fleet([200, 201]), key(60): Row(1, "i-060")}, 0)
        await calm(pilot)
        assert asked == []


async def test_the_first_row_takes_the_place_of_what_was_said() -> None:
    table = FleetTable[Row, Any](COLUMNS)
    table.empty_text = "Nothing here.\nPress R.\nOr wait."
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        assert [text.strip() for text in texts(table)[2:5]] == ["Nothing here.", "Press R.", "Or wait."]
        table.set_rows(fleet([1]), 0)
        table.empty_text = "another"
        await calm(pilot)
        assert [text.strip() for text in texts(table)[2:]] == [""] * 10
        table.set_rows({}, 0)
        await calm(pilot)
        assert texts(table)[2].strip() == "another"


async def test_a_scrolled_table_shows_other_rows_and_its_cursor_stays() -> None:
    table = shown()
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await press(pilot, "j", "pagedown", "pagedown")
        assert named(texts(table)) == [key(n)[1] for n in range(10, 21)]
        assert lit(table) == [11]
        table.scroll_to(y=0, animate=False, immediate=True)
        await calm(pilot)
        assert (named(texts(table))[0], lit(table)) == ("i-000", [])
        await press(pilot, "k")
        assert named([texts(table)[line] for line in lit(table)]) == ["i-019"]


async def test_the_rows_in_sight_keep_their_lines_when_the_highlighted_one_vanishes() -> None:
    table = shown()
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        await press(pilot, "G", "k", "k", *["k"] * 40)
        seen = named(texts(table))
        assert lit(table) == [1]
        gone = {key(20), key(int(seen[0][2:])), key(int(seen[1][2:]))}
        rows = {one: row for one, row in table.model.rows.items() if one not in gone}
        table.set_rows({**rows, **{("a", f"h-{n}"): Row(n, f"h-{n}") for n in range(30)}}, 0)
        await calm(pilot)
        assert lit(table) == []
        assert named(texts(table))[2:] == seen[2:11]


async def test_keys_act_between_the_slices_of_a_great_refresh() -> None:
    table = shown(rows=AT_ONCE // 2)
    app = FleetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "j", "j")
        many = {("a", f"i-{n:05}"): Row(n, f"i-{n:05}") for n in range(20_000)}
        table.set_rows({**many, **table.model.rows}, 0)
        assert table._pursuing
        await press(pilot, "space")
        assert table.model.total == AT_ONCE // 2  # still the rows of before
        await settled(pilot, table)
        assert table.model.total == 20_000 + AT_ONCE // 2
        assert (table.model.highlighted, table.model.marks) == (key(3), {key(2)})
        assert lit(table) == [4]
        assert any(isinstance(one, FleetTable.Settled) for one in app.told)


async def test_a_row_named_before_it_is_in_view_is_highlighted_then() -> None:
    table = shown(rows=10)
    async with FleetApp(table).run_test(size=SIZE) as pilot:
        table.set_rows(fleet(range(5000)), 0)
        assert table.select(("a", "i-4321"))
        assert not shown(rows=10).select(("a", "i-4321"))
        await settled(pilot, table)
        assert table.model.highlighted == ("a", "i-4321")
        assert len(lit(table)) == 1
