"""Messages on a pipe: four bytes of length, big-endian, then msgpack."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from trainctl_tui.domain.packing import packed

LIMIT = 64 * 2**20
"""Bytes of one frame at most: a page of a thousand rows has some 400 KB."""

_LENGTH = struct.Struct(">I")


class BrokenFrameError(Exception):
    """The other side ended in the middle of a frame, or never spoke our language."""


def encode(message: object) -> bytes:
    """Return a message as one frame; raise BrokenFrameError if it is over the limit."""
    body = packed(message)
    if len(body) > LIMIT:
        raise BrokenFrameError(f"a message of {len(body):,} bytes is over the limit of {LIMIT:,}")
    return _LENGTH.pack(len(body)) + body


def write(stream: IO[bytes], frame: bytes) -> None:
    """Write a whole frame, however little the pipe takes at a time. May raise OSError."""
    rest = memoryview(frame)
    while rest:
        rest = rest[stream.write(rest) or 0 :]


def read(stream: IO[bytes], kind: Any) -> Iterator[Any]:
    """Yield messages of a (union) type until the stream ends between two frames."""
    decoder = msgspec.msgpack.Decoder(kind)
    while head := _exactly(stream, _LENGTH.size):
        (length,) = _LENGTH.unpack(head)
        if length > LIMIT:
            raise BrokenFrameError(f"a frame of {length:,} bytes is over the limit of {LIMIT:,}")
        body = _exactly(stream, length)
        if not body:
            raise BrokenFrameError("the stream ended inside a frame")
        try:
            yield decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise BrokenFrameError(f"a frame holds no known message: {error}") from error


def _exactly(stream: IO[bytes], length: int) -> bytes:
    """Return ``length`` bytes, or nothing at the end of the stream; raise if it ends in between."""
    data = stream.read(length)
    if data and len(data) < length:
        raise BrokenFrameError("the stream ended inside a frame")
    return data
