"""What an act is judged by: the values that plan, journal, executor and screens share.

SAFETY.md says what they mean. Times are seconds since 1970 UTC on the provider's clock; ``None`` means
*unknown*, and unknown never counts as safe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import IntEnum, StrEnum

import msgspec
from msgspec import Struct

from trainctl_tui.domain.disks import CopyFacts, DiskFacts, Host
from trainctl_tui.domain.packing import packed
from trainctl_tui.domain.resources import Kind, Tags
from trainctl_tui.domain.tags import OWNER_KEYS


class Act(StrEnum):
    """What may be done. The value is the verb that a phrase and a command use."""

    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    TERMINATE = "terminate"
    ATTACH = "attach"  # a volume to a machine
    DETACH = "detach"
    DELETE = "delete"  # a volume or a snapshot
    MODIFY = "modify"  # a volume's type, size and speed
    KEEP = "keep"  # a volume is no longer deleted with its machine
    CREATE = "create"  # a volume
    SNAPSHOT = "snapshot"  # of a volume
    RESTORE = "restore"  # a snapshot to a new volume
    PROTECT = "protect"
    UNPROTECT = "unprotect"
    TAG = "tag"


SAVING = frozenset({Act.STOP, Act.TERMINATE})
"""Acts that end what a machine costs by the hour."""


class Verdict(IntEnum):
    """How an act may go ahead, weakest first; the highest of all matching rows wins."""

    ALLOW = 0
    WARN = 1
    TYPE = 2
    REFUSE = 3


class JobState(StrEnum):
    """Whether a machine works (SAFETY.md, definition 4)."""

    RUNNING = "running"
    IDLE = "idle"
    UNKNOWN = "unknown"
    NONE = "n/a"  # a machine that does not run has no job


class Ownership(StrEnum):
    """Whose a resource is (SAFETY.md, definition 2)."""

    MINE = "mine"
    OURS = "ours"  # made by trainctl, names no user
    COLLEAGUE = "colleague's"
    FOREIGN = "foreign"


class Job(Struct, frozen=True):
    """What a probe found. ``why`` says why it is UNKNOWN, or what runs.

    An IDLE is believed only with a ``probed_at`` of the last minute; without ``busiest_percent`` and
    ``checkpoint_saved`` a terminate needs typing. Nothing to save counts as saved.
    """

    state: JobState
    why: str = ""
    probed_at: float | None = None
    busiest_percent: float | None = None  # highest of CPU, memory, GPU use and GPU memory
    checkpoint_saved: bool | None = None  # whether the newest checkpoint has a remote copy


class VolumeFacts(Struct, frozen=True):
    """A volume attached to the target. ``tags`` None: could not be read. ``monthly`` in USD."""

    id: str
    device: str
    is_root: bool
    delete_on_termination: bool | None
    size_gib: int | None = None
    type: str = ""
    tags: Tags | None = None
    snapshot_at: float | None = None  # newest completed snapshot
    snapshots_known: bool = False  # False: could not be asked, so a missing ``snapshot_at`` says nothing
    monthly: float | None = None
    iops: int | None = None
    throughput: int | None = None  # MiB/s


SPOKEN = {Kind.INSTANCES: "machine", Kind.VOLUMES: "volume", Kind.SNAPSHOTS: "snapshot"}
"""What reasons and clean-ups call one of a kind."""


class Facts(Struct, frozen=True):
    """All that is known of one target at ``read_at``. ``state`` is "" where the id is not known.

    ``launched_at`` is when a volume or a snapshot was made. A volume has a ``disk``, a snapshot a ``copy``;
    what is to be created is a target of ``kind`` volumes with neither, in state "new".
    """

    id: str
    account: str
    region: str
    read_at: float
    zone: str = ""
    state: str = ""
    type: str = ""
    lifecycle: str = ""
    launched_at: float | None = None
    tags: Tags | None = None
    terminate_protected: bool | None = None
    stop_protected: bool | None = None
    volumes: tuple[VolumeFacts, ...] | None = None
    instance_store: bool | None = None  # whether its type has disks that die with a stop
    job: Job = Job(JobState.UNKNOWN, "it was not probed")
    hourly: float | None = None  # USD
    spot_persistent: bool | None = None  # whether a spot machine may start again after a stop
    kind: Kind = Kind.INSTANCES
    disk: DiskFacts | None = None
    copy: CopyFacts | None = None
    host: Host | None = None  # of an attach

    @property
    def is_known(self) -> bool:
        """Whether the provider knows the id at all."""
        return bool(self.state)

    @property
    def noun(self) -> str:
        """What it is called in a sentence: "machine", "volume", "snapshot"."""
        return SPOKEN.get(self.kind, "resource")

    def digest(self) -> str:
        """Return a hash of what decides: not of the moment, of money or of a probe's words."""
        volumes = None if self.volumes is None else tuple(
            msgspec.structs.replace(volume, monthly=None, iops=None, throughput=None)
            for volume in self.volumes
        )  # fmt: skip
        decisive = msgspec.structs.replace(
            self,
            read_at=0.0,
            hourly=None,
            volumes=volumes,
            job=Job(self.job.state),
            disk=self.disk and msgspec.structs.replace(self.disk, monthly=None),
            copy=self.copy and msgspec.structs.replace(self.copy, monthly=None, progress=None),
        )
        return hashlib.sha256(packed(decisive)).hexdigest()[:16]


