"""The log files: one line of JSON an event, without secrets, 0600, rotated, shared by processes.

One file a role ("view", "collector", "command"), under ``log`` of the state directory. Where nothing can be
written, nothing is logged: a log is never a reason to stop.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trainctl_tui.paths import make_private, state_dir
from trainctl_tui.redact import redact

if TYPE_CHECKING:
    from trainctl_tui.providers.base import Call

LIMIT = 2**20
"""Bytes of one file, after which it is moved aside."""

KEPT = 3
"""Older files kept beside the one that is written."""

_LONGEST = 16 * 1024  # characters of one message
_SDK = ("botocore", "boto3", "urllib3", "s3transfer")
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC

log = logging.getLogger("trainctl_tui")


def begin(role: str, level: str, unsafe: bool = False) -> None:
    """Log to the role's file from now on; a second call replaces the first.

    The SDK is kept at INFO, because its DEBUG lines hold what it signs with, unless ``unsafe``.
    """
    handler = JsonFile(path_of(role, unsafe), role, unsafe)
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, JsonFile)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    number = logging.DEBUG if unsafe else getattr(logging, level.upper())
    log.setLevel(number)
    for name in _SDK:
        logging.getLogger(name).setLevel(number if unsafe else max(number, logging.INFO))
    root.setLevel(max(number, logging.WARNING) if not unsafe else number)


def path_of(role: str, unsafe: bool) -> Path:
    """Return where a role logs: what may hold secrets is in a file of its own, to be deleted."""
    return state_dir() / "log" / f"{role}{'-unsafe' if unsafe else ''}.jsonl"


def call(made: Call) -> None:
    """Log one call to the cloud: failures as warnings, the rest for those who debug."""
    level = logging.DEBUG if made.outcome == "ok" else logging.WARNING
    log.log(
        level,
        "%s %s %s",
        made.operation,
        made.region,
        made.outcome,
        extra={"facts": {name: getattr(made, name) for name in made.__struct_fields__}},
    )


class JsonFile(logging.Handler):
    """Appends lines to a file that other processes append to, and move aside, as well."""

    def __init__(self, path: Path, role: str, unsafe: bool = False) -> None:
        super().__init__()
        self._path = path
        self._role = role
        self._unsafe = unsafe
        self._file = -1

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, whole; drop it where that cannot be done."""
        with suppress(OSError, TypeError, ValueError):
            self._open()
            os.write(self._file, self.line(record))
            self._rotate()

    def line(self, record: logging.LogRecord) -> bytes:
        """Return a record as a line of JSON."""
        entry: dict[str, object] = {
            "at": _moment(record.created),
            "level": record.levelname.lower(),
            "role": self._role,
            "pid": record.process,
            "logger": record.name,
            "message": self._clean(record.getMessage()),
        }
        for name, value in getattr(record, "facts", {}).items():
            entry.setdefault(name, self._clean(value) if isinstance(value, str) else value)
        if record.exc_info and record.exc_info[1] is not None:
            trace = traceback.TracebackException.from_exception(record.exc_info[1], capture_locals=False)
            entry["error"] = self._clean("".join(trace.format()))
        return msgspec.json.encode(entry) + b"\n"

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        super().close()

    def _clean(self, text: str) -> str:
        whole = text[:_LONGEST].encode("utf-8", "backslashreplace").decode()
        return whole if self._unsafe else redact(whole, os.environ)

    def _open(self) -> None:
        """Open the file, or the new one where another process has moved it aside."""
        if self._file >= 0:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.stat(self._path), os.fstat(self._file)):
                    return
            os.close(self._file)
            self._file = -1
        make_private(make_private(self._path.parent.parent) / self._path.parent.name)
        self._file = os.open(self._path, _FLAGS, 0o600)

    def _rotate(self) -> None:
        """Move a long file aside, once: whoever comes second finds another file at its place."""
        if os.fstat(self._file).st_size < LIMIT:
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if not os.path.samestat(os.stat(self._path), os.fstat(self._file)):
                return
            for number in range(KEPT - 1, 0, -1):
                with suppress(FileNotFoundError):
                    self._aside(number).rename(self._aside(number + 1))
            self._path.rename(self._aside(1))
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _aside(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _moment(seconds: float) -> str:
    whole, part = divmod(seconds, 1)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{int(part * 1000):03}Z"
