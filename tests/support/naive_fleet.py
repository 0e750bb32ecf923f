"""A fleet as plain lists: what ``FleetModel`` must do, written to be obvious and not to be quick.

It is told when a plan begins and when one has run to its end; it keeps every wish as a value, sorts and
filters all rows anew whenever asked, and knows no slices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Key = tuple[str, str]


class Row(NamedTuple):
    """A row: a number that may be unknown or no number at all, and a name."""

    number: float | None
    name: str


class Wish(NamedTuple):
    """What is asked for. ``sort`` takes a key, its row and the facts."""

    rows: Mapping[Key, Row]
    facts: Any
    sort: Callable[[Row, Any], Any] | None
    reverse: bool
    wanted: Callable[[Row], bool | None] | None
    round: int

    def same(self, other: Wish) -> bool:
        """Say whether both ask for the same view."""
        return self.rows is other.rows and self[2:] == other[2:]

    def verdicts(self) -> dict[Key, bool | None]:
        """Return what the filter says of every row."""
        return {key: True if self.wanted is None else self.wanted(row) for key, row in self.rows.items()}

    def shown(self) -> list[Key]:
        """Return the keys that are shown, in order."""
        keys = [key for key, verdict in self.verdicts().items() if verdict]
        values = {key: None if self.sort is None else self.sort(self.rows[key], self.facts) for key in keys}
        known = [key for key in keys if values[key] is not None and values[key] == values[key]]
        known.sort(key=lambda key: (values[key], key), reverse=self.reverse)
        return known + sorted(set(keys) - set(known))


class NaiveFleet:
    """The same words as the model's, on plain lists."""

    def __init__(self) -> None:
        self.wish = self.view = Wish({}, None, None, False, None, 0)
        self.shown: list[Key] = []
        self.hidden: dict[Key, bool | None] = {}
        self.cursor: Key | None = None
        self.asleep = False
        self.marks: set[Key] = set()
        self.wakes = False  # whether a filter is under way that may highlight the cursor's row again
        self._at = 0
        self._anchor: Key | None = None

    def ask(self, wake: bool = False, **changes: Any) -> Wish:
        """Take a wish; return it, to be handed to ``arrived`` when its plan has run."""
        self.wakes = self.wakes or wake
        self.wish = self.wish._replace(**changes)
        return self.wish

    def arrived(self, wish: Wish) -> None:
        """A plan has run to its end."""
        had_marks = bool(self.marks)
        self.marks -= self.view.rows.keys() - wish.rows.keys()
        self.view = wish
        self.shown = wish.shown()
        self.hidden = {key: verdict for key, verdict in wish.verdicts().items() if not verdict}
        wake = self.wakes and self.settled
        self.wakes = self.wakes and not self.settled and not (had_marks and not self.marks)
        if self.cursor is None:
            return
        if self.cursor not in self.shown:
            self.asleep = True
        elif wake or not self.asleep:
            self.asleep = False
            self._at = self.shown.index(self.cursor)
        self.asleep = self.asleep or (had_marks and not self.marks)

    @property
    def settled(self) -> bool:
        """Whether the newest wish is in view."""
        return self.view.same(self.wish)

    @property
    def highlighted(self) -> Key | None:
        """The row that is highlighted."""
        return None if self.asleep else self.cursor

    def index(self, key: Key | None) -> int | None:
        """Return the number of a shown row."""
        return self.shown.index(key) if key in self.shown else None

    def target(self) -> tuple[Key, ...]:
        """Return what an act would mean."""
        if self.marks:
            return tuple(sorted(self.marks))
        return () if self.highlighted is None else (self.highlighted,)

    def go(self, number: int) -> None:
        """Highlight a row by number, or the nearest."""
        if self.shown:
            self._at = min(max(number, 0), len(self.shown) - 1)
            self.cursor, self.asleep = self.shown[self._at], False

    def move(self, rows: int) -> None:
        """Move the highlight; from sleep it starts between the rows where it was."""
        here = self.index(self.highlighted)
        if here is not None:
            self.go(here + rows)
        else:
            self.go(self._at + rows - 1 if rows > 0 else self._at + rows)

    def toggle(self, key: Key) -> None:
        """Mark or unmark a shown row."""
        if key in self.shown:
            self.marks ^= {key}
            self._anchor = key

    def mark_range(self) -> None:
        """Mark from the last toggled row to the highlighted one."""
        here = self.index(self.highlighted)
        if here is None:
            return
        there = self.index(self._anchor)
        ends = sorted((here, here if there is None else there))
        self.marks |= set(self.shown[ends[0] : ends[1] + 1])
        self._anchor = self.cursor

    def mark_all(self) -> None:
        """Mark all rows that are shown."""
        self.marks |= set(self.shown)

    def clear_marks(self) -> None:
        """Unmark everything."""
        self.marks = set()
        self._anchor = None
