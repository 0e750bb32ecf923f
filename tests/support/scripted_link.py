"""A link whose collector is the test: it says what the test says, and keeps what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue

from trainctl_tui.link.messages import ToCollector, ToView


class ScriptedLink:
    """Stands for ``link.client.Link`` without a process."""

    def __init__(self) -> None:
        self.sent: list[ToCollector] = []
        self.closed = False
        self._said: SimpleQueue[ToView | None] = SimpleQueue()

    def say(self, message: ToView) -> None:
        """Let the view hear a message."""
        self._said.put(message)

    def messages(self) -> Iterator[ToView]:
        """Yield what is said, until the link is closed."""
        while (message := self._said.get()) is not None:
            yield message

    def send(self, message: ToCollector) -> None:
        """Keep what the view tells the collector."""
        self.sent.append(message)

    def close(self) -> None:
        """End ``messages``."""
        self.closed = True
        self._said.put(None)
