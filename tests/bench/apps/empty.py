"""A Textual app that shows one word: the least that any Textual program can be."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Empty(App[None]):
    """One word."""

    BINDINGS = [("ctrl+q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Static("nothing-here")


if __name__ == "__main__":
    Empty().run()
