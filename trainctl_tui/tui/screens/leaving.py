"""The question at the end: an operation is under way, and goes on without the view (SAFETY.md, D38)."""

from __future__ import annotations

from trainctl_tui.domain.operations import Operation
from trainctl_tui.listing.format import plural
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.screens.following import Following
from trainctl_tui.tui.screens.pick import Choice, PickScreen

STAY, LEAVE, CANCEL, WAIT = "stay", "leave", "cancel", "wait"


def leaving(unfinished: tuple[Operation, ...], demo: bool) -> PickScreen:
    """Return the question. ``demo``: its cloud ends with the view, so nothing can go on without it."""
    count = plural(len(unfinished), "operation")
    if demo:
        title = f"{count} under way. The demo's cloud ends with this window, and so would they."
        choices: list[Choice] = [
            (STAY, "stay"),
            (WAIT, "wait for the end, then leave"),
            (LEAVE, "leave and abandon them"),
        ]
    else:
        title = f"{count} under way. It goes on without this window: trainctl-tui op list"
        if len(unfinished) > 1:
            title = title.replace("It goes", "They go")
        choices = [
            (STAY, "stay"),
            (LEAVE, "leave; it goes on"),
            (CANCEL, "cancel: send nothing more, find out what was done, then leave"),
        ]
    return PickScreen(title, choices, (STAY,))


class Leaving(Following):
    """The part of the dashboard that ends it."""

    _ends_with_the_last = False

    def action_quit(self) -> None:
        """Leave; ask first where an operation is under way."""
        unfinished = self.board.unfinished
        if not unfinished:
            self.owner.exit()
            return
        self.owner.push_screen(leaving(unfinished, self.badges.launch.demo), self._leave)

    def _leave(self, values: tuple[str, ...] | None) -> None:
        choice = values[0] if values else STAY
        if choice == LEAVE:
            self.owner.exit()
        elif choice == WAIT:
            self._ends_with_the_last = True
            self.owner.tell("This window closes when the last operation has ended. q asks again.")
        elif choice == CANCEL:
            operating, ids = self.owner.operating, [one.id for one in self.board.unfinished]

            def cancel() -> None:
                for id in ids:
                    operating.rollback(id)

            self.owner.operate(
                cancel, lambda _: self.owner.exit(), lambda why: self.owner.tell(why, bad=True)
            )

    def show_board(self, board: Board) -> None:
        """Take in how all operations stand; leave with the last where that was wanted."""
        super().show_board(board)
        if self._ends_with_the_last and not board.unfinished:
            self.owner.exit()
