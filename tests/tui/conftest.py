"""One running dashboard, told what a test wants it to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.support.cloud import cloud, sim_cloud
from tests.support.nowhere import nothing_begun
from tests.support.rows import ME, NOW, REGION
from tests.support.scripted_link import ScriptedLink
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind, Row
from trainctl_tui.launch import Launch
from trainctl_tui.link import messages as m
from trainctl_tui.listing.news import News
from trainctl_tui.services.operating import Operating
from trainctl_tui.services.prices import load
from trainctl_tui.services.view_memory import ViewMemory
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.session import Session
from trainctl_tui.view_settings import ViewSettings

__all__ = ["Clock", "Stage", "cloud", "sim_cloud", "stage"]


PRICES = load(None)


class Clock:
    """This machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Stage:
    """An app, the link it follows and its clock."""

    def __init__(
        self,
        news: News | None = None,
        memory: ViewMemory | None = None,
        launch: Launch | None = None,
        operating: Operating | None = None,
        settings: ViewSettings | None = None,
    ) -> None:
        self.links: list[ScriptedLink] = []
        self.launches: list[Launch] = []
        self.clock = Clock()
        self.settings = settings or ViewSettings()
        self.operating = operating or nothing_begun()
        first = self._open(launch or Launch(profile="ml"), news or News(prices=PRICES))
        self.app = TrainctlApp(
            first,
            lambda launch: self._open(launch, News(prices=PRICES)),
            memory or ViewMemory(),
            ViewSettings(),
            self.clock,
            self.operating,
        )

    def _open(self, launch: Launch, news: News) -> Session:
        self.links.append(ScriptedLink())
        self.launches.append(launch)
        return Session(launch, self.links[-1], news, self.clock, self.settings)

    @property
    def link(self) -> ScriptedLink:
        return self.links[-1]

    def greet(self, *regions: str) -> None:
        """Say hello as a collector that knows who we are."""
        self.link.say(m.Hello(7, regions or (REGION,)))
        self.link.say(m.Identified(ME))

    def list(self, kind: Kind, rows: Iterable[Row], sweep: int = 1, region: str = REGION) -> None:
        """Tell a complete listing."""
        lane = Lane(ME.account, region, kind)
        self.link.say(m.Listed(Listing(lane, sweep, tuple(rows), self.clock.now, complete=True), 0.0))


@pytest.fixture
def stage() -> Callable[..., Stage]:
    return Stage
