"""The only place where concrete classes meet.

Everything is imported late, since two processes share this file: the collector never sees Textual, and the
view never sees an SDK.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from subprocess import Popen

    from trainctl_tui.domain.operations import Operation
    from trainctl_tui.launch import Launch
    from trainctl_tui.link.pipes import Outlet
    from trainctl_tui.providers.base import Call, Provider
    from trainctl_tui.services.audit import Audit
    from trainctl_tui.services.cache import Cache
    from trainctl_tui.services.desk import Desk, Submit
    from trainctl_tui.services.history import History
    from trainctl_tui.services.journal import Journal
    from trainctl_tui.tui.app import TrainctlApp
    from trainctl_tui.view_settings import Loaded, ViewSettings

_SWEEPS = 16  # lanes read at the same time
_QUESTIONS = 4  # the view's questions answered at the same time


def run_collector(launch: Launch, generation: int, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Collect for the view at the other end of these pipes until it is gone, then end the process."""
    import os
    from threading import Thread

    from trainctl_tui import paths
    from trainctl_tui.link.messages import CacheWarning, Hello, Sighted
    from trainctl_tui.link.pipes import Outlet
    from trainctl_tui.link.server import Server, guarded
    from trainctl_tui.link.voice import Voice
    from trainctl_tui.services import log, prices
    from trainctl_tui.services.desk import Desk
    from trainctl_tui.services.history import noting
    from trainctl_tui.services.refresh import Plan, Refresher
    from trainctl_tui.services.schedule import Pace
    from trainctl_tui.services.sharing import Sharing
    from trainctl_tui.services.turns import Turns

    log.begin("collector", launch.log_level, launch.debug_unsafe)
    outlet = Outlet(outgoing, broken=lambda: os._exit(0))
    outlet.say(Hello(os.getpid(), launch.regions))
    remembered = cache(launch, lambda text: outlet.say(CacheWarning(text)))
    heard = _counting(remembered, outlet)

    plan = Plan(launch.regions, Pace(launch.refresh), generation)
    hands = Desk(_pool("sweep", _SWEEPS), _pool("cache", 1))
    seen = history(launch, lambda text: outlet.say(CacheWarning(text)))
    shared = Sharing(remembered, Turns(remembered.turns_dir)).fly
    fly = noting(shared, seen, lambda *known: outlet.say(Sighted(*known)))
    refresher = Refresher(lambda: provider(launch, heard), Voice(outlet.say), remembered, plan, hands, fly)
    Thread(target=guarded(refresher.run), name="refresher", daemon=True).start()
    book = prices.load(paths.prices_file())
    Server(refresher, outlet.say, _pool("question", _QUESTIONS), book).listen(incoming)
    # Threads may sit in sockets for seconds; there is nothing they could finish.
    os._exit(0)


def _counting(cache: Cache, outlet: Outlet) -> Callable[[Call], None]:
    """Return who hears of every call, and tells the view the counters as they change."""
    from threading import Event

    from trainctl_tui.link.server import tell_tally
    from trainctl_tui.services import log
    from trainctl_tui.services.tally import CallTally

    tally, called = CallTally(), Event()
    tell_tally(tally, called, lambda: (cache.hits, cache.misses), outlet.say)

    def heard(call: Call) -> None:
        tally.heard(call)
        called.set()
        log.call(call)

    return heard


def _pool(name: str, threads: int) -> Submit:
    """Return a way to have jobs done by some threads."""
    from concurrent.futures import ThreadPoolExecutor

    from trainctl_tui.link.server import guarded

    executor = ThreadPoolExecutor(threads, name)
    return lambda job: executor.submit(guarded(job))


def provider(launch: Launch, heard: Callable[[Call], None]) -> Provider:
    """Open the provider of a launch; ``heard`` is told of every call."""
    from trainctl_tui.providers.base import ProviderOptions
    from trainctl_tui.providers.registry import open_provider

    return open_provider(
        launch.provider,
        ProviderOptions(launch.profile, launch.endpoint, launch.demo, heard, launch.read_only),
    )


def cache(launch: Launch, warn: Callable[[str], None]) -> Cache:
    """Open the cache of a launch: the same for a view, its collector and a command."""
    import os

    from trainctl_tui import paths
    from trainctl_tui.services.cache import Cache
    from trainctl_tui.services.scope import Scope

    return Cache(paths.cache_dir(), Scope.of(launch, os.environ), warn)


def history(launch: Launch, warn: Callable[[str], None]) -> History:
    """Open the history of volumes, beside the journal: the same for collectors and commands."""
    from trainctl_tui.services import state_dir
    from trainctl_tui.services.history import History

    return History(state_dir.find, launch.endpoint, warn)


def journal() -> Journal:
    """Open the journal of operations. Raises NoJournal where there is no place for it."""
    from trainctl_tui.services import state_dir
    from trainctl_tui.services.journal import Journal

    return Journal(state_dir.find())


