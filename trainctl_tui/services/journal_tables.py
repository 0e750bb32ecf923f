"""Rows of the journal, in and out."""

from __future__ import annotations

import sqlite3

from trainctl_tui.domain.errors import NotFound
from trainctl_tui.services.journal_file import DamagedError, sealed, unsealed
from trainctl_tui.services.journal_rows import Event, OpRecord, Tracked


def op_of(connection: sqlite3.Connection, id: str) -> OpRecord:
    """Return the operation whose id begins so. Raises NotFound for none or several."""
    beginning = id.strip().upper()
    # A range finds them by the index, whatever the journal's age; "~" comes after every letter of an id.
    rows = connection.execute(
        "SELECT id, final, body, sum FROM op WHERE id >= ? AND id < ? LIMIT 2", (beginning, f"{beginning}~")
    ).fetchall()
    if len(rows) != 1 or not beginning:
        several = "Several begin so." if rows and beginning else ""
        raise NotFound(f"There is no operation {id!r}.", several, "See trainctl-tui op list.")
    return _read(*rows[0])


def all_of(connection: sqlite3.Connection, finished: int) -> list[OpRecord]:
    """Return all unfinished operations and some finished ones, newest first."""
    rows = connection.execute("SELECT id, final, body, sum FROM op WHERE final = 0").fetchall()
    rows += connection.execute(
        "SELECT id, final, body, sum FROM op WHERE final = 1 ORDER BY id DESC LIMIT ?", (finished,)
    ).fetchall()
    return sorted((_read(*row) for row in rows), key=lambda op: op.id, reverse=True)


def confirmed_since(connection: sqlite3.Connection, id: str) -> list[OpRecord]:
    """Return the operations whose id is this or a later one, oldest first."""
    rows = connection.execute("SELECT id, final, body, sum FROM op WHERE id >= ? ORDER BY id", (id,))
    return [_read(*row) for row in rows.fetchall()]


def put_op(connection: sqlite3.Connection, op: OpRecord) -> None:
    """Write an operation in place of what was there."""
    final = int(op.state.is_final)
    connection.execute(
        "INSERT OR REPLACE INTO op VALUES(?, ?, ?, ?)", (op.id, final, *sealed(f"op/{op.id}/{final}", op))
    )


def targets_of(connection: sqlite3.Connection, op: OpRecord) -> list[Tracked]:
    """Return the targets of an operation in the order of the selection; none may be missing."""
    rows = connection.execute(
        "SELECT number, id, body, sum FROM target WHERE op = ? ORDER BY number", (op.id,)
    ).fetchall()
    if [row[0] for row in rows] != list(range(op.targets)):
        raise DamagedError(f"targets of operation {op.id} are missing")
    return [unsealed(f"target/{op.id}/{id}", body, sum, Tracked) for _, id, body, sum in rows]


def put_target(connection: sqlite3.Connection, op: str, tracked: Tracked) -> None:
    """Write what is new of a target. A write that reaches no row must not be taken for one that did."""
    id = tracked.target.id
    written = connection.execute(
        "UPDATE target SET body = ?, sum = ? WHERE op = ? AND id = ?",
        (*sealed(f"target/{op}/{id}", tracked), op, id),
    )
    if written.rowcount != 1:
        raise DamagedError(f"target {id} of operation {op} is missing")


def add_event(connection: sqlite3.Connection, event: Event) -> None:
    """Append to the history."""
    connection.execute(
        "INSERT INTO event(op, body, sum) VALUES(?, ?, ?)", (event.op, *sealed(f"event/{event.op}", event))
    )


def _read(id: str, final: int, body: bytes, sum: bytes) -> OpRecord:
    return unsealed(f"op/{id}/{final}", body, sum, OpRecord)
