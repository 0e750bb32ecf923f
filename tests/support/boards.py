"""Operations as values, and a journal that tells what a test says, for the screens that follow one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from msgspec.structs import replace

from tests.support.rows import ME, NOW, REGION, instance
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Conflict
from trainctl_tui.domain.operations import Operation, OpState, Outcome, Target
from trainctl_tui.services.operating import LOOK, Board, Operating

HOLDER = "pid 4711 on bastion"


class Told(Operating):
    """Tells one board at the start, and keeps what is asked for. ``ended`` can no longer be cancelled."""

    def __init__(self, *operations: Operation) -> None:
        super().__init__(lambda: Path("/nowhere"), {})
        self.board = board_of(*operations)
        self.asked: list[tuple[str, str]] = []
        self.ended: set[str] = set()

    def follow(self, tell: Callable[[Board], object], stop: Event, look: float = LOOK) -> None:
        tell(self.board)
        stop.wait()

    def resume(self, id: str) -> None:
        self.asked.append(("resume", id))

    def rollback(self, id: str) -> None:
        if id in self.ended:
            raise Conflict(f"Operation {id} has ended.")
        self.asked.append(("rollback", id))

    def report(self, id: str) -> str:
        self.asked.append(("report", id))
        return f"This is what became of {id}.\n\x1b[31mred"


def board_of(*operations: Operation) -> Board:
    """Return how these operations stand."""
    return Board(operations, {target.id: one.id for one in operations for target in one.targets})


def target(number: int, outcome: Outcome | None = None, **changes: object) -> Target:
    """Return a target that is the machine of this number."""
    row = instance(number)
    given: dict[str, object] = {"outcome": outcome, "state": "stopping", "attempts": 1, **changes}
    return Target(row.id, REGION, row.zone, f"train-{number}", **given)  # type: ignore[arg-type]


def operation(number: int, state: OpState, *targets: Target, **changes: object) -> Operation:
    """Return an operation of a minute ago; while it has not ended, a process elsewhere runs it."""
    ended = NOW - 10 if state.is_final else None
    one = Operation(
        id=f"01OP{number}",
        act=Act.STOP,
        account=ME.account,
        actor=ME.arn,
        endpoint="",
        profile="ml",
        state=state,
        why="",
        made_at=NOW - 62,
        began_at=NOW - 60,
        ended_at=ended,
        cancelled=False,
        holder="" if state.is_final else HOLDER,
        targets=targets or (target(number),),
    )
    return replace(one, **changes)
