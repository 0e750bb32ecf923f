"""What the rule about Textual's private names lets through, and that no meant one is listed in vain."""

from __future__ import annotations

from pathlib import Path

from tests.support.house import read, shadows

ROOT = Path(__file__).resolve().parents[1]
VIEW = "trainctl_tui/tui/a.py"


def test_private_names_of_our_own_are_free_and_a_meant_one_is_let_through(tmp_path: Path) -> None:
    file = tmp_path / VIEW
    file.parent.mkdir(parents=True)
    file.write_text(
        "from textual.widget import Widget\n"
        "class A(Widget):\n"
        "    _ours = 1\n"
        "    def __init__(self):\n"
        "        self._held = self._running\n"
        "        other._running = self.running = 1\n"
        "class B(A):\n"
        "    _ours = 2\n"
        "    def f(self):\n"
        "        self._running = True\n"
        "class C:\n"
        "    _running = False\n"
    )
    assert shadows.shadows_only({"B._running": "meant"})(read(tmp_path)) == []
    assert shadows.no_private_name_of_textual_is_shadowed(read(tmp_path)) == [
        f"{VIEW}:10: B._running is Textual's own"
    ]


def test_every_replaced_name_is_still_replaced() -> None:
    found = {line.split(": ")[1].split()[0] for line in shadows.shadows_only({})(read(ROOT))}
    assert found == set(shadows.REPLACED)
