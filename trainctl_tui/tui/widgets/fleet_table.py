"""The table of a pane: thousands of live rows, one strip each, and a cursor that belongs to a resource.

Textual's DataTable keeps its cursor by row number, needs seconds for ten thousand rows and repaints
everything for one cell (PERFORMANCE.md, sections 4 and 5). Here many rows are taken in by slices between
the keys, and only lines that say something else are painted again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import Any, Generic

from textual import events
from textual.binding import Binding
from textual.message import Message

from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets.fleet_canvas import Facts, FleetCanvas, Held, Row
from trainctl_tui.tui.widgets.fleet_model import Key, Plan
from trainctl_tui.tui.widgets.fleet_signs import Anew

AT_ONCE = 1500
"""Rows up to which everything is done in the call itself; more are taken in by slices."""

_SLICE = 0.003  # seconds of work between two looks at the keyboard
_SIDEWAYS = 12  # cells a press of the left or right arrow scrolls


class Told(Message):
    """Something that happened in a table. ``control`` is the table."""

    def __init__(self, table: FleetTable[Any, Any]) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> FleetTable[Any, Any]:
        """The table it happened in."""
        return self.table


class FleetTable(FleetCanvas[Row, Facts], Generic[Row, Facts], can_focus=True):
    """Rows by key, drawn by columns. The owner tells rows and facts; the table tells moves and marks."""

    BINDINGS = [
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("g,home", "edge(0)", show=False),
        Binding("G,end", "edge(1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("left", "sideways(-1)", show=False),
        Binding("right", "sideways(1)", show=False),
        Binding("space", "mark", show=False),
        Binding("V,ctrl+@,ctrl+space", "mark_range", show=False),
        Binding("asterisk", "mark_shown", show=False),
        Binding("backslash", "clear_marks", show=False),
        Binding("enter", "choose", show=False),
    ]

    class CursorMoved(Told):
        """Another row is highlighted; ``key`` is None where none is."""

        def __init__(self, table: FleetTable[Any, Any], key: Key | None) -> None:
            super().__init__(table)
            self.key = key

    class MarksChanged(Told):
        """Rows were marked or unmarked, or marked rows have vanished."""

    class Settled(Told):
        """Rows, order or filter that were too many for one go are all in view now."""

    class RowChosen(Told):
        """Enter or a double click on the highlighted row; ``key`` is None where none is."""

        def __init__(self, table: FleetTable[Any, Any], key: Key | None) -> None:
            super().__init__(table)
            self.key = key

    class HeaderChosen(Told):
        """A click on a column's label."""

        def __init__(self, table: FleetTable[Any, Any], column_key: str) -> None:
            super().__init__(table)
            self.column_key = column_key

    def __init__(self, columns: Sequence[Column[Row, Facts]], *, id: str | None = None) -> None:
        super().__init__(columns, id=id)
        self._pursuing = False
        self._wished_key: Key | None = None
        self._begun = True
        self._told: Key | None = None
        self._told_marks: frozenset[Key] = frozenset()

    # ---- what the owner tells ----

    def set_rows(self, rows: Mapping[Key, Row], facts: Facts, anew: Anew | None = None) -> None:
        """Take rows and facts; they must not change afterwards. The cursor's row keeps its line on screen.

        ``anew`` says which regions are listed anew. What is news there wears a sign until the next time.
        """
        self._know(facts)
        self._signs.expect(anew or {})
        self._pursue(self.model.update(rows, facts))

    def set_facts(self, facts: Facts) -> None:
        """Take other facts, as when time passes; repaint the lines in sight that read otherwise."""
        self._know(facts)
        self.model.set_facts(facts)
        self._repaint_stale()

    def order_by(self, column: Column[Row, Facts] | str, reverse: bool = False) -> None:
        """Order by a column, or by the key of one that is shown."""
        if isinstance(column, str):
            column = next(one for one in self._columns if one.key == column)
        self._order = (column.key, reverse)
        self._repaint_line(0)
        self._pursue(self.model.reorder(column, reverse))

    def set_filter(self, wanted: Callable[[Row], bool | None] | None) -> None:
        """Show only the rows that are wanted. The user's act: a row that is shown again may wake."""
        self._pursue(self.model.refilter(wanted))

    def reconsider(self, wanted: Callable[[Row], bool | None] | None) -> None:
        """Judge and order every row anew, because facts changed around rows that did not."""
        self._pursue(self.model.reconsider(wanted))

    def select(self, key: Key) -> bool:
        """Highlight a row and bring it into sight; False if it is not shown, nor about to be."""
        before = self.model.cursor_index
        if self.model.select(key):
            self._moved(before)
            return True
        self._wished_key = key if self._pursuing else None
        return self._pursuing

    def mark(self, keys: Collection[Key]) -> None:
        """Mark these rows and no other, hidden ones too; those that are not listed cannot be."""
        self.model.mark(keys)
        self._marked()

    def begin(self) -> None:
        """Highlight the first row if nobody has moved yet: a screen wants a place to start from."""
        self._begun = self.model.cursor is not None
        self._begin_if_wanted()

    # ---- taking it in ----

    def _pursue(self, plan: Plan) -> None:
        """Take in a few rows at once, and many by slices. Whoever runs already will see the new wish."""
        if self._pursuing:
            return
        if plan.size <= AT_ONCE:
            held = self._hold(plan.refreshed)
            plan.finish()
            self._arrived(plan, held)
            return
        self._pursuing = True
        self.run_worker(self._pursue_in_slices(), group=f"fleet-{id(self)}", name="fleet")

    async def _pursue_in_slices(self) -> None:
        while not self.model.settled:
            plan = self.model.plan()
            while not self._worked(plan):
                await asyncio.sleep(0)  # lets keys and paint in
        self._pursuing = False
        if self._wished_key is not None:
            self.select(self._wished_key)
            self._wished_key = None
        self.post_message(self.Settled(self))

    def _worked(self, plan: Plan) -> bool:
        """Work for a slice of time; say whether the plan is done."""
        held = self._hold(plan.refreshed)
        deadline = monotonic() + _SLICE
        for _ in plan:
            if monotonic() >= deadline:
                return False
        self._arrived(plan, held)
        return True

    def _arrived(self, plan: Plan, held: Sequence[Held]) -> None:
        """Show what a plan has made."""
        self._signs.arrived(plan.change)
        self._keep(held)
        self._repaint_stale()
        self._begin_if_wanted()
        self._tell_highlight()
        self._tell_marks()

    def _begin_if_wanted(self) -> None:
        if not self._begun and self.model.shown_count and self.model.settled:
            self._begun = True
            if self.model.cursor is None:
                self.action_edge(0)

    def _tell_highlight(self) -> None:
        key = self.model.highlighted
        if key != self._told:
            self._told = key
            self.post_message(self.CursorMoved(self, key))

    def _tell_marks(self) -> None:
        if self.model.marks is not self._told_marks:
            self._told_marks = self.model.marks
            self.post_message(self.MarksChanged(self))

    # ---- what the user does ----

    def _moved(self, before: int | None) -> None:
        """Paint the old and the new line of the cursor, and bring the new one into sight."""
        self._wished_key = None
        now = self.model.cursor_index
        if now is None:
            return
        self._bring(now)
        for number in {before, now} - {None}:
            self._repaint_row(int(number or 0))
        self._tell_highlight()

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        before = self.model.cursor_index
        self.model.move(rows)
        self._moved(before)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * max(1, self._lines - 1))

    def action_edge(self, end: int) -> None:
        """Go to the first or the last row."""
        before = self.model.cursor_index
        if end:
            self.model.end()
        else:
            self.model.home()
        self._moved(before)

    def action_sideways(self, direction: int) -> None:
        """Scroll to more columns."""
        x = self.scroll_offset.x + direction * _SIDEWAYS
        self.scroll_to(x=x, animate=False, immediate=True, force=True)

    def action_mark(self) -> None:
        """Mark or unmark the row, and move down. Without a highlighted row it only wakes one."""
        if (key := self.model.highlighted) is not None:
            self.model.toggle(key)
            self._marked()
        self.action_move(1)

    def action_mark_range(self) -> None:
        """Mark from the last mark to here."""
        self.model.mark_range()
        self._marked()

    def action_mark_shown(self) -> None:
        """Mark all rows that are shown."""
        self.model.mark_all_shown()
        self._marked()

    def action_clear_marks(self) -> None:
        """Clear all marks, hidden ones too."""
        self.model.clear_marks()
        self._marked()

    def _marked(self) -> None:
        self._repaint_stale()
        self._tell_marks()

    def action_choose(self) -> None:
        """Ask to open the highlighted row."""
        self.post_message(self.RowChosen(self, self.model.highlighted))

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked; a second click opens it; a label orders."""
        line = event.y - self._head
        if line < 0:
            column = self._layout_now.at(event.x + int(self.scroll_offset.x))
            if column is not None:
                self.post_message(self.HeaderChosen(self, column.key))
            return
        number = self._top + line
        if number < self.model.shown_count:
            before = self.model.cursor_index
            self.model.move_to_index(number)
            self._moved(before)
            if event.chain == 2:
                self.action_choose()
