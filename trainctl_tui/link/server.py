"""The collector's end of the link: hears the view's wishes until the view is gone."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable
from threading import Event, Thread
from typing import IO

from trainctl_tui.domain.errors import ConfigError, NotFound, TrainctlError, Trouble
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.resources import Console
from trainctl_tui.link import frames
from trainctl_tui.link.messages import (
    AskConsole,
    AskFacts,
    AskRaw,
    AskRegions,
    AskRehearsal,
    ConsoleAnswer,
    FactsAnswer,
    NoAnswer,
    Pause,
    Question,
    RawAnswer,
    Refresh,
    RegionsAnswer,
    RehearsalAnswer,
    Rehearsed,
    Tally,
    ToCollector,
    ToView,
    WatchRegions,
)
from trainctl_tui.providers.base import CanAct, CanReadConsole, CanShowRaw, Patience, Provider, boundary, bug
from trainctl_tui.services.desk import Job, Submit
from trainctl_tui.services.facts import PriceBook, gather
from trainctl_tui.services.refresh import Refresher
from trainctl_tui.services.tally import CallTally

FAULT = 70
"""Exit code of a collector that met an error of ours; the view starts another."""

_TALLY_PAUSE = 1.0

log = logging.getLogger(__name__)

Say = Callable[[ToView], None]


class Server:
    """Hands what the view wants to the refresher, and its questions to ``submit``."""

    def __init__(self, refresher: Refresher, say: Say, submit: Submit, prices: PriceBook) -> None:
        self._refresher = refresher
        self._say = say
        self._submit = submit
        self._prices = prices

    def listen(self, pipe: IO[bytes]) -> None:
        """Hear the view until it is gone, or says what cannot be understood."""
        try:
            for message in frames.read(pipe, ToCollector):
                self.hear(message)
        except (frames.BrokenFrameError, OSError):
            return

    def hear(self, message: ToCollector) -> None:
        """Do what the view wants. Never waits for the cloud."""
        match message:
            case Refresh(kinds, whole):
                self._refresher.refresh(kinds, whole)
            case Pause(paused):
                self._refresher.pause(paused)
            case WatchRegions(regions):
                self._refresher.watch(regions)
            case question:
                self._submit(lambda: self._say(answer(self._refresher.provider, question, self._prices)))


def answer(provider: Provider | None, question: Question, prices: PriceBook) -> ToView:
    """Return the answer to a question, or ``NoAnswer`` with the reason."""
    try:
        with boundary("answer", bug):
            return _answer(provider, question, prices)
    except TrainctlError as error:
        return NoAnswer(question.id, error.trouble)


def _answer(provider: Provider | None, question: Question, prices: PriceBook) -> ToView:
    if provider is None:
        raise NotFound("There is nobody to ask yet.", "The provider is not open.", "Ask again in a moment.")
    match question:
        case AskConsole(number, region, instance_id):
            if not isinstance(provider, CanReadConsole):
                raise NotFound("There is no console to show.", f"{provider.name} has none.")
            console: Console = provider.console(region, instance_id, Patience())
            return ConsoleAnswer(number, console)
        case AskRaw(number, kind, region, id):
            if not isinstance(provider, CanShowRaw):
                raise NotFound("There is nothing more to show.", f"{provider.name} tells no more.")
            return RawAnswer(number, provider.raw(kind, region, id, Patience()))
        case AskRegions(number):
            return RegionsAnswer(number, provider.regions(Patience()))
        case AskFacts(number, targets, changes):
            read = gather(provider, targets, Patience(), changes, prices)
            return FactsAnswer(number, read.identity, read.facts, read.fleets, read.now)
        case AskRehearsal(number, order, targets):
            by_region: dict[str, list[str]] = {}
            for region, id in targets:
                by_region.setdefault(region, []).append(id)
            rehearsed = (_rehearsed(provider, order, region, ids) for region, ids in by_region.items())
            return RehearsalAnswer(number, tuple(rehearsed))


def _rehearsed(provider: Provider, order: Order, region: str, ids: list[str]) -> Rehearsed:
    """Ask one region by a dry run; what it refuses is an answer, too."""
    trouble: Trouble | None = None
    try:
        if not isinstance(provider, CanAct):
            raise ConfigError(f"{provider.name} can only be read.")
        provider.rehearse(order, region, ids, Patience())
    except TrainctlError as error:
        trouble = error.trouble
    return Rehearsed(region, tuple(ids), trouble)


def guarded(job: Job) -> Job:
    """Return a job that ends the process by an error of ours, rather than vanish with it."""

    def run() -> None:
        try:
            job()
        except Exception:
            traceback.print_exc()
            log.exception("an error of ours")
            os._exit(FAULT)

    return run


def tell_tally(
    tally: CallTally, changed: Event, cache_counts: Callable[[], tuple[int, int]], say: Say
) -> None:
    """Say the counters whenever they changed, at most once a second, from a thread of its own."""
    rest = Event()

    def tell() -> None:
        while changed.wait():
            changed.clear()
            say(Tally(tally.operations(), *cache_counts()))
            rest.wait(_TALLY_PAUSE)

    Thread(target=guarded(tell), name="tally", daemon=True).start()
