"""A refresher on a clock that stands still, in one thread: every job is run when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from tests.support.scripted_provider import ScriptedProvider
from trainctl_tui.domain.inventory import REMEMBERED_SWEEP, LaneState, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.link.messages import Listed, ToView
from trainctl_tui.link.voice import Voice
from trainctl_tui.listing.news import News, StepLost, fold
from trainctl_tui.providers.base import Provider
from trainctl_tui.services.cache import Remembered
from trainctl_tui.services.desk import Desk, Job
from trainctl_tui.services.refresh import Memory, Plan, Refresher
from trainctl_tui.services.schedule import Pace
from trainctl_tui.services.sweeping import Flight, Fly, fly

EAST = "us-east-1"


class Kept:
    """A memory that a test can look into."""

    def __init__(self) -> None:
        self.identity: Identity | None = None
        self.regions: tuple[str, ...] = ()
        self.saved: list[Listing] = []

    def remember_identity(self, identity: Identity) -> None:
        self.identity = identity

    def remember_regions(self, regions: tuple[str, ...]) -> None:
        self.regions = regions

    def save(self, identity: Identity, listing: Listing, clock_offset: float) -> None:
        assert listing.complete
        assert listing.base is None
        assert listing.lane.account == identity.account != ""
        self.saved.append(listing)

    def load(self, identity: Identity, region: str, kind: Kind) -> Remembered | None:
        for listing in reversed(self.saved):
            if (listing.lane.account, listing.lane.region, listing.lane.kind) == (
                identity.account, region, kind,
            ):  # fmt: skip
                return Remembered(Listing(listing.lane, REMEMBERED_SWEEP, listing.items, 0.0, True), 0.0)
        return None


class Stage:
    """Holds the refresher, what it said, and the news that a view would make of it."""

    def __init__(
        self,
        provider: ScriptedProvider | None = None,
        *,
        regions: tuple[str, ...] = (EAST,),
        memory: Memory | None = None,
        open_provider: Callable[[], Provider] | None = None,
        jitter: float = 0.0,
        fly: Fly = fly,
        seed: int = 1,
    ) -> None:
        self.provider = provider or ScriptedProvider()
        self.memory = memory or Kept()
        self.now = 1000.0
        self.jobs: list[Job] = []
        self.said: list[ToView] = []
        self.opened = 0
        self.news = News()
        self.open_provider = open_provider or (lambda: self.provider)
        desk = Desk(self.jobs.append, lambda job: job(), lambda: self.now, Random(seed))
        plan = Plan(regions, Pace(15.0, jitter=jitter))
        self.refresher = Refresher(self._open_one, Voice(self._hear), self.memory, plan, desk, fly)

    def _open_one(self) -> Provider:
        self.opened += 1
        return self.open_provider()

    def _hear(self, message: ToView) -> None:
        self.said.append(message)
        try:
            self.news = fold(self.news, message, self.now)
        except StepLost:
            self.refresher.refresh(whole=True)

    def turn(self) -> None:
        """Let the refresher decide; see that no lane has two sweeps under way."""
        self.refresher.turn()
        lanes = [(flight.lane.kind, flight.lane.region) for flight in self.flights()]
        assert len(lanes) == len(set(lanes)), f"two sweeps under way in one lane: {lanes}"

    def flights(self) -> list[Flight]:
        """Return the sweeps that wait to be run."""
        jobs = (job for job in self.jobs if isinstance(job, partial))
        return [job.args[0] for job in jobs if job.args and isinstance(job.args[0], Flight)]

    def work(self) -> None:
        """Run everything that can be run now."""
        self.turn()
        while self.jobs:
            self.jobs.pop(0)()
            self.turn()

    def until_sweeps(self) -> None:
        """Run everything until sweeps are under way, and leave those waiting."""
        self.turn()
        while not self.flights():
            self.jobs.pop(0)()
            self.turn()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, working whenever something is due."""
        end = self.now + seconds
        while (due := self.refresher.next_due()) <= end:
            self.now = max(self.now, due)
            self.work()
        self.now = end

    def forget(self) -> None:
        """Forget what was said so far."""
        self.said.clear()

    def of(self, kind: type[ToView]) -> list[ToView]:
        """Return what was said of one type."""
        return [message for message in self.said if isinstance(message, kind)]

    def listings(self, kind: Kind) -> list[Listing]:
        """Return what was told of one kind."""
        return [one.listing for one in self.said if isinstance(one, Listed) and one.listing.lane.kind is kind]

    def lane(self, kind: Kind, region: str = EAST) -> LaneState:
        """Return a lane as the view holds it."""
        return next(one for one in self.news.lanes(kind) if one.lane.region == region)

    def rows(self, kind: Kind, region: str = EAST) -> set[Row]:
        """Return the rows of a lane as the view holds them."""
        return set(self.lane(kind, region).rows.values())
