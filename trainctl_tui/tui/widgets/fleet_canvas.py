"""How a fleet table draws: a row when it is looked at, and again only where it says something else."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from trainctl_tui.listing.columns import Column
from trainctl_tui.safe import safe
from trainctl_tui.tui.widgets.fleet_layout import Cells, Layout
from trainctl_tui.tui.widgets.fleet_model import FleetModel, Key
from trainctl_tui.tui.widgets.fleet_signs import Signs
from trainctl_tui.tui.widgets.fleet_strips import MEANINGS, Face, Strips

Row = TypeVar("Row")
Facts = TypeVar("Facts")

_KEPT = 4096  # rows whose cells are remembered


class Held(NamedTuple):
    """A row that is to stay at its line of the screen, whatever happens around it."""

    key: Key
    line: int


class FleetCanvas(ScrollView, Generic[Row, Facts]):
    """The drawing half of ``FleetTable``: columns, strips, scrolling, and what is on screen now."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "fleet--header",
        "fleet--cursor",
        "fleet--mark",
        *(f"fleet--{meaning}" for meaning in MEANINGS),
    }
    DEFAULT_CSS = """
    FleetCanvas {
        background: $background; color: $foreground;
        overflow-x: auto; overflow-y: scroll; scrollbar-size: 0 1;
    }
    FleetCanvas > .fleet--header { background: $panel; color: $foreground; text-style: bold; }
    FleetCanvas > .fleet--cursor { background: $panel; text-style: bold; }
    FleetCanvas:focus > .fleet--cursor {
        background: $primary 40%; color: $foreground; text-style: bold;
    }
    FleetCanvas:ansi > .fleet--cursor, FleetCanvas:nocolor > .fleet--cursor { text-style: reverse; }
    FleetCanvas > .fleet--mark { color: $accent; text-style: bold; }
    FleetCanvas > .fleet--ok { color: $success; }
    FleetCanvas > .fleet--warn { color: $warning; }
    FleetCanvas > .fleet--bad { color: $error; text-style: bold; }
    FleetCanvas > .fleet--dim { color: $foreground 55%; }
    FleetCanvas > .fleet--accent { color: $accent; }
    FleetCanvas:ansi > .fleet--dim { color: ansi_bright_black; }
    """

    empty_text: var[str] = var("", init=False)
    """What is said where there is no row; may have several lines."""

    show_header: var[bool] = var(True, init=False)
    """Whether the first line has the labels of the columns."""

    def __init__(self, columns: Sequence[Column[Row, Facts]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.model = FleetModel()
        self._columns = tuple(columns)
        self._facts: Any = None
        self._order = ("", False)
        self._signs = Signs()
        self._layout_now = Layout.of(self._columns, 80)
        self._strips = Strips(self)
        self._cells: dict[Key, tuple[Any, Cells]] = {}
        self._painted: list[Face | None] = []  # what each line of the screen shows

    # ---- what is in sight ----

    @property
    def _head(self) -> int:
        """How many lines stand above the rows."""
        return 1 if self.show_header else 0

    @property
    def _top(self) -> int:
        """The number of the first row in sight."""
        return int(self.scroll_offset.y)

    @property
    def _lines(self) -> int:
        """How many rows fit."""
        return max(0, self.scrollable_content_region.height - self._head)

    def _keys_in_sight(self) -> Sequence[Key]:
        top = self._top
        return self.model.shown[top : top + self._lines]

    def visible_rows(self) -> list[Row]:
        """Return the rows in sight."""
        return [self.model.rows[key] for key in self._keys_in_sight()]

    def _hold(self, refreshed: bool) -> list[Held]:
        """Return rows that must not move on screen: the highlighted one, then, on news, all in sight."""
        model, top = self.model, self._top
        keys = self._keys_in_sight()
        held = [Held(key, line) for line, key in enumerate(keys)] if refreshed and top else []
        at = model.cursor_index
        if at is not None and top <= at < top + len(keys):
            held.insert(0, Held(keys[at - top], at - top))
        return held

    def _keep(self, held: Sequence[Held]) -> None:
        """Scroll so that the first row that is still there is at its line, as far as the edges let it."""
        self._measure()
        for key, line in held:
            at = self.model.index_of(key)
            if at is not None:
                if at - line != self._top:
                    self._scroll_rows(at - line)
                return

    def _scroll_rows(self, top: int) -> None:
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scroll: repaint the rows alone. A step that the thumb cannot show repaints no scroll bar."""
        if self.show_vertical_scrollbar:
            bar = self.vertical_scrollbar
            eighth = max(1.0, bar.window_virtual_size / max(1, bar.window_size) / 8)
            at_end = new_value >= self.max_scroll_y
            bar.position = new_value if at_end else new_value // eighth * eighth
        if round(old_value) != round(new_value):
            self.refresh(Region(0, self._head, self.scrollable_content_region.width, self._lines))

    def _measure(self) -> None:
        """Tell the scroll bar how much there is. Not through the reactive: that would lay out everything."""
        size = Size(self._layout_now.width, self.model.shown_count + self._head)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)

    # ---- what a line shows ----

    def _face(self, key: Key) -> Face:
        """Return everything that the line of a row shows."""
        model = self.model
        row = model.rows[key]
        known = self._cells.get(key)
        if known is None or known[0] is not row:
            if len(self._cells) >= _KEPT:
                self._cells.clear()
            known = self._cells[key] = row, self._layout_now.cells(row, self._facts)
        return self._signs.of(key), key in model.marks, key == model.cursor and not model.asleep, known[1]

    def _know(self, facts: Any) -> None:
        """Take other facts; every cell may read otherwise now."""
        if facts is not self._facts:
            self._facts = facts
            self._cells.clear()

    def _repaint_line(self, line: int) -> None:
        self.refresh(Region(0, line, self.scrollable_content_region.width, 1))

    def _repaint_row(self, number: int) -> None:
        if self._top <= number < self._top + self._lines:
            self._repaint_line(number - self._top + self._head)

    def _repaint_stale(self) -> None:
        """Repaint the lines in sight that would show something else than they do."""
        faces = [self._face(key) for key in self._keys_in_sight()]
        if bool(faces) != bool(self._painted):
            # What is said where there is no row has lines of its own: all of it comes, or all goes.
            self.refresh()
            return
        for line, face in enumerate(faces):
            if line >= len(self._painted) or face != self._painted[line]:
                self._repaint_line(line + self._head)
        for line in range(len(faces), len(self._painted)):
            self._repaint_line(line + self._head)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget: the labels, a row, or what is said where there is none."""
        width, left = self.scrollable_content_region.width, int(self.scroll_offset.x)
        line = y - self._head
        if line < 0:
            style = self._strips.style("fleet--header")
            strip = Strip([Segment(self._layout_now.header(*self._order), style)])
            return strip.crop_extend(left, left + width, style)
        keys = self.model.shown
        number = self._top + line
        if number >= len(keys):
            del self._painted[line:]
            return self._nothing(line, width)
        while len(self._painted) <= line:
            self._painted.append(None)
        face = self._painted[line] = self._face(keys[number])
        return self._strips.of(face).crop(left, left + width)

    def _nothing(self, line: int, width: int) -> Strip:
        said = _wrapped(self.empty_text, max(width - 2, 10)) if not self.model.shown_count else ()
        text = f" {said[line - 1]}" if 1 <= line <= len(said) else ""
        ground = self._strips.ground
        style = self._strips.style("fleet--dim") if text else ground
        return Strip([Segment(text, style)]).adjust_cell_length(width, ground)

    # ---- what changes the whole picture ----

    def set_columns(self, columns: Sequence[Column[Row, Facts]]) -> None:
        """Show other columns."""
        self._columns = tuple(columns)
        self._place()

    def watch_empty_text(self) -> None:
        """Say something else where no row is."""
        if not self.model.shown_count:
            self.refresh()

    def watch_show_header(self) -> None:
        """Show or hide the labels."""
        self._place()

    def watch_has_focus(self, focused: bool) -> None:
        """Draw the cursor's row in the other colours."""
        super().watch_has_focus(focused)
        self._strips.forget()
        if (at := self.model.cursor_index) is not None:
            self._repaint_row(at)

    def notify_style_update(self) -> None:
        """Forget drawn rows when the colours change."""
        super().notify_style_update()
        self._strips.forget()

    def on_resize(self, _event: events.Resize) -> None:
        """Place the columns in the new width, and keep the highlighted row in sight."""
        self._place()
        if (at := self.model.cursor_index) is not None:
            self._bring(at)

    def _bring(self, number: int) -> None:
        """Scroll as little as brings a row into sight."""
        top, lines = self._top, max(1, self._lines)
        if number < top:
            self._scroll_rows(number)
        elif number >= top + lines:
            self._scroll_rows(number - lines + 1)

    def _place(self) -> None:
        # A table behind the drawer has no region on screen; its size is the one it comes back with.
        self._layout_now = Layout.of(self._columns, self.size.width - self.scrollbar_size_vertical)
        self._strips.forget()
        self._strips.width = self._layout_now.width
        self._cells.clear()
        self._painted.clear()
        self._measure()
        self.refresh()


@lru_cache(maxsize=16)
def _wrapped(text: str, room: int) -> tuple[str, ...]:
    """Return what is said where no row is, in lines that fit: the next step is at its end."""
    return tuple(part for line in text.split("\n") for part in textwrap.wrap(safe(line, 500), room))
