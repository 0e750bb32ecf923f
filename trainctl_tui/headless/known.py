"""What a command knows of the fleet: read now, or remembered by an earlier run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import product
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui import bootstrap, paths
from trainctl_tui.domain.errors import ConfigError, NotFound, Trouble
from trainctl_tui.domain.inventory import LaneState
from trainctl_tui.domain.lineage import NO_WHOLE, Lineage, Whole
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.domain.sightings import Sightings
from trainctl_tui.headless.output import HINT
from trainctl_tui.headless.progress import Progress
from trainctl_tui.launch import Launch
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.news import News
from trainctl_tui.listing.remember import remembered
from trainctl_tui.providers.base import Call, Provider
from trainctl_tui.services import log, prices
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.metrics import LaneAge
from trainctl_tui.services.reading import Reading, Wanted, read_once, remember
from trainctl_tui.services.sweeping import Outcome
from trainctl_tui.services.tally import CallTally
from trainctl_tui.view_settings import ViewSettings

ALL_KINDS = tuple(Kind)


class LaneTold(Struct, frozen=True):
    """One lane as a command tells it. ``trouble`` is None where it is complete."""

    kind: Kind
    region: str
    taken_at: float | None
    rows: int
    trouble: Trouble | None


class Known(Struct, frozen=True):
    """Who we are, how each lane came out, and all rows."""

    identity: Identity | None
    unidentified: Trouble | None
    regions: tuple[str, ...]
    lanes: tuple[LaneTold, ...]
    facts: Facts

    @property
    def account(self) -> str:
        """The account, or "" where it is not known."""
        return self.identity.account if self.identity is not None else ""

    def lanes_of(self, kind: Kind) -> tuple[LaneTold, ...]:
        """Return the lanes of one kind, in order of region."""
        return tuple(lane for lane in self.lanes if lane.kind is kind)


class Source:
    """Where a command's knowledge comes from; ``keep`` remembers what ``fresh`` has read."""

    def __init__(self, launch: Launch, settings: ViewSettings) -> None:
        self._launch = launch
        self._settings = settings
        self._warnings: list[str] = []
        self._cache: Cache = bootstrap.cache(launch, self._warnings.append)
        self._history = bootstrap.history(launch, self._warnings.append)
        self._provider: Provider | None = None
        self._reading: Reading | None = None
        self._regions: tuple[str, ...] = ()
        self.prices = prices.load(paths.prices_file())
        self.tally = CallTally()

    @property
    def cache_counts(self) -> tuple[int, int]:
        """How often the cache had what was looked for, and how often not."""
        return self._cache.hits, self._cache.misses

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the cache complained of, and what is wrong with the user's prices."""
        return (*self._warnings, *map(str, self.prices.faults))

    def open(self) -> Provider:
        """Return the provider, the same each time. Raise ConfigError where the settings cannot be read."""
        if self._provider is None:
            self._provider = bootstrap.provider(self._launch, self._heard)
        return self._provider

    def regions(self) -> tuple[str, ...]:
        """Return the regions to read: those asked for, else the provider's own."""
        own = "" if self._launch.regions else self.open().default_region()
        return self._launch.regions or ((own,) if own else ())

    def fresh(self, kinds: tuple[Kind, ...], alias: bool = False, anywhere: bool = False) -> Known:
        """Read these kinds now, all lanes at once.

        Raise ConfigError where there is no region; with ``anywhere``, find out at least who we are.
        """
        with Progress() as progress:
            provider = self.open()
            self._regions = self.regions()
            if not self._regions and not anywhere:
                raise no_region()
            wanted = Wanted(self._regions, kinds, alias)
            reading = read_once(provider, self._cache, wanted, progress, bootstrap.desk())
        self._reading = reading
        lanes = tuple(
            _told(key, reading.lanes[key]) for key in product(kinds, self._regions) if key in reading.lanes
        )
        rows = {key: outcome.rows for key, outcome in reading.lanes.items()}
        facts = self._facts(rows, reading.clock_offset, _whole(reading))
        facts = replace(facts, sightings=self._sighted(reading))
        return Known(reading.identity, reading.unidentified, self._regions, lanes, facts)

    def ages(self) -> tuple[LaneAge, ...]:
        """Return how each lane came out, for the metrics."""
        lanes = self._reading.lanes if self._reading is not None else {}
        return tuple(
            LaneAge(kind.value, region, one.taken_at, one.trouble is None, len(one.rows))
            for (kind, region), one in sorted(lanes.items())
        )

    def keep(self) -> None:
        """Remember what was read, for the next view's first frame and for ``--cached``."""
        if self._reading is not None:
            remember(self._cache, self._reading)
            if not self._launch.regions and self._reading.identity is not None:
                self._cache.remember_regions(self._regions)
        self._cache.close()

    def cached(self, kinds: tuple[Kind, ...]) -> Known:
        """Return what an earlier run remembered, without a call; no lane has rows where that is nothing.

        Raise NotFound where not even the regions are known.
        """
        news = remembered(self._cache, self._launch)
        if news.identity is None or not news.regions:
            regions = self.regions()
            if not regions:
                raise _nothing_held()
            nothing = _nothing_held().trouble
            none = tuple(LaneTold(*key, None, 0, nothing) for key in product(kinds, regions))
            return Known(None, None, regions, none, self._facts({}, 0.0))
        lanes = tuple(_held(lane) for kind in kinds for lane in news.lanes(kind))
        facts = self._facts(_rows(news), news.clock_offset)
        sightings = self._remembered_sightings(news.account, news.regions)
        return Known(news.identity, None, news.regions, lanes, replace(facts, sightings=sightings))

    def _sighted(self, reading: Reading) -> dict[str, Sightings]:
        """Note the volumes that were listed, and return the history of each region."""
        if reading.identity is None:
            return {}
        account = reading.identity.account
        for (kind, region), one in reading.lanes.items():
            if kind is Kind.VOLUMES and one.trouble is None and one.taken_at is not None:
                self._history.note(account, region, one.rows.values(), one.taken_at)
        return self._remembered_sightings(account, self._regions)

    def _remembered_sightings(self, account: str, regions: tuple[str, ...]) -> dict[str, Sightings]:
        found = {region: self._history.read(account, region) for region in regions}
        return {region: held for region, held in found.items() if held is not None}

    def _heard(self, call: Call) -> None:
        self.tally.heard(call)
        log.call(call)

    def _facts(
        self, rows: Mapping[tuple[Kind, str], Mapping[str, Row]], offset: float, whole: Whole = NO_WHOLE
    ) -> Facts:
        by_kind: dict[Kind, dict[tuple[str, str], Any]] = {kind: {} for kind in Kind}
        for (kind, region), held in rows.items():
            by_kind[kind].update({(region, id): row for id, row in held.items()})
        return Facts(
            now=time.time() + offset,
            specs=MappingProxyType({row.id: row for row in by_kind[Kind.TYPES].values()}),
            statuses=MappingProxyType(by_kind[Kind.STATUSES]),
            rows=MappingProxyType(by_kind),
            owner_keys=self._settings.owner_keys,
            protected_keys=self._settings.protected_keys,
            user=self._settings.user,
            prices=self.prices,
            snapshot_days=self._settings.old_snapshot_days,
            lineage=Lineage(by_kind[Kind.VOLUMES], by_kind[Kind.SNAPSHOTS], whole),
        )


