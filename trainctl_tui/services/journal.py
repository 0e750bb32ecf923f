"""The journal of operations: what was confirmed, what was sent, what was seen. It outlives every process.

A view confirms and follows; one executor at a time writes, through the pen that ``take`` gives it. Every
method raises NoJournal where the file cannot be relied on: then nothing may be changed.
"""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from trainctl_tui import __version__
from trainctl_tui.domain.acts import Act, Facts, Judgement, Policy, Verdict
from trainctl_tui.domain.errors import Conflict, NotFound, Refused
from trainctl_tui.domain.operations import Operation, Outcome, Target
from trainctl_tui.domain.plans import APPROVED, Approval, Plan
from trainctl_tui.domain.safety import outcome_of
from trainctl_tui.launch import Launch
from trainctl_tui.services import journal_lock
from trainctl_tui.services.journal_file import JournalFile, sealed, unsealed
from trainctl_tui.services.journal_pen import Pen
from trainctl_tui.services.journal_rows import Confirmed, Event, OpRecord, Tracked
from trainctl_tui.services.journal_tables import add_event, all_of, confirmed_since, op_of, put_op, targets_of

SHOWN = 200
"""How many finished operations ``operations`` tells, the newest."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, as in a ULID


class Journal:
    """The journal in one directory. Safe to call from several threads and processes."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        self._file = JournalFile(folder)

    # ---- confirm and cancel ----

    def confirm(self, plan: Plan, approval: Approval, *, policy: Policy, launch: Launch) -> str:
        """Write an approved plan down, whole, and return the operation's id. Nothing is sent yet.

        Raises Refused where the approval is not this plan's, or an unfinished operation names a target (D37).
        """
        _refuse_another(plan, approval)
        now = self._clock()
        op = OpRecord(
            id=_new_id(now),
            act=plan.act,
            account=plan.account,
            actor=plan.actor,
            endpoint=plan.endpoint,
            launch=launch,
            policy=policy,
            plan_hash=approval.plan_hash,
            included=plan.included,
            granted=Verdict.TYPE if plan.phrase else Verdict.WARN,
            targets=len(plan.goes) + len(plan.needs_word) + len(plan.left_out),
            made_at=now,
            expires_at=approval.expires_at,
            version=__version__,
            changes=approval.changes,
        )
        with self._file.writing("confirm") as connection:
            _refuse_busy(connection, approval.ids)
            put_op(connection, op)
            place = f"approval/{op.id}"
            connection.execute("INSERT INTO approval VALUES(?, ?, ?)", (op.id, *sealed(place, approval)))
            _add_targets(connection, op.id, plan)
            add_event(connection, Event(op.id, "confirmed", now, approval.ids, {"phrase": approval.phrase}))
        return op.id

    def cancel(self, id: str) -> None:
        """Ask that nothing more be sent for an operation. Raises Conflict where it has ended."""
        with self._file.writing("cancel") as connection:
            op = op_of(connection, id)
            if op.state.is_final:
                raise Conflict(f"Operation {op.id} has ended.", f"It is {op.state}.")
            if not op.cancelled:
                put_op(connection, replace(op, cancelled=True))
                add_event(connection, Event(op.id, "cancelled", self._clock()))

    # ---- follow ----

    def operations(self, *, unfinished: bool = False) -> tuple[Operation, ...]:
        """Return the operations, the newest first: all that are unfinished, and ``SHOWN`` of the others."""
        if not self._file.is_there:
            return ()
        with self._file.reading() as connection:
            records = all_of(connection, 0 if unfinished else SHOWN)
            return tuple(self._told(connection, op) for op in records)

    def operation(self, id: str) -> Operation:
        """Return one operation; the beginning of an id will do. Raises NotFound, also where several fit."""
        if not self._file.is_there:
            raise NotFound(f"There is no operation {id!r}.", "None was ever confirmed here.")
        with self._file.reading() as connection:
            return self._told(connection, op_of(connection, id))

    def busy(self) -> dict[str, str]:
        """Return the targets of unfinished operations: id of the target to id of the operation (D37)."""
        if not self._file.is_there:
            return {}
        with self._file.reading() as connection:
            return _busy(connection)

    def unlocked(self, since: float) -> dict[str, float]:
        """Return what lost its protection at ``since`` or later, and when that was at the latest (D3).

        While an unprotect has not ended, what it has named counts as unlocked this moment.
        """
        if not self._file.is_there:
            return {}
        unlocked: dict[str, float] = {}
        with self._file.reading() as connection:
            # Nothing is sent for an operation that was confirmed longer ago than an approval lasts.
            for op in confirmed_since(connection, _id_at(since - APPROVED)):
                at = self._clock() if op.ended_at is None else op.ended_at
                if op.act is Act.UNPROTECT and at >= since:
                    touched = (one.target.id for one in targets_of(connection, op) if one.was_touched)
                    unlocked |= dict.fromkeys(touched, at)
        return unlocked

    def version(self) -> int:
        """Return a number that changes when anything was written by any process. Cheap enough to poll."""
        return self._file.version() if self._file.is_there else 0

    def events(self, id: str) -> tuple[Event, ...]:
        """Return the history of one operation, oldest first."""
        with self._file.reading() as connection:
            op = op_of(connection, id)
            rows = connection.execute(
                "SELECT seq, body, sum FROM event WHERE op = ? ORDER BY seq", (op.id,)
            ).fetchall()
        return tuple(
            replace(unsealed(f"event/{op.id}", body, sum, Event), seq=seq) for seq, body, sum in rows
        )

    def confirmed(self, id: str) -> Confirmed:
        """Return what an executor goes by. Raises NoJournal where any of it is not what was confirmed."""
        with self._file.reading() as connection:
            op = op_of(connection, id)
            row = connection.execute("SELECT body, sum FROM approval WHERE op = ?", (op.id,)).fetchone()
            body, sum = row or (b"", b"")
            approval = unsealed(f"approval/{op.id}", body, sum, Approval)
            rows = connection.execute(
                "SELECT id, planned, planned_sum FROM target WHERE op = ? ORDER BY number", (op.id,)
            ).fetchall()
            planned = {id: unsealed(f"planned/{op.id}/{id}", body, sum, Facts) for id, body, sum in rows}
        return Confirmed(op, approval, planned)

    # ---- execute ----

    def take(self, id: str) -> Pen:
        """Take an operation over: from now on whoever held it before can write no more.

        The caller holds the operation's lock (``journal_lock``).
        """
        now = self._clock()
        with self._file.writing("take") as connection:
            op = op_of(connection, id)
            op = replace(op, epoch=op.epoch + 1, holder=holder(), began_at=op.began_at or now)
            put_op(connection, op)
            add_event(connection, Event(op.id, "taken", now, (), {"by": op.holder}))
            tracked = targets_of(connection, op)
        return Pen(self._file, op, tracked, self._clock)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _told(self, connection: sqlite3.Connection, op: OpRecord) -> Operation:
        held = bool(op.holder) and not op.state.is_final and journal_lock.is_held(self.folder, op.id)
        return op.operation(tuple(one.target for one in targets_of(connection, op)), held)


