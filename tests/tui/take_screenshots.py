"""Take the README's pictures from the demo: the real app, the real collector, the simulated AWS.

``make screenshots`` runs this; the fleet's seed is fixed, so that pictures differ only where the app does.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from trainctl_tui import demo
from trainctl_tui.launch import Launch
from trainctl_tui.view_settings import load_view_settings

DIRECTORY = Path("screenshots")
SIZES = ((120, 36), (80, 24))
SCENES: dict[str, tuple[str, ...]] = {
    "dashboard": (),
    "details": ("g", "j", "j", "enter"),
    "filter": ("escape", "escape", "slash", *"state:running g5", "enter", "space", "space"),
    "help": ("question_mark",),
}
_PATIENCE = 60.0  # seconds until every lane must have been listed


async def _take(app: Any, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await _settled(pilot)
        for scene, keys in SCENES.items():
            await pilot.press(*keys)
            await pilot.pause(0.3)
            app.save_screenshot(f"{scene}-{size[0]}x{size[1]}.svg", path=str(DIRECTORY))


async def _settled(pilot: Pilot[Any]) -> None:
    end = time.monotonic() + _PATIENCE
    while not pilot.app.dashboard.news.settled:  # type: ignore[attr-defined]
        if time.monotonic() > end:
            raise TimeoutError("the simulated fleet was not listed in time")
        await pilot.pause(0.1)


def main() -> None:
    """Take every scene at every size."""
    DIRECTORY.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_STATE_HOME"] = home
        with demo.running(seed=7, instances=60, speed=1.0) as endpoint:
            from trainctl_tui import bootstrap
            from trainctl_tui.link.spawn import spawn

            for size in SIZES:
                launch = Launch(endpoint=endpoint, demo=True, regions=("us-east-1", "eu-west-1"), refresh=5.0)
                app = bootstrap.view(launch, load_view_settings(), spawn(launch, 1))
                try:
                    asyncio.run(_take(app, size))
                finally:
                    app.session.close()


if __name__ == "__main__":
    main()
