"""L1, R7: a disk that is locked, full, read-only or slow delays nobody, and is used again once it is well."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support import cache_child
from tests.support.remembering import Remembering, kept_lane
from tests.support.rows import snapshot, volume
from tests.support.small_disk import small_disk
from trainctl_tui.domain.resources import Kind
from trainctl_tui.services import cache_disk
from trainctl_tui.services.cache_reader import Reader

WAIT = 1.0
"""Seconds: a quarter is promised, the rest is for a busy machine. A stock diskcache waits for a minute."""

_HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    held.execute(statement).fetchall()
print("held", flush=True)
sys.stdin.read()
"""
HOLDS = {
    "the last word of a writer": ["BEGIN EXCLUSIVE"],
    "the whole file": ["PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM Cache WHERE 0"],
}


@contextmanager
def held(lane: Path, statements: list[str]) -> Iterator[None]:
    """Let another process hold a lane's database."""
    command = [sys.executable, "-c", _HOLD, str(lane / "cache.db"), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield


def seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


@pytest.mark.parametrize("statements", HOLDS.values(), ids=list(HOLDS))
def test_a_lane_that_another_process_holds_is_a_miss(tmp_path: Path, statements: list[str]) -> None:
    lane = kept_lane(tmp_path / "cache")
    with Remembering(tmp_path / "cache") as one:
        one.keep(snapshot(1), kind=Kind.SNAPSHOTS)
        with held(lane, statements):
            for _ in range(3):
                assert seconds(one.rows) < WAIT
                assert one.rows() is None
            assert seconds(lambda: one.keep(volume(7))) < WAIT
            assert one.rows(Kind.SNAPSHOTS) == (snapshot(1),), "the other lanes go on"
            assert len(one.warnings) == 1
        assert one.rows() == (volume(1),), "and this one does once it is free"
        one.keep(volume(7))
        assert one.rows() == (volume(7),)
    assert len(one.warnings) == 1
    assert lane.is_dir(), "a lock is no reason to set a lane aside"


def test_a_lane_is_read_while_another_process_writes_it(tmp_path: Path) -> None:
    lane = kept_lane(tmp_path / "cache")
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() == (volume(1),)
        with held(lane, ["BEGIN IMMEDIATE"]):
            assert one.rows() == (volume(1),)
            assert one.warnings == []
            assert seconds(lambda: one.keep(volume(7))) < WAIT
            assert len(one.warnings) == 1


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 2) as place:
        yield place


def fill(disk: Path) -> None:
    """Leave no room."""
    with (disk / "full").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_a_full_disk_keeps_what_it_held_and_takes_more_once_there_is_room(disk: Path) -> None:
    many = tuple(volume(number) for number in range(3000))
    with Remembering(disk / "cache") as one:
        one.keep(volume(1))
        fill(disk)
        for _ in range(3):
            one.keep(*many)
            assert one.rows() == (volume(1),)
        one.keep(snapshot(1), kind=Kind.SNAPSHOTS)
        assert one.rows(Kind.SNAPSHOTS) is None
        assert len(one.warnings) == 1
        (disk / "full").unlink()
        one.keep(*many)
        assert one.rows() == many
        one.keep(snapshot(1), kind=Kind.SNAPSHOTS)
        assert one.rows(Kind.SNAPSHOTS) == (snapshot(1),)
    assert len(one.warnings) == 1


def test_a_disk_full_from_the_start_is_a_miss(disk: Path) -> None:
    fill(disk)
    with Remembering(disk / "cache") as one:
        one.keep(volume(1))
        assert one.rows() is None
    assert len(one.warnings) == 1


