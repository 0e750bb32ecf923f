"""Which rows are shown, in what order, which are marked, and which one is meant. Pure: no Textual.

The cursor and the marks hold keys, never row numbers. When the row under the cursor vanishes, or the last
marked row, the model falls *asleep*: nothing is highlighted and nothing can be acted on until the user moves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets.fleet_plan import NO_CHANGE, Change, Key, Plan, View, Wanted

__all__ = ["NO_CHANGE", "Change", "FleetModel", "Key", "Plan", "Wanted"]


class FleetModel:
    """Rows as values, and an ordered list of the keys that are shown.

    ``update``, ``reorder``, ``refilter`` and ``reconsider`` return a plan to be run in slices; until it has
    run to its end, everything here is as it was. ``set_rows``, ``order_by`` and ``set_filter`` do it at once.
    Rows must not change after they are handed over.
    """

    def __init__(self) -> None:
        self.cursor: Key | None = None
        self.asleep = False
        self.marks: frozenset[Key] = frozenset()
        self._view = View()
        self._wish = self._view.wish
        self._wake = False  # whether a hidden row that is shown again may be highlighted again
        self._at = 0  # where the cursor was, for the move that wakes it
        self._anchor: Key | None = None

    # ---- what is there ----

    @property
    def rows(self) -> Mapping[Key, Any]:
        """All rows, hidden ones too."""
        return self._view.wish.rows

    @property
    def shown(self) -> Sequence[Key]:
        """The keys that the filter shows, in order."""
        return self._view.shown

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def shown_count(self) -> int:
        """How many rows the filter shows."""
        return len(self._view.shown)

    @property
    def unknown(self) -> int:
        """How many rows are hidden because the filter cannot tell."""
        return len(self._view.undecided)

    @property
    def marked_hidden(self) -> int:
        """How many marked rows the filter hides."""
        return len(self.marks & self._view.hidden)

    @property
    def cursor_index(self) -> int | None:
        """The row number under the cursor, or None while nothing is highlighted."""
        return None if self.asleep or self.cursor is None else self._view.index(self.cursor)

    @property
    def highlighted(self) -> Key | None:
        """The key that is highlighted, or None: the one thing that an act on one row may mean."""
        return None if self.cursor_index is None else self.cursor

    def index_of(self, key: Key) -> int | None:
        """Return the number of a shown row, or None."""
        return self._view.index(key)

    def shown_rows(self) -> list[Any]:
        """Return the shown rows in order."""
        rows = self.rows
        return [rows[key] for key in self._view.shown]

    def target(self) -> tuple[Key, ...]:
        """Return what an act would mean: the marked rows, else the highlighted one, else nothing."""
        if self.marks:
            return tuple(sorted(self.marks))
        return () if (key := self.highlighted) is None else (key,)

    # ---- news, in slices ----

    @property
    def settled(self) -> bool:
        """Whether everything that was asked for is in view."""
        return self._wish.like(self._view.wish)

    def plan(self) -> Plan:
        """Return the steps to everything that was asked for."""
        return Plan(self._view, self._wish, self._take)

    def update(self, rows: Mapping[Key, Any], facts: Any) -> Plan:
        """Ask for other rows."""
        self._wish = replace(self._wish, rows=rows, facts=facts)
        return self.plan()

    def reorder(self, column: Column[Any, Any], reverse: bool) -> Plan:
        """Ask for an order; unknown values come last both ways, equal ones by key."""
        self._wish = replace(self._wish, column=column, reverse=reverse)
        return self.plan()

    def refilter(self, wanted: Wanted | None) -> Plan:
        """Ask for a filter. It is the user's act: a row it shows again is highlighted again."""
        self._wish = replace(self._wish, wanted=wanted)
        self._wake = True
        return self.plan()

    def reconsider(self, wanted: Wanted | None) -> Plan:
        """Ask to judge and order every row anew, because facts changed around rows that did not."""
        self._wish = replace(self._wish, wanted=wanted, round=self._wish.round + 1)
        return self.plan()

    def set_facts(self, facts: Any) -> None:
        """Take other facts. No row moves: the order follows with ``reconsider``, or row by row."""
        self._wish = replace(self._wish, facts=facts)

    def _take(self, plan: Plan) -> None:
        """Show what a plan has made, unless a later one was quicker: it knew all that this one knew."""
        if plan.old is not self._view:
            return
        self._view = plan.view
        removed = plan.change.removed
        bereft = bool(self.marks) and self.marks.issubset(removed)
        if removed and not self.marks.isdisjoint(removed):
            self.marks -= removed
        self._settle()
        if bereft:
            # A key pressed for the marks must not find the row under the cursor instead: neither now
            # nor after a filter that is under way.
            self._wake = False
            self.asleep = self.asleep or self.cursor is not None

    def _settle(self) -> None:
        """Keep the cursor on its row; fall asleep where that row is not shown any more."""
        wake, self._wake = self._wake and self.settled, self._wake and not self.settled
        if self.cursor is None:
            return
        at = self._view.index(self.cursor)
        if at is None:
            self.asleep = True
        elif wake or not self.asleep:
            self.asleep, self._at = False, at

    # ---- news, at once ----

    def set_rows(self, rows: Mapping[Key, Any], facts: Any) -> Change:
        """Take other rows. Cursor and marks stay on their keys; say what changed."""
        return self.update(rows, facts).finish()

    def order_by(self, column: Column[Any, Any], reverse: bool) -> None:
        """Order by a column."""
        self.reorder(column, reverse).finish()

    def set_filter(self, wanted: Wanted | None) -> None:
        """Show only rows of which ``wanted`` is True."""
        self.refilter(wanted).finish()

    # ---- the cursor ----

    def select(self, key: Key) -> bool:
        """Highlight a row; False if it is not shown."""
        at = self._view.index(key)
        if at is None:
            return False
        self.cursor, self._at, self.asleep = key, at, False
        return True

    def move_to_index(self, number: int) -> None:
        """Highlight the row of a number, or the nearest there is."""
        if shown := self._view.shown:
            self.select(shown[min(max(number, 0), len(shown) - 1)])

    def move(self, rows: int) -> None:
        """Move the highlight by rows. From sleep it starts between the rows where it last was."""
        at = self.cursor_index
        if at is None:
            at = self._at - 1 if rows > 0 else self._at
        self.move_to_index(at + rows)

    def home(self) -> None:
        """Highlight the first row."""
        self.move_to_index(0)

    def end(self) -> None:
        """Highlight the last row."""
        self.move_to_index(self.shown_count - 1)

    # ---- the marks ----

    def toggle(self, key: Key) -> None:
        """Mark or unmark a shown row; a range will start there."""
        if self._view.index(key) is not None:
            self.marks ^= {key}
            self._anchor = key

    def mark_range(self) -> None:
        """Mark every row from the last one toggled to the highlighted one."""
        here = self.cursor_index
        if here is None:
            return
        there = None if self._anchor is None else self._view.index(self._anchor)
        low, high = sorted((here, here if there is None else there))
        self.marks |= frozenset(self._view.shown[low : high + 1])
        self._anchor = self.cursor

    def mark_all_shown(self) -> None:
        """Mark every row that is shown."""
        self.marks |= frozenset(self._view.shown)

    def mark(self, keys: Collection[Key]) -> None:
        """Mark these rows and no other, hidden ones too."""
        self.marks = frozenset(key for key in keys if key in self.rows)
        self._anchor = None

    def clear_marks(self) -> None:
        """Unmark every row, hidden ones too."""
        self.marks = frozenset()
        self._anchor = None
