"""A table of rows: in colours and cut to the width for a person, whole and plain for a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from trainctl_tui.domain.resources import Row
from trainctl_tui.headless.output import is_terminal
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.spec import PaneSpec
from trainctl_tui.safe import safe

_GAP = "  "
_STYLES = {"dim": "dim", "ok": "green", "warn": "yellow", "bad": "bold red", "accent": "magenta"}

Columns = Sequence[Column[Any, Facts]]


def draw(pane: PaneSpec, facts: Facts, rows: Sequence[Row]) -> str:
    """Return the table as text; on a terminal with its sequences for colours."""
    columns = [column for column in pane.columns if not column.extra]
    if not is_terminal():
        return _plain(columns, facts, rows)
    width = shutil.get_terminal_size().columns
    if sum(column.width + len(_GAP) for column in columns) > width:
        columns = [column for column in columns if column.least]
    return _coloured(columns, facts, rows, width)


def _plain(columns: Columns, facts: Facts, rows: Sequence[Row]) -> str:
    lines = [[column.label for column in columns]]
    lines += [[safe(column.text(row, facts)) for column in columns] for row in rows]
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(columns))]
    return "\n".join(_line(line, columns, widths) for line in lines)


def _line(cells: Sequence[str], columns: Columns, widths: Sequence[int]) -> str:
    padded = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        blank = " " * (width - cell_len(cell))
        padded.append(blank + cell if column.align == "right" else cell + blank)
    return _GAP.join(padded).rstrip()


def _coloured(columns: Columns, facts: Facts, rows: Sequence[Row], width: int) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold")
    for column in columns:
        # Ids are for copying: whatever else is cut, they are not.
        least = column.width if column.key == "id" else None
        table.add_column(
            column.label, justify=column.align, no_wrap=True, overflow="ellipsis", min_width=least
        )
    for row in rows:
        table.add_row(
            *(
                Text(safe(column.text(row, facts)), _STYLES.get(column.style(row, facts), ""))
                for column in columns
            )
        )
    console = Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")
