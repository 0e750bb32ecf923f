"""R7: what somebody has planted in a database is a miss: it never runs, wanders, or passes for another's."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import diskcache
import msgspec
import pytest

from tests.support.remembering import Remembering, kept_lane, opened, tamper
from tests.support.rows import ME, volume
from trainctl_tui.domain.resources import Identity, Kind
from trainctl_tui.services.cache_disk import SealedDisk, open_lane, unseal
from trainctl_tui.services.cache_guard import SpoiledError

WEAK = Identity(ME.account, ME.arn.replace("ada", "eve"), "AIDAEVE")


class Evil:
    """Makes a directory when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


def one_miss(directory: Path) -> None:
    """Look: nothing, and one warning; then save, and it is there again."""
    with Remembering(directory) as one:
        assert one.rows() is None
        assert len(one.warnings) == 1
        one.keep(volume(7))
        assert one.rows() == (volume(7),)
    assert len(one.warnings) == 1


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    return kept_lane(tmp_path / "cache")


MODES = {"raw": 1, "a file": 2, "a text file": 3, "a pickle": 4, "none that exists": 9}


@pytest.mark.parametrize("mode", MODES.values(), ids=list(MODES))
def test_a_planted_pickle_is_not_unpickled(tmp_path: Path, lane: Path, mode: int) -> None:
    evil = pickle.dumps(Evil(tmp_path / "ran"))
    tamper(lane, "UPDATE Cache SET mode = ?, value = ?", mode, evil)
    with diskcache.Cache(str(tmp_path / "stock")) as stock:
        assert stock.disk.fetch(4, None, evil, False) is None
        assert (tmp_path / "ran").is_dir(), "a stock cache would have run it"
        (tmp_path / "ran").rmdir()
    one_miss(tmp_path / "cache")
    assert not (tmp_path / "ran").exists()


def test_a_planted_key_is_not_unpickled(tmp_path: Path, lane: Path) -> None:
    evil = pickle.dumps(Evil(tmp_path / "ran"))
    tamper(lane, "INSERT INTO Cache (key, raw, mode, value) VALUES (?, 0, 1, x'00')", evil)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() == (volume(1),), "it is in nobody's way"
        one.keep(volume(2))
    opened_lane = open_lane(lane, 0.25)
    with pytest.raises(SpoiledError):
        list(opened_lane)
    with pytest.raises(SpoiledError):
        opened_lane.peekitem()
    opened_lane.close()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["../../../../secret.txt", "/{}/secret.txt", "x/../../secret.txt", "val"])
@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_a_planted_file_name_is_neither_read_nor_removed(
    tmp_path: Path, lane: Path, name: str, mode: int
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"mine")
    (lane / "val").write_bytes(b"mine")
    planted = name.format(tmp_path)
    tamper(lane, "UPDATE Cache SET mode = ?, filename = ?, value = NULL", mode, planted)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() is None
        assert len(one.warnings) == 1
    assert secret.read_bytes() == b"mine"


def test_a_planted_file_name_is_not_removed_by_any_way_out(tmp_path: Path, lane: Path) -> None:
    secret = tmp_path / "secret.txt"
    plant = "UPDATE Cache SET filename = '../../../../secret.txt', expire_time = ?"
    with opened(lane) as connection:
        ((key,),) = connection.execute("SELECT key FROM Cache").fetchall()
    for way in ("set", "delete", "pop", "expire", "evict", "clear", "cull"):
        secret.write_bytes(b"mine")
        cache = open_lane(lane, 0.25)
        cache.set(key, b"value", tag="tag")
        tamper(lane, plant, 1.0 if way in ("expire", "cull") else None)
        match way:
            case "set":
                cache.set(key, b"other")
            case "delete":
                cache.delete(key)
            case "pop":
                with pytest.raises(SpoiledError):
                    cache.pop(key)
            case "evict":
                cache.evict("tag")
            case _:
                getattr(cache, way)()
        cache.close()
        assert secret.read_bytes() == b"mine", way


