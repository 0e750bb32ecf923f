"""Remembered listings on disk, shared by all processes of one user. It may forget; it never lies or waits.

One diskcache directory per lane, so that one broken file costs one lane; one msgspec blob in each. What is
corrupt, locked, full, read-only, somebody else's or planted is a miss and one warning. Nothing here is
trusted by a destructive decision.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from trainctl_tui.domain.inventory import REMEMBERED_SWEEP, Lane, Listing
from trainctl_tui.domain.packing import packed
from trainctl_tui.domain.resources import ROW_TYPES, Identity, Kind
from trainctl_tui.services import cache_rows
from trainctl_tui.services.cache_guard import secure
from trainctl_tui.services.cache_reader import Reader
from trainctl_tui.services.scope import Scope

if TYPE_CHECKING:
    from trainctl_tui.services.cache_disk import LaneFile

VERSION = "v3"
"""Changes whenever a row does: what an older version wrote is then another directory."""

BUDGET = 0.25
"""Seconds that anybody waits for the cache (CONTRACTS.md, "State on disk")."""

_SESSION_NAME = re.compile(r"(:assumed-role/[^/]+)/.*\Z")

T = TypeVar("T")


class Remembered(Struct, frozen=True):
    """A complete listing of an earlier time (sweep 0), and the provider's clock minus ours then (seconds).

    ``version`` is the name that its rows were given when they were saved.
    """

    listing: Listing
    clock_offset: float
    version: str = ""


class _Stored(Struct, frozen=True, array_like=True):
    """What is written of a listing; ``rows`` is opened by the kind's own type."""

    taken_at: float | None
    clock_offset: float
    rows: tuple[bytes, ...]
    version: str = ""


