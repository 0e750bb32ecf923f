"""Frames survive any pipe, and anything else is refused by name."""

from __future__ import annotations

import io
import os
import threading
from contextlib import suppress
from typing import IO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import instance, snapshot, spec, status, volume
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link import frames
from trainctl_tui.link.messages import (
    AskConsole,
    Listed,
    NoAnswer,
    Refresh,
    SweepFailed,
    ToCollector,
    ToView,
    Watching,
)

texts = st.text(max_size=20)
seconds = st.floats(allow_nan=False, allow_infinity=False)
lanes = st.builds(Lane, texts, texts, st.sampled_from(Kind))
troubles = st.builds(Trouble, texts, texts, texts, texts, st.booleans(), wait=st.none() | seconds)
rows = st.integers(0, 9).flatmap(
    lambda n: st.sampled_from([instance(n), volume(n), snapshot(n), status(n), spec(f"t{n}.large")])
)
listings = st.builds(
    Listing, lanes, st.integers(0, 2**40), st.lists(rows, max_size=5).map(tuple), st.none() | seconds,
    st.booleans(), st.none() | st.integers(0, 2**40), st.lists(texts, max_size=3).map(tuple),
)  # fmt: skip
to_view = st.one_of(
    st.builds(Listed, listings, seconds),
    st.builds(Watching, st.lists(texts, max_size=3).map(tuple), st.none() | troubles),
    st.builds(SweepFailed, lanes, st.integers(0, 2**40), troubles, st.none() | seconds, st.integers(0, 99)),
    st.builds(NoAnswer, st.integers(0, 2**31), troubles),
)
to_collector = st.one_of(
    st.builds(Refresh, st.lists(st.sampled_from(Kind), max_size=5).map(tuple), st.booleans()),
    st.builds(AskConsole, st.integers(0, 2**31), texts, texts),
)


def decoded(data: bytes, kind: object = ToView) -> list[object]:
    return list(frames.read(cast("IO[bytes]", io.BytesIO(data)), kind))


def test_what_is_not_utf_8_crosses_as_question_marks() -> None:
    """A path or a variable holds any bytes; Python reads them as halves of characters."""
    trouble = Trouble("ConfigError", "no profile \udcff", "/home/\udcc3/.aws", "", False)
    told = NoAnswer(3, trouble)
    assert decoded(frames.encode(told)) == [
        NoAnswer(3, Trouble("ConfigError", "no profile ?", "/home/?/.aws", "", False))
    ]
    page = Listed(
        Listing(Lane("1", "r", Kind.INSTANCES), 2, (instance(1, key_name="\ud800"),), 1.5, True), 0.5
    )
    (back,) = decoded(frames.encode(page))
    assert isinstance(back, Listed)
    assert back.listing.items == (instance(1, key_name="?"),)


class Drops(io.RawIOBase):
    """Takes and gives a few bytes at a time."""

    def __init__(self, data: bytes = b"", size: int = 1) -> None:
        self.data = bytearray(data)
        self.size = size

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        taken = bytes(cast("bytes", data))[: self.size]
        self.data += taken
        return len(taken)

    def readinto(self, buffer: object) -> int:
        view = cast("memoryview", buffer)
        size = min(len(view), self.size, len(self.data))
        view[:size] = self.data[:size]
        del self.data[:size]
        return size


@given(st.lists(to_view, max_size=4))
def test_what_is_written_is_read(messages: list[ToView]) -> None:
    assert decoded(b"".join(map(frames.encode, messages))) == messages


@given(st.lists(to_collector, max_size=4), st.integers(1, 7))
def test_a_pipe_that_gives_and_takes_little_changes_nothing(messages: list[ToCollector], size: int) -> None:
    pipe = Drops(size=size)
    for message in messages:
        frames.write(cast("IO[bytes]", pipe), frames.encode(message))
    stream = cast("IO[bytes]", io.BufferedReader(pipe))
    assert list(frames.read(stream, ToCollector)) == messages


@given(st.lists(to_view, min_size=1, max_size=3), st.data())
def test_a_torn_frame_is_said_after_the_whole_ones(messages: list[ToView], data: st.DataObject) -> None:
    whole = b"".join(map(frames.encode, messages[:-1]))
    last = frames.encode(messages[-1])
    cut = data.draw(st.integers(1, len(last) - 1))
    heard: list[ToView] = []
    with pytest.raises(frames.BrokenFrameError, match="inside a frame"):
        heard.extend(frames.read(cast("IO[bytes]", io.BytesIO(whole + last[:cut])), ToView))
    assert heard == messages[:-1]


@given(st.binary(min_size=1, max_size=200))
def test_noise_is_refused_or_read_but_never_anything_else(noise: bytes) -> None:
    heard: list[object] = []
    with suppress(frames.BrokenFrameError):
        heard = decoded(noise)
    assert all(type(message) in ToView.__args__ for message in heard)


def test_a_frame_over_the_limit_is_refused_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(frames.BrokenFrameError, match="over the limit"):
        decoded((frames.LIMIT + 1).to_bytes(4, "big"))
    monkeypatch.setattr(frames, "LIMIT", 100)
    with pytest.raises(frames.BrokenFrameError, match="over the limit"):
        frames.encode(Watching(("r" * 200,)))


def test_the_wrong_direction_is_refused() -> None:
    with pytest.raises(frames.BrokenFrameError, match="no known message"):
        decoded(frames.encode(Refresh()), ToView)


def test_a_large_page_crosses_a_real_pipe() -> None:
    page = Listing(
        Lane("1", "r", Kind.INSTANCES), 1, tuple(instance(n) for n in range(5000)), 1.0, complete=False
    )
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            frames.write(pipe, frames.encode(Listed(page, 0.0)))

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as pipe:
        assert list(frames.read(pipe, ToView)) == [Listed(page, 0.0)]
    thread.join()