def test_a_value_moved_to_another_key_is_a_miss(tmp_path: Path, lane: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        weak = one.keep(identity=WEAK)
    assert weak is not None
    with opened(lane) as connection:
        ((strong_rows,),) = connection.execute("SELECT value FROM Cache").fetchall()
    tamper(weak, "UPDATE Cache SET value = ?", strong_rows)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows(identity=WEAK) is None
        assert len(one.warnings) == 1
        assert one.rows() == (volume(1),)


def test_a_database_moved_to_another_lane_is_a_miss(tmp_path: Path, lane: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        weak = one.keep(identity=WEAK)
    assert weak is not None
    (lane / "cache.db").rename(weak / "cache.db")
    with Remembering(tmp_path / "cache") as one:
        assert one.rows(identity=WEAK) is None
        assert one.rows() is None
    tamper(weak, "UPDATE Cache SET key = ?", weak.name)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows(identity=WEAK) is None
        assert len(one.warnings) == 1


@pytest.mark.parametrize("at", [0, 5, 15, 16, 30, -1])
def test_one_changed_bit_is_a_miss(tmp_path: Path, lane: Path, at: int) -> None:
    with opened(lane) as connection:
        ((value,),) = connection.execute("SELECT value FROM Cache").fetchall()
    bent = bytearray(value)
    bent[at] ^= 1
    tamper(lane, "UPDATE Cache SET value = ?", bytes(bent))
    one_miss(tmp_path / "cache")


@pytest.mark.parametrize("value", [None, 7, 1.5, "text", b"", b"short"])
def test_another_type_of_value_is_a_miss(tmp_path: Path, lane: Path, value: object) -> None:
    tamper(lane, "UPDATE Cache SET value = ?", value)
    one_miss(tmp_path / "cache")


@pytest.mark.parametrize("column", ["value", "mode", "filename", "expire_time"])
def test_text_that_is_no_text_is_a_miss(tmp_path: Path, lane: Path, column: str) -> None:
    tamper(lane, f"UPDATE Cache SET {column} = CAST(x'ff' AS TEXT)")
    one_miss(tmp_path / "cache")


@pytest.mark.parametrize("disk", [diskcache.Disk, diskcache.JSONDisk])
def test_a_database_of_another_disk_is_a_miss(tmp_path: Path, lane: Path, disk: type) -> None:
    for file in lane.iterdir():
        file.unlink()
    with diskcache.Cache(str(lane), disk=disk) as stock:
        stock.set(lane.name, [Evil(tmp_path / "ran")] if disk is diskcache.Disk else ["rows"])
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() is None
        one.keep(volume(7))
        assert one.rows() == (volume(7),)
    assert len(one.warnings) <= 1, "JSONDisk's keys are bytes: there it is as if nothing were stored"
    assert not (tmp_path / "ran").exists()


def _sealed(lane: Path, content: bytes) -> None:
    """Plant a value with a seal that fits: whoever can write here can also compute it."""
    _, _, _, value = SealedDisk(str(lane)).store(content, False, key=lane.name)
    assert value is not None
    assert unseal(lane.name, value) == content
    tamper(lane, "UPDATE Cache SET value = ?", value)


LIES = {
    "nothing": b"",
    "no array": msgspec.msgpack.encode({"rows": 1}),
    "no portions": msgspec.msgpack.encode([1.0, 0.0, [["i-1"]]]),
    "no rows": msgspec.msgpack.encode([1.0, 0.0, 5]),
    "no number": msgspec.msgpack.encode(["soon", 0.0, []]),
    "bottomless": b"\x93\xcb" + bytes(8) + b"\xcb" + bytes(8) + b"\x91" * 200_000,
    "bottomless, cut": b"\x91" * 1_000_000,
    "an endless array": b"\x93\x01\x02\xdd\xff\xff\xff\xff",
    "an extension": b"\x93\x01\x02\xc7\x04\x05abcd",
}


@pytest.mark.parametrize("content", LIES.values(), ids=list(LIES))
def test_a_value_that_holds_no_listing_is_a_miss(tmp_path: Path, lane: Path, content: bytes) -> None:
    _sealed(lane, content)
    one_miss(tmp_path / "cache")


SETTINGS: dict[str, object] = {
    "_directory": "{}/outside",
    "get": "not a method",
    "_sql": "SELECT 1",
    "_timeout": 3600,
    "sqlite_busy_timeout": 3_600_000,
    "sqlite_temp_store_directory": "{}/outside",
    "disk_directory": "{}/outside",
    "disk_unheard": 1,
    "": "",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_planted_setting_changes_nothing(tmp_path: Path, lane: Path, name: str) -> None:
    (tmp_path / "outside").mkdir()
    value = SETTINGS[name]
    value = value.format(tmp_path) if isinstance(value, str) else value
    tamper(lane, "INSERT INTO Settings VALUES (?, ?)", name, value)
    one_miss(tmp_path / "cache")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_changed_setting_of_ours_is_put_right(tmp_path: Path, lane: Path) -> None:
    for name, value in (
        ("statistics", 1),
        ("sqlite_mmap_size", 2**30),
        ("eviction_policy", "least-recently-used"),
    ):
        tamper(lane, "UPDATE Settings SET value = ? WHERE key = ?", value, name)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() == (volume(1),)
    with opened(lane) as connection:
        held = dict(connection.execute("SELECT key, value FROM Settings").fetchall())
    assert (held["statistics"], held["sqlite_mmap_size"], held["eviction_policy"]) == (0, 0, "none")
    assert one.warnings == []


SCHEMAS = {
    "other columns": ["DROP TABLE Cache", "CREATE TABLE Cache (key, raw, words)"],
    "a view": ["DROP TABLE Cache", "CREATE VIEW Cache AS SELECT 1 AS key"],
    "two of a key": [
        "DROP INDEX Cache_key_raw",
        "INSERT INTO Cache (key, raw, mode, value) SELECT key, raw, mode, value FROM Cache",
    ],
    "no settings": ["DELETE FROM Settings", "DROP TABLE Settings", "CREATE TABLE Settings (a, b)"],
    "a trigger that refuses": [
        "CREATE TRIGGER no BEFORE UPDATE ON Settings BEGIN SELECT RAISE(ABORT, 'no'); END"
    ],
}


@pytest.mark.parametrize("statements", SCHEMAS.values(), ids=list(SCHEMAS))
def test_another_schema_is_a_miss(tmp_path: Path, lane: Path, statements: list[str]) -> None:
    with opened(lane) as connection:
        for statement in statements:
            connection.execute(statement)
    one_miss(tmp_path / "cache")


def test_a_planted_identity_is_no_identity(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        one.cache.remember_identity(ME)
        (lane,) = one.lanes()
    _sealed(lane, json.dumps({"account": "1"}).encode())
    with Remembering(tmp_path / "cache") as one:
        assert one.cache.remembered_identity() is None
        assert one.rows(Kind.VOLUMES) is None
        assert len(one.warnings) == 1


def test_only_text_keys_and_bytes_are_taken(lane: Path) -> None:
    cache = open_lane(lane, 0.25)
    for key, value in ((b"key", b"value"), (1, b"value"), ("key", "text"), ("key", None), ("key", ["rows"])):
        with pytest.raises(SpoiledError):
            cache.set(key, value)
    with pytest.raises(SpoiledError):
        cache.get(b"key")
    with (lane / "cache.db").open("rb") as file, pytest.raises(SpoiledError):
        cache.set("key", file, read=True)
    cache.close()
