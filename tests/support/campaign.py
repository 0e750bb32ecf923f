"""How long a campaign runs, and from which seed.

``make test`` runs the short form, always from the same seed. ``TRAINCTL_CAMPAIGN=long`` (``make chaos``)
runs the long one from a seed drawn anew; ``TRAINCTL_SEED`` names one to run again.
"""

from __future__ import annotations

import os
from random import Random, SystemRandom

LONG = os.environ.get("TRAINCTL_CAMPAIGN") == "long"


def campaign(short: int, long: int) -> int:
    """Return how often to do it."""
    return long if LONG else short


def seeded(name: str) -> Random:
    """Return the campaign's own chance, and print the seed: pytest shows it when the test fails."""
    drawn = SystemRandom().randrange(2**32) if LONG else 1
    seed = int(os.environ.get("TRAINCTL_SEED") or drawn)
    print(f"{name}: run it again with TRAINCTL_SEED={seed}")
    return Random(seed)
