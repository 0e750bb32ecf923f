"""What resources cost by dated price lists. Pure.

Amounts are USD. An instance costs by the hour while it starts or runs, a volume and a snapshot by the month.
``None`` is *unknown*, and never 0: a type that no list names has no price. List prices are no bills, so
whoever shows one writes "~" before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from operator import attrgetter
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.resources import Instance, Row, Snapshot, Volume

Usd: TypeAlias = Annotated[float, Meta(ge=0, le=1e6)]
Beyond: TypeAlias = tuple[tuple[Annotated[int, Meta(ge=0)], Usd], ...]
"""Steps of a price: (from here on, USD a month for each more), the lowest first."""

BILLED = frozenset({"running", "pending"})
"""States of an instance that cost by the hour. EC2 bills none while it stops or is stopped."""

NOTHING = 0.0


class VolumeRate(Struct, frozen=True, forbid_unknown_fields=True):
    """What a type of volume costs a month: each GiB, each provisioned IOPS, each MiB/s of throughput."""

    gib: Usd
    iops: Beyond = ()
    throughput: Beyond = ()


class SnapshotRate(Struct, frozen=True, forbid_unknown_fields=True):
    """What a GiB of a snapshot costs a month in each tier."""

    standard: Usd
    archive: Usd | None = None


class PriceList(Struct, frozen=True):
    """One source of prices: by region, then by type of instance or volume."""

    dated: str = ""
    source: str = ""
    instances: dict[str, dict[str, Usd]] = {}
    volumes: dict[str, dict[str, VolumeRate]] = {}
    snapshots: dict[str, SnapshotRate] = {}


class Price(Struct, frozen=True):
    """An amount, which list it is from, and of what date. ``at_most``: it may be less (spot, snapshots)."""

    usd: float
    source: str
    dated: str
    at_most: bool = False


class Prices(Struct, frozen=True):
    """All lists, the strongest first, and what was wrong with one that a user wrote."""

    lists: tuple[PriceList, ...] = ()
    faults: tuple[Trouble, ...] = ()

    @property
    def dated(self) -> str:
        """The dates of the lists: "2025-09-01", or "" where there is none."""
        return ", ".join(dict.fromkeys(one.dated or "undated" for one in self.lists))

    def hourly(self, region: str, type: str, lifecycle: str) -> Price | None:
        """Return what an instance costs an hour while it runs.

        A spot instance costs at most what one on demand does; what it costs is not in a list. Capacity
        blocks and scheduled instances are paid beforehand: unknown.
        """
        if lifecycle not in ("", "spot"):
            return None
        for one in self.lists:
            usd = one.instances.get(region, {}).get(type)
            if usd is not None:
                return Price(usd, one.source, one.dated, at_most=lifecycle == "spot")
        return None

    def storage(
        self, region: str, type: str, gib: int | None, iops: int | None, throughput: int | None
    ) -> Price | None:
        """Return what a volume costs a month, whether or not anything is attached to it.

        Unknown where the list prices a quantity that the provider did not tell. Requests to a magnetic
        volume ("standard") are not counted.
        """
        for one in self.lists:
            rate = one.volumes.get(region, {}).get(type)
            if rate is None:
                continue
            parts = (
                None if gib is None else gib * rate.gib,
                _stepped(rate.iops, iops),
                _stepped(rate.throughput, throughput),
            )
            known = [part for part in parts if part is not None]
            return Price(sum(known), one.source, one.dated) if len(known) == len(parts) else None
        return None

    def storage_monthly(
        self, region: str, type: str, gib: int | None, iops: int | None, throughput: int | None
    ) -> float | None:
        """Return what a volume costs a month, in USD."""
        price = self.storage(region, type, gib, iops, throughput)
        return None if price is None else price.usd

    def snapshot_monthly(self, region: str, tier: str, gib: int | None) -> float | None:
        """Return the most that a snapshot can cost a month, in USD."""
        price = self.snapshot(region, gib, tier)
        return None if price is None else price.usd

    def snapshot(self, region: str, gib: int | None, tier: str) -> Price | None:
        """Return the most that a snapshot can cost a month.

        Only changed blocks are billed, and how many they are is not told. Of an unknown tier: the dearest.
        """
        if gib is None:
            return None
        for one in self.lists:
            rate = one.snapshots.get(region)
            if rate is not None:
                usd = {"archive": rate.archive}.get(tier, rate.standard)
                return None if usd is None else Price(gib * usd, one.source, one.dated, at_most=True)
        return None


NO_PRICES = Prices()
"""Nothing is known of any price."""


def _stepped(steps: Beyond, held: int | None) -> float | None:
    """Return what a quantity costs where each step has its own price; 0 where it is free."""
    if not steps:
        return NOTHING
    if held is None:
        return None
    ends = (*(begin for begin, _ in steps[1:]), held)
    return sum(
        (max(min(held, end), begin) - begin) * usd for (begin, usd), end in zip(steps, ends, strict=True)
    )


def price_of(row: Row, prices: Prices) -> Price | None:
    """Return what a row costs now: an instance by the hour, a volume or snapshot by the month.

    What does not run costs 0 by the hour, and its volumes go on. Lists are of Linux on shared hardware, so
    that anything else is unknown.
    """
    if isinstance(row, Volume):
        if row.state in ("deleting", "deleted"):
            return _nothing(prices)
        return prices.storage(row.region, row.type, row.size_gib, row.iops, row.throughput)
    if isinstance(row, Snapshot):
        return prices.snapshot(row.region, row.size_gib, row.storage_tier)
    if not isinstance(row, Instance) or not row.state:
        return None
    return rate_of(row, prices) if row.state in BILLED else _nothing(prices)


def rate_of(row: Instance, prices: Prices) -> Price | None:
    """Return what an instance costs an hour whenever it runs, also while it does not."""
    return _rate(prices, row.region, row.type, row.lifecycle, row.platform, row.tenancy)


def _rate(
    prices: Prices, region: str, type: str, lifecycle: str, platform: str, tenancy: str
) -> Price | None:
    if platform not in ("", "Linux/UNIX") or tenancy not in ("", "default"):
        return None
    return prices.hourly(region, type, lifecycle)


def _nothing(prices: Prices) -> Price:
    return Price(NOTHING, "", prices.dated)


class Bill(Struct, frozen=True):
    """A sum of prices. ``unknown`` counts what has no price and is not in ``usd``."""

    usd: float = 0.0
    unknown: int = 0
    at_most: bool = False


def total(prices: Iterable[Price | None]) -> Bill:
    """Add prices up."""
    usd, unknown, at_most = 0.0, 0, False
    for price in prices:
        if price is None:
            unknown += 1
        else:
            usd += price.usd
            at_most = at_most or (price.at_most and price.usd > 0)
    return Bill(usd, unknown, at_most)


_PRICED_BY: Callable[[Any], tuple[str, ...]] = attrgetter(
    "state", "region", "type", "lifecycle", "platform", "tenancy"
)


def running(rows: Iterable[Row], prices: Prices) -> Bill:
    """Return what all instances that start or run cost an hour.

    Thousands of rows are a few kinds, and each kind is looked up once.
    """
    counts = Counter(map(_PRICED_BY, rows))
    return total(
        price
        for (state, *kind), number in counts.items()
        if state in BILLED
        for price in repeat(_rate(prices, *kind), number)
    )


def staying(row: Instance, volumes: Mapping[tuple[str, str], Row], prices: Prices) -> Bill:
    """Return what volumes that outlive an instance cost a month; of unknown fate, they stay."""
    kept = (a for a in row.attachments if a.delete_on_termination is not True)
    return total(_held(row.region, one.volume_id, volumes, prices) for one in kept)


def of_volumes(row: Instance, volumes: Mapping[tuple[str, str], Row], prices: Prices) -> Bill:
    """Return what all volumes of an instance cost a month; that goes on while it is stopped."""
    return total(_held(row.region, one.volume_id, volumes, prices) for one in row.attachments)


def _held(region: str, id: str, volumes: Mapping[tuple[str, str], Row], prices: Prices) -> Price | None:
    volume = volumes.get((region, id))
    return None if volume is None else price_of(volume, prices)
