"""Since when volumes have been seen available, kept on disk: by account and region, for all windows.

A small file for each, written whole and sealed: what was cut short, changed or is somebody else's is no
history, which is said once, and it begins anew. Whoever has listed volumes to the end notes them here.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import msgspec
from msgspec import Struct

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.domain.resources import Kind, Row, Volume
from trainctl_tui.domain.sightings import Sightings, sighted
from trainctl_tui.paths import replace_file
from trainctl_tui.providers.base import Provider
from trainctl_tui.services.state_dir import guard
from trainctl_tui.services.sweeping import Flight, Fly, Outcome, Teller

WRITE_AGE = 300.0
"""Seconds after which an unchanged history is written again, so that its last look is that young."""

_LIMIT = 16 * 1024 * 1024  # bytes of a file
_SEAL = 32  # bytes
_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK

Told: TypeAlias = "Callable[[str, str, Sightings], None]"
"""Who hears of an account, a region and what is known there."""


class _Stored(Struct, frozen=True):
    account: str
    region: str
    endpoint: str
    sightings: Sightings


class History:
    """The history of one endpoint. For any thread; no method raises because of the disk.

    ``find`` returns the state directory. May raise TrainctlError: there is no history then.
    """

    def __init__(self, find: Callable[[], Path], endpoint: str, warn: Callable[[str], None]) -> None:
        self._find = find
        self._endpoint = endpoint
        self._warn = warn
        self._warned = False
        self._lock = Lock()
        self._written: dict[tuple[str, str], Sightings] = {}

    def read(self, account: str, region: str) -> Sightings | None:
        """Return what is known of a region; None for no history."""
        try:
            return self._read(self._place(account, region), account, region)
        except (OSError, TrainctlError) as error:
            self._complain(error)
            return None

    def note(self, account: str, region: str, rows: Iterable[Row], at: float) -> Sightings | None:
        """Note a complete listing of ``at`` (seconds on the provider's clock); return what is known now."""
        available = frozenset(row.id for row in rows if isinstance(row, Volume) and row.state == "available")
        with self._lock:
            held = self._written.get((account, region))
            if held is not None and held.since.keys() == available and 0 <= at - held.last < WRITE_AGE:
                return held
            try:
                known = self._noted(account, region, available, at)
            except (OSError, TrainctlError) as error:
                self._complain(error)
                return None
            self._written[account, region] = known
            return known

    def _noted(self, account: str, region: str, available: frozenset[str], at: float) -> Sightings:
        place = self._place(account, region)
        with _held(place):
            before = self._read(place, account, region)
            known = sighted(before, available, at)
            if known is not before:
                replace_file(place, _sealed(_Stored(account, region, self._endpoint, known)))
        return known

    def _place(self, account: str, region: str) -> Path:
        folder = self._find() / "history"
        guard(folder)
        name = "\0".join((self._endpoint, account, region))
        return folder / hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def _read(self, place: Path, account: str, region: str) -> Sightings | None:
        try:
            stored = _unsealed(place)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._complain(error, region)
            return None
        named = (stored.account, stored.region, stored.endpoint)
        return stored.sightings if named == (account, region, self._endpoint) else None

    def _complain(self, error: Exception, region: str = "") -> None:
        first, self._warned = not self._warned, True
        if first:
            where = f" of {region}" if region else ""
            next_step = "it begins anew" if region else "volumes are no candidates for a clean-up"
            self._warn(f"The history of volumes{where} could not be used ({error}): {next_step}.")


def noting(fly: Fly, history: History, told: Told) -> Fly:
    """Return a way to sweep that notes the volumes of each complete listing, and tells what is new."""
    last: dict[tuple[str, str], Sightings] = {}

    def flown(flight: Flight, provider: Provider, listener: Teller) -> Outcome:
        outcome = fly(flight, provider, listener)
        identity, lane = flight.identity, flight.lane
        if lane.kind is not Kind.VOLUMES or identity is None or outcome.trouble is not None:
            return outcome
        if outcome.taken_at is None or flight.cancel.is_set():
            return outcome
        known = history.note(identity.account, lane.region, outcome.rows.values(), outcome.taken_at)
        key = (identity.account, lane.region)
        if known is not None and known is not last.get(key):
            last[key] = known
            told(*key, known)
        return outcome

    return flown


@contextmanager
def _held(place: Path) -> Iterator[None]:
    """Hold the lock of a file, for moments; the kernel lets go of it when its holder dies."""
    descriptor = os.open(place.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sealed(stored: _Stored) -> bytes:
    body = msgspec.json.encode(stored)
    return hashlib.blake2b(body, digest_size=_SEAL).digest() + body


def _unsealed(place: Path) -> _Stored:
    """Return what a file holds; raise ValueError for what is no history, OSError for what cannot be read."""
    descriptor = os.open(place, os.O_RDONLY | _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.getuid():
            raise ValueError("it is no file of yours")
        whole = file.read(_LIMIT)
    seal, body = whole[:_SEAL], whole[_SEAL:]
    if not hmac.compare_digest(seal, hashlib.blake2b(body, digest_size=_SEAL).digest()):
        raise ValueError("it was cut short or changed")
    return msgspec.json.decode(body, type=_Stored)
