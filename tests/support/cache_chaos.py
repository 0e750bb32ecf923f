"""Numbered listings that cannot be mixed up, and processes that save and read them at the same time.

python -m tests.support.cache_chaos write DIRECTORY FIRST      until it is killed; prints what is saved
python -m tests.support.cache_chaos mingle DIRECTORY SEED ROUNDS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection
from itertools import count
from pathlib import Path
from random import Random

from tests.support.remembering import Remembering
from tests.support.rows import ME, volume
from trainctl_tui.domain.resources import Identity, Row

ROLES = tuple(Identity(ME.account, f"{ME.arn}-{number}", f"AIDA{number}") for number in range(3))
"""Whose lanes the processes share."""


def numbered(number: int) -> tuple[Row, ...]:
    """Return the rows of a listing that carries its number in every row, and in how many there are."""
    return tuple(volume(at, size_gib=number) for at in range(1 + number * 7919 % 400))


def number_of(rows: Collection[Row]) -> int:
    """Return the number of a listing; raise AssertionError where it is not one that was saved."""
    number = next(iter(rows)).size_gib  # type: ignore[union-attr]
    assert isinstance(number, int)
    assert tuple(rows) == numbered(number), "a value that nobody has saved"
    return number


def write(directory: Path, first: int) -> None:
    """Save one listing after the other, and say which is saved."""
    with Remembering(directory) as one:
        for number in count(first):
            one.keep(*numbered(number))
            print(number, flush=True)


def mingle(directory: Path, chance: Random, rounds: int) -> None:
    """Save and read lanes that others save and read; say how it went: waits in seconds, hits, warnings.

    For how long a reader could not run because the machine had others to run is not counted as its wait.
    """
    waits: list[float] = []
    hits = 0
    warnings: list[str] = []
    for _ in range(rounds):
        with Remembering(directory) as one:
            for _ in range(chance.randrange(1, 12)):
                role = chance.choice(ROLES)
                if chance.random() < 0.4:
                    one.keep(*numbered(chance.randrange(10**6)), identity=role)
                    continue
                begun = time.monotonic() - _unserved()
                rows = one.rows(identity=role)
                waits.append(time.monotonic() - _unserved() - begun)
                if rows is not None:
                    number_of(rows)
                    hits += 1
        warnings += one.warnings
    print(json.dumps({"waits": sorted(waits), "hits": hits, "warnings": warnings}))


def _unserved() -> float:
    """Return the seconds for which this thread was ready, and no processor free."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def main(what: str, directory: str, *numbers: str) -> None:
    """Do what the command line says."""
    doings: dict[str, Callable[[], None]] = {
        "write": lambda: write(Path(directory), int(numbers[0])),
        "mingle": lambda: mingle(Path(directory), Random(int(numbers[0])), int(numbers[1])),
    }
    doings[what]()


if __name__ == "__main__":
    main(*sys.argv[1:])
