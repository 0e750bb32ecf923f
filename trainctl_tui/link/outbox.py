"""Messages on their way to a collector, written by a thread of their own: a full pipe delays nobody."""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread
from typing import IO

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.link import frames
from trainctl_tui.link.messages import Answer, NoAnswer, Pause, Question, ToCollector, ToView

_LOST = Trouble(
    kind="TransportError",
    what="There is no answer.",
    why="The collector ended before it gave one.",
    next_step="Ask again.",
    retryable=True,
)


class Outbox:
    """A queue that survives collectors. All methods may be called from any thread; none waits for a pipe."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: deque[ToCollector] = deque()
        self._unanswered: set[int] = set()
        self._paused = False
        self._pipe: IO[bytes] | None = None
        self._closed = False
        self._thread = Thread(target=self._write_all, name="link-writer", daemon=True)

    def put(self, message: ToCollector) -> None:
        """Queue a message; one that waits already is not queued twice."""
        with self._changed:
            if isinstance(message, Pause):
                self._paused = message.paused
            if message not in self._waiting:
                self._waiting.append(message)
            self._changed.notify_all()

    def open(self, pipe: IO[bytes]) -> None:
        """Write to this collector from now on, first of all whether it is to pause."""
        with self._changed:
            if self._closed:
                return
            self._pipe = pipe
            if self._paused:
                self._waiting.appendleft(Pause(True))
            if not self._thread.is_alive():
                self._thread.start()
            self._changed.notify_all()

    def heard(self, message: ToView) -> None:
        """Note an answer."""
        if isinstance(message, Answer):
            with self._changed:
                self._unanswered.discard(message.id)

    def lost(self) -> list[NoAnswer]:
        """Forget the collector; return the answers that it owes."""
        with self._changed:
            self._pipe = None
            owed, self._unanswered = sorted(self._unanswered), set()
        return [NoAnswer(id, _LOST) for id in owed]

    def close(self) -> None:
        """Let the thread end. It does not wait for a write under way."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _write_all(self) -> None:
        while (following := self._next()) is not None:
            pipe, message = following
            try:
                frames.write(pipe, frames.encode(message))
            except (OSError, ValueError):  # ValueError: the pipe was closed meanwhile
                self._keep(pipe, message)

    def _next(self) -> tuple[IO[bytes], ToCollector] | None:
        """Wait for a message and somebody to tell it to; return None once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (self._pipe is not None and self._waiting))
            if self._closed or self._pipe is None:
                return None
            message = self._waiting.popleft()
            if isinstance(message, Question):
                self._unanswered.add(message.id)
            return self._pipe, message

    def _keep(self, pipe: IO[bytes], message: ToCollector) -> None:
        """Keep what could not be told for the next collector, unless its loss was announced already."""
        with self._changed:
            if self._pipe is pipe:
                self._pipe = None
            if isinstance(message, Question):
                if message.id not in self._unanswered:
                    return
                self._unanswered.discard(message.id)
            if message not in self._waiting:
                self._waiting.appendleft(message)
