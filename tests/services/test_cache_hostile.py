"""L1, R7, R13: whatever stands in the place of a lane is a miss with one warning; the other lanes go on."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.remembering import Remembering, kept_lane
from tests.support.rows import snapshot, volume
from trainctl_tui.domain.resources import Kind

WAIT = 1.0
"""Seconds: a quarter is promised, the rest is for a busy machine. A stock diskcache waits for a minute."""

Deed = Callable[[Path], object]


def half_file(lane: Path) -> None:
    database = lane / "cache.db"
    os.truncate(database, database.stat().st_size // 2)


def zeroed_header(lane: Path) -> None:
    with (lane / "cache.db").open("r+b") as file:
        file.write(bytes(100))


def put(make: Callable[[Path], object]) -> Deed:
    """Put something else in the place of the database."""

    def deed(lane: Path) -> None:
        (lane / "cache.db").rename(lane.parents[3] / "moved.db")
        make(lane / "cache.db")

    return deed


def instead_of_the_lane(make: Callable[[Path], object]) -> Deed:
    """Put something else in the place of the lane's directory."""

    def deed(lane: Path) -> None:
        lane.rename(lane.parents[3] / "moved")
        make(lane)

    return deed


def listen(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(before)


HEALS: dict[str, Deed] = {
    "half a file": half_file,
    "header zeroed": zeroed_header,
    "all garbage": lambda lane: (lane / "cache.db").write_bytes(b"\xa5" * 20_000),
    "text": lambda lane: (lane / "cache.db").write_text("SQLite format 4"),
    "database is a directory": put(Path.mkdir),
    "database is a pipe": put(os.mkfifo),
    "database is a socket": put(listen),
    "database has a second name": lambda lane: os.link(lane / "cache.db", lane.parents[3] / "second.db"),
    "log is a directory": lambda lane: (lane / "cache.db-wal").mkdir(),
    "lane is a file": instead_of_the_lane(lambda path: path.write_text("a file")),
    "lane is a pipe": instead_of_the_lane(os.mkfifo),
}
STAYS: dict[str, Deed] = {
    "database is a link": put(lambda path: path.symlink_to(path.parents[4] / "moved.db")),
    "database is a link to nothing": put(lambda path: path.symlink_to("/nowhere/at/all")),
    "lane is a link": instead_of_the_lane(lambda path: path.symlink_to(path.parents[3] / "moved")),
    "log is a link": lambda lane: (lane / "cache.db-wal").symlink_to(lane.parents[3] / "planted"),
}


def looked_at_thrice(directory: Path, good: Path | None = None) -> Remembering:
    """Look at a broken lane again and again, and at a good one; return the cache, still open."""
    one = Remembering(directory)
    for _ in range(3):
        begun = time.monotonic()
        assert one.rows() is None
        assert time.monotonic() - begun < WAIT
    assert len(one.warnings) == 1
    assert str(directory) in one.warnings[0]
    if good is not None:
        assert one.rows(Kind.SNAPSHOTS) == (snapshot(1),), "one broken lane costs one lane"
    return one


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    """The directory of the volumes' lane, beside one of snapshots."""
    lane = kept_lane(tmp_path / "cache", *(volume(number) for number in range(50)))
    with Remembering(tmp_path / "cache") as one:
        one.keep(snapshot(1), kind=Kind.SNAPSHOTS)
    return lane


@pytest.mark.parametrize("deed", HEALS.values(), ids=list(HEALS))
def test_a_broken_lane_is_set_aside_and_made_anew(tmp_path: Path, lane: Path, deed: Deed) -> None:
    deed(lane)
    with Remembering(tmp_path / "cache") as one:
        begun = time.monotonic()
        assert one.rows() is None
        assert time.monotonic() - begun < WAIT
        assert one.rows() is None
        assert len(one.warnings) == 1
        assert one.rows(Kind.SNAPSHOTS) == (snapshot(1),), "one broken lane costs one lane"
        one.keep(volume(7))
        assert one.rows() == (volume(7),)
    assert len(one.warnings) == 1
    assert len([path for path in lane.parent.iterdir() if ".bad-" in path.name]) == 1
    with Remembering(tmp_path / "cache") as later:
        assert later.rows() == (volume(7),)
    assert later.warnings == []


@pytest.mark.parametrize("deed", STAYS.values(), ids=list(STAYS))
def test_a_link_is_neither_followed_nor_removed(tmp_path: Path, lane: Path, deed: Deed) -> None:
    deed(lane)
    before = outside(tmp_path)
    with looked_at_thrice(tmp_path / "cache", lane) as one:
        one.keep(volume(7))
        assert one.rows() is None
    assert len(one.warnings) == 1
    assert outside(tmp_path) == before


def outside(tmp_path: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of every file beside the cache."""
    files = [
        path for path in tmp_path.rglob("*") if path.is_file() and tmp_path / "cache" not in path.parents
    ]
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files}


def test_a_link_in_the_place_of_the_whole_cache_is_refused(tmp_path: Path) -> None:
    kept_lane(tmp_path / "cache")
    (tmp_path / "cache").rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").chmod(0o755)
    (tmp_path / "cache").symlink_to(tmp_path / "elsewhere")
    before = outside(tmp_path)
    with looked_at_thrice(tmp_path / "cache") as one:
        one.keep(volume(7))
    assert len(one.warnings) == 1
    assert outside(tmp_path) == before
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o755, "not even its mode is touched"


def test_an_empty_database_is_an_empty_lane(tmp_path: Path, lane: Path) -> None:
    os.truncate(lane / "cache.db", 0)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() is None
        one.keep(volume(7))
        assert one.rows() == (volume(7),)
    assert one.warnings == []


@pytest.mark.parametrize(
    ("mode", "refused"), [(0o777, True), (0o1777, False), (0o775, False), (0o755, False)]
)
def test_a_parent_in_which_anybody_may_exchange_it_is_refused(
    tmp_path: Path, mode: int, refused: bool
) -> None:
    (tmp_path / "shared").mkdir()
    kept_lane(tmp_path / "shared" / "cache")
    (tmp_path / "shared").chmod(mode)
    with Remembering(tmp_path / "shared" / "cache") as one:
        assert one.rows() == (None if refused else (volume(1),))
    assert len(one.warnings) == refused


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("which", ["cache", "version", "scope", "lane", "database", "log"])
def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path, lane: Path, which: str) -> None:
    (lane / "cache.db-wal").touch()
    theirs = {
        "cache": tmp_path / "cache",
        "version": lane.parent.parent,
        "scope": lane.parent,
        "lane": lane,
        "database": lane / "cache.db",
        "log": lane / "cache.db-wal",
    }[which]
    os.chown(theirs, 65534, 65534)
    content = (lane / "cache.db").read_bytes()
    good = lane if which in ("lane", "database", "log") else None
    with looked_at_thrice(tmp_path / "cache", good) as one:
        one.keep(volume(7))
        assert one.rows() is None
    assert len(one.warnings) == 1
    assert "another user" in one.warnings[0]
    assert (lane / "cache.db").read_bytes() == content
    assert theirs.stat().st_uid == 65534


@pytest.mark.parametrize("length", [0, 100, 4096, 8192, 65536])
def test_a_file_cut_short_under_an_open_cache_never_lies(tmp_path: Path, length: int) -> None:
    rows = tuple(volume(number) for number in range(5000))
    lane = kept_lane(tmp_path / "cache", *rows)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() == rows
        os.truncate(lane / "cache.db", length)
        assert one.rows() in (None, rows)
        for _ in range(2):  # the first may be what notices
            one.keep(volume(7))
        assert one.rows() == (volume(7),)
    with Remembering(tmp_path / "cache") as later:
        assert later.rows() == (volume(7),)
    assert later.warnings == []


def test_two_windows_that_find_a_lane_broken_go_on(tmp_path: Path, lane: Path) -> None:
    zeroed_header(lane)
    found: list[object] = []
    ready = threading.Barrier(4)

    def window() -> None:
        with Remembering(tmp_path / "cache") as one:
            ready.wait()
            found.append(one.rows())
            one.keep(volume(7))
            found.append(one.rows())

    windows = [threading.Thread(target=window) for _ in range(4)]
    for each in windows:
        each.start()
    for each in windows:
        each.join(20)
    assert len(found) == 8
    assert set(found) <= {None, (volume(7),)}
    with Remembering(tmp_path / "cache") as later:
        later.keep(volume(8))
        assert later.rows() == (volume(8),)
    assert later.warnings == []
