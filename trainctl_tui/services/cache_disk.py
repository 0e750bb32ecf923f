"""diskcache, holding bytes under text keys and nothing that could run or wander.

The stock ``Disk`` unpickles what it finds, also in its JSON variant (CVE-2025-69872), and follows file names
stored in its database out of its directory. Here every value is bytes in the database itself, sealed with a
checksum that binds it to its key: a row planted, copied or bent is no value. The stock ``Cache`` takes any
setting it finds for an attribute of its own, its directory included, and waits a minute for a lock.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, BinaryIO

from diskcache import DEFAULT_SETTINGS, ENOVAL, UNKNOWN, Cache, Disk, Timeout
from diskcache.core import METADATA, MODE_RAW

from trainctl_tui.services.cache_guard import DATABASE, SpoiledError

_SEAL = 16  # bytes
_SETTINGS = {
    **DEFAULT_SETTINGS,
    "eviction_policy": "none",
    # A mapped file that somebody cuts short is a SIGBUS, which nobody can catch.
    "sqlite_mmap_size": 0,
    # One value is read or written whole: pages kept could be 32 MB a lane, and none is asked for again.
    "sqlite_cache_size": 256,
}
_KNOWN = frozenset(_SETTINGS) | frozenset(METADATA)
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UMASK = Lock()  # the mask is the whole process's: one opens at a time


class SealedDisk(Disk):  # type: ignore[misc]
    """Text keys, sealed bytes values, always inside the database. The stored key is the text itself."""

    def put(self, key: object) -> tuple[str, bool]:
        """Return the stored form of a key; only text is one."""
        if not isinstance(key, str):
            raise SpoiledError(f"a cache key is text, not {type(key).__name__}")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Return a key from its stored form; what was not stored raw would be unpickled, so it is refused."""
        if raw != 1 or not isinstance(key, str):
            raise SpoiledError("a stored key is not text")
        return key

    def store(self, value: Any, read: bool, key: Any = UNKNOWN) -> tuple[int, int, str | None, bytes | None]:
        """Seal a value for its key: (size, mode, no file name, bytes)."""
        if read or not isinstance(value, bytes) or not isinstance(key, str):
            raise SpoiledError("a cache value is bytes under a text key")
        return 0, MODE_RAW, None, _seal(key, value) + value

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> bytes:
        """Return stored bytes, still sealed: ``unseal`` needs the key, which is not known here."""
        if mode != MODE_RAW or filename is not None or read or not isinstance(value, bytes):
            raise SpoiledError("a stored value is not plain bytes")
        return value

    def filename(self, key: Any = UNKNOWN, value: Any = UNKNOWN) -> tuple[str, str]:
        """Refuse to name a file: no value lives outside the database."""
        raise SpoiledError("values have no files")

    def remove(self, file_path: str) -> None:
        """Remove nothing: a stored file name is somebody else's doing."""
        del file_path

    def _write(self, full_path: str, iterator: io.IOBase, mode: str, encoding: str | None = None) -> BinaryIO:
        raise SpoiledError("values have no files")


class LaneFile(Cache):  # type: ignore[misc]
    """One lane's database. Waits at most ``patience`` seconds for a lock, then raises diskcache's Timeout."""

    def __init__(self, directory: Path, patience: float) -> None:
        self._patience = patience
        with ExitStack() as if_it_fails:
            if_it_fails.callback(self.close)
            super().__init__(str(directory), timeout=patience, disk=SealedDisk, **_SETTINGS)
            if_it_fails.pop_all()
        self._file = _identity(directory)

    @property
    def is_there(self) -> bool:
        """Whether the file is still the one that was opened; it may have been moved away or removed."""
        return self._file == _identity(Path(self.directory))

    def reset(self, key: str, value: Any = ENOVAL, update: bool = True) -> Any:
        """Take over a setting, unless it was planted: an unknown one would become any attribute."""
        if key not in _KNOWN:
            raise SpoiledError("a stored setting is not ours")
        return super().reset(key, value, update)

    @property
    def _sql(self) -> Callable[..., sqlite3.Cursor]:
        # Everything diskcache asks goes through here, its loops that retry for a minute included.
        execute, until = self._con.execute, monotonic() + self._patience

        def bounded(statement: str, *arguments: Any) -> sqlite3.Cursor:
            try:
                done: sqlite3.Cursor = execute(statement, *arguments)
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED and monotonic() >= until:
                    raise Timeout("another process holds it") from error
                raise
            return done

        return bounded


def open_lane(directory: Path, patience: float) -> LaneFile:
    """Open the database in a directory, or make it; every file is this user's alone (0600)."""
    with _UMASK:
        before = os.umask(0o077)
        try:
            return LaneFile(directory, patience)
        finally:
            os.umask(before)


def _identity(directory: Path) -> tuple[int, int] | None:
    try:
        facts = (directory / DATABASE).stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def unseal(key: str, sealed: bytes) -> memoryview:
    """Return the value that was stored under this key; raise SpoiledError if it is not that."""
    whole = memoryview(sealed)
    seal, value = whole[:_SEAL], whole[_SEAL:]
    if not hmac.compare_digest(seal, _seal(key, value)):
        raise SpoiledError("a stored value does not fit its key")
    return value


def _seal(key: str, value: bytes | memoryview) -> bytes:
    name = key.encode("utf-8", "surrogatepass")
    seal = hashlib.blake2b(len(name).to_bytes(4, "big") + name, digest_size=_SEAL)
    seal.update(value)  # megabytes, which are not copied for it
    return seal.digest()
