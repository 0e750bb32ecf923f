"""Remembered listings on disk, shared by all processes of one user. It may forget; it never lies or waits.

One diskcache directory per lane, so that one broken file costs one lane; one msgspec blob in each. What is
corrupt, locked, full, read-only, somebody else's or planted is a miss and one warning. Nothing here is
trusted by a destructive decision.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from trainctl_tui.domain.inventory import REMEMBERED_SWEEP, Lane, Listing
from trainctl_tui.domain.resources import ROW_TYPES, Identity, Kind
from trainctl_tui.paths import make_private
from trainctl_tui.services.scope import Scope

if TYPE_CHECKING:
    from diskcache import Cache as DiskCache

VERSION = "v1"
"""Changes whenever a row does: what an older version wrote is then another directory."""

BUDGET = 0.25
"""Seconds that anybody waits for the cache (CONTRACTS.md, "State on disk")."""

_SIZE_LIMIT = 64 * 2**20  # bytes of one lane's database
_SESSION_NAME = re.compile(r"(:assumed-role/[^/]+)/.*\Z")
# Everything a bent file or a strange disk may raise, on top of diskcache's own Timeout.
_TROUBLES = (OSError, sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, msgspec.MsgspecError)

T = TypeVar("T")


class Remembered(Struct, frozen=True):
    """A complete listing of an earlier time (sweep 0), and the provider's clock minus ours then (seconds).

    ``version`` is the name that its rows were given when they were saved.
    """

    listing: Listing
    clock_offset: float
    version: str = ""


class _Stored(Struct, frozen=True, array_like=True):
    """What is written of a listing; ``rows`` is decoded by the kind's own type."""

    taken_at: float | None
    clock_offset: float
    rows: msgspec.Raw
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
        self._lock = threading.Lock()
        self._open: dict[str, DiskCache] = {}
        self._dead: set[str] = set()

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
        rows = msgspec.Raw(msgspec.msgpack.encode(listing.items))
        stored = _Stored(listing.taken_at, clock_offset, rows, version)
        self._write(_lane_name(identity, listing.lane.region, listing.lane.kind), stored)

    def _rows(self, kind: Kind, stored: _Stored) -> tuple[Any, ...] | None:
        row_type: Any = ROW_TYPES[kind]
        try:
            return msgspec.msgpack.decode(stored.rows, type=tuple[row_type, ...])
        except msgspec.MsgspecError as error:
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
        with self._lock:
            held, self._open = self._open, {}
        for cache in held.values():
            self._tried(cache.close, None)

    # ---- the disk ----

    def _read(self, name: str, kind: type[T]) -> T | None:
        if not (self._base / name).exists():
            return None
        from trainctl_tui.services.cache_disk import unseal

        def read(cache: DiskCache) -> T | None:
            sealed = cache.get(name, retry=False)
            return None if sealed is None else msgspec.msgpack.decode(unseal(name, sealed), type=kind)

        return self._with(name, read)

    def _write(self, name: str, value: object) -> None:
        blob = msgspec.msgpack.encode(value)
        self._with(name, lambda cache: cache.set(name, blob, retry=False))

    def _with(self, name: str, use: Callable[[DiskCache], T]) -> T | None:
        """Use a lane's database, or complain once and return None; a broken one is set aside."""
        from diskcache import Timeout

        try:
            cache = self._database(name)
            return None if cache is None else use(cache)
        except Timeout as error:
            self._complain(error)
        except (sqlite3.DatabaseError, UnicodeDecodeError, msgspec.MsgspecError, ValueError) as error:
            self._complain(error)
            if not isinstance(error, sqlite3.OperationalError):
                self._set_aside(name)
        except _TROUBLES as error:
            self._complain(error)
        return None

    def _database(self, name: str) -> DiskCache | None:
        with self._lock:
            if name in self._dead:
                return None
            if (held := self._open.get(name)) is not None:
                return held
        directory = self._base / name
        self._check(directory)
        opened = _within(BUDGET, lambda: _open(directory))
        with self._lock:
            if opened is None:
                # Somebody holds the file: leave it alone for the rest of this run.
                self._dead.add(name)
                raise TimeoutError("the cache is locked")
            return self._open.setdefault(name, opened)

    def _check(self, directory: Path) -> None:
        """Make the directories private; refuse links and what belongs to somebody else."""
        make_private(self._root)
        for step in (self._base.parent, self._base, directory):
            step.mkdir(mode=0o700, exist_ok=True)
        for path in (self._root, self._base.parent, self._base, directory, directory / "cache.db"):
            try:
                facts = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISLNK(facts.st_mode):
                raise PermissionError(f"{path} is a link")
            if facts.st_uid != os.getuid():
                raise PermissionError(f"{path} belongs to another user")
            path.chmod(0o700 if stat.S_ISDIR(facts.st_mode) else 0o600)

    def _set_aside(self, name: str) -> None:
        """Move a broken lane out of the way, keeping the newest such wreck for a look."""
        with self._lock:
            cache = self._open.pop(name, None)
        if cache is not None:
            self._tried(cache.close, None)
        directory = self._base / name
        for old in self._base.glob(f"{name}.bad-*"):
            shutil.rmtree(old, ignore_errors=True)
        self._tried(lambda: directory.rename(self._base / f"{name}.bad-{int(time.time())}"), None)

    def _tried(self, act: Callable[[], T], otherwise: T) -> T:
        try:
            return act()
        except _TROUBLES as error:
            self._complain(error)
            return otherwise

    def _complain(self, error: Exception) -> None:
        with self._lock:
            first, self._warned = not self._warned, True
        if first:
            reason = str(error) or type(error).__name__
            self._warn(f"The cache could not be used ({reason}); going on without it. It is in {self._root}.")


def _lane_name(identity: Identity, region: str, kind: Kind) -> str:
    """Name a lane of one role: a weak role never reads a strong one's rows. Session names do not count."""
    role = _SESSION_NAME.sub(r"\1", identity.arn)
    whole = "\0".join((identity.account, role, region, kind.value))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _open(directory: Path) -> DiskCache:
    from diskcache import Cache as DiskCache

    from trainctl_tui.services.cache_disk import SealedDisk

    before = os.umask(0o077)
    try:
        return DiskCache(
            str(directory), timeout=BUDGET, disk=SealedDisk, size_limit=_SIZE_LIMIT, eviction_policy="none"
        )
    finally:
        os.umask(before)


def _within(seconds: float, make: Callable[[], T]) -> T | None:
    """Run in a thread; return None if it takes longer, and raise what it raises."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(make())
        except Exception as error:  # noqa: BLE001 - carried to the caller, who names what it expects
            failure.append(error)

    thread = threading.Thread(target=run, name="cache-open", daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    return result[0] if result else None
