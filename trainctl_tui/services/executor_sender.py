"""Send an act to all its targets: by region and zone, in batches, halved where a call fails.

What became of a target is never read off an answer: facts are read again before every call and after every
failure, and ``executor_settler`` observes what was sent until its end (SAFETY.md, "Bulk terminate / delete").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trainctl_tui.domain import safety
from trainctl_tui.domain.acts import FRESH, Facts, Fleet, Situation
from trainctl_tui.domain.errors import (
    Bug,
    Conflict,
    CredentialsError,
    Denied,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    Refused,
    TrainctlError,
)
from trainctl_tui.domain.operations import Outcome
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.services.executor_cloud import PASSING, Cloud
from trainctl_tui.services.executor_run import Cancelled, Run, Sight
from trainctl_tui.services.journal_rows import Sent, Tracked
from trainctl_tui.services.operations.steps import Seen

BATCH = 50
"""How many targets one call names at most (SAFETY.md)."""

MOST = 40
"""How often one target is sent before it is left as it is."""

IN_A_ROW = 3
"""How many unexpected failures, one after the other, end the sending (D31)."""


class TooMany(TrainctlError):
    """Too many unexpected failures in a row: whatever is wrong, more of it would not help."""


class Sender:
    """Sends what is open. Raises Cancelled, TooMany, or what stops everything."""

    def __init__(self, run: Run, cloud: Cloud) -> None:
        self._run = run
        self._cloud = cloud
        self._rehearsed: set[str] = set()
        self._failures = 0

    def send(self) -> None:
        """Send to every target that is open and not known to be sent."""
        for batch in self._batches():
            waiting: list[Sequence[str]] = [batch]
            while waiting:
                part = self._send(waiting.pop())
                if part:
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]

    def _batches(self) -> Iterator[list[str]]:
        """Group by place; a call that names several targets asks the same of each."""
        run = self._run
        groups: dict[tuple[str, str, Change], list[str]] = {}
        for one in run.open():
            if one.sent is not Sent.ACCEPTED:
                target = one.target
                change = UNASKED if run.step.single else run.order.of(target.id)
                groups.setdefault((target.region, target.zone, change), []).append(target.id)
        for ids in groups.values():
            for start in range(0, len(ids), BATCH):
                yield ids[start : start + BATCH]

    def _send(self, ids: Sequence[str]) -> Sequence[str]:
        """Send one batch; return those of it that must be sent in halves."""
        attempt = 0
        while True:
            if not ids:
                return ()
            sight, ids = self._ready(ids)
            if not ids:
                return ()
            error = self._rehearse(ids)
            if error is None:
                ready = len(ids)
                error, ids = self._call_some(ids, sight)
                attempt = attempt if len(ids) == ready else 0
            if error is None:
                continue  # all are sent, or the facts have grown old
            attempt += 1
            if isinstance(error, CredentialsError):
                self._cloud.renew(error, attempt)
            elif isinstance(error, PASSING):
                self._run.hold(error, attempt)
            elif len(ids) > 1 and not self._run.step.single:
                return ids
            else:
                self._conclude(ids[0], error)
                ids, attempt = ids[1:], 0

    # ---- before a call ----

    def _ready(self, ids: Sequence[str]) -> tuple[Sight, list[str]]:
        """Read the facts of a batch again; return them, and the ids that may still go."""
        run = self._run
        targets = [run.pen.tracked[id].target for id in ids]
        region = targets[0].region
        self._cloud.turn(region, 1 if run.step.single else len(ids))
        touched = [id for id in ids if run.step.looks and run.pen.tracked[id].was_touched]
        looks = self._cloud.observe(region, touched) if touched else {}
        sight = self._cloud.facts([(region, target.id) for target in targets])
        gathered = sight.gathered
        situation = Situation(
            screen_account=run.op.account,
            account=gathered.identity.account,
            now=gathered.now,
            unlocked=run.unlocked(gathered.now - sight.wall),
        )
        fleets = {fleet.region: fleet for fleet in gathered.fleets}
        found = {facts.id: facts for facts in gathered.facts}
        changed, goes = [], []
        for id in ids:
            one, facts = run.pen.tracked[id], found[id]
            word = looks[id].state if id in looks else "" if run.step.looks else facts.state
            judged = self._judged(one, facts, word, situation, fleets.get(region))
            if judged is None:
                goes.append(id)
            else:
                changed.append(judged)
        run.settle(changed, found)
        return sight, goes

    def _judged(
        self, one: Tracked, facts: Facts, word: str, situation: Situation, fleet: Fleet | None
    ) -> Tracked | None:
        """Return None for a target that may go; else what is known of it now. ``word`` is how it stands."""
        run = self._run
        expired = situation.now >= run.approval.expires_at
        if one.was_touched:
            # An earlier call, of which no answer is known, may have had its effect.
            seen = run.step.observe(word) if word else Seen.BEFORE
            if seen is not Seen.BEFORE or not run.step.resend or expired:
                return one.having(state=facts.state)
        if expired:
            return one.having(outcome=Outcome.NOT_ATTEMPTED, reason=_EXPIRED)
        recheck = safety.still(
            run.op.act,
            run.planned[facts.id],
            facts,
            run.op.policy,
            situation,
            fleet,
            batch=len(run.approval.ids) > 1,
            included=run.op.included,
            granted=run.op.granted,
            change=run.order.of(facts.id),
        )
        if not recheck.may_go:
            if one.was_touched:
                return one.having(state=facts.state, reason=recheck.reason)
            outcome = recheck.outcome or Outcome.CHANGED
            return one.having(outcome=outcome, state=facts.state, reason=recheck.reason)
        if one.target.attempts >= MOST:
            reason = f"It was sent {MOST} times without success."
            left = None if one.was_touched else Outcome.FAILED
            return one.having(outcome=left, state=facts.state, reason=reason)
        return None

    def _rehearse(self, ids: Sequence[str]) -> TrainctlError | None:
        """Ask once a region whether we may; return what denies it. Anything else the call will tell."""
        region = self._run.pen.tracked[ids[0]].target.region
        if region not in self._rehearsed:
            try:
                self._cloud.rehearse(region, ids)
            except Denied as error:
                return error
            except (Bug, Conflict, NotFound):
                pass
            self._rehearsed.add(region)
        return None

    def _is_fresh(self, sight: Sight) -> bool:
        """Say whether facts may still be acted on. A clock that was set, or slept, makes them old."""
        run = self._run
        wall = run.tools.clock() - sight.wall
        aged = max(wall, run.tools.monotonic() - sight.monotonic)
        oldest = min(facts.read_at for facts in sight.gathered.facts)
        return wall > -1.0 and sight.gathered.now - oldest + aged <= FRESH

    # ---- the call ----

    def _call_some(self, ids: Sequence[str], sight: Sight) -> tuple[TrainctlError | None, Sequence[str]]:
        """Send to all at once, or to one after the other, while the facts are fresh.

        Return the error that a call ended with, and who is left; the error struck the first of these.
        """
        left = list(ids)
        size = 1 if self._run.step.single else len(left)
        while left and self._is_fresh(sight):
            if (error := self._call(left[:size], sight)) is not None:
                return error, left
            self._failures = 0
            left = left[size:]
            if left:
                self._cloud.turn(self._run.pen.tracked[left[0]].target.region, 1)
        return None, left

    def _call(self, ids: Sequence[str], sight: Sight) -> TrainctlError | None:
        """Write the intent, send, write the result; return the error that the call ended with."""
        run = self._run
        region = run.pen.tracked[ids[0]].target.region
        facts = {one.id: one for one in sight.gathered.facts}
        run.record("intent", ids, region, facts=facts)
        if not run.pen.intent(ids, {"act": run.op.act.value, "region": region}):
            run.record("result", ids, region, outcome="not sent: cancelled")
            raise Cancelled(_CANCELLED)
        try:
            receipt = self._cloud.act(region, ids)
        except TrainctlError as error:
            told = {"code": error.code or type(error).__name__, "why": str(error)}
            run.pen.result(ids, self._sent(error, len(ids)), told, {})
            run.record("result", ids, region, outcome=f"{told['code']}: {error}")
            if isinstance(error, Refused):
                raise
            return error
        run.pen.result(ids, Sent.ACCEPTED, {"request_id": receipt.request_id}, receipt.states, receipt.made)
        run.record("result", ids, region, request_id=receipt.request_id, outcome="accepted")
        return None

    def _sent(self, error: TrainctlError, count: int) -> Sent:
        if isinstance(error, OutcomeUnknown | InvalidResponse):
            return Sent.LOST
        if isinstance(error, Bug) or (isinstance(error, Conflict) and self._run.step.partial and count > 1):
            return Sent.DOUBTED
        return Sent.REJECTED

    # ---- after a failure ----

    def _conclude(self, id: str, error: TrainctlError) -> None:
        """Look at the one target that failed, and say why it did."""
        run = self._run
        one = run.pen.tracked[id]
        sight = self._cloud.facts([(one.target.region, id)])
        (facts,) = sight.gathered.facts
        outcome: Outcome | None = Outcome.FAILED
        if not facts.is_known:
            outcome = None if one.was_touched and run.step.unanswered_too else Outcome.UNKNOWN_ID
        elif run.step.protection(facts):
            outcome = Outcome.PROTECTED
        elif one.was_touched:
            outcome = None
        code = error.code or type(error).__name__
        run.settle(
            [one.having(outcome=outcome, state=facts.state, reason=str(error), code=code)], {id: facts}
        )
        # Refused after a call of which no answer is known: that one may well be why.
        earlier = one.sent in (Sent.LOST, Sent.OPEN)
        if earlier or outcome not in (None, Outcome.FAILED) or self._has_moved(one, facts):
            return
        self._failures += 1
        if self._failures == IN_A_ROW:
            raise TooMany(f"Not sent, because {IN_A_ROW} others failed one after the other ({code}).")

    def _has_moved(self, one: Tracked, facts: Facts) -> bool:
        """Say whether a target shows an effect, whatever its call ended with."""
        if not self._run.step.looks:
            return self._run.step.observe(facts.state) in _MOVED
        look = self._cloud.observe(one.target.region, [one.target.id]).get(one.target.id)
        return look is not None and self._run.step.observe(look.state) in _MOVED


_MOVED = (Seen.GOING, Seen.DONE)
_CANCELLED = "It was cancelled before it was sent."
_EXPIRED = "What was confirmed an hour ago counts no more. Make a new plan."
