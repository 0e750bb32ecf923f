"""The second wall: no control or bidi character leaves in the text of any strip, whoever drew it.

``safe()`` is the first, and leaves visible marks. This one holds where somebody forgets it: every strip
is looked at on its last step before the terminal, where Textual's own sequences are not in the text yet.
It must not change the width of a line, so what takes no cell goes without a trace.
"""

from __future__ import annotations

import re
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from trainctl_tui.safe import INVISIBLE, MARK, is_safe

_HIDDEN = re.compile(f"[{''.join(sorted(INVISIBLE))}]").search

_installed: list[Any] = []


def install() -> None:
    """Guard every strip of this process; a second call changes nothing."""
    if _installed:
        return
    render = Strip.render
    _installed.append(render)

    def guarded(strip: Strip, console: Any) -> str:
        if strip._render_cache is None and not all(map(_is_clean, strip._segments)):
            strip._render_cache = render(Strip(map(_cleaned, strip._segments)), console)
        return render(strip, console)

    Strip.render = guarded  # type: ignore[method-assign,assignment]


def uninstall() -> None:
    """Take the guard away again; the tests show what passes without it."""
    if _installed:
        Strip.render = _installed.pop()  # type: ignore[method-assign]


def _is_clean(segment: Segment) -> bool:
    text, style, _control = segment
    # Outside printable are all that we refuse, and some odd spaces that we allow: those are looked at closer.
    if _HIDDEN(text) or not (text.isprintable() or all(map(is_safe, text))):
        return False
    return style is None or not style.link or style.link.isprintable()


def _cleaned(segment: Segment) -> Segment:
    text, style, _control = segment
    if style is not None and style.link and not style.link.isprintable():
        style = style.update_link(_harmless(style.link))
    return Segment(_harmless(text), style)


def _harmless(text: str) -> str:
    kept = "".join(one if is_safe(one) else MARK * cell_len(one) for one in text)
    # What joined two signs into one is gone, and they may take more room than they had.
    return set_cell_size(kept, cell_len(text))
