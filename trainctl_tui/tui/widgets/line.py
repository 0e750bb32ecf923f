"""A line of text that repaints only when it says something else."""

from __future__ import annotations

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from trainctl_tui.safe import safe


class Line(Widget):
    """One row of text. ``say`` costs nothing where nothing changed, and never a layout pass."""

    DEFAULT_CSS = "Line { text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(
        self, text: Text | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._text = text or Text()

    @property
    def text(self) -> Text:
        """What it says."""
        return self._text

    def say(self, text: Text) -> bool:
        """Show another text, if it is another; return whether it is."""
        if text.plain == self._text.plain and text.spans == self._text.spans:
            return False
        self._text = text
        self.refresh()
        return True

    def render(self) -> RenderResult:
        """Draw the text; what does not fit ends in an ellipsis."""
        return self._text


def joined(parts: list[tuple[str, str]], gap: str = "  ") -> Text:
    """Return (text, style) parts as one line with gaps; every part goes through ``safe``."""
    line = Text()
    for text, style in parts:
        if not text:
            continue
        if line.plain:
            line.append(gap)
        line.append(safe(text), style)
    return line
