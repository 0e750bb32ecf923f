"""Operations as the dashboard follows them: a line below, the pane behind the last, reports and retries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from msgspec.structs import replace
from rich.text import Text

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import FAILURES, Operation
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link.messages import Refresh
from trainctl_tui.providers.requests import kind_of
from trainctl_tui.safe import safe_lines
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.operation_text import is_orphan
from trainctl_tui.tui.screens.choosing import Choosing
from trainctl_tui.tui.screens.operations import OperationsScreen
from trainctl_tui.tui.screens.text import TextScreen

_LISTED = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)
_VOLUMES = frozenset({Kind.VOLUMES})
_ALSO: Mapping[Act, frozenset[Kind]] = MappingProxyType(
    {
        Act.TERMINATE: _VOLUMES,
        Act.ATTACH: frozenset({Kind.INSTANCES}),
        Act.DETACH: frozenset({Kind.INSTANCES}),
        Act.KEEP: frozenset({Kind.INSTANCES}),
        Act.SNAPSHOT: frozenset({Kind.SNAPSHOTS}),
        Act.CREATE: _VOLUMES,
        Act.RESTORE: _VOLUMES,
    }
)
"""What an act changes besides its targets."""


class Following(Choosing):
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
            self.owner.session.send(Refresh(_touched(before, board)))
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
            for kind in {kind_of(id) for _, id in failed}:
                table = self.pane_of(kind).table
                table.mark([*table.model.marks, *(key for key in failed if kind_of(key[1]) is kind)])

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
        failed = [target for target in one.targets if target.outcome in FAILURES]
        kind = kind_of(failed[0].id) if failed else Kind.INSTANCES
        self.active = self.panes.index(self.pane_of(kind))
        wanted = _wish_of(one, [target.id for target in failed])
        self.plan_act(one.act, tuple((target.region, target.id) for target in failed), wanted, kind)


def _states(board: Board) -> dict[str, str]:
    return {target.id: target.state for one in board.operations for target in one.targets}


def _touched(before: Board, board: Board) -> tuple[Kind, ...]:
    """Return of which kinds something was seen anew; a volume that is attached or made is news of both."""
    states, kinds = _states(before), set[Kind]()
    for one in board.operations:
        if any(states.get(target.id) != target.state for target in one.targets):
            kinds |= {kind_of(target.id) for target in one.targets}
            kinds |= _ALSO.get(one.act, frozenset())
    return tuple(kind for kind in _LISTED if kind in kinds)


def _wish_of(operation: Operation, ids: list[str]) -> Change:
    """Return what was wished when an operation was planned: what the facts filled in is settled anew."""
    asked = next((operation.changes[id] for id in ids if id in operation.changes), UNASKED)
    if operation.act in (Act.UNPROTECT, Act.PROTECT):
        return UNASKED
    return replace(asked, device="") if operation.act in (Act.ATTACH, Act.DETACH, Act.KEEP) else asked
