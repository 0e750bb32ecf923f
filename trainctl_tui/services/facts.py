"""Gather what an act is judged by: who we are, facts, work and price of each target, and what else runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.acts import Facts, Fleet, Job, JobState, VolumeFacts
from trainctl_tui.domain.errors import ConfigError, TrainctlError
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.resources import Identity, Instance, Kind, Row
from trainctl_tui.providers.base import CanAct, CanProbe, Patience, Provider
from trainctl_tui.providers.lookup import NEW
from trainctl_tui.providers.requests import kind_of

_REGIONS = 8  # asked at the same time
_ACTIVE = frozenset({"pending", "running"})
_STILL = frozenset({"stopped", "shutting-down", "terminated"})

Target: TypeAlias = tuple[str, str]
"""(region, id)."""


class Amount(Protocol):
    """A price in USD."""

    @property
    def usd(self) -> float:
        """The amount."""
        ...


class PriceBook(Protocol):
    """What things cost; None where a price is not known."""

    def hourly(self, region: str, type: str, lifecycle: str) -> Amount | None:
        """Return what an instance costs an hour."""
        ...

    def storage_monthly(
        self, region: str, type: str, gib: int | None, iops: int | None, throughput: int | None
    ) -> float | None:
        """Return what a volume costs a month, in USD."""
        ...

    def snapshot_monthly(self, region: str, tier: str, gib: int | None) -> float | None:
        """Return the most that a snapshot can cost a month, in USD."""
        ...


class Gathered(Struct, frozen=True):
    """What was read. ``facts`` keep the order of the targets; ``now`` is the provider's clock at the end."""

    identity: Identity
    facts: tuple[Facts, ...]
    fleets: tuple[Fleet, ...]
    now: float


def gather(
    provider: Provider,
    targets: Sequence[Target],
    patience: Patience,
    changes: Mapping[str, Change],
    prices: PriceBook,
    *,
    clock: Callable[[], float] = time.time,
) -> Gathered:
    """Read everything afresh; ``changes`` name the machines that volumes are to be attached to.

    Raises what reading raises; what cannot be counted, and kinds that no target is of, are unknown.
    """
    if not isinstance(provider, CanAct):
        raise ConfigError(f"{provider.name} can only be read.", "It has no way to change a machine.")
    identity = provider.identify(patience)
    by_region: dict[str, list[str]] = {}
    for region, id in dict.fromkeys(targets):
        by_region.setdefault(region, []).append(id)
    found: dict[Target, Facts] = {}
    with ThreadPoolExecutor(_REGIONS, "facts") as pool:
        counting = [
            pool.submit(_count, provider, region, ids, patience, prices) for region, ids in by_region.items()
        ]
        asking = [
            pool.submit(_ask, provider, region, ids, patience, changes) for region, ids in by_region.items()
        ]
        for told in asking:
            for facts in told.result():
                owner = facts.account or identity.account
                found[facts.region, facts.id] = priced(replace(facts, account=owner), prices)
        fleets = [counted.result() for counted in counting]
    now = clock() + provider.clock_offset()
    return Gathered(identity, tuple(found[target] for target in targets), tuple(fleets), now)


def priced(facts: Facts, prices: PriceBook) -> Facts:
    """Return the facts with what the machine and its volumes cost."""
    if not facts.is_known:
        return facts
    if facts.kind is not Kind.INSTANCES:
        return _disk_priced(facts, prices)
    price = prices.hourly(facts.region, facts.type, facts.lifecycle)
    volumes = facts.volumes and tuple(_with_cost(volume, facts.region, prices) for volume in facts.volumes)
    return replace(facts, hourly=None if price is None else price.usd, volumes=volumes)


def _disk_priced(facts: Facts, prices: PriceBook) -> Facts:
    if facts.disk:
        disk = facts.disk
        cost = prices.storage_monthly(facts.region, facts.type, disk.size_gib, disk.iops, disk.throughput)
        return replace(facts, disk=replace(disk, monthly=cost))
    if facts.copy:
        cost = prices.snapshot_monthly(facts.region, facts.copy.tier, facts.copy.size_gib)
        return replace(facts, copy=replace(facts.copy, monthly=cost))
    return facts


def _with_cost(volume: VolumeFacts, region: str, prices: PriceBook) -> VolumeFacts:
    cost = prices.storage_monthly(region, volume.type, volume.size_gib, volume.iops, volume.throughput)
    return replace(volume, monthly=cost)


def _ask(
    provider: Provider, region: str, ids: Sequence[str], patience: Patience, changes: Mapping[str, Change]
) -> tuple[Facts, ...]:
    """Return the facts of one region's targets with their work."""
    assert isinstance(provider, CanAct)
    read = provider.facts(region, ids, patience, changes)
    jobs = _jobs(provider, region, [facts.id for facts in read if facts.state == "running"], patience)
    return tuple(replace(facts, job=_job(facts, jobs)) for facts in read)


def _jobs(provider: Provider, region: str, ids: Sequence[str], patience: Patience) -> Mapping[str, Job]:
    """Probe running machines; where that cannot be done, say why."""
    if not ids:
        return {}
    if not isinstance(provider, CanProbe):
        return dict.fromkeys(ids, Job(JobState.UNKNOWN, "this version cannot look into machines yet"))
    try:
        return provider.probe(region, ids, patience)
    except TrainctlError as error:
        return dict.fromkeys(ids, Job(JobState.UNKNOWN, str(error)))


def _job(facts: Facts, jobs: Mapping[str, Job]) -> Job:
    if facts.kind is not Kind.INSTANCES:
        return facts.job
    if not facts.is_known:
        return Job(JobState.UNKNOWN, "the machine is not known")
    if facts.state in _STILL:
        return Job(JobState.NONE, f"the machine is {facts.state}")
    if facts.state != "running":
        return Job(JobState.UNKNOWN, f"a machine that is {facts.state} cannot be looked into")
    return jobs.get(facts.id) or Job(JobState.UNKNOWN, "the probe told nothing of it")


def _count(
    provider: Provider, region: str, ids: Sequence[str], patience: Patience, prices: PriceBook
) -> Fleet:
    """Count what complete listings show of the kinds that the targets are of, themselves included."""
    kinds = {kind_of(id) for id in ids if not id.startswith(NEW)}

    def listed(kind: Kind) -> list[Row] | None:
        try:
            return [row for page in provider.pages(kind, region, patience) for row in page.items]
        except TrainctlError:
            return None

    found = {kind: rows for kind in kinds if (rows := listed(kind)) is not None}
    volumes, snapshots = (len(found[k]) if k in found else None for k in (Kind.VOLUMES, Kind.SNAPSHOTS))
    if Kind.INSTANCES not in found:
        return Fleet(region, None, None, volumes=volumes, snapshots=snapshots)
    machines = [row for row in found[Kind.INSTANCES] if isinstance(row, Instance)]
    active = [machine for machine in machines if machine.state in _ACTIVE]
    costs = [prices.hourly(region, machine.type, machine.lifecycle) for machine in active]
    known = [cost.usd for cost in costs if cost is not None]
    return Fleet(
        region,
        active=len(active),
        visible=sum(machine.state != "terminated" for machine in machines),
        hourly=sum(known) if len(known) == len(costs) else None,
        volumes=volumes,
        snapshots=snapshots,
    )
