"""How a row of a fleet table becomes one strip: few runs of style, made once for each look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from trainctl_tui.tui.widgets.fleet_layout import GAP, Cells

if TYPE_CHECKING:
    from textual.widget import Widget

MEANINGS = ("ok", "warn", "bad", "dim", "accent")
"""What a cell can mean; each is a component class ``fleet--<meaning>``."""

MARK = "●"
"""What a marked row wears: a glyph, because there are terminals without colour."""

Face = tuple[str, bool, bool, Cells]
"""Everything the line of a row shows: sign, marked, highlighted, (text, meaning) of each cell."""

_KEPT = 4096  # strips; a screen has at most some hundred rows


class Strips:
    """Makes and remembers strips for one widget, with its component styles."""

    def __init__(self, widget: Widget) -> None:
        self.width = 0
        self._widget = widget
        self._made: dict[Face, Strip] = {}
        self._styles: dict[str, Style] = {}
        self._runs: dict[tuple[bool, str], Style] = {}

    def forget(self) -> None:
        """Forget everything, as when colours or columns change."""
        self._made.clear()
        self._styles.clear()
        self._runs.clear()

    def style(self, name: str) -> Style:
        """Return the style of a component class."""
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self._widget.get_component_rich_style(name)
        return style

    @property
    def ground(self) -> Style:
        """The style of a line that says nothing. The widget works out its own anew each time."""
        return self._run(False, "")

    def of(self, face: Face) -> Strip:
        """Return the strip of a face, ``width`` cells long."""
        if (strip := self._made.get(face)) is not None:
            return strip
        if len(self._made) >= _KEPT:
            self._made.clear()
        sign, marked, lit, cells = face
        base = self._run(lit, "")
        runs: list[tuple[str, Style]] = []
        _add(runs, MARK if marked else " ", self._run(lit, "mark") if marked else base)
        _add(runs, sign, base)
        for number, (text, meaning) in enumerate(cells):
            if number:
                _add(runs, " " * GAP, base)
            _add(runs, text, self._run(lit, meaning))
        segments = [Segment(text, style) for text, style in runs]
        strip = self._made[face] = Strip(segments).adjust_cell_length(self.width, base)
        return strip

    def _run(self, lit: bool, meaning: str) -> Style:
        """Return the style of a run: the ground belongs to the row, a meaning only colours the letters."""
        style = self._runs.get((lit, meaning))
        if style is None:
            style = self.style("fleet--cursor") if lit else self._widget.rich_style
            if meaning:
                said = self.style(f"fleet--{meaning}")
                style += Style(color=said.color, bold=said.bold, dim=said.dim)
            self._runs[lit, meaning] = style
        return style


def _add(runs: list[tuple[str, Style]], text: str, style: Style) -> None:
    """Append text; blanks, and text of the same style, join the run before: that is what saves bytes."""
    if runs:
        before, held = runs[-1]
        if held is style or held == style or (not text.strip() and _same_ground(held, style)):
            runs[-1] = before + text, held
            return
    runs.append((text, style))


def _same_ground(held: Style, style: Style) -> bool:
    return (held.bgcolor, held.reverse, held.underline) == (style.bgcolor, style.reverse, style.underline)
