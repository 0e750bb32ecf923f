"""Operations as values: what the journal tells, and what screens and commands show. Times are our clock."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.orders import Change


class Outcome(StrEnum):
    """How a target ended. They add up to the selection (CONTRACTS.md)."""

    DONE = "done"
    ACCEPTED = "accepted"
    ALREADY = "already"
    PROTECTED = "protected"
    REFUSED = "refused"
    CHANGED = "changed"
    LEFT_OUT = "left out"
    NOT_ATTEMPTED = "not attempted"
    UNKNOWN_ID = "unknown-id"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


GOOD = frozenset({Outcome.DONE, Outcome.ACCEPTED, Outcome.ALREADY})
"""Outcomes after which nothing is left to do for an approved target."""

FAILURES = frozenset({Outcome.FAILED, Outcome.UNCONFIRMED, Outcome.NOT_ATTEMPTED})
"""Outcomes that a retry takes up again."""


class OpState(StrEnum):
    """Where an operation is."""

    CONFIRMED = "confirmed"
    RUNNING = "running"
    WAITING_CREDENTIALS = "waiting for credentials"
    WAITING_THROTTLE = "waiting: throttled"
    UNKNOWN_OUTCOME = "finding out"
    ROLLING_BACK = "rolling back"
    DONE = "done"
    DONE_WITH_FAILURES = "done with failures"
    ABORTED = "aborted"
    NEEDS_HUMAN = "needs you"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in (self.DONE, self.DONE_WITH_FAILURES, self.ABORTED, self.NEEDS_HUMAN)


class Target(Struct, frozen=True):
    """One resource of an operation. ``outcome`` None: not settled yet; ``state`` was observed last."""

    id: str
    region: str
    zone: str
    name: str
    outcome: Outcome | None = None
    state: str = ""
    reason: str = ""
    code: str = ""
    request_id: str = ""
    attempts: int = 0
    hourly: float | None = None
    made: str = ""  # id of what was made of it


class Operation(Struct, frozen=True):
    """One confirmed act on some targets. ``why`` says what it waits for, or what a human must do.

    ``holder`` names the process that runs it ("pid 4711 on bastion"), "" if none does.
    """

    id: str
    act: Act
    account: str
    actor: str
    endpoint: str
    profile: str
    state: OpState
    why: str
    made_at: float
    began_at: float | None
    ended_at: float | None
    cancelled: bool
    holder: str
    targets: tuple[Target, ...]
    changes: dict[str, Change] = {}

    @property
    def settled(self) -> int:
        """How many targets have an outcome."""
        return sum(target.outcome is not None for target in self.targets)

    def count(self, outcome: Outcome) -> int:
        """Return how many targets ended so."""
        return sum(target.outcome is outcome for target in self.targets)
