"""How far a reading is, on one line of standard error, if that is a terminal."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Self

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity
from trainctl_tui.headless.line import Line


class Progress:
    """A ``services.sweeping.Listener`` that counts. As a context it takes its line back at the end."""

    def __init__(self) -> None:
        self._line = Line()
        self._lock = Lock()
        self._counts: dict[str, int] = {}
        self._pause = ""

    def __enter__(self) -> Self:
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.end()

    def started(self, lane: Lane, sweep: int) -> None:
        """Hear that a lane is being read."""
        with self._lock:
            self._counts.setdefault(lane.kind.value, 0)
        self._draw()

    def listed(self, listing: Listing, clock_offset: float) -> None:
        """Hear of rows."""
        with self._lock:
            self._counts[listing.lane.kind.value] = self._counts.get(listing.lane.kind.value, 0) + len(
                listing.items
            )
            self._pause = ""
        self._draw()

    def waiting(self, lane: Lane, trouble: Trouble, seconds: float) -> None:
        """Hear that a lane pauses."""
        with self._lock:
            self._pause = f"{lane.kind.value}: {trouble.kind}, again in {seconds:.0f} s"
        self._draw()

    def identified(self, identity: Identity) -> None:
        """Hear who we are."""

    def unidentified(self, trouble: Trouble) -> None:
        """Hear why that is not known."""

    def watching(self, regions: tuple[str, ...], trouble: Trouble | None) -> None:
        """Hear of the regions."""

    def failed(self, lane: Lane, sweep: int, trouble: Trouble, retry_in: float | None, failures: int) -> None:
        """Hear that a lane failed."""

    def _draw(self) -> None:
        with self._lock:
            counts = " · ".join(f"{kind} {count:,}" for kind, count in self._counts.items())
            self._line.show(f"Reading {self._pause or counts} …")
