"""The only place where concrete classes meet.

Everything is imported late, since two processes share this file: the collector never sees Textual, and the
view never sees an SDK.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from trainctl_tui.launch import Launch
    from trainctl_tui.services.refresh import Submit

_SWEEPS = 16  # lanes read at the same time
_QUESTIONS = 4  # the view's questions answered at the same time


def run_collector(launch: Launch, generation: int, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Collect for the view at the other end of these pipes until it is gone, then end the process."""
    import os
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event, Thread

    from trainctl_tui import paths
    from trainctl_tui.link.messages import CacheWarning, Hello
    from trainctl_tui.link.pipes import Outlet
    from trainctl_tui.link.server import Server, guarded, tell_tally
    from trainctl_tui.link.voice import Voice
    from trainctl_tui.providers.base import Call, Provider, ProviderOptions
    from trainctl_tui.providers.registry import open_provider
    from trainctl_tui.services.cache import Cache
    from trainctl_tui.services.refresh import Plan, Refresher
    from trainctl_tui.services.schedule import Pace
    from trainctl_tui.services.scope import Scope
    from trainctl_tui.services.tally import CallTally

    outlet = Outlet(outgoing, broken=lambda: os._exit(0))
    outlet.say(Hello(os.getpid(), launch.regions))
    cache = Cache(
        paths.cache_dir(), Scope.of(launch, os.environ), lambda text: outlet.say(CacheWarning(text))
    )
    tally, called = CallTally(), Event()

    def heard(call: Call) -> None:
        tally.heard(call)
        called.set()

    def open_one() -> Provider:
        options = ProviderOptions(launch.profile, launch.endpoint, launch.demo, heard)
        return open_provider(launch.provider, options)

    def pool(name: str, threads: int) -> Submit:
        executor = ThreadPoolExecutor(threads, name)
        return lambda job: executor.submit(guarded(job))

    plan = Plan(launch.regions, Pace(launch.refresh), generation)
    refresher = Refresher(open_one, Voice(outlet.say), cache, plan, pool("sweep", _SWEEPS), pool("cache", 1))
    tell_tally(tally, called, lambda: (cache.hits, cache.misses), outlet.say)
    Thread(target=guarded(refresher.run), name="refresher", daemon=True).start()
    Server(refresher, outlet.say, pool("question", _QUESTIONS)).listen(incoming)
    # Threads may sit in sockets for seconds; there is nothing they could finish.
    os._exit(0)