def audit() -> Audit:
    """Open the audit log, beside the journal. Raises NoJournal where there is no place for it."""
    from trainctl_tui.services import state_dir
    from trainctl_tui.services.audit import Audit

    return Audit(state_dir.find())


def desk() -> Desk:
    """Return the desk of a command: threads that end with it, and a disk that it waits for."""
    from trainctl_tui.services.desk import Desk
    from trainctl_tui.services.reading import crew

    return Desk(crew("reader", _SWEEPS), lambda job: job())


def run_executor(op: str) -> Operation:
    """Carry an operation out in this process, until it has ended or a signal asks for the end.

    ``op`` may be the beginning of an id. Raises what ``services.executor.run`` raises.
    """
    import os
    import signal
    from functools import partial
    from threading import Event

    from trainctl_tui import paths
    from trainctl_tui.launch import endpoint_of
    from trainctl_tui.services import crashpoint, executor, log, prices
    from trainctl_tui.services.executor_run import Tools
    from trainctl_tui.services.facts import gather
    from trainctl_tui.view_settings import load_view_settings

    crashpoint.light(crashpoint.fuse_of(os.environ.get(crashpoint.VARIABLE, "")))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.begin("executor", "info")
    held = journal()
    settings = load_view_settings({"profile": held.operation(op).profile}).settings
    tools = Tools(
        open_provider=lambda launch: provider(launch, log.call),
        gather=partial(gather, prices=prices.load(paths.prices_file())),
        audit=audit(),
        stop=stop,
        read_only=settings.read_only,
        endpoint=endpoint_of(os.environ),
    )
    return executor.run(op, held, tools)


def view(launch: Launch, loaded: Loaded, first: Popen[bytes] | None) -> TrainctlApp:
    """Make the app on what the cache remembers, by ``loaded`` settings; ``first`` is a collector."""
    import os
    import time

    from msgspec.structs import replace

    from trainctl_tui import paths
    from trainctl_tui.link.client import CollectorLink
    from trainctl_tui.listing.remember import remembered
    from trainctl_tui.services import prices, state_dir, view_memory
    from trainctl_tui.services.operating import Operating
    from trainctl_tui.tui.app import TrainctlApp
    from trainctl_tui.tui.session import Session
    from trainctl_tui.view_settings import load_view_settings

    book = prices.load(paths.prices_file())
    warnings = [str(trouble) for trouble in (loaded.trouble, *book.faults) if trouble]
    for_all = loaded.settings.read_only and loaded.origins["read_only"].source == "flag"

    def open_session(
        wanted: Launch, settings: ViewSettings, collector: Popen[bytes] | None = None
    ) -> Session:
        held = cache(wanted, warnings.append)
        news = remembered(held, wanted, book)
        held.close()
        told, link = replace(news, warnings=tuple(warnings)), CollectorLink(wanted, collector)
        return Session(wanted, link, told, time.time, settings, _busy)

    def open_other(wanted: Launch) -> Session:
        """Open a session of another profile, by the settings that hold for it."""
        others = load_view_settings({"profile": wanted.profile, "read_only": for_all or None}).settings
        return open_session(replace(wanted, regions=others.regions, read_only=others.read_only), others)

    memory, followed = view_memory.load(paths.state_dir()), Operating(state_dir.find, os.environ)
    session = open_session(launch, loaded.settings, first)
    return TrainctlApp(session, open_other, memory, loaded.settings, time.time, followed)


def _busy() -> Mapping[str, str]:
    """Read which targets belong to which operation that has not ended. May raise TrainctlError."""
    return journal().busy()


@contextmanager
def _measured(app: TrainctlApp, file: str) -> Iterator[None]:
    """Keep the metrics in a file while the block runs, if there is one."""
    if not file:
        yield
        return
    from pathlib import Path

    from trainctl_tui.services.metrics import Writer
    from trainctl_tui.tui.measured import measure

    writer = Writer(Path(file), lambda: measure(app.dashboard.news, app.dashboard.frames))
    writer.start()
    yield
    writer.stop()


def run_view(launch: Launch, loaded: Loaded, first: Popen[bytes], metrics_file: str) -> int:
    """Run the dashboard in this terminal until it ends; return the exit code."""
    import sys

    from trainctl_tui import paths
    from trainctl_tui.services import log, view_memory
    from trainctl_tui.tui import lifecycle

    log.begin("view", launch.log_level, launch.debug_unsafe)
    log.log.info("the view begins")
    app = view(launch, loaded, first)
    with _measured(app, metrics_file):
        code = lifecycle.run(app, on_end=lambda: app.session.close())
    log.log.info("the view ends with %d", code)
    try:
        view_memory.save(paths.state_dir(), app.dashboard.memory(app.theme))
    except OSError as error:
        sys.stderr.write(f"The order and filters of the panes could not be kept: {error.strerror}.\n")
    return code
