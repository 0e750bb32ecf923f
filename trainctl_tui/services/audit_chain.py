"""The chain of the audit log, as values: each line's hash covers its own words and the hash before it.

What this shows and what not: an edit, a line taken out, a line put in, and, by the head that is kept beside
the log, a cut at its end. Somebody who may write both files and computes every hash anew is not found out by
these files alone; that takes a copy elsewhere (docs/headless.md).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from trainctl_tui import __version__
from trainctl_tui.domain.packing import whole
from trainctl_tui.safe import escaped


class Entry(Struct, frozen=True):
    """What was done, or refused, to whom, by whom, and by which knowledge.

    ``event`` is "confirmed", "intent" (before a call), "result" (after it), "observed" or "refused". ``at``
    is our clock. ``facts`` holds the digest of the facts by id, ``verdicts`` the verdict and its rows by id.
    """

    at: float
    op: str
    event: str
    act: str
    actor: str
    account: str
    region: str
    ids: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    phrase: str = ""
    request_id: str = ""
    outcome: str = ""
    version: str = __version__


class Recorded(Entry, frozen=True, kw_only=True):
    """An entry as it stands in the log. ``mended`` is the hash of what a crash left torn before it, or ""."""

    seq: int
    previous: str
    mended: str = ""


class Head(Struct, frozen=True):
    """The end of a chain: number and hash of its last entry, and where its line ends, in bytes."""

    seq: int
    hash: str
    size: int


GENESIS = Head(0, "0" * 64, 0)
"""What the first entry follows."""


class Checked(Struct, frozen=True):
    """How a log stands. ``broken`` is the number of the first line that is wrong, or None; ``why`` says it.

    ``head`` is the last entry that can be read, ``torn`` whatever stands after it, ``mended`` the numbers of
    lines that a crash has torn: the chain goes on after them.
    """

    head: Head
    torn: bytes
    entries: tuple[Recorded, ...]
    mended: tuple[int, ...]
    broken: int | None
    why: str


_TAIL = re.compile(rb'\A(\{.+),"hash":"([0-9a-f]{64})"\}\Z', re.DOTALL)


def seal(entry: Entry, after: Head, torn: bytes = b"") -> tuple[bytes, str]:
    """Return the entry as a line that follows ``after``, with its newline, and the line's hash."""
    fields: dict[str, Any] = msgspec.structs.asdict(entry)
    mended = hash_of(torn) if torn else ""
    record = Recorded(**fields, seq=after.seq + 1, previous=after.hash, mended=mended)
    body = escaped(msgspec.json.encode(whole(record)).decode()).encode()
    digest = hash_of(body)
    return body[:-1] + f',"hash":"{digest}"}}\n'.encode(), digest


def opened(line: bytes) -> tuple[Recorded, str]:
    """Return the entry of a line, and the hash that the line has; raise ValueError where it is none."""
    found = _TAIL.match(line.removesuffix(b"\n"))
    if found is None or not line.endswith(b"\n"):
        raise ValueError("it is no whole entry")
    body, stated = found[1] + b"}", found[2].decode()
    if hash_of(body) != stated:
        raise ValueError("its words are not those that its hash was made of")
    try:
        return msgspec.json.decode(body, type=Recorded), stated
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"it is no entry: {error}") from error


def check(lines: Iterable[bytes], head: Head | None = None, start: Head = GENESIS) -> Checked:
    """Follow the chain from ``start`` through lines that keep their newlines; ``head`` is its known end."""
    walk = _Walk(start, head)
    for line in lines:
        walk.step(line)
    return walk.end()


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class _Walk:
    """One way through a log, line by line."""

    def __init__(self, start: Head, head: Head | None) -> None:
        self._at = start
        self._head = head
        self._torn = b""
        self._torn_since = 0  # number of the first line that is torn
        self._torn_why = ""
        self._number = 0
        self._entries: list[Recorded] = []
        self._mended: list[int] = []
        self._broken: tuple[int, str] | None = None

    def step(self, line: bytes) -> None:
        """Take the next line, with its newline if it has one."""
        self._number += 1
        try:
            record, digest = opened(line)
        except ValueError as error:
            if not self._torn:
                self._torn_since, self._torn_why = self._number, str(error)
            self._torn += line
            return
        self._look(record, digest)
        size = self._at.size + len(self._torn) + len(line)
        self._at, self._torn = Head(record.seq, digest, size), b""
        self._entries.append(record)

    def end(self) -> Checked:
        """Return how the log stands after the last line."""
        is_cut = self._head is not None and self._head.seq > self._at.seq
        if self._torn and (is_cut or self._torn.endswith(b"\n")):
            self._complain(self._torn_since, self._torn_why)
        elif self._torn:
            self._mended.append(self._torn_since)  # the next entry will say so
        if self._head is not None and is_cut:
            missing = _numbers(self._at.seq + 1, self._head.seq)
            self._complain(self._number + 1, f"{missing} missing at the end")
        broken, why = self._broken or (None, "")
        return Checked(self._at, self._torn, tuple(self._entries), tuple(self._mended), broken, why)

    def _look(self, record: Recorded, digest: str) -> None:
        if self._torn and record.mended == hash_of(self._torn):
            self._mended.append(self._torn_since)
        elif self._torn:
            self._complain(self._torn_since, self._torn_why)
        elif record.mended:
            self._complain(self._number, "the torn line that it tells of is not there")
        if record.seq > self._at.seq + 1:
            self._complain(self._number, f"{_numbers(self._at.seq + 1, record.seq - 1)} missing before it")
        elif (record.seq, record.previous) != (self._at.seq + 1, self._at.hash):
            self._complain(self._number, "it does not follow the line before it")
        if self._head is not None and record.seq == self._head.seq and digest != self._head.hash:
            self._complain(self._number, "it is not the entry that was written there")

    def _complain(self, line: int, why: str) -> None:
        if self._broken is None:
            self._broken = line, why


def _numbers(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
