"""T9: every size a terminal can have, and windows that are dragged."""

from __future__ import annotations

import random

import pytest

from tests.support.processes import exists
from tests.support.view import Open, live

SIZES = [(1, 1), (10, 2), (20, 5), (40, 12), (60, 15), (79, 23), (80, 24), (120, 36), (200, 50), (300, 100)]
SEED = 20261124


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_it_opens_at_any_size(view: Open, size: tuple[int, int]) -> None:
    with view(size=size) as terminal:
        terminal.wait_for(lambda text: bool(text.strip()), 30)
        if size[0] >= 40:
            terminal.wait_for(live, 30)
        for key in ("j", "tab", "enter", "escape", "?", "escape", "/", "escape"):
            terminal.send(key)
        terminal.resize(80, 24)
        terminal.wait_for(live, 30)
        terminal.send("q")
        assert terminal.wait_exit(3) == 0


def test_a_storm_of_resizes(view: Open) -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    with view() as terminal:
        terminal.wait_for(live, 30)
        for number in range(150):
            terminal.resize(dice.randint(1, 300), dice.randint(1, 100))
            if number % 10 == 0:
                terminal.send(dice.choice(["j", "k", "tab", "enter", "escape", "o", "escape", "?", "escape"]))
        terminal.resize(100, 30)
        terminal.send("escape", "escape", "escape")
        terminal.wait_for(live, 30)
        assert exists(terminal.pid)
        terminal.send("q")
        assert terminal.wait_exit(3) == 0