def test_a_file_that_may_not_grow_is_a_miss(tmp_path: Path) -> None:
    kept_lane(tmp_path / "cache")
    told = cache_child.run(tmp_path / "cache", file_size=200_000)
    assert (told["found"], told["again"], len(told["warnings"])) == (1, 1, 1)
    told = cache_child.run(tmp_path / "cache")
    assert (told["found"], told["again"], told["warnings"]) == (1, 3000, [])


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A cache that belongs to a user who is not root, so that permissions mean something."""
    place = Path(tempfile.mkdtemp())
    kept_lane(place / "cache")
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, cache_child.NOBODY, cache_child.NOBODY)
    yield place / "cache"
    shutil.rmtree(place)


def as_somebody(directory: Path) -> dict[str, Any]:
    """Use a cache as the user to whom it belongs."""
    return cache_child.run(directory, **({"uid": cache_child.NOBODY} if os.geteuid() == 0 else {}))


def test_a_plain_user_remembers(theirs: Path) -> None:
    told = as_somebody(theirs)
    assert (told["found"], told["again"], told["warnings"]) == (1, 3000, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
@pytest.mark.parametrize("which", ["cache", "scope"])
def test_a_directory_that_we_may_not_enter_is_a_miss(theirs: Path, which: str) -> None:
    closed = theirs if which == "cache" else next(theirs.glob("*/*"))
    os.chown(closed, 0, 0)
    closed.chmod(0o700)
    told = as_somebody(theirs)
    assert (told["found"], told["again"], told["warned"], len(told["warnings"])) == (None, None, 1, 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a directory that we may not write to")
def test_no_place_to_remember_at_is_one_warning(theirs: Path) -> None:
    os.chown(theirs.parent, 0, 0)
    theirs.parent.chmod(0o755)
    told = as_somebody(theirs.parent / "new")
    assert (told["found"], told["again"], len(told["warnings"])) == (None, None, 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
def test_a_read_only_disk_is_a_miss(tmp_path: Path) -> None:
    lane = kept_lane(tmp_path / "cache")
    place = str(tmp_path / "cache")
    if subprocess.run(["mount", "--bind", place, place], capture_output=True, check=False).returncode != 0:
        pytest.skip("this root may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        with Remembering(tmp_path / "cache") as one:
            for _ in range(3):
                assert one.rows() is None
                one.keep(volume(7))
            assert len(one.warnings) == 1
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() == (volume(1),)
    assert lane.is_dir()


def test_a_disk_that_hangs_delays_nobody_and_nothing_waits_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_lane(tmp_path / "cache")
    awake, open_lane = threading.Event(), cache_disk.open_lane

    def hanging(directory: Path, patience: float) -> cache_disk.LaneFile:
        assert awake.wait(30)
        return open_lane(directory, patience)

    monkeypatch.setattr(cache_disk, "open_lane", hanging)
    with Remembering(tmp_path / "cache") as one:
        assert seconds(one.rows) < WAIT
        assert seconds(lambda: [one.rows() for _ in range(20)]) < WAIT, "none of them waits its own quarter"
        assert seconds(one.cache.close) < WAIT
        assert one.rows() is None
        assert len(one.warnings) == 1
        awake.set()
        begun = time.monotonic()
        while one.rows() != (volume(1),):
            assert time.monotonic() - begun < 10, "it did not come back"
    assert len(one.warnings) == 1


def test_a_job_that_waits_in_vain_behind_another_is_never_done() -> None:
    reader, awake, done = Reader(), threading.Event(), []
    others = [threading.Thread(target=lambda: _ask(reader, awake.wait, 5.0))]
    others[0].start()
    while not _ask(reader, lambda: None, 0.05):
        pass
    late = _ask(reader, lambda: done.append("late"), 0.05)
    awake.set()
    others[0].join()
    assert reader.ask(lambda: "next", 5.0) == "next"
    reader.close()
    assert late == "the disk does not answer"
    assert done == []


def _ask(reader: Reader, job: Callable[[], object], wait: float) -> str:
    """Return why there was no answer, or ""."""
    try:
        reader.ask(job, wait)
    except TimeoutError as error:
        return str(error)
    return ""
