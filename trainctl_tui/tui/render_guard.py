"""The second wall: no control or bidi character leaves in the text of any strip, whoever drew it.

``safe()`` is the first. This one holds where somebody forgets it: every strip is looked at on its
last step before the terminal, where Textual's own sequences are not in the text yet.
"""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual.strip import Strip

from trainctl_tui.tui.safe import MARK, is_safe

_installed: list[Any] = []


def install() -> None:
    """Guard every strip of this process; a second call changes nothing."""
    if _installed:
        return
    render = Strip.render
    _installed.append(render)

    def guarded(strip: Strip, console: Any) -> str:
        if strip._render_cache is not None:
            return strip._render_cache
        if all(segment.text.isascii() and segment.text.isprintable() for segment in strip._segments):
            return render(strip, console)
        return render(_clean(strip), console)

    Strip.render = guarded  # type: ignore[method-assign,assignment]


def uninstall() -> None:
    """Take the guard away again; the tests show what passes without it."""
    if _installed:
        Strip.render = _installed.pop()  # type: ignore[method-assign]


def _clean(strip: Strip) -> Strip:
    """Return the strip itself if nothing in it is bad, else one with visible marks."""
    if all(segment.control or _is_clean(segment.text) for segment in strip._segments):
        return strip
    return Strip(
        [
            segment
            if segment.control or _is_clean(segment.text)
            else Segment(_marked(segment.text), segment.style)
            for segment in strip._segments
        ]
    )


def _is_clean(text: str) -> bool:
    # isprintable is False for every category we refuse, and for odd spaces that we allow.
    return text.isprintable() or all(map(is_safe, text))


def _marked(text: str) -> str:
    return "".join(character if is_safe(character) else MARK for character in text)
