"""Which columns stand where in a fleet table, and the cells of a row. Pure, but for Rich's cell widths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from trainctl_tui.listing.columns import Column
from trainctl_tui.safe import safe
from trainctl_tui.tui.widgets.cells import cells

GUTTER = 2  # cells of the mark
GAP = 1  # cells between columns
WIDEST = 48  # cells of the flexible column: no eye follows a row across an empty screen

Cells = tuple[tuple[str, str], ...]
"""(text, name of its meaning) of each cell of a row."""


@dataclass(frozen=True)
class Placed:
    """A column with its width, and its first cell from the left of the row."""

    column: Column[Any, Any]
    start: int
    width: int


@dataclass(frozen=True)
class Layout:
    """All columns in their places. ``width`` may be more than the screen: the rest is scrolled to."""

    placed: tuple[Placed, ...]
    width: int

    @staticmethod
    def of(columns: Sequence[Column[Any, Any]], room: int) -> Layout:
        """Place columns in ``room`` cells.

        Where not all fit, the least ones have a place, then as many others as fit, in their own order;
        what is left goes to the right, out of sight. Spare cells go to the flexible column, first of all as
        many as it wishes.
        """
        ordered = list(columns)
        fitting = ordered
        if _wished(ordered) > room:
            fitting = [column for column in ordered if column.least]
            for column in ordered:
                if not column.least and _wished(fitting) + GAP + column.width <= room:
                    fitting.append(column)
            fitting = [column for column in ordered if column in fitting]
            ordered = fitting + [column for column in ordered if column not in fitting]
        spare = max(0, room - _needed(fitting))
        placed: list[Placed] = []
        start = GUTTER
        for column in ordered:
            width = column.width
            if column.flex:
                width = min(width + spare, max(width, WIDEST))
            placed.append(Placed(column, start, width))
            start += width + GAP
        return Layout(tuple(placed), max(start - GAP, room))

    def at(self, x: int) -> Column[Any, Any] | None:
        """Return the column under a cell of the row, or None for the mark and the gaps."""
        return next((p.column for p in self.placed if p.start <= x < p.start + p.width), None)

    def header(self, order: str, reverse: bool) -> str:
        """Return the line of labels; an arrow shows the order."""
        arrow = "▼" if reverse else "▲"
        labels = []
        for p in self.placed:
            label = p.column.label
            if p.column.key == order:
                label = cells(label, min(cell_len(label), p.width - 1)) + arrow
            labels.append(cells(label, p.width, p.column.align))
        return " " * GUTTER + (" " * GAP).join(labels)

    def cells(self, row: Any, facts: Any) -> Cells:
        """Return (text, style name) of every cell of a row, safe and cut to its width."""
        return tuple(
            (cells(safe(p.column.text(row, facts)), p.width, p.column.align), p.column.style(row, facts))
            for p in self.placed
        )


def _wished(columns: Sequence[Column[Any, Any]]) -> int:
    return _needed(columns) + sum(max(0, column.wish - column.width) for column in columns)


def _needed(columns: Sequence[Column[Any, Any]]) -> int:
    return GUTTER + sum(column.width for column in columns) + GAP * max(0, len(columns) - 1)
