"""Give memory back: what pages of megabytes once needed is not kept for the next ones."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 2**18  # bytes from which memory goes back to the system as soon as it is free


def keep_small() -> None:
    """Tell the allocator: one arena for all threads, large blocks apart. Only glibc hears it."""
    with suppress(AttributeError, OSError):
        tell = ctypes.CDLL(None).mallopt
        tell(_M_ARENA_MAX, 1)
        tell(_M_MMAP_THRESHOLD, _LARGE)
