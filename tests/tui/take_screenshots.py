"""Take the README's pictures from the demo: the real app, the real collector, the simulated AWS.

``make screenshots`` runs this; the fleet's seed is fixed, so that pictures differ only where the app does.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textual.pilot import Pilot

from trainctl_tui import demo
from trainctl_tui.launch import Launch
from trainctl_tui.view_settings import load_view_settings

DIRECTORY = Path("screenshots")
SIZES = ((120, 36), (80, 24))


class Scene(NamedTuple):
    """Keys to press, words to wait for, and the picture's name ("" takes none)."""

    name: str
    keys: tuple[str, ...] = ()
    words: str = ""


SCENES = (
    Scene("dashboard"),
    Scene("volumes", ("2",), "Snaps"),
    Scene("snapshots", ("3",), "gone"),
    Scene("", ("1",)),
    Scene("details", ("g", "j", "j", "enter")),
    Scene("filter", ("escape", "escape", "slash", *"state:running g5", "enter", "space", "space")),
    Scene("help", ("question_mark",)),
    Scene("", ("escape", "backslash", "escape")),
    Scene("cleanup", ("C",), "candidates"),
    Scene("", ("t",), "needs your word (3)"),
    Scene("plan", ("plus", "tab", "plus", "tab", "plus", *"terminate "), "Type terminate 3"),
    Scene("", ("3", "enter"), "4 shows it"),
    Scene("operations", ("4",), "terminate 3"),
    Scene("", (), "3/3"),
    Scene("report", ("enter",), "together 3 of 3"),
    Scene("", ("escape", "escape", "2", "backslash", "slash", *"state:available", "enter", "g")),
    Scene("delete", ("D",), "AWS has no undo"),
    Scene("", ("escape",)),
    Scene("attach", ("A",), "Attach vol-"),
    Scene("", ("escape",)),
    Scene("acts", ("a",), "Do what with vol-"),
    Scene("modify", ("j", "j", "j", "enter"), "Modify vol-"),
    Scene("", ("escape",)),
    Scene("create", ("a", "k", "k", "k", "k", "enter"), "Create a volume"),
    Scene("", ("escape",)),
    Scene("tags", ("a", "k", "enter"), "Tags of vol-"),
)
_PATIENCE = 60.0  # seconds until words must have come


async def _take(app: Any, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await _until(pilot, lambda: app.dashboard.news.settled, "every lane")
        for scene in SCENES:
            for key in scene.keys:
                await pilot.press(key)
                await pilot.pause()  # a plan includes only what was drawn under the cursor
            await _until(pilot, lambda: scene.words in _words(app), scene.words)  # noqa: B023 - waited for
            await pilot.pause(0.3)
            if scene.name:
                app.save_screenshot(f"{scene.name}-{size[0]}x{size[1]}.svg", path=str(DIRECTORY))


def _words(app: Any) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def _until(pilot: Pilot[Any], holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what!r} did not come in time:\n{_words(pilot.app)}")
        await pilot.pause(0.1)


def main() -> None:
    """Take every scene at every size, each size of a fleet of its own."""
    DIRECTORY.mkdir(exist_ok=True)
    for size in SIZES:
        with (
            tempfile.TemporaryDirectory() as home,
            demo.running(seed=7, instances=60, speed=1.0) as endpoint,
        ):
            os.environ["XDG_STATE_HOME"] = home
            from trainctl_tui import bootstrap
            from trainctl_tui.link.spawn import spawn

            launch = Launch(endpoint=endpoint, demo=True, regions=("us-east-1", "eu-west-1"), refresh=5.0)
            app = bootstrap.view(launch, load_view_settings(), spawn(launch, 1))
            try:
                asyncio.run(_take(app, size))
            finally:
                app.session.close()


if __name__ == "__main__":
    main()
