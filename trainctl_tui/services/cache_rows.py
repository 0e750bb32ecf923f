"""Rows as the cache writes them: in portions, each packed and compressed.

Most of what rows hold are repeats, so a fifth is left of them: SQLite copies every byte twice on its way to
the disk, and writes it twice there. And no more than a portion lies open in memory at a time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from trainctl_tui.domain.packing import packed

LARGEST = 512 * 2**20
"""Bytes that portions may come to when they are opened, a million machines: a few can claim to be many."""

_PORTION = 1000  # rows
_FASTEST = 1  # how hard to compress: the next level takes half as long again for a twentieth less


def closed(rows: Sequence[Any]) -> tuple[bytes, ...]:
    """Return rows in portions."""
    return tuple(
        zlib.compress(packed(rows[begin : begin + _PORTION]), _FASTEST)
        for begin in range(0, len(rows), _PORTION)
    )


def opened(portions: Iterable[bytes], row_type: Any) -> tuple[Any, ...]:
    """Return the rows of portions; raise ValueError, a MsgspecError or zlib.error for what holds none."""
    return tuple(_rows(portions, msgspec.msgpack.Decoder(tuple[row_type, ...])))


def _rows(portions: Iterable[bytes], decoder: msgspec.msgpack.Decoder[Any]) -> Iterator[Any]:
    left = LARGEST
    for portion in portions:
        opening = zlib.decompressobj()
        text = opening.decompress(portion, max(1, left))  # none would mean: as many as there are
        if not opening.eof or len(text) > left:
            raise ValueError("a portion of rows without an end, or too large")
        left -= len(text)
        yield from decoder.decode(text)
