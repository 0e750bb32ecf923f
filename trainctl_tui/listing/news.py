"""Everything the screen may say about the cloud, as one frozen value that folds messages in.

The link's thread folds and posts whole truths; a screen that misses one loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import TypeAlias, cast

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.cost import NO_PRICES, Bill, Prices, running
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Inventory, Lane, LaneState, Listing, OutOfStep, Standing
from trainctl_tui.domain.lineage import Whole
from trainctl_tui.domain.resources import Identity, InstanceStatus, Kind, Row, TypeSpec
from trainctl_tui.domain.sightings import Sightings
from trainctl_tui.link import messages as m

Key: TypeAlias = tuple[str, str]  # (region, id): equal ids in two regions stay two rows
Rows: TypeAlias = Mapping[Key, Row]

_NOTHING: Rows = MappingProxyType({})
_KEPT_WARNINGS = 50
_STATE = attrgetter("state")


class News(Struct, frozen=True):
    """What is known now. ``collector`` says why nobody reads the cloud, or is "" while one does.

    ``verified`` is False while the identity is only remembered. ``clock_offset`` is the provider's
    clock minus ours (seconds). ``warnings`` are lines, oldest first. ``states`` counts the instances,
    ``hourly`` is what those that run cost by ``prices``. ``histories`` of volumes are by account and region.
    """

    inventory: Inventory = Inventory()
    identity: Identity | None = None
    verified: bool = False
    unidentified: Trouble | None = None
    regions: tuple[str, ...] = ()
    no_region: Trouble | None = None
    clock_offset: float = 0.0
    collector: str = "starting"
    warnings: tuple[str, ...] = ()
    tally: m.Tally | None = None
    rows: Mapping[Kind, Rows] = MappingProxyType({})
    states: Mapping[str, int] = MappingProxyType({})
    prices: Prices = NO_PRICES
    hourly: Bill = Bill()
    histories: Mapping[tuple[str, str], Sightings] = MappingProxyType({})

    def of(self, kind: Kind) -> Rows:
        """Return the rows of one kind over all regions, by (region, id)."""
        return self.rows.get(kind, _NOTHING)

    def lanes(self, kind: Kind) -> tuple[LaneState, ...]:
        """Return one lane a watched region, those that nothing is known of included."""
        account = self.account
        return tuple(self.inventory.state(Lane(account, region, kind)) for region in self.regions)

    @property
    def account(self) -> str:
        """The account whose lanes are shown, or "" where it is not known."""
        return self.identity.account if self.identity is not None else ""

    @property
    def whole(self) -> Whole:
        """When each kind and region that is held whole, and confirmed in this run, was listed."""
        return {
            (lane.lane.kind, lane.lane.region): lane.taken_at
            for kind in (Kind.VOLUMES, Kind.SNAPSHOTS)
            for lane in self.lanes(kind)
            if lane.standing is Standing.LIVE and lane.taken_at is not None
        }

    @property
    def sightings(self) -> Mapping[str, Sightings]:
        """The histories of the account on screen, by region."""
        return {region: held for (account, region), held in self.histories.items() if account == self.account}

    @property
    def specs(self) -> Mapping[str, TypeSpec]:
        """Instance types by name; any region's word will do."""
        return {row.id: row for row in self.of(Kind.TYPES).values() if isinstance(row, TypeSpec)}

    @property
    def statuses(self) -> Mapping[Key, InstanceStatus]:
        """Health by (region, instance id)."""
        return cast("Mapping[Key, InstanceStatus]", self.of(Kind.STATUSES))  # as many as there are machines

    @property
    def settled(self) -> bool:
        """Whether every watched lane has been listed once, and none is being read now."""
        lanes = [lane for kind in Kind for lane in self.lanes(kind)]
        return bool(lanes) and all(
            lane.standing is not Standing.LOADING and not lane.refreshing for lane in lanes
        )


class StepLost(Exception):
    """Differences do not fit what is held: ask the collector for everything again."""


