"""T9: every size a terminal can have, and windows that are dragged."""

from __future__ import annotations

import random

import pytest

from tests.support.pty import Terminal
from tests.support.view import Open, live

SIZES = [(1, 1), (20, 5), (40, 12), (300, 100)]
ALL = [*SIZES, (10, 2), (60, 15), (79, 23), (80, 24), (109, 27), (110, 28), (120, 36), (200, 50)]
TOUR = ("j", "enter", "escape", "tab", "?", "escape", "/", "x", "escape", "o", "escape", ":", "escape", "1")
SEED = 20261124


def still_lives(terminal: Terminal) -> None:
    """Go back to a usual size, see live rows, and leave by key."""
    terminal.send("escape", "escape", "escape", "1", "z")
    terminal.resize(100, 30)
    terminal.wait_for(lambda text: live(text) and "PAUSED" in text)
    terminal.send("q")
    assert terminal.wait_exit(3) == 0


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_it_opens_and_hears_keys_at_any_size(view: Open, size: tuple[int, int]) -> None:
    with view(size=size) as terminal:
        if size[1] >= 12:
            terminal.wait_for(live)
        else:
            terminal.wait_for(lambda _: terminal.alternate)
        terminal.send(*TOUR)
        still_lives(terminal)


def test_it_is_dragged_through_every_size_and_a_storm(view: Open) -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    with view() as terminal:
        terminal.wait_for(live)
        for size in ALL:
            terminal.resize(*size)
            terminal.send(*TOUR)
        for number in range(150):
            terminal.resize(dice.randint(1, 300), dice.randint(1, 100))
            if number % 10 == 0:
                terminal.send(dice.choice(TOUR))
        still_lives(terminal)