def _whole(reading: Reading) -> Whole:
    """Return when each lane that was read to its end was listed."""
    return {
        key: one.taken_at
        for key, one in reading.lanes.items()
        if one.trouble is None and one.taken_at is not None
    }


def no_region() -> ConfigError:
    """Return the error of a run that has no region to read."""
    return ConfigError(
        "There is no region to read.",
        "Neither --region, AWS_REGION nor the profile names one.",
        f"Say one, for example: --region us-east-1. {HINT}",
    )


def _nothing_held() -> NotFound:
    return NotFound(
        "Nothing is remembered for this profile.",
        "No view and no command has read it completely yet.",
        "Leave out --cached.",
    )


def _told(key: tuple[Kind, str], outcome: Outcome) -> LaneTold:
    return LaneTold(*key, outcome.taken_at, len(outcome.rows), outcome.trouble)


def _held(lane: LaneState) -> LaneTold:
    trouble = None
    if not lane.complete:
        trouble = NotFound(
            f"The {lane.lane.kind.value} of {lane.lane.region} are not remembered.",
            "No view and no command has read them completely yet.",
            "Leave out --cached.",
        ).trouble
    return LaneTold(lane.lane.kind, lane.lane.region, lane.taken_at, len(lane.rows), trouble)


def _rows(news: News) -> dict[tuple[Kind, str], Mapping[str, Row]]:
    return {(lane.lane.kind, lane.lane.region): lane.rows for kind in Kind for lane in news.lanes(kind)}
