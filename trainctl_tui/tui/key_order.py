"""One key at a time: what was typed ahead goes where the user meant it to go.

Textual forwards a key to what has the focus at that moment, without waiting for what the key before it
does. Over a slow line several keys come in one packet: the "/" of "/state:stopped" would open the filter,
and the letters after it would reach the table as commands.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App

    _Base = App[Any]
else:
    _Base = object

_ROUNDS = 2
"""Rounds a key's consequences are given: a line is submitted, its owner closes it, the focus moves."""

_PATIENCE = 2.0
"""Seconds after which the next key goes on all the same: what had the focus may have gone for good."""


class Follower(Message):
    """Goes up from what has the focus to the app, behind a key or behind what the key has set in motion."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number = number
        self.rounds = rounds


class KeyOrderMixin(_Base):
    """An app that begins with a key when the one before has had its effect. Goes before ``App``."""

    def __init__(self) -> None:
        super().__init__()
        self._under_way: events.Key | None = None
        self._typed: deque[events.Key] = deque()
        self._followers = 0

    async def on_event(self, event: events.Event) -> None:
        """Keep a key until it is its turn."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif event.is_forwarded:
            await super().on_event(event)
            # What it did here may have closed the road that its follower is on: send another.
            if event is self._under_way:
                self.call_later(self._follow, _ROUNDS)
        elif self._under_way is None:
            await self._begin_key(event)
        else:
            self._typed.append(event)
            self.set_timer(_PATIENCE, partial(self._end_key, self._under_way))

    async def _begin_key(self, key: events.Key) -> None:
        self._under_way = key
        await super().on_event(key)
        self._follow(_ROUNDS)

    def _follow(self, rounds: int) -> None:
        self._followers += 1
        (self.focused or self.screen).post_message(Follower(self._followers, rounds))

    async def on_follower(self, event: Follower) -> None:
        """Look again, or let the next key go."""
        event.stop()
        if event.number != self._followers:
            return
        # Later: a change of focus that the key asked for waits in this queue.
        if event.rounds > 1:
            self.call_later(self._follow, event.rounds - 1)
        else:
            self.call_later(self._end_key, self._under_way)

    async def _end_key(self, key: events.Key | None) -> None:
        if key is None or self._under_way is not key:
            return
        self._under_way = None
        if self._typed:
            await self._begin_key(self._typed.popleft())
