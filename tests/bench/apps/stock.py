"""Textual's DataTable, told by the same script: ``python -m tests.bench.apps.stock ROWS PIPE``."""

from __future__ import annotations

import sys
from threading import Thread

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.bench.apps.script import Script, commands
from tests.support.rows import NOW
from trainctl_tui.domain.resources import Instance
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.instances import COLUMNS

_FACTS = Facts(now=NOW)
_SHOWN = tuple(column for column in COLUMNS if not column.extra)


class Stock(App[None]):
    """One DataTable with the columns of our instances."""

    CSS = "DataTable { height: 1fr; }"
    BINDINGS = [("j", "down", "down"), ("k", "up", "up"), ("ctrl+q", "quit", "quit")]

    def __init__(self, rows: int, pipe: str) -> None:
        super().__init__()
        self._script = Script(rows)
        self._pipe = pipe

    def compose(self) -> ComposeResult:
        """Build the table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Load once, then follow the commands."""
        table = self.query_one(DataTable)
        for column in _SHOWN:
            table.add_column(column.label, key=column.key, width=column.width)
        self.load(self._script.rows)
        table.focus()
        Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        for command in commands(self._pipe):
            if command == "change":
                self.call_from_thread(self.change, self._script.change())
            else:
                self.call_from_thread(self.load, self._script.reload())

    def load(self, rows: list[Instance]) -> None:
        """Show these rows instead of all others."""
        table = self.query_one(DataTable)
        table.clear()
        for row in rows:
            table.add_row(*(column.text(row, _FACTS) for column in _SHOWN), key=row.id)

    def change(self, rows: list[Instance]) -> None:
        """Show the new names of these rows."""
        table = self.query_one(DataTable)
        for row in rows:
            table.update_cell(row.id, "name", _SHOWN[0].text(row, _FACTS))

    def action_down(self) -> None:
        """Move down."""
        self.query_one(DataTable).action_cursor_down()

    def action_up(self) -> None:
        """Move up."""
        self.query_one(DataTable).action_cursor_up()


if __name__ == "__main__":
    Stock(int(sys.argv[1]), sys.argv[2]).run()
