"""How a row of a fleet table becomes one strip: few runs of style, made once for each look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from trainctl_tui.tui.widgets.fleet_layout import GAP

if TYPE_CHECKING:
    from textual.widget import Widget

MEANINGS = ("ok", "warn", "bad", "dim", "accent")
"""What a cell can mean; each is a component class ``fleet--<meaning>``."""

Face = tuple[str, bool, bool, tuple[tuple[str, str], ...]]
"""Everything the line of a row shows: sign, marked, highlighted, (text, meaning) of each cell."""

_KEPT = 4096  # strips; a screen has at most some hundred rows


class Strips:
    """Makes and remembers strips for one widget, with its component styles."""

    def __init__(self, widget: Widget) -> None:
        self.width = 0
        self._widget = widget
        self._made: dict[Face, Strip] = {}
        self._styles: dict[str, Style] = {}

    def forget(self) -> None:
        """Forget everything, as when colours or columns change."""
        self._made.clear()
        self._styles.clear()

    def style(self, name: str) -> Style:
        """Return the style of a component class."""
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self._widget.get_component_rich_style(name)
        return style

    def of(self, face: Face) -> Strip:
        """Return the strip of a face, ``width`` cells long."""
        if (strip := self._made.get(face)) is not None:
            return strip
        if len(self._made) >= _KEPT:
            self._made.clear()
        sign, marked, lit, cells = face
        base = self.style("fleet--cursor") if lit else self._widget.rich_style
        runs: list[Segment] = []
        _add(runs, "●" if marked else " ", base + self._colour("mark") if marked else base)
        _add(runs, sign, base)
        for number, (text, meaning) in enumerate(cells):
            if number:
                _add(runs, " " * GAP, base)
            _add(runs, text, base + self._colour(meaning) if meaning else base)
        strip = self._made[face] = Strip(runs).adjust_cell_length(self.width, base)
        return strip

    def _colour(self, meaning: str) -> Style:
        """Return only what a meaning adds: the ground belongs to the row."""
        style = self.style(f"fleet--{meaning}")
        return Style(color=style.color, bold=style.bold, dim=style.dim)


def _add(runs: list[Segment], text: str, style: Style) -> None:
    """Append text; blanks, and text of the same style, join the run before: that is what saves bytes."""
    if runs and (runs[-1].style == style or (not text.strip() and _same_ground(runs[-1], style))):
        runs[-1] = Segment(runs[-1].text + text, runs[-1].style)
    else:
        runs.append(Segment(text, style))


def _same_ground(run: Segment, style: Style) -> bool:
    held = run.style or Style.null()
    return (held.bgcolor, held.reverse, held.underline) == (style.bgcolor, style.reverse, style.underline)
