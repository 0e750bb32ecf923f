"""A cache beside what it warned of, and the ways in which tests spoil one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests.support.rows import ME, REGION, volume
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.scope import Scope

SCOPE = Scope("research", "a digest", "")


def listing(*rows: Row, kind: Kind = Kind.VOLUMES, identity: Identity = ME, region: str = REGION) -> Listing:
    """Return a whole listing, as a sweep ends with."""
    return Listing(Lane(identity.account, region, kind), 1_000_007, rows, 1_790_000_000.0, complete=True)


class Remembering:
    """A cache in a directory. Use it as a context manager."""

    def __init__(self, directory: Path, scope: Scope = SCOPE) -> None:
        self.warnings: list[str] = []
        self.directory = directory
        self.cache = Cache(directory, scope, self.warnings.append)

    def keep(self, *rows: Row, kind: Kind = Kind.VOLUMES, identity: Identity = ME) -> Path | None:
        """Save a listing; return the directory that this made, if it made one."""
        before = set(self.lanes())
        self.cache.save(identity, listing(*rows, kind=kind, identity=identity), 1.5)
        return next(iter(set(self.lanes()) - before), None)

    def rows(self, kind: Kind = Kind.VOLUMES, identity: Identity = ME) -> tuple[Row, ...] | None:
        """Return the remembered rows of a lane, or None."""
        found = self.cache.load(identity, REGION, kind)
        return None if found is None else found.listing.items

    def lanes(self) -> list[Path]:
        """Return the directories of all lanes, wrecks left out."""
        return [path for path in self.directory.glob("*/*/*") if ".bad-" not in path.name]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cache.close()


def kept_lane(directory: Path, *rows: Row) -> Path:
    """Remember volumes (one, where none are given) in a new cache; return the lane's directory."""
    with Remembering(directory) as remembering:
        made = remembering.keep(*(rows or (volume(1),)))
    assert made is not None
    assert remembering.warnings == []
    return made


@contextmanager
def opened(lane: Path) -> Iterator[sqlite3.Connection]:
    """Open a lane's database as an intruder would, and commit."""
    connection = sqlite3.connect(lane / "cache.db", isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def tamper(lane: Path, statement: str, *values: Any) -> None:
    """Change a lane's database behind our back."""
    with opened(lane) as connection:
        changed = connection.execute(statement, values).rowcount
    assert changed != 0, "nothing was changed"
