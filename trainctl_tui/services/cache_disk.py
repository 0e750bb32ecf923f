"""A diskcache ``Disk`` that holds bytes under text keys, and nothing that could run or wander.

The stock one unpickles what it finds, also in its JSON variant (CVE-2025-69872), and follows file names
stored in its database out of its directory. Here every value is bytes in the database itself, sealed with a
checksum that binds it to its key: a row planted, copied or bent is no value.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from typing import Any, BinaryIO

from diskcache import UNKNOWN, Disk
from diskcache.core import MODE_RAW

_SEAL = 16  # bytes


class SpoiledValueError(ValueError):
    """What was found is not what was stored."""


class SealedDisk(Disk):  # type: ignore[misc]
    """Text keys, sealed bytes values, always inside the database. The stored key is the text itself."""

    def put(self, key: object) -> tuple[str, bool]:
        """Return the stored form of a key; only text is one."""
        if not isinstance(key, str):
            raise SpoiledValueError(f"a cache key is text, not {type(key).__name__}")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Return a key from its stored form; what was not stored raw would be unpickled, so it is refused."""
        if raw != 1 or not isinstance(key, str):
            raise SpoiledValueError("a stored key is not text")
        return key

    def store(self, value: Any, read: bool, key: Any = UNKNOWN) -> tuple[int, int, str | None, bytes | None]:
        """Seal a value for its key: (size, mode, no file name, bytes)."""
        if read or not isinstance(value, bytes) or not isinstance(key, str):
            raise SpoiledValueError("a cache value is bytes under a text key")
        return 0, MODE_RAW, None, _seal(key, value) + value

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> bytes:
        """Return stored bytes, still sealed: ``unseal`` needs the key, which is not known here."""
        if mode != MODE_RAW or filename is not None or read or not isinstance(value, bytes):
            raise SpoiledValueError("a stored value is not plain bytes")
        return value

    def filename(self, key: Any = UNKNOWN, value: Any = UNKNOWN) -> tuple[str, str]:
        """Refuse to name a file: no value lives outside the database."""
        raise SpoiledValueError("values have no files")

    def remove(self, file_path: str) -> None:
        """Remove nothing: a stored file name is somebody else's doing."""
        del file_path

    def _write(self, full_path: str, iterator: io.IOBase, mode: str, encoding: str | None = None) -> BinaryIO:
        raise SpoiledValueError("values have no files")


def unseal(key: str, sealed: bytes) -> bytes:
    """Return the value that was stored under this key; raise SpoiledValueError if it is not that."""
    seal, value = sealed[:_SEAL], sealed[_SEAL:]
    if not hmac.compare_digest(seal, _seal(key, value)):
        raise SpoiledValueError("a stored value does not fit its key")
    return value


def _seal(key: str, value: bytes) -> bytes:
    name = key.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(len(name).to_bytes(4, "big") + name + value, digest_size=_SEAL).digest()
