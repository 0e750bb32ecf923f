"""How a run was asked for: the one value that command line, view and collector share.

Light on purpose: the view reads it before its first frame, so no pydantic here.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from trainctl_tui.domain.packing import whole


class Launch(Struct, frozen=True):
    """Arguments of one run, decided once. Travels to the collector as JSON in one environment variable.

    ``regions`` empty means: the profile's own. ``refresh`` in seconds. It holds no secret.
    """

    profile: str = ""
    regions: tuple[str, ...] = ()
    endpoint: str = ""
    refresh: float = 15.0
    demo: bool = False
    read_only: bool = True
    provider: str = "aws"

    def encode(self) -> str:
        """Return this launch as one line of JSON."""
        return msgspec.json.encode(whole(self)).decode()

    @classmethod
    def decode(cls, text: str) -> Launch:
        """Read what ``encode`` wrote; raise ``msgspec.DecodeError`` for anything else."""
        return msgspec.json.decode(text, type=cls)
