"""What view and collector say to each other. Whole truths, so that a repeated message costs nothing."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from trainctl_tui.domain.acts import Facts, Fleet
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.orders import Change, Order
from trainctl_tui.domain.resources import Console, Identity, Kind, Region
from trainctl_tui.domain.sightings import Sightings
from trainctl_tui.services.tally import OperationTally


class Hello(Struct, frozen=True, tag=True):
    """First words of a collector: its process id and the regions it watches."""

    pid: int
    regions: tuple[str, ...]


class Identified(Struct, frozen=True, tag=True):
    """The provider said who we are (sent again when the alias is known)."""

    identity: Identity


class Unidentified(Struct, frozen=True, tag=True):
    """Who we are could not be found out. Lanes then carry account ""."""

    trouble: Trouble


class Watching(Struct, frozen=True, tag=True):
    """The regions being watched now; an empty tuple comes with the reason in ``trouble``."""

    regions: tuple[str, ...]
    trouble: Trouble | None = None


class SweepStarted(Struct, frozen=True, tag=True):
    """A sweep of a lane is under way."""

    lane: Lane
    sweep: int


class Listed(Struct, frozen=True, tag=True):
    """News of a lane. ``clock_offset`` is the provider's clock minus this machine's, seconds."""

    listing: Listing
    clock_offset: float


class SweepWaiting(Struct, frozen=True, tag=True):
    """A sweep pauses ``seconds`` before it tries the same page again."""

    lane: Lane
    trouble: Trouble
    seconds: float


class SweepFailed(Struct, frozen=True, tag=True):
    """A sweep ended with an error; the next begins in ``retry_in`` seconds (None: only when asked)."""

    lane: Lane
    sweep: int
    trouble: Trouble
    retry_in: float | None
    failures: int


class CacheWarning(Struct, frozen=True, tag=True):
    """One line about the cache, said once a run."""

    text: str


class Sighted(Struct, frozen=True, tag=True):
    """Since when volumes of a region have been seen available, in the account that was listed."""

    account: str
    region: str
    sightings: Sightings


class CollectorLost(Struct, frozen=True, tag=True):
    """Made by the client, never sent: the collector died; another starts in ``restart_in`` seconds."""

    cause: str
    restart_in: float


class ConsoleAnswer(Struct, frozen=True, tag=True):
    """Answer to ``AskConsole``."""

    id: int
    console: Console


class RawAnswer(Struct, frozen=True, tag=True):
    """Answer to ``AskRaw``: the provider's own words, as JSON."""

    id: int
    text: str


class RegionsAnswer(Struct, frozen=True, tag=True):
    """Answer to ``AskRegions``."""

    id: int
    regions: tuple[Region, ...]


class FactsAnswer(Struct, frozen=True, tag=True):
    """Answer to ``AskFacts``: what ``services.facts.Gathered`` holds. ``now`` is the provider's clock."""

    id: int
    identity: Identity
    facts: tuple[Facts, ...]
    fleets: tuple[Fleet, ...]
    now: float


class Rehearsed(Struct, frozen=True):
    """What the provider said to a dry run in one region; ``trouble`` None: it would be allowed."""

    region: str
    ids: tuple[str, ...]
    trouble: Trouble | None


class RehearsalAnswer(Struct, frozen=True, tag=True):
    """Answer to ``AskRehearsal``."""

    id: int
    regions: tuple[Rehearsed, ...]


class NoAnswer(Struct, frozen=True, tag=True):
    """A question that ended in an error."""

    id: int
    trouble: Trouble


class Tally(Struct, frozen=True, tag=True):
    """All counters: a whole truth, sent at most once a second and only when something changed."""

    operations: tuple[OperationTally, ...]
    cache_hits: int
    cache_misses: int


ToView: TypeAlias = (
    Hello
    | Identified
    | Unidentified
    | Watching
    | SweepStarted
    | Listed
    | SweepWaiting
    | SweepFailed
    | CacheWarning
    | Sighted
    | CollectorLost
    | ConsoleAnswer
    | RawAnswer
    | RegionsAnswer
    | FactsAnswer
    | RehearsalAnswer
    | NoAnswer
    | Tally
)


class Refresh(Struct, frozen=True, tag=True):
    """Sweep now: these kinds, or all where empty. ``whole`` sends everything again, not differences."""

    kinds: tuple[Kind, ...] = ()
    whole: bool = False


class Pause(Struct, frozen=True, tag=True):
    """Stop sweeping by the clock (True), or go on (False). ``Refresh`` works all the same."""

    paused: bool


class WatchRegions(Struct, frozen=True, tag=True):
    """Watch these regions instead."""

    regions: tuple[str, ...]


class AskConsole(Struct, frozen=True, tag=True):
    """Fetch the last console lines of an instance."""

    id: int
    region: str
    instance_id: str


class AskRaw(Struct, frozen=True, tag=True):
    """Fetch the provider's own description of one resource."""

    id: int
    kind: Kind
    region: str
    resource_id: str


class AskRegions(Struct, frozen=True, tag=True):
    """List the account's regions."""

    id: int


class AskFacts(Struct, frozen=True, tag=True):
    """Read afresh what an act on these targets, (region, id) each, is judged by.

    ``changes`` name the machines that volumes are to be attached to.
    """

    id: int
    targets: tuple[tuple[str, str], ...]
    changes: dict[str, Change] = {}


class AskRehearsal(Struct, frozen=True, tag=True):
    """Ask the provider by a dry run whether it would allow an act on these targets. It changes nothing."""

    id: int
    order: Order
    targets: tuple[tuple[str, str], ...]


Question: TypeAlias = AskConsole | AskRaw | AskRegions | AskFacts | AskRehearsal
Answer: TypeAlias = ConsoleAnswer | RawAnswer | RegionsAnswer | FactsAnswer | RehearsalAnswer | NoAnswer
ToCollector: TypeAlias = Refresh | Pause | WatchRegions | Question
