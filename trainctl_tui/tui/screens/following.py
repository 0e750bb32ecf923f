"""Operations as the dashboard follows them: a line below, the pane behind the last, reports and retries."""

from __future__ import annotations

from functools import partial

from rich.text import Text

from trainctl_tui.domain.operations import FAILURES
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link.messages import Refresh
from trainctl_tui.safe import safe_lines
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.operation_text import is_orphan
from trainctl_tui.tui.screens.acting import Acting
from trainctl_tui.tui.screens.operations import OperationsScreen
from trainctl_tui.tui.screens.text import TextScreen


class Following(Acting):
    """The part of the dashboard that follows the journal."""

    _operations: OperationsScreen | None = None
    _greeted = False

    def action_next_pane(self) -> None:
        """Go to the next pane; the operations come behind the last."""
        self.action_pane(self.active + 2)

    def action_previous_pane(self) -> None:
        """Go back a pane."""
        self.action_pane(self.active or len(self.panes) + 1)

    def action_pane(self, number: int) -> None:
        """Go to a pane by its number."""
        if number > len(self.panes):
            self.action_operations()
        else:
            self.active = number - 1

    def show_board(self, board: Board) -> None:
        """Take in how all operations stand; on start, what has not ended is shown first."""
        before, self.board = self.board, board
        if before.operations and _states(before) != _states(board):
            # What was seen of a target is news of its row, too.
            self.owner.session.send(Refresh((Kind.INSTANCES,)))
        if self._operations is not None and self._operations.is_attached:
            self._operations.show(board)
        elif not self._greeted and any(map(is_orphan, board.unfinished)) and self.is_current:
            self.action_operations()
        self._greeted = True
        self._mark_failed()
        self.tell_operations()

    def tell_operations(self) -> None:
        """Say on the dashboard what is under way."""
        raise NotImplementedError

    def _mark_failed(self) -> None:
        """Mark what failed of an operation of this run, for a retry."""
        ended = {one.id: one for one in self.board.operations if one.state.is_final and one.id in self._begun}
        self._begun -= ended.keys()
        failed = {
            (target.region, target.id)
            for one in ended.values()
            for target in one.targets
            if target.outcome in FAILURES
        }
        if failed:
            table = self.pane_of(Kind.INSTANCES).table
            table.mark([*table.model.marks, *failed])

    def action_operations(self, here: str = "") -> None:
        """Open the Operations pane, on one of them where it is named."""
        may_act = not self.badges.launch.read_only
        self._operations = OperationsScreen(self.board, self._clock, may_act, here)
        self.owner.push_screen(self._operations, self._wanted_of)

    async def _wanted_of(self, wanted: tuple[str, str] | None) -> None:
        self._operations = None
        if wanted is None:
            return
        what, id = wanted
        operating = self.owner.operating
        if what == "report":
            self._open_report(id)
        elif what == "retry":
            self._retry(id)
        elif what in ("resume", "roll_back"):
            job = partial(operating.resume if what == "resume" else operating.rollback, id)
            self.owner.operate(job, lambda _: None, lambda why: self.owner.tell(why, bad=True))
            self.action_operations(id)
        else:
            await self.run_action(what)

    def _open_report(self, id: str) -> None:
        screen = TextScreen(f"Report of {id}", Text("Reading …", "dim"))
        self.owner.push_screen(screen, lambda _: self.action_operations(id))

        def show(text: str) -> None:
            if screen.is_attached:
                screen.show(Text(safe_lines(text)))

        self.owner.operate(lambda: self.owner.operating.report(id), show, show)

    def _retry(self, id: str) -> None:
        """Plan anew for what failed; the plan reads everything again."""
        one = next((one for one in self.board.operations if one.id == id), None)
        if one is None:
            return
        if (one.account, one.endpoint) != (self.news.account, self.badges.launch.endpoint):
            whose = f"account {one.account}" + (f" (profile {one.profile})" if one.profile else "")
            self.owner.tell(f"Operation {id} was in {whose}, and this window shows another.", bad=True)
            return
        self.active = self.panes.index(self.pane_of(Kind.INSTANCES))
        failed = [target for target in one.targets if target.outcome in FAILURES]
        self.plan_act(one.act, tuple((target.region, target.id) for target in failed))


def _states(board: Board) -> dict[str, str]:
    return {target.id: target.state for one in board.operations for target in one.targets}
