"""What all parts of one execution share: the operation, its pen, how it waits, and what it records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import SystemRandom
from threading import Event
from typing import Protocol

from msgspec import Struct

from trainctl_tui.domain.acts import Facts
from trainctl_tui.domain.errors import CannotRecord, Throttled, TrainctlError, Trouble
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.domain.orders import Change, Order
from trainctl_tui.domain.rules_tags import LOCK
from trainctl_tui.launch import Launch
from trainctl_tui.providers.base import Patience, Provider
from trainctl_tui.services.audit_chain import Entry
from trainctl_tui.services.crashpoint import crashpoint
from trainctl_tui.services.facts import Gathered
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.journal_pen import Pen
from trainctl_tui.services.journal_rows import Confirmed, Sent, Tracked
from trainctl_tui.services.operations import STEPS
from trainctl_tui.services.pacing import backoff

SLICE = 2.0
"""Seconds after which a pause looks whether the operation was cancelled."""

PATIENCE = 3600.0
"""Seconds for which an execution waits for a line, for slower calls or for credentials, before it ends."""


class Stopped(TrainctlError):
    """This process is to end. The operation stays unfinished; resume goes on with it."""


class Cancelled(TrainctlError):
    """Nothing more is to be sent."""


class Recorder(Protocol):
    """Takes audit entries durably. Raises CannotRecord."""

    def write(self, entry: Entry) -> None:
        """Append an entry."""
        ...


@dataclass(frozen=True)
class Tools:
    """What an execution works with. ``wait`` pauses some seconds and says whether the process is to end."""

    open_provider: Callable[[Launch], Provider]
    gather: Callable[[Provider, Sequence[tuple[str, str]], Patience, Mapping[str, Change]], Gathered]
    audit: Recorder
    stop: Event = field(default_factory=Event)
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    wait: Callable[[float], bool] | None = None
    chance: Callable[[], float] = SystemRandom().random
    read_only: bool = False
    endpoint: str = ""  # what an SDK would take from this process' environment


class Sight(Struct, frozen=True):
    """Facts of some targets, and when they were read on the clocks of this machine."""

    gathered: Gathered
    wall: float
    monotonic: float


class Run:
    """One execution of one operation by this process.

    ``sending``: a cancel ends every pause at once. ``ended_early`` says why not all was sent, if so.
    """

    def __init__(self, kept: Confirmed, pen: Pen, tools: Tools, journal: Journal) -> None:
        self.approval = kept.approval
        self.planned = kept.planned
        self.op = kept.op
        self.pen = pen
        self.tools = tools
        self.order = Order(kept.op.act, kept.approval.changes, kept.op.id)
        (self.step,) = STEPS[kept.op.act]
        self.folder = journal.folder
        self.sending = True
        self.ended_early = ""
        self.patience = Patience(tools.stop, self._heard_wait)
        self._wait = tools.wait or tools.stop.wait
        self._held_since: float | None = None
        self._unrecorded = ""
        self._journal = journal

    # ---- waiting ----

    def pause(self, seconds: float) -> None:
        """Wait. Raises Stopped, and Cancelled while there is something to send."""
        end = self.tools.monotonic() + seconds
        left = seconds
        while True:
            if self._wait(min(left, SLICE)):
                raise Stopped(f"Operation {self.op.id} is not finished; this process was ended.")
            if self.sending and self.pen.is_cancelled():
                raise Cancelled("It was cancelled before it was sent.")
            if (left := end - self.tools.monotonic()) <= 0:
                return

    def hold(self, error: TrainctlError, attempt: int, state: OpState | None = None) -> None:
        """Say what is waited for, and wait. Raises Stopped after ``PATIENCE``."""
        now = self.tools.monotonic()
        self._held_since = self._held_since if self._held_since is not None else now
        if now - self._held_since > PATIENCE:
            raise Stopped(*error.args, code=error.code)
        if state is None:
            state = OpState.WAITING_THROTTLE if isinstance(error, Throttled) else self.pen.op.state
        self.pen.state(state, str(error))
        self.pause(backoff(attempt, self.tools.chance(), error.wait))

    def go_on(self) -> None:
        """Say that nothing is waited for any more."""
        self._held_since = None
        self.pen.state(self.busy_state)

    @property
    def busy_state(self) -> OpState:
        """Where an operation is while it works."""
        if self.sending:
            return OpState.RUNNING
        if self.pen.op.cancelled:
            return OpState.ROLLING_BACK
        doubtful = any(one.sent is not Sent.ACCEPTED for one in self.open())
        return OpState.UNKNOWN_OUTCOME if doubtful else OpState.RUNNING

    def _heard_wait(self, trouble: Trouble, _seconds: float) -> None:
        """Hear that the provider repeats a read after a while."""
        throttled = trouble.kind == Throttled.__name__
        self.pen.state(OpState.WAITING_THROTTLE if throttled else self.busy_state, str(trouble))

    # ---- targets ----

    def open(self) -> list[Tracked]:
        """Return the approved targets that have no outcome yet, in the order of the plan."""
        return [one for id in self.approval.ids if (one := self.pen.tracked[id]).is_open]

    def abandon(self, reason: str) -> None:
        """Settle whatever was never sent: it was not attempted, and why. From now on nothing is sent."""
        self.sending = False
        self.ended_early = reason
        self.settle(
            one.having(outcome=Outcome.NOT_ATTEMPTED, reason=reason)
            for one in self.open()
            if not one.was_touched
        )

    def unlocked(self, ahead: float) -> dict[str, float]:
        """Return what lost its protection just now, and when, on a clock that is ``ahead`` of ours."""
        lately = self._journal.unlocked(self.tools.clock() - LOCK)
        return {id: at + ahead for id, at in lately.items()}

    def settle(self, changed: Iterable[Tracked], facts: Mapping[str, Facts] | None = None) -> None:
        """Write down what was seen; outcomes go to the audit log as well."""
        new = [one for one in changed if one != self.pen.tracked[one.target.id]]
        self.pen.observed(new)
        for one in new:
            if one.target.outcome is not None:
                target = one.target
                outcome = f"{target.outcome}({target.code})" if target.code else str(target.outcome)
                self.record(
                    "refused" if target.outcome in _REFUSALS else "observed",
                    (target.id,),
                    target.region,
                    facts=facts,
                    outcome=f"{outcome}: {target.reason}" if target.reason else outcome,
                )

    # ---- the audit log ----

    def record(
        self,
        event: str,
        ids: Sequence[str],
        region: str,
        *,
        facts: Mapping[str, Facts] | None = None,
        request_id: str = "",
        outcome: str = "",
    ) -> None:
        """Record an event. Raises CannotRecord for an intent; of the rest, the end tells."""
        entry = Entry(
            at=self.tools.clock(),
            op=self.op.id,
            event=event,
            act=self.op.act,
            actor=self.op.actor,
            account=self.op.account,
            region=region,
            ids=tuple(ids),
            facts={id: facts[id].digest() for id in ids if id in facts} if facts else {},
            phrase=self.approval.phrase if event == "intent" else "",
            request_id=request_id,
            outcome=outcome,
        )
        crashpoint(f"before audit {event}")
        try:
            self.tools.audit.write(entry)
        except CannotRecord as error:
            if event == "intent":
                raise
            self._unrecorded = str(error)
        crashpoint(f"after audit {event}")

    @property
    def unrecorded(self) -> str:
        """Why the audit log lacks something, or ""."""
        return self._unrecorded


_REFUSALS = frozenset({Outcome.REFUSED, Outcome.CHANGED, Outcome.PROTECTED})
