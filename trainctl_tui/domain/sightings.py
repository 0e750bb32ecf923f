"""Since when volumes have been seen available, listing by listing. Pure; times are on the provider's clock.

AWS does not say when a volume was detached last. What we know is what we saw: a volume that was attached
and let go between two listings looks as if nothing had happened, so that the time without one is kept, too.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

LONGEST_GAP = 86_400.0
"""Seconds without a listing after which what was seen before counts no more."""


class Sighting(Struct, frozen=True, array_like=True):
    """``since`` is when a volume was first seen available, ``gap`` the longest time without a look since."""

    since: float
    gap: float = 0.0


class Sightings(Struct, frozen=True):
    """What was seen in one region of one account: from ``began`` to ``last``, the volumes available then."""

    began: float
    last: float
    since: dict[str, Sighting]


def sighted(held: Sightings | None, available: Collection[str], at: float) -> Sightings:
    """Return what is known after a complete listing of volumes; one that is older changes nothing."""
    if held is None or abs(at - held.last) > LONGEST_GAP:
        return Sightings(at, at, {id: Sighting(at) for id in available})
    if at <= held.last:
        return held
    gap = at - held.last
    return Sightings(held.began, at, {id: _longer(held.since.get(id), at, gap) for id in available})


def _longer(held: Sighting | None, at: float, gap: float) -> Sighting:
    return Sighting(at) if held is None else Sighting(held.since, max(held.gap, gap))