class Fleet(Struct, frozen=True):
    """What there is besides the targets, in one account and region. ``None``: could not be counted."""

    region: str
    active: int | None  # running and pending
    visible: int | None  # all machines that a complete listing shows, terminated ones left out
    hourly: float | None = None  # USD of what is active; None if any price is unknown
    volumes: int | None = None  # that a complete listing shows
    snapshots: int | None = None


class Policy(Struct, frozen=True):
    """The ``[safety]`` settings and who we are (SAFETY.md)."""

    user: str = ""
    owner_keys: tuple[str, ...] = OWNER_KEYS
    protected_keys: tuple[str, ...] = ()
    ownership: str = "ask"  # "ask", "strict" (refuse what is not mine), "any" (foreign counts as mine)
    min_age: float = 300.0  # seconds
    warn_instances: int = 10
    max_instances: int | None = 50  # None: no limit
    max_batch: int = 50
    max_percent: float = 50.0  # of what is visible, for batches of more than 10
    hourly_budget: float | None = None  # USD; None: no budget
    allow_force: bool = False
    read_only: bool = False
    snapshot_days: float = 7.0  # up to this age a snapshot counts as a copy of its volume
    modify_hours: float = 6.0  # between two changes of a volume
    delete_rate: float = 5.0  # volumes and snapshots a second
    delete_burst: int = 100


class Situation(Struct, frozen=True):
    """Where and when an act is judged; every doubt here refuses it (D1, D37).

    ``screen_account`` is who the user saw when the key went down. ``busy`` maps ids to the unfinished
    operation that names them. ``partial`` names regions whose listing is partial or stale.
    """

    screen_account: str
    account: str
    now: float
    offline: str = ""  # why nothing can be asked, or ""
    partial: tuple[str, ...] = ()
    busy: dict[str, str] = {}
    unlocked: dict[str, float] = {}  # id -> when its protection was taken off; on the clock of ``now``


FRESH = 15.0
"""Seconds for which facts serve an act (SAFETY.md, definition 6)."""


class Finding(Struct, frozen=True):
    """One row of the decision table that holds: ``row`` is its number ("D3"), ``reason`` a sentence.

    ``by_word``: in a batch the target is left out unless it is included one by one.
    """

    row: str
    verdict: Verdict
    reason: str
    by_word: bool = False
    settled: bool = False  # nothing is left to do (D5)
    forced: bool = False  # the phrase is "FORCE <id>"


def strictest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings as they are told: the strictest first, else in the order of the table."""
    return sorted(findings, key=lambda found: -found.verdict)


class Judgement(Struct, frozen=True):
    """What holds for one target."""

    facts: Facts
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason, the strictest first."""
        return tuple(found.reason for found in strictest_first(self.findings))

    @property
    def causes(self) -> tuple[str, ...]:
        """The reasons of the strictest verdict alone: why it does not go, not what would happen if it did."""
        strictest = max((f.verdict for f in self.findings), default=Verdict.ALLOW)
        return tuple(f.reason for f in self.findings if f.verdict is strictest)

    @property
    def by_word(self) -> bool:
        """Whether a batch leaves it out unless it is included one by one."""
        return any(found.by_word for found in self.findings)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do (D5)."""
        return any(found.settled for found in self.findings)
