"""Fewer bytes for the same line: between two runs of a strip, send only what differs.

Rich wraps every run in its whole style and a reset, some forty bytes in true colour; most neighbours in a
row of a table differ in the colour of their letters alone (PERFORMANCE.md, section 5).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_RESET = "\x1b[0m"
_installed: list[Any] = []


def install() -> None:
    """Write every strip of this process thinly; a second call changes nothing."""
    if _installed:
        return
    render = Strip.render
    _installed.append(render)

    def thin(strip: Strip, console: Any) -> str:
        if strip._render_cache is None and len(strip._segments) > 1:
            strip._render_cache = written(strip._segments, console._color_system or ColorSystem.TRUECOLOR)
        return render(strip, console)

    Strip.render = thin  # type: ignore[method-assign,assignment]


def written(segments: list[Segment], system: ColorSystem) -> str | None:
    """Return segments as text and sequences; None where one has a link, which Rich writes."""
    parts: list[str] = []
    pen: Style | None = None
    for text, style, _ in segments:
        if style is not None and style._link:
            return None
        if text:
            parts.append(_change(pen, style, system))
            parts.append(text)
            pen = style
    parts.append(_change(pen, None, system))
    return "".join(parts)


@lru_cache(maxsize=4096)
def _change(before: Style | None, after: Style | None, system: ColorSystem) -> str:
    """Return the sequence that turns one style into another."""
    old, new = _codes(before, system), _codes(after, system)
    if old == new:
        return ""
    if not new:
        return _RESET
    if not old:
        return f"\x1b[{new}m"
    assert before is not None
    assert after is not None
    if _beside_colours(before) != _beside_colours(after):
        return f"\x1b[0;{new}m"
    codes: list[str] = []
    for foreground, one, other in ((True, before.color, after.color), (False, before.bgcolor, after.bgcolor)):
        if one != other:
            if one is None or other is None:
                return f"\x1b[0;{new}m"
            codes += other.downgrade(system).get_ansi_codes(foreground=foreground)
    return f"\x1b[{';'.join(codes)}m"


def _codes(style: Style | None, system: ColorSystem) -> str:
    return "" if style is None else style._ansi or style._make_ansi_codes(system)


def _beside_colours(style: Style) -> int:
    """Return which of bold, italic, reverse and the like are on."""
    return style._attributes & style._set_attributes
