"""The journal's SQLite file: private, durable, sealed row by row, and refused with words when it is broken.

Every body is stored with a checksum over where it belongs and what it says: a bit that flips, or a row that
is moved, is found before anything is done because of it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeVar

import msgspec

from trainctl_tui.domain.packing import packed
from trainctl_tui.services.cache_guard import SpoiledError, make_plain
from trainctl_tui.services.crashpoint import crashpoint
from trainctl_tui.services.state_dir import NoJournal, guard

NAME = "journal.db"
"""Name of the file in the state directory."""

SCHEMA = 1
"""Number of the layout below (``PRAGMA user_version``). A file with a higher one is not touched."""

PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

_TABLES = """
CREATE TABLE op(id TEXT PRIMARY KEY, final INTEGER NOT NULL, body BLOB NOT NULL, sum BLOB NOT NULL) STRICT;
CREATE TABLE approval(op TEXT PRIMARY KEY, body BLOB NOT NULL, sum BLOB NOT NULL) STRICT;
CREATE TABLE target(op TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,
  planned BLOB NOT NULL, planned_sum BLOB NOT NULL, body BLOB NOT NULL, sum BLOB NOT NULL,
  PRIMARY KEY(op, id)) STRICT;
CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, op TEXT NOT NULL,
  body BLOB NOT NULL, sum BLOB NOT NULL) STRICT;
CREATE INDEX event_of_op ON event(op, seq);
CREATE TRIGGER no_event_changes BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events stay'); END;
CREATE TRIGGER no_event_goes BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events stay'); END;
"""

T = TypeVar("T")


class DamagedError(ValueError):
    """A row is not what was written at its place."""


class JournalFile:
    """One connection, shared by the threads of a process. All of it raises NoJournal for the file's sake."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._folder = folder
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None

    @property
    def is_there(self) -> bool:
        """Whether anything was ever written."""
        return self._connection is not None or os.path.lexists(self.path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read one consistent state while the block lasts."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self, what: str) -> Iterator[sqlite3.Connection]:
        """Write all of the block, durably, or nothing of it. ``what`` names it for the crash points."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            crashpoint(f"before {what}")
            yield connection
        crashpoint(f"after {what}")

    def version(self) -> int:
        """Return a number that changes with every write of any process; cheap."""
        with self._lock, self._worded():
            connection = self._open()
            (others,) = connection.execute("PRAGMA data_version").fetchone()
            return int(others) << 32 | connection.total_changes

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._worded():
            connection = self._open()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            guard(self._folder)
            for name in (NAME, f"{NAME}-wal", f"{NAME}-shm", f"{NAME}-journal"):
                make_plain(self._folder / name)
            # SQLite gives its other files the mode of this one.
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            os.close(os.open(self.path, flags, 0o600))
            self._connection = _connected(self.path)
        return self._connection

    @contextmanager
    def _worded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, *_UNREADABLE) as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> NoJournal:
        reason = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
        passing = isinstance(error, OSError | sqlite3.OperationalError)
        next_step = _PASSING if passing else _BROKEN
        return NoJournal(
            "The journal cannot be used, so nothing is changed.", f"{self.path}: {reason}.", next_step
        )


_UNREADABLE = (UnicodeError, msgspec.MsgspecError, DamagedError, SpoiledError)
_PASSING = "Make room or set its rights right, then try again; what was begun is kept."
_BROKEN = (
    "Keep the file for a look, move it aside, and look at the console of your provider: "
    "what was under way is only told there."
)


def _connected(path: Path) -> sqlite3.Connection:
    with ExitStack() as stack:
        connection = sqlite3.connect(path, PATIENCE, isolation_level=None, check_same_thread=False)
        stack.callback(connection.close)
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        if schema > SCHEMA:
            raise NoJournal(
                "The journal was written by a newer trainctl-tui, so nothing is changed.",
                f"{path} has layout {schema}; this version knows {SCHEMA}.",
                "Use the newer version.",
            )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cell_size_check=ON")
        if schema < SCHEMA:
            _lay_out(connection)
        stack.pop_all()
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables, once, whoever comes first."""
    connection.execute("BEGIN IMMEDIATE")
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if schema < SCHEMA:
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={SCHEMA}")
    connection.execute("COMMIT")


def sealed(place: str, value: object) -> tuple[bytes, bytes]:
    """Return a body and its checksum. ``place`` says where it belongs ("target/01J.../i-0ab")."""
    body = packed(value)
    return body, _sum(place, body)


def unsealed(place: str, body: object, found: object, kind: type[T]) -> T:
    """Read what ``sealed`` wrote; raises DamagedError where it is not what was written here."""
    # A bent bit in the head of a record makes a NULL even of a column that takes none.
    if not isinstance(body, bytes) or _sum(place, body) != found:
        raise DamagedError(f"{place} is damaged")
    return msgspec.msgpack.decode(body, type=kind)


def _sum(place: str, body: bytes) -> bytes:
    return hashlib.blake2b(place.encode() + b"\0" + body, digest_size=16).digest()
