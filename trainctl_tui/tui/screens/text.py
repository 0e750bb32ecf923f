"""A full screen of text that scrolls: help, messages, console lines, raw JSON."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from trainctl_tui.safe import safe


class TextScreen(ModalScreen[None]):
    """Shows text until Escape. The text may come later, through ``show``."""

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("g,home", "edge(0)", show=False),
        Binding("G,end", "edge(1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self, title: str, text: Text, at_end: bool = False) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._at_end = at_end

    def compose(self) -> ComposeResult:
        """Build the title and the text."""
        yield Static(Text(safe(self._title), "bold reverse"), id="text-title")
        with VerticalScroll(id="text-scroll"):
            yield Static(self._text, id="text-body")
        yield Static(Text("j k PgUp PgDn move · g G ends · Esc back", "dim"), id="text-foot")

    def on_mount(self) -> None:
        """Give the keys to the text."""
        self._scroll.focus()

    def show(self, text: Text) -> None:
        """Replace the text; console lines are looked at from their end."""
        self.query_one("#text-body", Static).update(text)
        if self._at_end:
            self.call_after_refresh(self._scroll.scroll_end, animate=False)

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one("#text-scroll", VerticalScroll)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._scroll.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._scroll.scroll_relative(y=pages * max(1, self._scroll.size.height - 1), animate=False)

    def action_edge(self, end: int) -> None:
        """Scroll to the first or the last line."""
        if end:
            self._scroll.scroll_end(animate=False)
        else:
            self._scroll.scroll_home(animate=False)
