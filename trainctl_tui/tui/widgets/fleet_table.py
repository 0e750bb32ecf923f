"""The table of a pane: thousands of live rows, one strip each, and a cursor that belongs to a resource.

Textual's DataTable keeps its cursor by row number, needs seconds for ten thousand rows and repaints
everything for one cell (PERFORMANCE.md, sections 4 and 5). Here a row is drawn when it is looked at,
remembered until it changes, and only lines that say something else are painted again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from trainctl_tui.tui.safe import safe
from trainctl_tui.tui.widgets.columns import Column
from trainctl_tui.tui.widgets.fleet_layout import Layout
from trainctl_tui.tui.widgets.fleet_model import NO_CHANGE, Change, FleetModel, Key
from trainctl_tui.tui.widgets.fleet_strips import MEANINGS, Face, Strips

Row = TypeVar("Row")
Facts = TypeVar("Facts")

_SIDEWAYS = 12  # cells a press of the left or right arrow scrolls


class FleetTable(ScrollView, Generic[Row, Facts], can_focus=True):
    """Rows by key, drawn by columns. The owner tells rows and facts; the table tells moves and marks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "fleet--header",
        "fleet--cursor",
        "fleet--mark",
        *(f"fleet--{meaning}" for meaning in MEANINGS),
    }
    DEFAULT_CSS = """
    FleetTable { background: $background; color: $foreground; overflow-x: auto; overflow-y: scroll; }
    FleetTable > .fleet--header { background: $panel; color: $foreground; text-style: bold; }
    FleetTable > .fleet--cursor { background: $panel; text-style: bold; }
    FleetTable:focus > .fleet--cursor { background: $primary 40%; color: $foreground; text-style: bold; }
    FleetTable:ansi > .fleet--cursor { text-style: reverse; }
    FleetTable:nocolor > .fleet--cursor { text-style: reverse; }
    FleetTable > .fleet--mark { color: $accent; text-style: bold; }
    FleetTable > .fleet--ok { color: $success; }
    FleetTable > .fleet--warn { color: $warning; }
    FleetTable > .fleet--bad { color: $error; text-style: bold; }
    FleetTable > .fleet--dim { color: $foreground 55%; }
    FleetTable > .fleet--accent { color: $accent; }
    FleetTable:ansi > .fleet--dim { color: ansi_bright_black; }
    """
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

    empty_text: var[str] = var("", init=False)

    class Told(Message):
        """Something the user did in a table."""

        def __init__(self, table: FleetTable[Any, Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> FleetTable[Any, Any]:
            """The table it happened in."""
            return self.table

    class CursorMoved(Told):
        """Another row is highlighted, or none."""

    class MarksChanged(Told):
        """Rows were marked or unmarked."""

    class RowChosen(Told):
        """Enter or a double click on the highlighted row."""

    class HeaderChosen(Told):
        """A click on a column's label."""

        def __init__(self, table: FleetTable[Any, Any], column_key: str) -> None:
            super().__init__(table)
            self.column_key = column_key

    def __init__(self, columns: Sequence[Column[Row, Facts]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.model = FleetModel()
        self.change: Change = NO_CHANGE
        self._columns = tuple(columns)
        self._facts: Any = None
        self._order = ("", False)
        self._layout_now = Layout.of(self._columns, 80)
        self._strips = Strips(self)
        self._painted: list[Face | None] = []

    # ---- what the owner tells ----

    def set_rows(self, rows: Mapping[Key, Row], facts: Facts) -> Change:
        """Take rows and facts; repaint what changed in sight; keep the cursor's row at its line."""
        self._facts = facts
        at = self.model.cursor_index
        first = not self.model.rows
        change = self.model.set_rows(rows, facts)
        if change:
            self.change = NO_CHANGE if first else change
            self._after_order(at)
        else:
            self._repaint_stale()
        return change

    def set_facts(self, facts: Facts) -> None:
        """Take other facts, as when time passes; repaint the lines in sight that read otherwise."""
        self._facts = facts
        self.model.set_facts(facts)
        self._repaint_stale()

    def forget_change(self) -> None:
        """End the showing of what the last rows changed."""
        if self.change:
            self.change = NO_CHANGE
            self._repaint_stale()

    def set_columns(self, columns: Sequence[Column[Row, Facts]]) -> None:
        """Show other columns."""
        self._columns = tuple(columns)
        self._place()

    def order_by(self, column: Column[Row, Facts], reverse: bool) -> None:
        """Order by a column, shown or not."""
        self._order = (column.key, reverse)
        self._with_order(lambda: self.model.order_by(column, reverse))
        self.refresh_line(0)

    def set_filter(self, wanted: Callable[[Row], bool | None] | None) -> None:
        """Show only the rows that are wanted."""
        self._with_order(lambda: self.model.set_filter(wanted))

    def visible_rows(self) -> list[Row]:
        """Return the rows in sight."""
        return [self.model.rows[key] for key in self._keys_in_sight()]

    def select(self, key: Key) -> bool:
        """Highlight a row and bring it into sight; False if it is not shown."""
        before = self.model.cursor_index
        if not self.model.select(key):
            return False
        self._moved(before)
        return True

    # ---- keeping what is painted in step ----

    @property
    def _lines(self) -> int:
        """How many rows are in sight."""
        return max(0, self.scrollable_content_region.height - 1)

    def _with_order(self, change: Callable[[], None]) -> None:
        at = self.model.cursor_index
        change()
        self._after_order(at)

    def _after_order(self, at: int | None) -> None:
        """Adjust to another order of rows; ``at`` is where the highlighted row was."""
        self.virtual_size = Size(self._layout_now.width, len(self.model.shown) + 1)
        now = self.model.cursor_index
        if at is not None and now is not None and now != at and self._in_sight(at):
            self.scroll_to(y=self.scroll_offset.y + now - at, animate=False, immediate=True)
        if (at is None) is not (now is None):
            self.post_message(self.CursorMoved(self))
        self._repaint_stale()

    def _in_sight(self, number: int) -> bool:
        return 0 <= number - self.scroll_offset.y < self._lines

    def _repaint_stale(self) -> None:
        """Refresh the lines in sight that would show something else than they do."""
        faces = [self._face(key) for key in self._keys_in_sight()]
        if len(faces) != len(self._painted):
            self.refresh()
            return
        top = int(self.scroll_offset.y)
        for line, (face, painted) in enumerate(zip(faces, self._painted, strict=True)):
            if face != painted:
                self.refresh_line(top + line + 1)

    def _keys_in_sight(self) -> list[Key]:
        top = int(self.scroll_offset.y)
        return self.model.shown[top : top + self._lines]

    def _face(self, key: Key) -> Face:
        """Return everything that the line of a row shows."""
        model = self.model
        lit = key == model.cursor and not model.asleep
        cells = self._layout_now.cells(model.rows[key], self._facts)
        return self._sign(key), key in model.marks, lit, cells

    def _sign(self, key: Key) -> str:
        if key in self.change.added:
            return "+"
        return "~" if key in self.change.changed else " "

    # ---- drawing ----

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget: the labels, a row, or what is said where there is none."""
        width = self.scrollable_content_region.width
        left = int(self.scroll_offset.x)
        if y == 0:
            text = self._layout_now.header(*self._order)
            strip = Strip([Segment(text, self._strips.style("fleet--header"))])
            return strip.crop_extend(left, left + width, self._strips.style("fleet--header"))
        keys = self._keys_in_sight()
        if y > len(keys):
            return self._nothing(y, width)
        if len(self._painted) != len(keys):
            self._painted = [None] * len(keys)
        face = self._painted[y - 1] = self._face(keys[y - 1])
        return self._strips.of(face).crop(left, left + width)

    def _nothing(self, y: int, width: int) -> Strip:
        lines = self.empty_text.split("\n") if not self.model.shown else []
        text = safe(lines[y - 2]) if 2 <= y < len(lines) + 2 else ""
        if not self.model.shown:
            self._painted = []
        return Strip([Segment(f" {text}", self._strips.style("fleet--dim"))]).adjust_cell_length(
            width, self.rich_style
        )

    def notify_style_update(self) -> None:
        """Forget drawn rows when the colours change."""
        super().notify_style_update()
        self._strips.forget()
        self._painted = []

    def watch_empty_text(self) -> None:
        """Say something else where no row is."""
        if not self.model.shown:
            self.refresh()

    def watch_has_focus(self, focused: bool) -> None:
        """Draw the cursor's row in the other colours."""
        super().watch_has_focus(focused)
        self._strips.forget()
        if (at := self.model.cursor_index) is not None:
            self.refresh_line(at + 1)

    def on_resize(self, _event: events.Resize) -> None:
        """Place the columns in the new width."""
        self._place()

    def _place(self) -> None:
        self._layout_now = Layout.of(self._columns, self.scrollable_content_region.width)
        self._strips.forget()
        self._strips.width = self._layout_now.width
        self._painted = []
        self.virtual_size = Size(self._layout_now.width, len(self.model.shown) + 1)
        self.refresh()

    # ---- what the user does ----

    def _moved(self, before: int | None) -> None:
        """Paint the old and the new line of the cursor, and bring the new one into sight."""
        now = self.model.cursor_index
        if now is None:
            return
        top, lines = int(self.scroll_offset.y), max(1, self._lines)
        if now < top:
            self.scroll_to(y=now, animate=False, immediate=True)
        elif now >= top + lines:
            self.scroll_to(y=now - lines + 1, animate=False, immediate=True)
        for line in {before, now} - {None}:
            self.refresh_line(int(line or 0) + 1)
        if before != now:
            self.post_message(self.CursorMoved(self))

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
        self.model.move_to(len(self.model.shown) - 1 if end else 0)
        self._moved(before)

    def action_sideways(self, direction: int) -> None:
        """Scroll to more columns."""
        self.scroll_to(x=self.scroll_offset.x + direction * _SIDEWAYS, animate=False, immediate=True)

    def action_mark(self) -> None:
        """Mark or unmark the row, and move down."""
        self.model.toggle()
        self._marked()
        self.action_move(1)

    def action_mark_range(self) -> None:
        """Mark from the last mark to here."""
        self.model.mark_range()
        self._marked()

    def action_mark_shown(self) -> None:
        """Mark all rows that are shown."""
        self.model.mark_shown()
        self._marked()

    def action_clear_marks(self) -> None:
        """Clear all marks, hidden ones too."""
        self.model.clear_marks()
        self._marked()

    def _marked(self) -> None:
        self._repaint_stale()
        self.post_message(self.MarksChanged(self))

    def action_choose(self) -> None:
        """Open the highlighted row."""
        if self.model.cursor_index is not None:
            self.post_message(self.RowChosen(self))

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked; a second click opens it; a label orders."""
        if event.y == 0:
            column = self._layout_now.at(event.x + int(self.scroll_offset.x))
            if column is not None:
                self.post_message(self.HeaderChosen(self, column.key))
            return
        number = int(self.scroll_offset.y) + event.y - 1
        if number < len(self.model.shown):
            before = self.model.cursor_index
            self.model.move_to(number)
            self._moved(before)
            if event.chain == 2:
                self.action_choose()
