"""Values as bytes, whatever text they hold.

Python reads a byte that is no UTF-8 (of a path, of a profile name) as half a character, and msgpack carries
no halves. Such a half becomes a mark: a strange name must not end the process that speaks of it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

MARK = "?"
"""What stands for half a character."""

_encoder = msgspec.msgpack.Encoder()
_HALF = re.compile("[\ud800-\udfff]")


def packed(value: object) -> bytes:
    """Return a value as msgpack."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(whole(value))


def whole(value: object) -> Any:
    """Return a value in plain types, a mark for every half character. Structs decode from it as before."""
    match value:
        case str():
            return _HALF.sub(MARK, value)
        case dict():
            return {whole(key): whole(held) for key, held in value.items()}
        case list() | tuple():
            return [whole(held) for held in value]
        case msgspec.Struct():
            return whole(msgspec.to_builtins(value))
    return value
