"""The app's dealings with operations: the journal is followed in a thread, and asked for things in others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

from textual.message import Message

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.services.operating import Board, Operating

if TYPE_CHECKING:
    from textual.app import App

    from trainctl_tui.tui.screens.dashboard import Dashboard

    _Base = App[Any]
else:
    _Base = object


class BoardArrived(Message):
    """How all operations stand."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board

    def can_replace(self, message: Message) -> bool:
        """Let a newer board swallow the queue: each is the whole truth."""
        return isinstance(message, BoardArrived)


class Done(Message):
    """Something that was asked of the journal is done; ``then`` takes its result, on the app's loop."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.then = then


class OperatingMixin(_Base):
    """An app that follows the journal from its first frame to its end. Goes before ``App``."""

    operating: Operating
    dashboard: Dashboard

    def __init__(self) -> None:
        super().__init__()
        self._leaving = Event()

    def follow_operations(self) -> None:
        """Begin to follow. The thread tells and never touches."""
        follow = partial(self.operating.follow, lambda board: self.post_message(BoardArrived(board)))
        self.run_worker(partial(follow, self._leaving), thread=True, group="journal", exit_on_error=True)

    def on_board_arrived(self, event: BoardArrived) -> None:
        """Hand on how all operations stand."""
        event.stop()
        if self.dashboard.is_attached:
            self.dashboard.show_board(event.board)

    def end_following(self) -> None:
        """Let the thread end at its next look."""
        self._leaving.set()

    def operate(
        self, job: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[str], None]
    ) -> None:
        """Do something that waits for a disk in a thread; then say how it went, on the app's loop."""

        def work() -> None:
            try:
                result = job()
            except (TrainctlError, OSError) as error:
                self.post_message(Done(partial(failed, str(error))))
            else:
                self.post_message(Done(partial(then, result)))

        self.run_worker(work, thread=True, group="operate", exit_on_error=True)

    def on_done(self, event: Done) -> None:
        """Let who asked go on."""
        event.stop()
        event.then()
