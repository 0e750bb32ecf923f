"""Text in cells of the screen: a wide character takes two."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size


def cells(text: str, width: int, align: str = "left") -> str:
    """Return safe text, exactly ``width`` cells wide: padded, or cut with an ellipsis."""
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, max(width, 0))
    padding = " " * (width - length)
    return padding + text if align == "right" else text + padding
