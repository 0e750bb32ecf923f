"""A link to a real collector, folded in a thread as the view does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

from tests.support.processes import wait_until
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.client import CollectorLink, Process, Spawn
from trainctl_tui.link.messages import Refresh, ToView
from trainctl_tui.link.spawn import spawn as spawn_collector
from trainctl_tui.listing.news import News, StepLost, fold


class Following:
    """Follows a link until it is closed; ``news`` is what a view would know, ``processes`` all collectors."""

    def __init__(self, launch: Launch, spawn: Spawn = spawn_collector) -> None:
        self.news = News()
        self.heard: list[ToView] = []
        self.processes: list[Process] = []
        self._spawn = spawn
        self.link = CollectorLink(launch, None, self._remember)
        self._thread = threading.Thread(target=self._follow)

    def _remember(self, launch: Launch, generation: int) -> Process:
        self.processes.append(self._spawn(launch, generation))
        return self.processes[-1]

    def _follow(self) -> None:
        for message in self.link.messages():
            self.heard.append(message)
            try:
                self.news = fold(self.news, message, time.time())
            except StepLost:
                self.link.send(Refresh(whole=True))

    def of(self, kind: type[ToView]) -> list[ToView]:
        """Return what was heard of one type."""
        return [message for message in list(self.heard) if isinstance(message, kind)]

    def wait(self, holds: Callable[[], bool], what: str) -> float:
        """Wait until a condition holds; return the seconds it took."""
        return wait_until(holds, f"{what}; heard last: {[type(m).__name__ for m in self.heard[-5:]]}")

    def wait_settled(self) -> None:
        """Wait until a collector has listed every lane completely."""
        self.wait(lambda: self.settled, "every lane to be listed")

    @property
    def settled(self) -> bool:
        """Whether every lane stands as one collector listed it last."""
        news = self.news
        lanes = [lane for kind in Kind for lane in news.lanes(kind)]
        return not news.collector and bool(lanes) and all(
            lane.complete and lane.trouble is None and not lane.refreshing for lane in lanes
        )  # fmt: skip

    def count(self, kind: Kind) -> int:
        """Return the number of rows of one kind."""
        return len(self.news.of(kind))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()
        self._thread.join(5)
        assert not self._thread.is_alive(), "messages() did not end"
