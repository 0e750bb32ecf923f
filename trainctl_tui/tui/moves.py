"""How keys scroll a body of text."""

from __future__ import annotations

from collections.abc import Callable

from textual.containers import VerticalScroll

MOVES: dict[str, Callable[[VerticalScroll], None]] = {
    "j": lambda body: body.scroll_relative(y=1, animate=False),
    "down": lambda body: body.scroll_relative(y=1, animate=False),
    "k": lambda body: body.scroll_relative(y=-1, animate=False),
    "up": lambda body: body.scroll_relative(y=-1, animate=False),
    "pagedown": lambda body: body.scroll_page_down(animate=False),
    "pageup": lambda body: body.scroll_page_up(animate=False),
    "home": lambda body: body.scroll_home(animate=False),
    "end": lambda body: body.scroll_end(animate=False),
}
