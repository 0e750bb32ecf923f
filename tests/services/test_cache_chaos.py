"""R7: writers killed, bytes bent, eight at once, a disk that fills: no wrong value and no exception."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.cache_chaos import ROLES, number_of, numbered
from tests.support.campaign import campaign, seeded
from tests.support.processes import PATIENCE
from tests.support.remembering import Remembering, kept_lane
from tests.support.rows import volume
from tests.support.small_disk import small_disk

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(campaign(300, 3600))]
ROOT = Path(__file__).parents[2]
KILLS = campaign(8, 200)
CORRUPTIONS = campaign(80, 2000)
PROCESSES = 8
OLD, NEW = numbered(321), numbered(721)  # four hundred rows each
ROUNDS = campaign(6, 60)
FILLINGS = campaign(20, 400)
WAIT = 2.0
"""Seconds: a quarter is promised, the rest is for nine processes on two busy cores."""


def child(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.cache_chaos", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(directory: Path, first: int, after: float) -> int:
    """Start a writer, kill it some time after its first words; return the last number it said was saved."""
    with child("write", str(directory), str(first)) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline())]
        threading.Event().wait(after)
        writer.kill()
        # A last line may have been cut by the kill: it was said before, or it was not.
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
        assert writer.stderr is not None
        assert writer.stderr.read() == ""
    return said[-1]


def test_a_writer_killed_at_any_moment_leaves_what_it_saved_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whether anything is lost is asked here; on a busy machine a reader may give up in its quarter second.
    monkeypatch.setattr("trainctl_tui.services.cache.BUDGET", PATIENCE)
    chance = seeded("cache kills")
    last = 0
    for kill in range(KILLS):
        said = killed(tmp_path / "cache", last + 1, chance.uniform(0.0, 0.05))
        with Remembering(tmp_path / "cache") as one:
            rows = one.rows()
            assert rows is not None, f"kill {kill}: {one.warnings}"
            last = number_of(rows)
        assert one.warnings == []
        assert last >= said, f"kill {kill}: {said} was saved, {last} was found"
    print(f"{KILLS} kills, {last} saved, 0 lost")


def flip(data: bytearray, chance: Random) -> None:
    for _ in range(chance.choice([1, 10, 100])):
        data[chance.randrange(len(data))] = chance.randrange(256)


def cut(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(len(data)) :]


def blank(data: bytearray, chance: Random) -> None:
    at, length = chance.randrange(len(data)), chance.choice([16, 512, 4096])
    data[at : at + length] = bytes(len(data[at : at + length]))


def swap(data: bytearray, chance: Random) -> None:
    pages = len(data) // 4096
    one, other = (4096 * chance.randrange(pages) for _ in range(2))
    data[one : one + 4096], data[other : other + 4096] = data[other : other + 4096], data[one : one + 4096]


def grow(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice([1, 4096]))


WAYS: tuple[Callable[[bytearray, Random], None], ...] = (flip, flip, cut, blank, swap, grow)


def pristine(directory: Path) -> dict[str, bytes]:
    """Return the files of a lane: the first value at rest, the second in a log that is not folded in yet."""
    with Remembering(directory) as one:
        one.keep(*OLD)
        (lane,) = one.lanes()
        one.cache.close()
        one.keep(*NEW)
        return {name: (lane / name).read_bytes() for name in ("cache.db", "cache.db-wal")}


def test_bent_bytes_are_never_a_wrong_value(tmp_path: Path) -> None:
    chance = seeded("cache corruptions")
    files = pristine(tmp_path / "cache")
    lane = kept_lane(tmp_path / "other", volume(1))
    lane = tmp_path / "cache" / lane.relative_to(tmp_path / "other")
    found = {"value": 0, "miss": 0, "warned": 0}
    for number in range(CORRUPTIONS):
        shutil.rmtree(tmp_path / "cache")
        lane.mkdir(parents=True)
        for name, content in files.items():
            data = bytearray(content)
            chance.choice(WAYS)(data, chance)
            if name == "cache.db" or number % 2:
                (lane / name).write_bytes(data)
        with Remembering(tmp_path / "cache") as one:
            rows = one.rows()
            assert rows in (None, OLD, NEW), f"corruption {number}"
            found["miss" if rows is None else "value"] += 1
            one.keep(*numbered(302))
            rows = one.rows()
            assert rows == numbered(302) or one.warnings, f"corruption {number}"
            assert rows in (None, OLD, NEW, numbered(302)), f"corruption {number}"
            found["warned"] += len(one.warnings)
            assert len(one.warnings) <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "other"]
    print(f"{CORRUPTIONS} corruptions: {found}, 0 wrong")
    assert min(found.values()) > 0, "all ways lead to the same end: this proves nothing"


def vandalise(directory: Path, chance: Random, over: threading.Event) -> int:
    """Bend, cut and remove what others use, until it is over; return how often."""
    deeds = 0
    while not over.wait(0.02):
        lanes = [path for path in directory.glob("*/*/*") if ".bad-" not in path.name]
        if not lanes:
            continue
        lane = chance.choice(lanes)
        with suppress(OSError):
            if chance.random() < 0.2:
                shutil.rmtree(lane, ignore_errors=True)
                continue
            file = lane / chance.choice(["cache.db", "cache.db-wal"])
            size = file.stat().st_size
            with file.open("r+b", buffering=0) as bent:
                bent.seek(chance.randrange(max(size, 1)))
                bent.write(chance.randbytes(64))
            deeds += 1
    return deeds


@pytest.mark.parametrize("vandal", [False, True], ids=["among themselves", "and a vandal"])
def test_eight_processes_at_once_read_only_what_was_saved(tmp_path: Path, vandal: bool) -> None:
    chance = seeded("cache processes")
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        children = [
            child("mingle", str(tmp_path / "cache"), str(chance.randrange(2**32)), str(ROUNDS))
            for _ in range(PROCESSES)
        ]
        deeds = pool.submit(vandalise, tmp_path / "cache", chance, over) if vandal else None
        try:
            ends = [(*one.communicate(timeout=1800), one.returncode) for one in children]
        finally:
            over.set()
            for one in children:
                one.kill()
    assert [(code, errors) for _, errors, code in ends] == [(0, "")] * PROCESSES
    told: list[dict[str, Any]] = [json.loads(words) for words, _, _ in ends]
    waits = sorted(wait for one in told for wait in one["waits"])
    hits = sum(one["hits"] for one in told)
    print(
        f"{len(waits)} reads, {hits} hits, {0 if deeds is None else deeds.result()} deeds, "
        f"{sum(len(one['warnings']) for one in told)} warnings, "
        f"median {waits[len(waits) // 2] * 1000:.1f} ms, slowest {waits[-1] * 1000:.0f} ms"
    )
    assert hits > len(waits) // 4
    assert waits[-1] < WAIT
    with Remembering(tmp_path / "cache") as later:
        for role in ROLES:
            for _ in range(2):  # the first may be what finds the vandal's last deed
                later.keep(*numbered(7), identity=role)
            assert later.rows(identity=role) == numbered(7)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 2) as place:
        yield place


def test_a_disk_that_fills_and_empties_never_lies(disk: Path) -> None:
    chance = seeded("cache on a full disk")
    last, full = 0, 0
    for number in range(1, FILLINGS + 1):
        with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            for _ in range(chance.choice([0, 300, 450, 512])):
                filler.write(bytes(4096))
        with Remembering(disk / "cache") as one:
            one.keep(*numbered(number))
            rows = one.rows()
            if rows is not None:
                assert last <= number_of(rows) <= number
                last = number_of(rows)
            full += len(one.warnings)
            assert len(one.warnings) <= 1
        os.truncate(disk / "filler", 0)
        with Remembering(disk / "cache") as one:
            rows = one.rows()
            assert one.warnings == []
            assert rows is None or last <= number_of(rows) <= number
    print(f"{FILLINGS} fillings, {full} warnings, the last found is {last}")
    assert 0 < full < FILLINGS
    assert last > 0
