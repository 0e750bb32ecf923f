"""The dashboard on a link that says one fleet and no more: what a pty test can watch being idle.

``python -m tests.support.quiet_app [pending]``; with ``pending`` one instance is about to change. It follows
the journal of ``TRAINCTL_STATE_DIR``, as the program does.
"""

from __future__ import annotations

import sys
import time

from tests.support.rows import ME, NOW, REGION, instance, snapshot, volume
from tests.support.scripted_link import ScriptedLink
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind, Row
from trainctl_tui.launch import Launch
from trainctl_tui.link import messages as m
from trainctl_tui.listing.news import News
from trainctl_tui.services import state_dir
from trainctl_tui.services.operating import Operating
from trainctl_tui.services.view_memory import ViewMemory
from trainctl_tui.tui import lifecycle
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.session import Session
from trainctl_tui.view_settings import ViewSettings


def main() -> int:
    """Run it until ``q``."""
    begun = time.monotonic()
    link = ScriptedLink()

    def clock() -> float:
        return NOW + time.monotonic() - begun

    def open_session(launch: Launch) -> Session:
        return Session(launch, link, News(), clock)

    link.say(m.Hello(7, (REGION,)))
    link.say(m.Identified(ME))
    first = instance(0, state="pending") if "pending" in sys.argv else instance(0)
    rows: dict[Kind, list[Row]] = {
        Kind.INSTANCES: [first, *map(instance, range(1, 30))],
        Kind.VOLUMES: list(map(volume, range(9))),
        Kind.SNAPSHOTS: list(map(snapshot, range(9))),
        Kind.STATUSES: [],
        Kind.TYPES: [],
    }
    for kind, items in rows.items():
        lane = Lane(ME.account, REGION, kind)
        link.say(m.Listed(Listing(lane, 1, tuple(items), NOW, complete=True), 0.0))
    operating = Operating(state_dir.find, {})
    app = TrainctlApp(open_session(Launch()), open_session, ViewMemory(), ViewSettings(), clock, operating)
    return lifecycle.run(app, link.close)


if __name__ == "__main__":
    sys.exit(main())
