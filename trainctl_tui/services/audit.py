"""The audit log: who did what to which resource, by which facts and which phrase. Lines of JSON, chained.

``audit.jsonl`` in the state directory, 0600. It only grows. An entry is on the disk when ``write`` returns;
an act whose intent could not be written must not be sent. Several executors append: reading the end and
writing happen under one lock. ``audit.head`` beside it names the last entry, so that a cut is seen.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trainctl_tui.domain.errors import CannotRecord
from trainctl_tui.services.audit_chain import Checked, Entry, Head, check, seal
from trainctl_tui.services.state_dir import guard

NAME = "audit.jsonl"
"""The log, in the state directory."""

HEAD = "audit.head"
"""What is beside it: number, hash and end of its last entry."""

_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe would block who opens it
_HEAD_SIZE = 20 + 1 + 64 + 1 + 20 + 1  # always the same, so that a full disk takes it too
_NEXT = "Nothing was sent. Make room or correct the file, then try again."


class Audit:
    """The audit log in one directory. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME
        self._head_file = folder / HEAD

    def write(self, entry: Entry) -> None:
        """Append an entry and have it on the disk. Raise CannotRecord where that cannot be done."""
        try:
            guard(self.file.parent)
            with self._locked(os.O_RDWR | os.O_CREAT | os.O_APPEND, fcntl.LOCK_EX) as log:
                head, torn = self._end(log)
                line, digest = seal(entry, head, torn)
                size = os.fstat(log).st_size
                gap = b"" if size == 0 or os.pread(log, 1, size - 1) == b"\n" else b"\n"
                _append(log, gap + line, size)
                self._keep_head(Head(head.seq + 1, digest, size + len(gap) + len(line)))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CannotRecord(f"Cannot record in {self.file}.", f"{reason}.", _NEXT) from error

    def check(self) -> tuple[Checked, bool]:
        """Read the whole log; return how it stands, and whether its end is known from beside it.

        A log that was never begun is whole. Raise CannotRecord where it cannot be read.
        """
        try:
            if not os.path.lexists(self.file):
                return check((), self._read_head()), True
            with self._locked(os.O_RDONLY, fcntl.LOCK_SH) as log:
                head = self._read_head()
                return check(_lines(log, 0), head), head is not None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CannotRecord(f"Cannot read {self.file}.", f"{reason}.", "Look at the file.") from error

    def _end(self, log: int) -> tuple[Head, bytes]:
        """Return the entry that the next one follows, and the torn lines after it, the last one ended."""
        head = self._read_head()
        size = os.fstat(log).st_size
        if head is None:
            found = check(_ended(log, 0))
        elif size < head.size or (head.size and os.pread(log, 1, head.size - 1) != b"\n"):
            return head, b""  # cut or rewritten: going on from the head shows it for ever
        else:
            found = check(_ended(log, head.size), start=head)
        return found.head, found.torn

    def _read_head(self) -> Head | None:
        """Return the end as it is known from beside the log; None where that is nothing or no use."""
        try:
            with _ours(self._head_file, os.O_RDONLY) as file:
                seq, hash, size = os.read(file, _HEAD_SIZE + 1).decode("ascii").split()
            return Head(int(seq), hash, int(size))
        except (FileNotFoundError, ValueError):
            return None

    def _keep_head(self, head: Head) -> None:
        # The entry is on the disk already. A head that is behind is made good by the next entry.
        with suppress(OSError), _ours(self._head_file, os.O_RDWR | os.O_CREAT) as file:
            os.pwrite(file, f"{head.seq:020} {head.hash} {head.size:020}\n".encode(), 0)

    @contextmanager
    def _locked(self, flags: int, how: int) -> Iterator[int]:
        with _ours(self.file, flags) as log:
            fcntl.flock(log, how)  # closing it lets go
            if not os.path.samestat(os.fstat(log), self.file.lstat()):
                raise ValueError("It was exchanged for another file while it was opened")
            yield log


@contextmanager
def _ours(path: Path, flags: int) -> Iterator[int]:
    """Open a plain file that is ours alone, and make it private; raise PermissionError for any other."""
    descriptor = os.open(path, _FLAGS | flags, 0o600)
    try:
        facts = os.fstat(descriptor)
        if facts.st_uid != os.getuid():
            raise PermissionError(f"{path} belongs to another user")
        if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
            raise PermissionError(f"{path} is no plain file")
        os.fchmod(descriptor, 0o600)
        yield descriptor
    finally:
        os.close(descriptor)


def _append(log: int, line: bytes, size: int) -> None:
    """Write a line whole and have it on the disk; on failure leave the log as it was."""
    try:
        written = os.write(log, line)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} bytes could be written")
        os.fdatasync(log)
    except OSError:
        with suppress(OSError):
            os.ftruncate(log, size)
        raise


def _lines(log: int, start: int) -> Iterator[bytes]:
    with os.fdopen(os.dup(log), "rb") as file:
        file.seek(start)
        yield from file


def _ended(log: int, start: int) -> Iterator[bytes]:
    """Yield lines as they will stand once the next entry has begun a line of its own."""
    for line in _lines(log, start):
        yield line if line.endswith(b"\n") else line + b"\n"
