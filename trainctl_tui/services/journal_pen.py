"""The writing side of the journal, for the one executor that holds an operation.

Three writes surround every call: the intent before it, the result after it, what was observed later. Each is
one durable transaction, and each asks first whether this process still holds the operation (its epoch).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from msgspec.structs import replace

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.domain.operations import OpState, Target
from trainctl_tui.services.journal_file import JournalFile
from trainctl_tui.services.journal_rows import Event, OpRecord, Sent, Tracked
from trainctl_tui.services.journal_tables import add_event, op_of, put_op, put_target


class Overtaken(TrainctlError):
    """Another process has taken the operation over; this one must send nothing more."""


class Pen:
    """Writes what happens to one operation. ``tracked`` is always what the journal holds."""

    def __init__(
        self, file: JournalFile, op: OpRecord, tracked: Sequence[Tracked], clock: Callable[[], float]
    ) -> None:
        self.op = op
        self.tracked: dict[str, Tracked] = {one.target.id: one for one in tracked}
        self._file = file
        self._clock = clock
        self._version = -1  # of the journal when it was last looked at
        self._before: dict[str, Tracked] = {}  # as they were when the last intent was written

    def intent(self, ids: Sequence[str], data: Mapping[str, str]) -> bool:
        """Write down that a call for these targets comes next; False where the operation was cancelled.

        Only when this has returned True may the call be made.
        """
        with self._writing("intent") as connection:
            if self.op.cancelled:
                return False
            now = self._clock()
            changed = [self._attempted(id, now) for id in ids]
            self._put(connection, "intent", changed, data)
        return True

    def result(
        self,
        ids: Sequence[str],
        sent: Sent,
        data: Mapping[str, str],
        states: Mapping[str, str],
        made: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Write down how the call ended. ``states`` and what was ``made`` are those that its answer names."""
        changed = [
            self._answered(self.tracked[id], sent, data, states).having(
                made=made.get(id, self.tracked[id].target.made)
            )
            for id in ids
        ]
        with self._writing("result") as connection:
            self._put(connection, "result", changed, {"sent": sent.value, **data})

    def observed(self, changed: Iterable[Tracked]) -> None:
        """Write down what was seen of some targets, outcomes included. Nothing new writes nothing."""
        new = [one for one in changed if one != self.tracked[one.target.id]]
        if new:
            with self._writing("observed") as connection:
                self._put(connection, "observed", new, {one.target.id: _seen(one.target) for one in new})

    def state(self, state: OpState, why: str = "") -> None:
        """Write down where the operation is, and what it waits for; with a final state it has ended."""
        if (self.op.state, self.op.why) == (state, why):
            return
        with self._writing("state") as connection:
            now = self._clock()
            ended, holder = (now, "") if state.is_final else (None, self.op.holder)
            self.op = replace(self.op, state=state, why=why, ended_at=ended, holder=holder)
            put_op(connection, self.op)
            add_event(connection, Event(self.op.id, "state", now, (), {"state": state.value, "why": why}))

    def let_go(self) -> None:
        """Write down that nobody runs it now."""
        with self._writing("let go") as connection:
            self.op = replace(self.op, holder="")
            put_op(connection, self.op)

    def is_cancelled(self) -> bool:
        """Say whether somebody has asked that nothing more be sent. Raises Overtaken. It is cheap."""
        if self._file.version() != self._version:
            with self._file.reading() as connection:
                self._look(connection)
            self._version = self._file.version()
        return self.op.cancelled

    def _attempted(self, id: str, now: float) -> Tracked:
        one = self.tracked[id]
        self._before[id] = one
        return one.having(
            sent=Sent.OPEN, sent_at=one.sent_at or now, attempts=one.target.attempts + 1, code=""
        )

    def _answered(
        self, one: Tracked, sent: Sent, data: Mapping[str, str], states: Mapping[str, str]
    ) -> Tracked:
        target = one.target
        code = data.get("code", "") if sent is Sent.DOUBTED else ""
        before = self._before[target.id]
        if sent is Sent.REJECTED and before.was_touched:
            # That this call did nothing says nothing of one before it.
            sent, code = before.sent, before.target.code
        return one.having(
            sent=sent,
            code=code,
            request_id=data.get("request_id", "") or target.request_id,
            state=states.get(target.id, target.state),
        )

    def _put(
        self, connection: sqlite3.Connection, phase: str, changed: Sequence[Tracked], data: Mapping[str, str]
    ) -> None:
        for one in changed:
            put_target(connection, self.op.id, one)
        ids = tuple(one.target.id for one in changed)
        add_event(connection, Event(self.op.id, phase, self._clock(), ids, dict(data)))
        # Should the commit fail, memory is ahead of the disk; then this process sends and writes no more.
        self.tracked.update((one.target.id, one) for one in changed)

    @contextmanager
    def _writing(self, what: str) -> Iterator[sqlite3.Connection]:
        with self._file.writing(what) as connection:
            self._look(connection)
            yield connection

    def _look(self, connection: sqlite3.Connection) -> None:
        """Read the operation again: it may be cancelled, or another's by now."""
        found = op_of(connection, self.op.id)
        if found.epoch != self.op.epoch:
            raise Overtaken(
                f"Operation {self.op.id} was taken over by another process ({found.holder}).",
                "",
                "It goes on there.",
            )
        self.op = found


def _seen(target: Target) -> str:
    return f"{target.state or 'absent'}: {target.outcome or 'open'}"
