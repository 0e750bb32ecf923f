"""A line of text that repaints only when it says something else."""

from __future__ import annotations

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from trainctl_tui.safe import safe


class Line(Widget):
    """One or more rows of text. ``say`` costs nothing where nothing changed, and never a layout pass."""

    def __init__(
        self, text: Text | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._text = text or Text()

    @property
    def text(self) -> Text:
        """What it says."""
        return self._text

    def say(self, text: Text) -> None:
        """Show another text, if it is another."""
        if text.plain == self._text.plain and text.spans == self._text.spans:
            return
        self._text = text
        self.refresh()

    def render(self) -> RenderResult:
        """Draw the text on one row a line, cut at the edge."""
        text = self._text.copy()
        text.no_wrap = True
        text.overflow = "ellipsis"
        return text


def joined(parts: list[tuple[str, str]], gap: str = "  ") -> Text:
    """Return (text, style) parts as one line with gaps; every part goes through ``safe``."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for text, style in parts:
        if not text:
            continue
        if line.plain:
            line.append(gap)
        line.append(safe(text), style)
    return line
