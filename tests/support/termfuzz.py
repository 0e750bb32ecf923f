"""The real dashboard, with hostile strings wherever a string can come from, walked through every view.

``python -m tests.support.termfuzz PLAN`` runs in a terminal that a test watches. PLAN is a file of JSON: the
program ("dashboard" or a stock widget), seed, count, and where the report goes. The program drives itself, so
that a key it hears and did not press has been typed by the terminal.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from msgspec import Struct
from textual import events
from textual.app import App
from textual.pilot import Pilot

import trainctl_tui
from tests.support.hostile import strings
from tests.support.hostile_link import HostileLink
from tests.support.nowhere import nothing_begun
from tests.support.rows import NOW
from trainctl_tui.launch import Launch
from trainctl_tui.listing.news import News
from trainctl_tui.safe import safe
from trainctl_tui.services.view_memory import PaneMemory, ViewMemory
from trainctl_tui.tui import lifecycle
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.session import Session
from trainctl_tui.view_settings import ViewSettings

_BEGINNING = 5  # characters by which a string is recognised
PATIENCE = 20.0  # seconds for one thing to happen


class Plan(Struct, frozen=True):
    """What one run does: with ``told``, or with ``count`` strings of the seed from the ``first`` on.

    ``world`` strings are on screen at a time; ``report`` and ``profiles`` are files to write.
    """

    program: str
    seed: int
    count: int
    first: int = 0
    report: str = ""
    profiles: str = ""
    world: int = 40
    told: list[str] = []

    @property
    def strings(self) -> list[str]:
        """The strings of this run."""
        return self.told or strings(self.seed, self.first + self.count)[self.first :]


class Report(Struct):
    """What a run tells of itself. ``views`` counts the strings that each view has shown."""

    fired: list[str] = []
    links: list[str] = []
    unasked: list[str] = []
    unseen: list[str] = []
    views: dict[str, int] = {}
    copies: int = 0
    finished: bool = False


class Watched(App[Any]):
    """Counts what no string may do: fire an action, put one on screen, press a key. Goes before the app."""

    report: ClassVar[Report] = Report()
    place = ""  # where the report goes

    def action_fired(self) -> None:
        """Be what the planted markup wants to call."""
        self.report.fired.append("app.fired")

    def action_bell(self) -> None:
        """Ring for nobody: the planted markup wants it, and the wire must stay silent."""
        self.report.fired.append("app.bell")

    async def on_event(self, event: events.Event) -> None:
        """Note keys and pastes as they come from the driver."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.heard[event.key if isinstance(event, events.Key) else "<paste>"] += 1
        await super().on_event(event)

    async def run_async(self, **options: Any) -> Any:
        """Run with a pilot on board."""
        self.heard: Counter[str] = Counter()
        return await super().run_async(**{**options, "auto_pilot": self._drive})

    async def _drive(self, pilot: Pilot[Any]) -> None:
        walk = Walk(self, pilot)
        await self.tour(walk)
        self.report.unasked = sorted((self.heard - walk.pressed).elements())
        self.report.finished = True
        self.save()  # now: on a slow machine the end of a run is by force
        self.exit()

    def save(self) -> None:
        """Write the report."""
        Path(self.place).write_bytes(msgspec.json.encode(self.report))

    async def tour(self, walk: Walk) -> None:
        """Show everything."""
        raise NotImplementedError

    def is_told(self) -> bool:
        """Say whether everything that was said has been heard."""
        return True


