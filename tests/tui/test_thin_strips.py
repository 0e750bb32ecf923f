"""A strip that is written thinly draws what Rich would draw, with fewer bytes."""

from __future__ import annotations

from random import Random

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from trainctl_tui.tui.thin_strips import written

STYLES = [
    None,
    Style(),
    Style(color="#d0d0d0", bgcolor="#121212"),
    Style(color="#7a7a7a", bgcolor="#121212"),
    Style(color="#5faf5f", bgcolor="#121212"),
    Style(color="#d0d0d0", bgcolor="#303030", bold=True),
    Style(color="#ff5f5f", bgcolor="#303030", bold=True),
    Style(color="red"),
    Style(bgcolor="blue"),
    Style(reverse=True),
    Style(bold=True, italic=True, underline=True),
    Style(bold=False, color="green"),
    Style(color="default", bgcolor="#121212"),
]


def drawn(text: str) -> list[tuple[object, ...]]:
    screen = pyte.Screen(120, 1)
    pyte.Stream(screen).feed(text + "|")
    return [screen.buffer[0][column] for column in range(120)]


def by_rich(segments: list[Segment], system: ColorSystem) -> str:
    console = Console(color_system=None)
    console._color_system = system
    return Strip.render(Strip(segments), console)


def fresh(style: Style | None) -> Style | None:
    """Return an equal style of its own: Rich keeps in a style what it wrote for the first terminal."""
    return None if style is None else style.copy()


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
@pytest.mark.parametrize("seed", range(40))
def test_the_same_cells_are_drawn(seed: int, system: ColorSystem) -> None:
    random = Random(seed)
    styles = [(random.choice(("ab", "x ", "", "  ")), random.choice(STYLES)) for _ in range(12)]
    thin = written([Segment(text, fresh(style)) for text, style in styles], system)
    assert thin is not None
    assert drawn(thin) == drawn(by_rich([Segment(text, fresh(style)) for text, style in styles], system))


def test_neighbours_that_differ_in_one_colour_cost_that_colour() -> None:
    segments = [Segment("a", STYLES[2]), Segment("b", STYLES[3]), Segment("c", STYLES[2])]
    thin = written(segments, ColorSystem.TRUECOLOR)
    assert thin == (
        "\x1b[38;2;208;208;208;48;2;18;18;18ma\x1b[38;2;122;122;122mb\x1b[38;2;208;208;208mc\x1b[0m"
    )


def test_links_are_left_to_rich() -> None:
    segments = [Segment("a"), Segment("b", Style(link="https://example.org"))]
    assert written(segments, ColorSystem.TRUECOLOR) is None
