"""Whose turn it is to sweep a lane, among all windows that one user has open on this machine.

A small file for each lane is the lock (flock: the kernel lets go of it when its holder dies) and the word of
whoever held it last: when that sweep began, and which rows it left in the cache. It may be lost at any
time; then every window sweeps for itself.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import msgspec
from msgspec import Struct

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.paths import make_private

PATIENCE = 30.0
"""Seconds to wait for a turn. Whoever holds it longer is stopped, or as slow as nobody need wait for."""

_LOOK = 0.05  # seconds between two tries: flock with a time limit does not exist
_LIMIT = 16_384  # bytes of a stamp


class Stamp(Struct, frozen=True, array_like=True):
    """The word of the last holder. Times are seconds on the clock that all processes of a boot share.

    ``version`` names the rows in the cache. With a ``trouble``, there are none, and nobody need try before
    ``until``.
    """

    boot: str
    began: float
    ended: float
    taken_at: float | None
    version: str
    trouble: Trouble | None = None
    until: float = 0.0


class Turn:
    """A lane held for a while. ``stamp`` is what the holder before has left, None if nothing that counts."""

    def __init__(self, descriptor: int, boot: str) -> None:
        self._descriptor = descriptor
        self.boot = boot
        self.stamp = self._read()

    def leave(self, stamp: Stamp) -> None:
        """Leave word for the next holder. Where the disk refuses, there is none."""
        data = msgspec.msgpack.encode(stamp)
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, data, 0)
        except OSError:
            return

    def _read(self) -> Stamp | None:
        try:
            stamp = msgspec.msgpack.decode(os.pread(self._descriptor, _LIMIT, 0), type=Stamp)
        except (OSError, msgspec.MsgspecError):
            return None
        # The clock of another boot, or of another host with the same home, says nothing here.
        return stamp if stamp.boot == self.boot else None


class Turns:
    """Hands out turns, one holder a lane. ``directory`` is made when it is first needed."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic, boot: str = "") -> None:
        self._directory = directory
        self._clock = clock
        self._boot = boot or _boot_id()

    @contextmanager
    def take(self, name: str, cancel: Event) -> Iterator[Turn | None]:
        """Hold a lane while the block lasts; None where it cannot be held: cancelled, stuck, or no disk."""
        descriptor = self._open(name)
        try:
            held = descriptor >= 0 and self._lock(descriptor, cancel)
            yield Turn(descriptor, self._boot) if held else None
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _open(self, name: str) -> int:
        try:
            make_private(self._directory)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(self._directory / name, flags, 0o600)
        except OSError:
            return -1
        facts = os.fstat(descriptor)
        if facts.st_uid == os.getuid() and stat.S_ISREG(facts.st_mode):
            return descriptor
        os.close(descriptor)
        return -1

    def _lock(self, descriptor: int, cancel: Event) -> bool:
        end = self._clock() + PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._clock() >= end or cancel.wait(_LOOK):
                    return False
            except OSError:
                return False
            else:
                return True


def _boot_id() -> str:
    """Return what tells this run of this machine from all others; where nothing does, the user's session."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{os.uname().nodename}-{os.getsid(0)}"
