"""What stands in place of a lane's rows and is none is a miss, however small, large or endless it is."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec
import pytest

from tests.support.remembering import Remembering, kept_lane
from tests.support.rows import volume
from trainctl_tui.services import cache_rows
from trainctl_tui.services.cache_disk import open_lane

NOTHING = msgspec.msgpack.encode([])


def plant(directory: Path, *portions: bytes) -> None:
    """Put these portions in place of a lane's rows, with a seal that fits."""
    lane = kept_lane(directory)
    file = open_lane(lane, 5.0)
    file.set(lane.name, msgspec.msgpack.encode([1.0, 0.0, portions]))
    file.close()


def small(*texts: bytes) -> list[bytes]:
    return [zlib.compress(text) for text in texts]


LIES = {
    "nothing": [b""],
    "no portion": [b"rows"],
    "a portion and nothing": [*small(NOTHING), b""],
    "rows of another kind": small(msgspec.msgpack.encode([["i-1"]])),
    "no rows": small(b""),
    "rows without an end": [zlib.compress(NOTHING)[:-3]],
    "bottomless": small(b"\x91" * 200_000),
}


@pytest.mark.parametrize("portions", LIES.values(), ids=list(LIES))
def test_what_holds_no_rows_is_a_miss(tmp_path: Path, portions: list[bytes]) -> None:
    plant(tmp_path / "cache", *portions)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() is None
        assert len(one.warnings) == 1
        one.keep(volume(7))
        assert one.rows() == (volume(7),)


@pytest.mark.parametrize("portions", [small(bytes(1000)), small(NOTHING) * 1000], ids=["one", "many"])
def test_few_bytes_that_claim_to_be_very_many_are_a_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portions: list[bytes]
) -> None:
    monkeypatch.setattr(cache_rows, "LARGEST", 999)
    plant(tmp_path / "cache", *portions)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() is None
        assert "too large" in one.warnings[0]


def test_more_rows_than_a_portion_come_back_in_order() -> None:
    rows = tuple(volume(number) for number in range(2001))
    portions = cache_rows.closed(rows)
    assert len(portions) == 3
    assert cache_rows.opened(portions, type(rows[0])) == rows
    assert cache_rows.opened((), type(rows[0])) == ()
