"""The question at the end: an operation is under way, and goes on without the view (SAFETY.md, D38)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from trainctl_tui.domain.errors import Conflict
from trainctl_tui.domain.operations import Operation
from trainctl_tui.listing.format import plural
from trainctl_tui.services.operating import Board, Operating
from trainctl_tui.tui.operation_text import is_orphan
from trainctl_tui.tui.screens.following import Following
from trainctl_tui.tui.screens.pick import Choice, PickScreen

STAY, LEAVE, CANCEL, WAIT = "stay", "leave", "cancel", "wait"


def leaving(unfinished: tuple[Operation, ...], demo: bool) -> PickScreen:
    """Return the question. ``demo``: its cloud ends with the view, so nothing can go on without it."""
    count, several = plural(len(unfinished), "operation"), len(unfinished) > 1
    if demo:
        title = f"{count} under way. The demo's cloud ends with this window, and so would they."
        choices: list[Choice] = [
            (STAY, "stay"),
            (WAIT, "wait for the end, then leave"),
            (LEAVE, "leave and abandon them"),
        ]
    else:
        orphans = sum(map(is_orphan, unfinished))
        goes_on = "They go on" if several else "It goes on"
        fate = f"{goes_on} without this window" if not orphans else f"Nobody runs {orphans} of them"
        if orphans and not several:
            fate = "Nobody runs it"
        title = f"{count} under way. {fate}: trainctl-tui op list"
        choices = [
            (STAY, "stay"),
            (LEAVE, "leave; what runs goes on"),
            (CANCEL, "cancel: send nothing more, find out what was done, then leave"),
        ]
    return PickScreen(title, choices, (STAY,))


class Leaving(Following):
    """The part of the dashboard that ends it."""

    _ends_with_the_last = False
    _question: PickScreen | None = None

    def action_quit(self) -> None:
        """Leave; ask first where an operation is under way. A key that is held does not ask twice."""
        unfinished = self.board.unfinished
        if self._question is not None and self._question.is_attached:
            return
        if not unfinished:
            self.owner.exit()
            return
        self._question = leaving(unfinished, self.badges.launch.demo)
        self.owner.push_screen(self._question, self._leave)

    def _leave(self, values: tuple[str, ...] | None) -> None:
        choice = values[0] if values else STAY
        self._ends_with_the_last = choice == WAIT
        if choice == LEAVE:
            self.owner.exit()
        elif choice == WAIT:
            self.owner.tell("This window closes when the last operation has ended. q asks again.")
            self._end_with_the_last()
        elif choice == CANCEL:
            ids = [one.id for one in self.board.unfinished]
            self.owner.operate(
                partial(_cancel, self.owner.operating, ids),
                lambda _: self.owner.exit(),
                lambda why: self.owner.tell(why, bad=True),
            )

    def show_board(self, board: Board) -> None:
        """Take in how all operations stand; leave with the last where that was wanted."""
        super().show_board(board)
        self._end_with_the_last()

    def _end_with_the_last(self) -> None:
        # A journal that cannot be read says nothing of an end.
        if self._ends_with_the_last and self.board.trouble is None and not self.board.unfinished:
            self.owner.exit()


def _cancel(operating: Operating, ids: Iterable[str]) -> None:
    """Cancel all of them; one that has ended by itself in the meantime does not keep the others."""
    for id in ids:
        with suppress(Conflict):
            operating.rollback(id)
