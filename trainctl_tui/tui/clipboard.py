"""Copy through the terminal (OSC 52), also from inside tmux or screen."""

from __future__ import annotations

import base64
from collections.abc import Mapping

_LIMIT = 74_994  # bytes of text: xterm's limit on one OSC 52 sequence (100,000 in base64)


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """Return the sequence that asks the terminal to copy ``text``; raise ValueError if it is too long."""
    data = text.encode("utf-8", "replace")
    if len(data) > _LIMIT:
        raise ValueError(f"{len(data):,} bytes; a terminal takes {_LIMIT:,}")
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode()}\a"
    if "TMUX" in environ:
        # tmux hands a wrapped sequence through when allow-passthrough is on, and takes the plain one
        # itself when set-clipboard is on: send both.
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"{sequence}\x1bPtmux;{doubled}\x1b\\"
    if environ.get("TERM", "").startswith("screen"):
        # screen cuts a DCS at 768 bytes, so the text goes in pieces.
        pieces = [sequence[start : start + 512] for start in range(0, len(sequence), 512)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence
