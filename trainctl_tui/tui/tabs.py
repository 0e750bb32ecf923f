"""The tab strip of narrow terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from trainctl_tui.tui.widgets.pane_view import PaneView


def tab_line(panes: list[PaneView], active: int) -> Text:
    """Return the panes by number, title and count; the active one reversed."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for index, pane in enumerate(panes):
        count = f" {pane.table.model.total:,}" if pane.table.model.total else ""
        line.append(f" {index + 1} {pane.spec.title}{count} ", "bold reverse" if index == active else "dim")
    return line
