"""What a refresher tells, as messages."""

from __future__ import annotations

import logging
from collections.abc import Callable

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity
from trainctl_tui.link.messages import (
    Identified,
    Listed,
    SweepFailed,
    SweepStarted,
    SweepWaiting,
    ToView,
    Unidentified,
    Watching,
)

log = logging.getLogger(__name__)


class Voice:
    """A ``services.sweeping.Listener`` that says each thing as one message."""

    def __init__(self, say: Callable[[ToView], None]) -> None:
        self._say = say

    def identified(self, identity: Identity) -> None:
        """Say who we are."""
        self._say(Identified(identity))

    def unidentified(self, trouble: Trouble) -> None:
        """Say why it is not known who we are."""
        log.warning("%s", trouble)
        self._say(Unidentified(trouble))

    def watching(self, regions: tuple[str, ...], trouble: Trouble | None) -> None:
        """Say which regions are watched."""
        self._say(Watching(regions, trouble))

    def started(self, lane: Lane, sweep: int) -> None:
        """Say that a sweep is under way."""
        self._say(SweepStarted(lane, sweep))

    def listed(self, listing: Listing, clock_offset: float) -> None:
        """Say what was listed."""
        self._say(Listed(listing, clock_offset))

    def waiting(self, lane: Lane, trouble: Trouble, seconds: float) -> None:
        """Say that a sweep pauses."""
        self._say(SweepWaiting(lane, trouble, seconds))

    def failed(self, lane: Lane, sweep: int, trouble: Trouble, retry_in: float | None, failures: int) -> None:
        """Say that a sweep failed."""
        log.warning("%s %s could not be read: %s", lane.kind.value, lane.region, trouble)
        self._say(SweepFailed(lane, sweep, trouble, retry_in, failures))
