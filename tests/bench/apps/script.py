"""What both tables of the bench are told: the same rows, and commands from a pipe.

``change`` renames one row in a hundred, ``reload`` brings every row anew; both raise the round that a
name ends with, so that a marker tells which round is on screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from msgspec.structs import replace

from tests.support.rows import NOW, instance
from trainctl_tui.domain.resources import Instance

_EVERY = 100
_JOBS = ("llama-sft", "vit-pretrain", "eval", "dataset-dedup-shards", "whisper", "rlhf-reward-model", "gc")
_TYPES = ("g5.xlarge", "p5.48xlarge", "g6.12xlarge", "c7i.2xlarge", "trn1.32xlarge", "m7i.large")
_STATES = ("running", "running", "running", "stopped")
_OWNERS = ("ada", "tomasz", "wei", "chidinma", "jo")


class Script:
    """The rows of now, and what the next command makes of them. The first row is always among the changed.

    Neighbours differ in every column, as in a real fleet: a differ must find something to do.
    """

    def __init__(self, rows: int) -> None:
        random = Random(5)
        self.jobs = [(random.choice(_JOBS), random.choice(_OWNERS)) for _ in range(rows)]
        self.rows = [_row(number, random) for number in range(rows)]
        self.round = 0
        for place in range(rows):
            self._name(place)

    def change(self) -> list[Instance]:
        """Rename one row in a hundred; return those."""
        return self._renamed(range(0, len(self.rows), _EVERY))

    def reload(self) -> list[Instance]:
        """Rename every row; return all."""
        return self._renamed(range(len(self.rows)))

    def _renamed(self, places: range) -> list[Instance]:
        self.round += 1
        return [self._name(place) for place in places]

    def _name(self, place: int) -> Instance:
        job, owner = self.jobs[place]
        tags = (("Name", f"{job}-{place}-r{self.round}"), ("trainctl:user", owner))
        self.rows[place] = replace(self.rows[place], tags=tags)
        return self.rows[place]


def named(place: int, round: int) -> bytes:
    """Return the end of the name that a row has since a round."""
    return b"-%d-r%d " % (place, round)


def _row(number: int, random: Random) -> Instance:
    return instance(
        number,
        id=f"i-0{random.getrandbits(64):016x}",
        zone=f"us-east-1{random.choice('abcd')}",
        type=random.choice(_TYPES),
        state=random.choice(_STATES),
        launched_at=NOW - 7200 - number * 37.0,
        lifecycle=random.choice(("", "", "spot")),
        private_ip=f"10.{random.randrange(250)}.{random.randrange(250)}.{random.randrange(250)}",
    )


def commands(pipe: str) -> Iterator[str]:
    """Yield commands until the other side closes the pipe."""
    with Path(pipe).open() as lines:
        for line in lines:
            word = line.strip()
            yield word
