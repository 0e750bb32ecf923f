"""Where work is handed out and its results come back: the one place that knows of threads and of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from queue import Empty, SimpleQueue
from random import Random

Job = Callable[[], None]
Submit = Callable[[Job], object]


@dataclass(frozen=True)
class Desk:
    """``submit`` runs a job somewhere else, ``keep`` one that only writes to disk; both return at once.

    ``clock`` is in seconds and never goes back. Whatever is put on ``events`` is done by the one thread that
    takes them.
    """

    submit: Submit
    keep: Submit
    clock: Callable[[], float] = time.monotonic
    random: Random = field(default_factory=Random)
    events: SimpleQueue[Job] = field(default_factory=SimpleQueue)

    def put(self, event: Job) -> None:
        """Leave something to be done by the one thread."""
        self.events.put(event)

    def take(self, timeout: float) -> None:
        """Wait for an event, at most ``timeout`` seconds; do it and all that wait behind it."""
        try:
            event = self.events.get(timeout > 0, None if timeout == inf else timeout)
            while True:
                event()
                event = self.events.get(False)
        except Empty:
            return