def holder() -> str:
    """Return the words for this process."""
    return f"pid {os.getpid()} on {socket.gethostname()}"


def _refuse_another(plan: Plan, approval: Approval) -> None:
    of_plan = (plan.hash(), plan.act, plan.account, plan.actor, plan.endpoint, plan.ids, plan.changes)
    of_word = (
        *(approval.plan_hash, approval.act, approval.account),
        *(approval.actor, approval.endpoint, approval.ids, approval.changes),
    )
    if of_plan != of_word or not plan.ids:
        raise Refused("Nothing was begun.", "The approval is not for this plan.", "Make the plan again.")


def _refuse_busy(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Look again in the transaction that confirms: two views may have judged at the same moment."""
    busy = _busy(connection)
    if found := [id for id in ids if id in busy]:
        raise Refused(
            f"{found[0]} belongs to operation {busy[found[0]]}, which has not ended.",
            f"So do {len(found) - 1} more of these." if len(found) > 1 else "",
            "Wait for it, or end it: trainctl-tui op resume or op rollback.",
        )


def _busy(connection: sqlite3.Connection) -> dict[str, str]:
    return {
        one.target.id: op.id
        for op in all_of(connection, 0)
        for one in targets_of(connection, op)
        if one.was_touched or one.is_open
    }


def _add_targets(connection: sqlite3.Connection, op: str, plan: Plan) -> None:
    groups: Iterable[tuple[Judgement, bool]] = (
        *((one, True) for one in plan.goes),
        *((one, False) for one in (*plan.needs_word, *plan.left_out)),
    )
    for number, (judgement, goes) in enumerate(groups):
        facts = judgement.facts
        tracked = Tracked(_target(judgement, None if goes else outcome_of(judgement)))
        connection.execute(
            "INSERT INTO target VALUES(?, ?, ?, ?, ?, ?, ?)",
            (
                op,
                facts.id,
                number,
                *sealed(f"planned/{op}/{facts.id}", facts),
                *sealed(f"target/{op}/{facts.id}", tracked),
            ),
        )


def _target(judgement: Judgement, outcome: Outcome | None) -> Target:
    facts = judgement.facts
    return Target(
        id=facts.id,
        region=facts.region,
        zone=facts.zone,
        name=dict(facts.tags or ()).get("Name", ""),
        outcome=outcome,
        state=facts.state,
        reason=" ".join(judgement.causes) if outcome else "",
        hourly=facts.hourly,
    )


def _new_id(now: float) -> str:
    """Return a ULID: 48 bits of milliseconds, then 80 of chance, so that ids sort by time."""
    return _id_at(now, secrets.randbits(80))


def _id_at(now: float, chance: int = 0) -> str:
    number = int(max(0.0, now) * 1000) << 80 | chance
    return "".join(_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))
