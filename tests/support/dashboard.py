"""Look at a running dashboard, and wait for what it will show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.pilot import Pilot

from trainctl_tui.tui.widgets.line import Line

if TYPE_CHECKING:
    from tests.tui.conftest import Stage


def line(stage: Stage, name: str) -> str:
    return stage.app.dashboard.query_one(f"#{name}", Line).text.plain


def on_screen(stage: Stage) -> str:
    """Everything that the terminal shows now, as text."""
    strips = stage.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def until(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
    """Let the app work until something holds; the news cross a thread."""
    for _ in range(400):
        await pilot.pause()
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never held")


def cursor(stage: Stage) -> str | None:
    key = stage.app.dashboard.pane.table.model.cursor
    return None if key is None else key[1]
