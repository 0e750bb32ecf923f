"""Which rows are shown, in what order, which are marked, and which one is meant. Pure: no Textual.

The cursor and the marks hold keys, never row numbers. When the row under the cursor vanishes, the
model falls *asleep*: nothing is highlighted and nothing can be acted on until the user moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from trainctl_tui.tui.widgets.columns import Column

Key = tuple[str, str]
Wanted = Callable[[Any], bool | None]


class Change(NamedTuple):
    """What a set of rows changed. Disjoint."""

    added: frozenset[Key]
    removed: frozenset[Key]
    changed: frozenset[Key]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


NO_CHANGE = Change(frozenset(), frozenset(), frozenset())


class FleetModel:
    """Rows as values, and an ordered list of the keys that are shown."""

    def __init__(self) -> None:
        self.rows: Mapping[Key, Any] = MappingProxyType({})
        self.shown: list[Key] = []
        self.unknown = 0
        self.cursor: Key | None = None
        self.asleep = False
        self.marks: frozenset[Key] = frozenset()
        self._at = 0  # where the cursor was, for the move that wakes it
        self._anchor: Key | None = None
        self._column: Column[Any, Any] | None = None
        self._reverse = False
        self._facts: Any = None
        self._wanted: Wanted | None = None
        self._index: dict[Key, int] | None = None
        self._sort_keys: dict[Key, tuple[bool, Any, Key]] = {}
        self._undecided: set[Key] = set()

    # ---- what is there ----

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def shown_count(self) -> int:
        """How many rows the filter shows."""
        return len(self.shown)

    @property
    def marked_hidden(self) -> int:
        """How many marked rows the filter hides."""
        index = self.index
        return sum(1 for key in self.marks if key not in index)

    @property
    def index(self) -> Mapping[Key, int]:
        """Row numbers of the shown keys."""
        if self._index is None:
            self._index = {key: number for number, key in enumerate(self.shown)}
        return self._index

    @property
    def cursor_index(self) -> int | None:
        """The row number under the cursor, or None while nothing is highlighted."""
        return None if self.asleep or self.cursor is None else self.index.get(self.cursor)

    def shown_rows(self) -> list[Any]:
        """Return the shown rows in order."""
        return [self.rows[key] for key in self.shown]

    def target(self) -> tuple[Key, ...]:
        """Return what an act would mean: the marked rows, else the highlighted one, else nothing."""
        if self.marks:
            return tuple(sorted(self.marks))
        return () if self.cursor_index is None or self.cursor is None else (self.cursor,)

    # ---- news ----

    def set_rows(self, rows: Mapping[Key, Any], facts: Any) -> Change:
        """Take other rows. Cursor and marks stay on their keys; say what changed."""
        old, self.rows, self._facts = self.rows, rows, facts
        changed = {key for key, row in rows.items() if key in old and old[key] is not row and old[key] != row}
        added = rows.keys() - old.keys()
        removed = old.keys() - rows.keys()
        change = Change(frozenset(added), frozenset(removed), frozenset(changed))
        if not change:
            return NO_CHANGE
        if removed:
            self.marks -= removed
        self._reorder(added | changed, removed)
        self._settle()
        return change

    def order_by(self, column: Column[Any, Any], reverse: bool) -> None:
        """Order by a column; unknown values come last both ways, equal ones by key."""
        self._column, self._reverse = column, reverse
        self._rebuild()

    def set_filter(self, wanted: Wanted | None) -> None:
        """Show only rows of which ``wanted`` is True; None of it means unknown: hidden and counted."""
        self._wanted = wanted
        self._rebuild()

    def set_facts(self, facts: Any) -> None:
        """Take other facts. The order follows with the next rows."""
        self._facts = facts

    def _rebuild(self) -> None:
        self._sort_keys.clear()
        self._undecided.clear()
        self._reorder(set(self.rows), set())
        self._settle()

    def _reorder(self, fresh: set[Key], removed: set[Key]) -> None:
        """Bring ``shown`` up to date, where only ``fresh`` and ``removed`` need a new look."""
        for key in removed:
            self._sort_keys.pop(key, None)
        self._undecided -= removed
        wanted = self._decide(fresh)
        self.unknown = len(self._undecided)
        stale = fresh | removed
        kept = [key for key in self.shown if key not in stale] if len(fresh) < len(self.rows) else []
        for key in wanted:
            self._sort_keys[key] = self._sort_key(key)
        if len(wanted) * 8 < len(kept):
            self._insert(kept, wanted)
        else:
            kept.extend(wanted)
            kept.sort(key=self._sort_keys.__getitem__, reverse=self._reverse)
        self.shown = kept
        self._index = None

    def _decide(self, fresh: set[Key]) -> list[Key]:
        self._undecided -= fresh
        judge, rows = self._wanted, self.rows
        if judge is None:
            return list(fresh)
        chosen = []
        for key in fresh:
            verdict = judge(rows[key])
            if verdict:
                chosen.append(key)
            elif verdict is None:
                self._undecided.add(key)
        return chosen

    def _insert(self, kept: list[Key], fresh: list[Key]) -> None:
        """Put a few keys into a long ordered list; a whole sort would cost more."""
        keys = self._sort_keys
        for key in fresh:
            value = keys[key]
            if self._reverse:
                low, high = 0, len(kept)
                while low < high:
                    middle = (low + high) // 2
                    if keys[kept[middle]] > value:
                        low = middle + 1
                    else:
                        high = middle
                kept.insert(low, key)
            else:
                kept.insert(bisect_left(kept, value, key=keys.__getitem__), key)

    def _sort_key(self, key: Key) -> tuple[bool, Any, Key]:
        value = None if self._column is None else self._column.sort(self.rows[key], self._facts)
        # (unknown?, value, key): the flag is turned where the order is, so that unknown stays last.
        return (value is None) is not self._reverse, 0 if value is None else value, key

    # ---- the cursor ----

    def _settle(self) -> None:
        """Keep the cursor on its row; fall asleep where that row is not shown any more."""
        if self.cursor is None:
            return
        at = self.index.get(self.cursor)
        if at is None:
            self.asleep = True
        else:
            # A row that comes back (the filter was cleared) is the same row: highlighting it again is safe.
            self.asleep, self._at = False, at

    def select(self, key: Key) -> bool:
        """Highlight a row; False if it is not shown."""
        at = self.index.get(key)
        if at is None:
            return False
        self.cursor, self._at, self.asleep = key, at, False
        return True

    def move_to(self, number: int) -> None:
        """Highlight the row of a number, or the nearest there is."""
        if self.shown:
            self.select(self.shown[min(max(number, 0), len(self.shown) - 1)])

    def move(self, rows: int) -> None:
        """Move the highlight by rows. From sleep, it first wakes where it last was."""
        at = self.cursor_index
        self.move_to(self._at if at is None else at + rows)

    # ---- the marks ----

    def toggle(self) -> None:
        """Mark or unmark the highlighted row."""
        if self.cursor_index is None or self.cursor is None:
            return
        self.marks ^= {self.cursor}
        self._anchor = self.cursor

    def mark_range(self) -> None:
        """Mark every row from the last marked one to the highlighted one."""
        here = self.cursor_index
        if here is None:
            return
        there = self.index.get(self._anchor, here) if self._anchor else here
        low, high = sorted((here, there))
        self.marks |= frozenset(self.shown[low : high + 1])
        self._anchor = self.cursor

    def mark_shown(self) -> None:
        """Mark every row that is shown."""
        self.marks |= frozenset(self.shown)

    def clear_marks(self) -> None:
        """Unmark every row, hidden ones too."""
        self.marks = frozenset()
        self._anchor = None