def fold(news: News, message: m.ToView, now: float) -> News:
    """Take in one message. ``now`` is this machine's clock. Raise StepLost if a lane must be sent whole."""
    match message:
        case m.Listed(listing, offset):
            if listing.lane.kind is Kind.TYPES:
                # Instance types are nobody's: they say nothing about whose the other rows are.
                listing = replace(listing, lane=_shown(news, listing.lane))
            if listing.lane.account != news.account:
                if news.verified:
                    return news  # a late answer for somebody else
                news = _confined(replace(news, identity=None))
            try:
                inventory = news.inventory.accept(listing)
            except OutOfStep as error:
                raise StepLost(str(error)) from error
            return _taken_in(news, replace(news, inventory=inventory, clock_offset=offset), listing)
        case m.SweepStarted(lane, sweep):
            return replace(news, inventory=news.inventory.started(_shown(news, lane), sweep))
        case m.SweepWaiting(lane, trouble, seconds):
            at = now + news.clock_offset + seconds
            return replace(news, inventory=news.inventory.waiting(_shown(news, lane), trouble, at))
        case m.SweepFailed(lane, sweep, trouble, retry_in, failures):
            when = None if retry_in is None else now + news.clock_offset + retry_in
            inventory = news.inventory.failed(_shown(news, lane), sweep, trouble, when, failures)
            return replace(news, inventory=inventory)
        case m.CollectorLost(cause, restart_in):
            return _lost(news, cause, restart_in)
        case m.CacheWarning(text):
            return replace(news, warnings=(*news.warnings, text)[-_KEPT_WARNINGS:])
        case m.Tally():
            return replace(news, tally=message)
        case _:
            return _who_and_where(news, message)


def _taken_in(before: News, after: News, listing: Listing) -> News:
    """Renew the rows on screen as a listing has renewed its lane.

    Thousands of rows are not merged again for the sake of a few: pages and differences change only what
    they name, and where nothing changed the rows stay the same value, so that nobody compares them.
    """
    lane, kind = listing.lane, listing.lane.kind
    held, rows = before.inventory.state(lane).rows, after.inventory.state(lane).rows
    if after.inventory is before.inventory or rows is held:
        return after
    if listing.complete and listing.base is None:
        return _merged(after, kind)
    if listing.base == listing.sweep:  # the end of pages that have been merged one by one
        return after if len(rows) == len(held) and not listing.items else _merged(after, kind)
    if not (listing.items or listing.gone):
        return after
    merged = dict(after.of(kind))
    merged.update(((lane.region, item.id), item) for item in listing.items)
    for id in listing.gone:
        merged.pop((lane.region, id), None)
    return _showing(after, kind, merged)


def _shown(news: News, lane: Lane) -> Lane:
    """Speak of a lane whose account is not known as the one on screen: its rows are the ones that age."""
    return lane if lane.account else replace(lane, account=news.account)


def _who_and_where(news: News, message: m.ToView) -> News:
    match message:
        case m.Hello(_, regions):
            return _confined(replace(news, collector="", regions=regions or news.regions))
        case m.Watching(regions, trouble):
            return _confined(replace(news, regions=regions, no_region=trouble))
        case m.Identified(identity):
            if news.identity is not None and news.identity.arn != identity.arn:
                # Rows remembered for somebody else are not ours to show.
                news = replace(
                    news, inventory=Inventory(), rows=MappingProxyType({}), states=Counter(), hourly=Bill()
                )
            known = replace(news, identity=identity, verified=True, unidentified=None)
            return _confined(known)
        case m.Unidentified(trouble):
            return replace(news, unidentified=trouble, verified=False)
        case m.Sighted(account, region, sightings):
            return replace(news, histories={**news.histories, (account, region): sightings})
        case _:
            return news


def _confined(news: News) -> News:
    """Drop lanes of other accounts and regions."""
    kept = news.inventory.only(news.account, news.regions)
    return news if kept is news.inventory else remerged(replace(news, inventory=kept))


def remerged(news: News) -> News:
    """Rebuild the rows of every kind from the inventory."""
    for kind in Kind:
        news = _merged(news, kind)
    return news


def _merged(news: News, kind: Kind) -> News:
    rows: dict[Key, Row] = {}
    for lane in news.inventory.of(kind):
        region = lane.lane.region
        rows.update({(region, id): row for id, row in lane.rows.items()})
    return _showing(news, kind, rows)


def _showing(news: News, kind: Kind, rows: Rows) -> News:
    news = replace(news, rows=MappingProxyType({**news.rows, kind: rows}))
    if kind is not Kind.INSTANCES:
        return news
    return replace(
        news, states=Counter(map(_STATE, rows.values())), hourly=running(rows.values(), news.prices)
    )


def _lost(news: News, cause: str, restart_in: float) -> News:
    trouble = Trouble(
        kind="TransportError",
        what="The collector has ended.",
        why=cause,
        next_step=f"It starts again in {restart_in:.0f} s; nothing is needed.",
        retryable=True,
    )
    text = f"The collector has ended ({cause}). It starts again by itself."
    return replace(
        news,
        inventory=news.inventory.interrupted(trouble),
        collector=cause or "ended",
        warnings=(*news.warnings, text)[-_KEPT_WARNINGS:],
    )


def same_lanes(ours: tuple[LaneState, ...], theirs: tuple[LaneState, ...]) -> bool:
    """Say whether lanes are the same values. Never compares rows: there may be many thousands."""
    return len(ours) == len(theirs) and all(
        one is other or (one.sweep < 0 and other.sweep < 0 and one == other)
        for one, other in zip(ours, theirs, strict=True)
    )
