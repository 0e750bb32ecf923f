"""Who parses next: one page at a time, and first the pages that somebody looks at first.

Threads of one process share one processor. Four lanes that parse side by side finish together, late: the
first page of machines took six times as long as alone, and only then could its rows be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

_LONGEST = 0.5


class PageOrder:
    """Safe to share between threads. Whoever has the turn must not wait for the network.

    ``longest`` is for how many seconds a page that has come waits for one that is still on its way.
    """

    def __init__(self, longest: float = _LONGEST) -> None:
        self._longest = longest
        self._changed = Condition()
        self._urgent = 0  # pages that go before others: on their way, or here and waiting
        self._taken = False

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Let other pages wait, a moment, while the block asks for a page that goes before them."""
        with self._changed:
            self._urgent += 1
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    @contextmanager
    def turn(self, urgent: bool) -> Iterator[None]:
        """Wait for the turn and hold it during the block; the ``urgent`` wait only for who has it."""
        with self._changed:
            if urgent:
                self._urgent += 1
            else:
                self._changed.wait_for(lambda: not self._taken and not self._urgent, self._longest)
            self._changed.wait_for(lambda: not self._taken)
            self._urgent -= urgent
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
