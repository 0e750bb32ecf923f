"""The fewest bytes that turn one screen into another: what a curses-like differ would send.

Only moves, styles and text; no scroll regions, because Textual has none. For each run of changed cells:
one move (unless a short run of equal cells is cheaper to write again), a style where it differs, the text.
"""

from __future__ import annotations

import pyte
from pyte.screens import Char

_BASE = {
    name: code
    for code, name in enumerate(("black", "red", "green", "brown", "blue", "magenta", "cyan", "white"))
}


def least(before: pyte.Screen, after: pyte.Screen) -> int:
    """Return the bytes of the difference of two screens of one size."""
    return sum(_line(_cells(before, row), _cells(after, row), row) for row in range(after.lines))


def _cells(screen: pyte.Screen, row: int) -> list[Char]:
    line = screen.buffer[row]
    return [line[column] for column in range(screen.columns)]


def _line(before: list[Char], after: list[Char], row: int) -> int:
    """Return the bytes of one line: the cheapest way over each gap between changed cells."""
    changed = [column for column, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if not changed:
        return 0
    total, pen, at = 0, "", -1
    for column in changed:
        move = len(f"\x1b[{row + 1};{column + 1}H")
        if 0 <= at < column:
            over, its_pen = _written(after[at:column], pen)
            jump, _ = _written([], pen)
            if over < move + jump:
                total, pen = total + over, its_pen
            else:
                total += move
        elif at != column:
            total += move
        spent, pen = _written([after[column]], pen)
        total, at = total + spent, column + 1
    return total + len("\x1b[0m")


def _written(cells: list[Char], pen: str) -> tuple[int, str]:
    total = 0
    for cell in cells:
        style = _style(cell)
        if style != pen:
            total, pen = total + len(_change(pen, style)), style
        total += len(cell.data.encode())
    return total, pen


def _change(pen: str, style: str) -> str:
    """Return the sequence from one style to another: one colour alone where only that differs."""
    old, new = pen.split("|"), style.split("|")
    differing = [part for before, part in zip(old, new, strict=False) if before != part]
    if pen and old[0] == new[0] and all(differing):
        return f"\x1b[{';'.join(differing)}m"
    return f"\x1b[0;{';'.join(part for part in new if part)}m"


def _style(cell: Char) -> str:
    """Return attributes, foreground and background, each as codes."""
    parts = [code for code, on in (("1", cell.bold), ("3", cell.italics), ("4", cell.underscore)) if on]
    parts += ["7"] if cell.reverse else []
    return "|".join((";".join(parts), _colour(cell.fg, 30), _colour(cell.bg, 40)))


def _colour(name: str, base: int) -> str:
    if name == "default":
        return ""
    if name in _BASE:
        return str(base + _BASE[name])
    if name.startswith("bright"):
        return str(base + 60)
    return f"{base + 8};2;{int(name[:2], 16)};{int(name[2:4], 16)};{int(name[4:], 16)}"
