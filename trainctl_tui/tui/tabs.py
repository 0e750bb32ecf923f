"""The tab strip of narrow terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from trainctl_tui.tui.widgets.pane_view import PaneView


def tab_line(panes: list[PaneView], active: int) -> Text:
    """Return the panes by number, title and count; the active one reversed, with all that its title says."""
    line = Text()
    for index, pane in enumerate(panes):
        line.append(pane.label, "bold reverse" if index == active else "dim")
        if index == active and pane.notes.plain:
            line.append(" ").append_text(pane.notes).append(" ")
    line.append(" 4 Operations ", "dim")
    return line