class Walk:
    """A walk through the views of one app."""

    def __init__(self, app: Watched, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot
        self.pressed: Counter[str] = Counter()
        self._dice = random.Random(1)

    async def press(self, *keys: str) -> None:
        """Press keys, and remember that it was us."""
        for key in keys:
            self.pressed[key] += 1
            self._send(events.Key(key, key if len(key) == 1 else None))
            await self.settle()

    def _send(self, event: events.Event) -> None:
        """Hand an event over where the driver of a terminal does."""
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something holds."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"waited for {what}")
            await asyncio.sleep(0.002)

    async def settle(self) -> None:
        """Let what was said be heard, and what follows from it: by app, screen, and who has the keys.

        Textual's own pilot asks every widget, which costs more than all that is tested here.
        """
        await self.until(self.app.is_told, "the link to be heard")
        for _ in range(2):
            for pump in (self.app, self.app.screen, self.app.focused):
                done = asyncio.Event()
                if pump is not None and pump.call_later(done.set):
                    await asyncio.wait_for(done.wait(), PATIENCE)

    async def look(self, view: str, shown: int = 0, text: str = "") -> None:
        """Wait until everything is painted; note what could be clicked.

        ``shown`` strings are on screen; the beginning of ``text`` must be seen there.
        """
        await self.settle()
        await self.until(self._painted, f"{view} to be painted")
        found = {
            ascii(segment.style.meta) for segment in self._segments() if segment.style.meta.get("@click")
        }
        self.app.report.links += [f"{view}: {meta}" for meta in sorted(found)]
        lines = "".join(strip.text for strip in self.app.screen._compositor.render_strips())
        whole = text.encode("utf-8", "replace").decode()  # as it crosses the link
        if all(safe(one).strip()[:_BEGINNING] not in lines for one in (text, whole)):
            self.app.report.unseen.append(f"{view}: {text!a}")
        self.app.report.views[view] = self.app.report.views.get(view, 0) + shown

    def _painted(self) -> bool:
        screen = self.app.screen
        return not (screen._dirty_widgets or screen._layout_required or screen._repaint_required)

    def _segments(self) -> list[Any]:
        lines = self.app.screen._compositor.render_strips()
        return [segment for strip in lines for segment in strip if segment.style is not None]

    async def click_around(self, times: int = 4) -> None:
        """Click where an action would be, and at places drawn by lot."""
        width, height = self.app.size
        places = [(self._dice.randrange(width), self._dice.randrange(1, height - 1)) for _ in range(times)]
        for x, y in (*self._links(), *places):
            for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
                self._send(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
                await self.settle()

    def _links(self) -> list[tuple[int, int]]:
        found = []
        for row, strip in enumerate(self.app.screen._compositor.render_strips()):
            column = 0
            for segment in strip:
                if segment.style is not None and segment.style.meta.get("@click"):
                    found.append((column, row))
                column += segment.cell_length
        return found[:3]


class Dashboard(Watched, TrainctlApp):
    """The real app over a scripted link."""

    CSS_PATH = Path(trainctl_tui.__file__).with_name("tui") / "app.tcss"

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.told = plan.strings[: plan.world]
        odd = plan.strings[0]
        memory = {"instances": PaneMemory(odd, False, f'"{odd}"', (odd,)), "volumes": PaneMemory(filter=odd)}
        super().__init__(
            self.open(Launch(profile=odd, endpoint=odd)),
            self.open,
            ViewMemory(memory, odd),
            ViewSettings(),
            _now,
            nothing_begun(),
        )

    def open(self, launch: Launch) -> Session:
        """Begin a session with a link of its own."""
        self.link = HostileLink(self.told)
        return Session(launch, self.link, News(), _now)

    def is_told(self) -> bool:
        """Say whether the thread of the link has posted everything."""
        return not self.link.waiting

    async def tour(self, walk: Walk) -> None:
        """Go through every view with one world of strings after the other."""
        from tests.support.termfuzz_views import VIEWS

        await walk.look("start")
        for start in range(0, self.plan.count, self.plan.world):
            self.told[:] = self.plan.strings[start : start + self.plan.world]
            for view in VIEWS:
                await view(self, walk)


def _now() -> float:
    return NOW


def main() -> int:
    """Run the plan; write the report however it ends."""
    plan = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)
    if plan.program == "dashboard":
        app: Watched = Dashboard(plan)
    else:
        from tests.support.termfuzz_stock import Stock

        app = Stock(plan)
    app.place = plan.report
    try:
        return lifecycle.run(app, lambda: None)
    finally:
        app.save()


if __name__ == "__main__":
    sys.exit(main())