class Cache:
    """The cache of one scope. All methods may be called from any thread; none raises for the disk's sake."""

    def __init__(self, directory: Path, scope: Scope, warn: Callable[[str], None]) -> None:
        self.hits = 0
        self.misses = 0
        self._base = directory / VERSION / scope.key
        self._root = directory
        self._warn = warn
        self._warned = False
        self._warning = Lock()
        self._opening = Lock()
        self._open: dict[str, LaneFile] = {}
        self._reader = Reader()

    @property
    def turns_dir(self) -> Path:
        """Where the processes of this scope agree on who reads which lane."""
        return self._base / "turns"

    def lane_name(self, identity: Identity, region: str, kind: Kind) -> str:
        """Return the name of a lane on disk."""
        return _lane_name(identity, region, kind)

    # ---- listings ----

    def load(self, identity: Identity, region: str, kind: Kind) -> Remembered | None:
        """Return the remembered listing of a lane, or None."""
        stored = self._read(_lane_name(identity, region, kind), _Stored)
        items = None if stored is None else self._rows(kind, stored)
        if stored is None or items is None:
            self.misses += 1
            return None
        self.hits += 1
        lane = Lane(identity.account, region, kind)
        listing = Listing(lane, REMEMBERED_SWEEP, items, stored.taken_at, complete=True)
        return Remembered(listing, stored.clock_offset, stored.version)

    def save(self, identity: Identity, listing: Listing, clock_offset: float, version: str = "") -> None:
        """Remember a whole listing; a page or differences raise ValueError: a partial cache would lie."""
        if not listing.complete or listing.base is not None:
            raise ValueError("only a whole listing is remembered")
        stored = _Stored(listing.taken_at, clock_offset, cache_rows.closed(listing.items), version)
        self._write(_lane_name(identity, listing.lane.region, listing.lane.kind), stored)

    def _rows(self, kind: Kind, stored: _Stored) -> tuple[Any, ...] | None:
        try:
            return cache_rows.opened(stored.rows, ROW_TYPES[kind])
        except (msgspec.MsgspecError, zlib.error, ValueError, RecursionError) as error:
            self._complain(error)
            return None

    # ---- who and where ----

    def remembered_identity(self) -> Identity | None:
        """Return who this scope was last time; unverified until the provider says so."""
        return self._read("identity", Identity)

    def remember_identity(self, identity: Identity) -> None:
        """Remember who this scope is."""
        self._write("identity", identity)

    def remembered_regions(self) -> tuple[str, ...]:
        """Return the regions watched last time."""
        return self._read("regions", tuple[str, ...]) or ()

    def remember_regions(self, regions: tuple[str, ...]) -> None:
        """Remember the regions being watched."""
        self._write("regions", regions)

    def close(self) -> None:
        """Close every file."""
        if self._in_time(self._shut):
            self._shut()
        self._reader.close()

    # ---- the disk ----

    def _read(self, name: str, kind: type[T]) -> T | None:
        if not self._in_time(lambda: self._is_there(name)):
            return None
        from trainctl_tui.services.cache_disk import unseal

        def read(cache: LaneFile) -> T | None:
            sealed = cache.get(name, retry=False)
            return None if sealed is None else msgspec.msgpack.decode(unseal(name, sealed), type=kind)

        return self._in_time(lambda: self._with(name, read))

    def _write(self, name: str, value: object) -> None:
        blob = packed(value)
        self._with(name, lambda cache: cache.set(name, blob, retry=False))

    def _in_time(self, job: Callable[[], T | None]) -> T | None:
        """Have the disk read in the reader's thread: who asks waits no longer than promised."""
        try:
            return self._reader.ask(job, BUDGET)
        except TimeoutError as error:
            self._complain(error)
            return None

    def _is_there(self, name: str) -> bool:
        try:
            (self._base / name).lstat()
        except FileNotFoundError:
            return False
        except OSError as error:
            self._complain(error)
            return False
        return True

    def _with(self, name: str, use: Callable[[LaneFile], T]) -> T | None:
        """Use a lane's database, or complain once and return None; a broken one is set aside."""
        try:
            return use(self._database(name))
        except Exception as error:  # noqa: BLE001 - whatever a file holds or a disk does is a miss
            self._complain(error)
            if _is_spoiled(error):
                self._set_aside(name)
            return None

    def _database(self, name: str) -> LaneFile:
        from trainctl_tui.services.cache_disk import open_lane

        directory = self._base / name
        with self._opening:
            held = self._open.get(name)
            if held is None or not held.is_there:
                if held is not None:
                    held.close()
                secure(self._root, directory)
                self._open[name] = held = open_lane(directory, BUDGET)
            return held

    def _set_aside(self, name: str) -> None:
        """Move a broken lane out of the way, keeping the newest such wreck for a look."""
        with self._opening, suppress(OSError, sqlite3.Error):
            if (held := self._open.pop(name, None)) is not None:
                held.close()
            for old in self._base.glob(f"{name}.bad-*"):
                shutil.rmtree(old, ignore_errors=True)
            (self._base / name).rename(self._base / f"{name}.bad-{time.time_ns()}")

    def _shut(self) -> bool:
        """Close what this thread has opened: each thread has a connection of its own."""
        with self._opening, suppress(sqlite3.Error):
            for held in self._open.values():
                held.close()
        return True

    def _complain(self, error: Exception) -> None:
        with self._warning:
            first, self._warned = not self._warned, True
        if first:
            reason = str(error) or type(error).__name__
            self._warn(f"The cache could not be used ({reason}); going on without it. It is in {self._root}.")


def _lane_name(identity: Identity, region: str, kind: Kind) -> str:
    """Name a lane of one role: a weak role never reads a strong one's rows. Session names do not count."""
    role = _SESSION_NAME.sub(r"\1", identity.arn)
    whole = "\0".join((identity.account, role, region, kind.value))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _is_spoiled(error: Exception) -> bool:
    """Say whether the fault is in what the file holds; a disk that is full or locked may be well again."""
    from diskcache import Timeout

    if isinstance(error, sqlite3.OperationalError):
        # No such table, no such column: another program made this file. Text that is none has no code at all.
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR
    return not isinstance(error, OSError | MemoryError | Timeout)
