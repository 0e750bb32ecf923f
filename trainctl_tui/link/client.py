"""The view's end of the link: what the collector says, however often it has to be started again."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from io import BufferedReader
from threading import Event, Lock
from typing import IO, Protocol, cast

from msgspec.structs import replace

from trainctl_tui.domain.shared_text import SharedTexts
from trainctl_tui.launch import Launch
from trainctl_tui.link import frames
from trainctl_tui.link.messages import CollectorLost, Listed, ToCollector, ToView, WatchRegions
from trainctl_tui.link.outbox import Outbox
from trainctl_tui.link.spawn import spawn as spawn_collector

log = logging.getLogger(__name__)

Process = subprocess.Popen[bytes]
Spawn = Callable[[Launch, int], Process]

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
"""Seconds before the first, second, ... restart in a row."""

GOOD_WHILE = 60.0
"""Seconds that a collector must live for the pauses to begin anew."""

_END_WAIT = 0.4  # twice, at most: once for the collector to end, once for the kernel to end it


class Link(Protocol):
    """A conversation with a collector."""

    def messages(self) -> Iterator[ToView]:
        """Yield what the collector says, waiting for it, until the link is closed."""
        ...

    def send(self, message: ToCollector) -> None:
        """Tell the collector something. Never waits."""
        ...

    def close(self) -> None:
        """End ``messages`` and the collector."""
        ...


class CollectorLink:
    """The link to a collector in a process of its own, replaced whenever it dies.

    ``first`` is a collector already started (generation 1). What was wanted last (regions, pause) is told
    to each new one; a question that died with a collector is answered by ``NoAnswer``.
    """

    def __init__(
        self,
        launch: Launch,
        first: Process | None = None,
        spawn: Spawn = spawn_collector,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._launch = launch
        self._process = first
        self._spawn = spawn
        self._clock = clock
        self._generation = 0 if first is None else 1
        self._used = False  # whether the process has been read from; then the next one is another
        self._closed = Event()
        self._starting = Lock()  # held while a process is started, so that none starts after ``close``
        self._outbox = Outbox()
        self._texts = SharedTexts()

    def messages(self) -> Iterator[ToView]:
        """Yield what the collectors say, and ``CollectorLost`` between two of them, until closed."""
        failures = 0
        while not self._closed.is_set():
            begun = self._clock()
            cause = yield from self._life()
            if self._closed.is_set():
                return
            failures = 1 if self._clock() - begun >= GOOD_WHILE else failures + 1
            yield from self._outbox.lost()
            pause = PAUSES[min(failures, len(PAUSES)) - 1]
            log.warning("the collector has ended: %s; another starts in %.1f s", cause, pause)
            yield CollectorLost(cause, pause)
            self._closed.wait(pause)

    def send(self, message: ToCollector) -> None:
        """Queue a message for this collector, or for the next one if this has died."""
        if isinstance(message, WatchRegions):
            # The next collector begins with these, or its first words would name the old ones.
            self._launch = replace(self._launch, regions=message.regions)
        self._outbox.put(message)

    def close(self) -> None:
        """End the generator and the process, within a second. Harmless when repeated."""
        self._closed.set()
        with self._starting:
            process, used = self._process, self._used
        self._outbox.close()
        if process is None:
            return
        _end(process)
        if not used and process.stdout is not None:
            process.stdout.close()

    def _life(self) -> Generator[ToView, None, str]:
        """Yield what one collector says; return why it ended."""
        try:
            process = self._begin()
        except OSError as error:
            return f"it could not be started: {error}"
        if process is None:
            return "closed"
        assert process.stdin is not None
        assert process.stdout is not None
        self._outbox.open(process.stdin)
        unreadable = ""
        with BufferedReader(process.stdout) as stream:  # type: ignore[type-var]
            try:
                for message in frames.read(cast("IO[bytes]", stream), ToView):
                    self._outbox.heard(message)
                    if isinstance(message, Listed):
                        self._texts.share(message.listing.items)
                    yield message
            except frames.BrokenFrameError as error:
                unreadable = str(error)
            finally:
                _end(process)
        return _cause(process.returncode, unreadable)

    def _begin(self) -> Process | None:
        """Return the collector started beforehand, or start the next one; None once closed."""
        with self._starting:
            if self._closed.is_set():
                return None
            if self._process is None or self._used:
                self._generation += 1
                self._process = self._spawn(self._launch, self._generation)
            self._used = True
            return self._process


def _end(process: Process) -> None:
    """Close a collector's standard input, which ends it; kill it if it does not mind. End what it started."""
    first = process.returncode is None
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_END_WAIT)
    except subprocess.TimeoutExpired:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_WAIT)
    if first:
        # A command that it asked for credentials may hang, and nobody waits for its answer any more.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)


def _cause(code: int | None, unreadable: str) -> str:
    """Say how a process ended."""
    if code is None:
        return "it does not answer"
    if code >= 0:
        return unreadable or f"it ended by itself, with code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
