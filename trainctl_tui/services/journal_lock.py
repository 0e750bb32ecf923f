"""Who runs an operation: a lock beside the journal that the kernel lets go of when its holder dies.

A holder that is stopped (SIGSTOP) still holds it; there is no timer that could run out under it.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trainctl_tui.domain.errors import Conflict
from trainctl_tui.paths import make_private

TRIES = 20
"""How often to try: whoever only looks (``is_held``) has it for a moment as well."""

PAUSE = 0.05
"""Seconds between two tries."""


@contextmanager
def held(folder: Path, op: str, wait: Callable[[float], bool], holder: Callable[[], str]) -> Iterator[None]:
    """Hold an operation while the block lasts. Raises Conflict, naming the holder, where another has it.

    ``holder`` says in words who has it by the journal. May raise OSError.
    """
    make_private(folder / "locks")
    descriptor = _open(_path(folder, op), os.O_CREAT)
    try:
        for _ in range(TRIES):
            if _lock(descriptor):
                break
            wait(PAUSE)
        else:
            raise Conflict(
                f"Operation {op} is run by another process ({holder() or 'unnamed'}).",
                "",
                "It goes on there; follow it with trainctl-tui op show.",
            )
        yield
    finally:
        os.close(descriptor)


def is_held(folder: Path, op: str) -> bool:
    """Say whether a process runs an operation now."""
    try:
        descriptor = _open(_path(folder, op), 0)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def forget(folder: Path, op: str) -> None:
    """Remove the lock of an operation that has ended. Whoever takes it now finds nothing left to do."""
    with suppress(OSError):
        _path(folder, op).unlink()


def _path(folder: Path, op: str) -> Path:
    return folder / "locks" / op


def _open(path: Path, create: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | create, 0o600)
    facts = os.fstat(descriptor)
    if stat.S_ISREG(facts.st_mode) and facts.st_uid == os.getuid():
        return descriptor
    os.close(descriptor)
    raise PermissionError(f"{path} is not a lock of ours")


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
