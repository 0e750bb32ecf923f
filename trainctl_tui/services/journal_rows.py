"""What the journal keeps, as values; times are our clock."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.acts import Act, Facts, Policy, Verdict
from trainctl_tui.domain.operations import Operation, OpState, Target
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.plans import Approval
from trainctl_tui.launch import Launch


class Sent(StrEnum):
    """What is known of the last call that named a target."""

    NEVER = ""
    OPEN = "open"  # an intent without a result: the call may have been made
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # answered with an error: this call did nothing to it
    DOUBTED = "doubted"  # answered with an error, and may have acted on some all the same
    LOST = "lost"  # sent, no usable answer


class OpRecord(Struct, frozen=True):
    """One operation without its targets. ``epoch`` rises with every process that takes it over."""

    id: str
    act: Act
    account: str
    actor: str
    endpoint: str
    launch: Launch
    policy: Policy
    plan_hash: str
    included: tuple[str, ...]
    granted: Verdict  # the strictest verdict that the user's word covers
    targets: int
    made_at: float
    expires_at: float
    version: str
    state: OpState = OpState.CONFIRMED
    why: str = ""
    began_at: float | None = None
    ended_at: float | None = None
    cancelled: bool = False
    epoch: int = 0
    holder: str = ""
    changes: dict[str, Change] = {}

    def operation(self, targets: tuple[Target, ...], held: bool) -> Operation:
        """Return this as the screens see it. ``held``: a process has it now."""
        return Operation(
            id=self.id,
            act=self.act,
            account=self.account,
            actor=self.actor,
            endpoint=self.endpoint,
            profile=self.launch.profile,
            state=self.state,
            why=self.why,
            made_at=self.made_at,
            began_at=self.began_at,
            ended_at=self.ended_at,
            cancelled=self.cancelled,
            holder=self.holder if held else "",
            targets=targets,
            changes=self.changes,
        )


class Tracked(Struct, frozen=True):
    """A target and what was sent for it. ``sent_at`` is when a call first named it."""

    target: Target
    sent: Sent = Sent.NEVER
    sent_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has no outcome yet."""
        return self.target.outcome is None

    @property
    def was_touched(self) -> bool:
        """Whether a call may have had an effect on it."""
        return self.sent not in (Sent.NEVER, Sent.REJECTED)

    def having(self, sent: Sent | None = None, sent_at: float | None = None, **changes: Any) -> Tracked:
        """Return this with changes to its target, and to what was sent where that is given."""
        return Tracked(
            replace(self.target, **changes), self.sent if sent is None else sent, sent_at or self.sent_at
        )


class Event(Struct, frozen=True):
    """One line of an operation's history. ``phase`` is "confirmed", "taken", "intent", "result", "observed",
    "settled", "state" or "cancelled"; ``data`` are its details in words. ``seq`` rises over all operations.
    """  # noqa: D205 - the phases are one list

    op: str
    phase: str
    at: float
    ids: tuple[str, ...] = ()
    data: dict[str, str] = msgspec.field(default_factory=dict)
    seq: int = 0


class Confirmed(Struct, frozen=True):
    """All that an executor goes by. ``planned`` are the facts that the plan was judged by."""

    op: OpRecord
    approval: Approval
    planned: dict[str, Facts]
