"""What could be cleaned up (SAFETY.md, definition 5), as far as it needs no probe. Pure.

Truth has three values here too: what depends on something unknown is no waste, and is told as unsure. Times
are on the provider's clock. That something is found decides nothing: a plan judges each target anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct

from trainctl_tui.domain.cost import NO_PRICES, NOTHING, Bill, Price, Prices, of_volumes, price_of, total
from trainctl_tui.domain.lineage import COPIED_FROM, NO_LINEAGE, Lineage
from trainctl_tui.domain.resources import Instance, Row, Snapshot, Tags, Volume
from trainctl_tui.domain.sightings import Sightings
from trainctl_tui.domain.tags import (
    OWNER_KEYS,
    is_ours,
    manager_of,
    name_of,
    owner_of,
    protecting_tags,
    tag_is_on,
)

HELPER_AGE = 3600.0
STOPPED_AGE = 7 * 86400.0
FOREIGN_AGE = 86400.0
AVAILABLE_AGE = 86400.0
SNAPSHOT_DAYS = 30.0
_DAY = 86400.0

_HELPERS = ("trainctl-prewarm-temp", "runctl-prewarm-temp")
_TEMPORARY = ("trainctl:temp", "runctl:temp")
_OPERATION = ("trainctl:op", "runctl:op")
_ENDED = frozenset({"shutting-down", "terminated"})


class Rule(StrEnum):
    """Why something may be waste."""

    HELPER = "helper"
    STOPPED = "stopped"
    FOREIGN = "foreign"
    AVAILABLE = "available"  # a volume that nothing holds
    ORPHAN = "orphan"  # an old snapshot whose volume is gone


Waste: TypeAlias = Instance | Volume | Snapshot
"""What may be waste."""


class Circumstances(Struct, frozen=True):
    """What is known besides the row. ``busy`` holds ids of targets and of unfinished operations.

    ``sightings`` are by region. A snapshot is old after ``snapshot_days``.
    """

    now: float
    user: str = ""
    owner_keys: tuple[str, ...] = OWNER_KEYS
    protected_keys: tuple[str, ...] = ()
    busy: Collection[str] = ()
    sightings: Mapping[str, Sightings] = MappingProxyType({})
    lineage: Lineage = NO_LINEAGE
    snapshot_days: float = SNAPSHOT_DAYS


class Suspicion(Struct, frozen=True):
    """A rule that holds of a row, or may: ``sure`` is False where that hangs on what is not known.

    ``age`` is how long a machine is there, stopped, or a volume seen available (seconds), or None. ``gap`` is
    the longest time in which nobody looked at that volume.
    """

    rule: Rule
    sure: bool
    age: float | None
    gap: float = 0.0


class Candidate(Struct, frozen=True):
    """One thing to clean up. ``hold`` says why it is not chosen from the start, "" where it is.

    ``hourly`` is what a machine costs while it runs, ``monthly`` what its volumes cost; or what a volume or a
    snapshot costs.
    """

    row: Waste
    suspicion: Suspicion
    hold: str
    hourly: Price | None
    monthly: Bill

    @property
    def chosen(self) -> bool:
        """Whether it begins marked."""
        return not self.hold


class Findings(Struct, frozen=True):
    """What was found, the dearest first, and what could not be told."""

    candidates: tuple[Candidate, ...]
    unsure: tuple[Candidate, ...]


def suspect(row: Row, about: Circumstances) -> Suspicion | None:
    """Return the rule that a row falls under, or None: it is no waste that can be told without a probe."""
    if isinstance(row, Volume):
        return _available(row, about)
    if isinstance(row, Snapshot):
        return _orphan(row, about)
    if not isinstance(row, Instance) or not row.state or row.state in _ENDED:
        return None
    if is_helper(row.tags):
        if _is_busy(row, about.busy):
            return None
        return _older(Rule.HELPER, row.launched_at, HELPER_AGE, about.now)
    if row.state == "stopped":
        return _stopped(row, about.now)
    if is_untagged(row.tags):
        return _older(Rule.FOREIGN, row.launched_at, FOREIGN_AGE, about.now)
    return None


def is_waste(row: Row, about: Circumstances) -> bool | None:
    """Say whether a row is waste; None where that hangs on what is not known."""
    found = suspect(row, about)
    return False if found is None else True if found.sure else None


def is_helper(tags: Tags) -> bool:
    """Say whether a machine was made by trainctl to help for a while."""
    return name_of(tags) in _HELPERS or any(
        key.strip().lower() in (*_TEMPORARY, *_HELPERS) and tag_is_on(value) for key, value in tags
    )


def is_untagged(tags: Tags) -> bool:
    """Say whether nothing but a name tells whose a machine is, and no service manages it."""
    told = [key for key, _ in tags if key != "Name" and not key.startswith("aws:")]
    return not told and not is_ours(tags) and not manager_of(tags)


def _is_busy(row: Waste, busy: Collection[str]) -> bool:
    named = (value for key, value in row.tags if key.lower() in _OPERATION)
    return row.id in busy or any(operation in busy for operation in named)


def _older(rule: Rule, began: float | None, limit: float, now: float) -> Suspicion | None:
    if began is None or began > now:
        return Suspicion(rule, False, None)
    return Suspicion(rule, True, now - began) if now - began > limit else None


def _stopped(row: Instance, now: float) -> Suspicion | None:
    """Judge by when it was stopped. That cannot be before its last start."""
    if row.state_since is not None and (row.launched_at or 0.0) <= row.state_since <= now:
        return _older(Rule.STOPPED, row.state_since, STOPPED_AGE, now)
    if row.launched_at is not None and 0 <= now - row.launched_at <= STOPPED_AGE:
        return None
    return Suspicion(Rule.STOPPED, False, None)


def _available(row: Volume, about: Circumstances) -> Suspicion | None:
    """Judge by our own history. A volume that came into it later was held, or not there, before."""
    if row.state != "available" or _is_spared(row, about):
        return None
    created = _older(Rule.AVAILABLE, row.created_at, AVAILABLE_AGE, about.now)
    if created is None or not created.sure:
        return created
    history = about.sightings.get(row.region)
    seen = history.since.get(row.id) if history is not None else None
    if history is None or seen is None:
        return Suspicion(Rule.AVAILABLE, False, None)
    age = max(0.0, about.now - seen.since)
    if age > AVAILABLE_AGE:
        return Suspicion(Rule.AVAILABLE, True, age, seen.gap)
    return None if seen.since > history.began else Suspicion(Rule.AVAILABLE, False, age, seen.gap)


def _orphan(row: Snapshot, about: Circumstances) -> Suspicion | None:
    if row.state != "completed" or row.volume_id in ("", COPIED_FROM) or _is_spared(row, about):
        return None
    gone = about.lineage.is_orphan(row)
    if gone is False:
        return None
    old = _older(Rule.ORPHAN, row.started_at, about.snapshot_days * _DAY, about.now)
    return old if old is None or gone else Suspicion(Rule.ORPHAN, False, old.age)


def _is_spared(row: Volume | Snapshot, about: Circumstances) -> bool:
    """Say whether a tag protects it, or it has a part in an operation."""
    return bool(protecting_tags(row.tags, about.protected_keys)) or _is_busy(row, about.busy)


def find(
    rows: Iterable[Row],
    volumes: Mapping[tuple[str, str], Row],
    about: Circumstances,
    prices: Prices = NO_PRICES,
) -> Findings:
    """Return all candidates among these."""
    found = [
        Candidate(row, suspicion, _hold(row, suspicion, about), *_money(row, volumes, prices))
        for row in rows
        if isinstance(row, Instance | Volume | Snapshot) and (suspicion := suspect(row, about)) is not None
    ]
    found.sort(key=lambda one: (not one.chosen, -_weight(one), one.row.region, one.row.id))
    return Findings(
        tuple(one for one in found if one.suspicion.sure),
        tuple(one for one in found if not one.suspicion.sure),
    )


def _money(row: Waste, volumes: Mapping[tuple[str, str], Row], prices: Prices) -> tuple[Price | None, Bill]:
    """Return what a row costs by the hour and by the month."""
    price = price_of(row, prices)
    if isinstance(row, Instance):
        return price, of_volumes(row, volumes, prices)
    return Price(NOTHING, "", prices.dated), total([price])


def _weight(one: Candidate) -> float:
    """Return what a candidate costs a month, as far as known."""
    return one.monthly.usd + 730 * (one.hourly.usd if one.hourly else 0.0)


def _hold(row: Waste, suspicion: Suspicion, about: Circumstances) -> str:
    """Return why a candidate must be chosen by hand."""
    if protected := protecting_tags(row.tags, about.protected_keys):
        return f"protected by {protected[0]}"
    if manager := manager_of(row.tags):
        return f"managed ({manager})"
    if suspicion.rule is Rule.FOREIGN:
        return "for information"
    owner = owner_of(row.tags, about.owner_keys)
    if owner and owner.lower() != about.user.lower():
        return f"of {owner}"
    if isinstance(row, Instance):
        return "its disks may be wanted" if suspicion.rule is Rule.STOPPED else ""
    if not owner and not is_ours(row.tags):
        return "not ours"
    return _last_copy(row, about.lineage) if isinstance(row, Snapshot) else ""


def _last_copy(row: Snapshot, lineage: Lineage) -> str:
    """Say what else may hang on a snapshot whose volume is gone."""
    if "ami-" in row.description:
        return "an image may need it"
    return "the last copy of its volume" if lineage.is_newest(row) else ""
