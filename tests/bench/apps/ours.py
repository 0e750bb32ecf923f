"""Our dashboard, told by a script instead of a collector: ``python -m tests.bench.apps.ours ROWS PIPE``."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

from tests.bench.apps.script import Script, commands
from tests.support.nowhere import nothing_begun
from tests.support.rows import ME, NOW, REGION
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import Hello, Identified, Listed, SweepStarted, ToCollector, ToView
from trainctl_tui.services.view_memory import ViewMemory
from trainctl_tui.tui.terminal import prepare
from trainctl_tui.view_settings import ViewSettings


class ScriptLink:
    """Stands for ``link.client.Link``."""

    def __init__(self, rows: int, pipe: str) -> None:
        self._script = Script(rows)
        self._pipe = pipe
        self._sweep = 0

    def messages(self) -> Iterator[ToView]:
        """Yield a first load, and then what each command brings."""
        yield Hello(os.getpid(), (REGION,))
        yield Identified(ME)
        for kind in Kind:
            yield Listed(Listing(Lane(ME.account, REGION, kind), 0, (), NOW, complete=True), 0.0)
        yield from self._told(tuple(self._script.rows), whole=True)
        for command in commands(self._pipe):
            items = self._script.change() if command == "change" else self._script.reload()
            yield from self._told(tuple(items), whole=command == "reload")

    def _told(self, items: tuple[object, ...], whole: bool) -> Iterator[ToView]:
        lane = Lane(ME.account, REGION, Kind.INSTANCES)
        base, self._sweep = (None if whole else self._sweep), self._sweep + 1
        yield SweepStarted(lane, self._sweep)
        yield Listed(Listing(lane, self._sweep, items, NOW, complete=True, base=base), 0.0)  # type: ignore[arg-type]

    def send(self, message: ToCollector) -> None:
        """Hear nothing."""

    def close(self) -> None:
        """End with the process."""


def main() -> int:
    """Run the dashboard as ``bootstrap`` does, but for the collector and the clock."""
    gc.disable()
    prepare(os.environ)
    from trainctl_tui.listing.news import News
    from trainctl_tui.tui import lifecycle
    from trainctl_tui.tui.app import TrainctlApp
    from trainctl_tui.tui.session import Session

    def open_session(launch: Launch) -> Session:
        return Session(launch, ScriptLink(int(sys.argv[1]), sys.argv[2]), News(), lambda: NOW)

    app = TrainctlApp(
        open_session(Launch()), open_session, ViewMemory(), ViewSettings(), lambda: NOW, nothing_begun()
    )
    return lifecycle.run(app, on_end=lambda: os._exit(0))


if __name__ == "__main__":
    sys.exit(main())
