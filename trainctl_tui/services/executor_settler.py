"""Observe what was sent until it has come to its end. Absence alone is never trusted."""

from __future__ import annotations

from collections.abc import Mapping

from trainctl_tui.domain.operations import Outcome
from trainctl_tui.providers.base import Observed
from trainctl_tui.services.executor_cloud import Cloud
from trainctl_tui.services.executor_run import Run
from trainctl_tui.services.journal_rows import Sent, Tracked
from trainctl_tui.services.operations.steps import Seen

LAG = 90.0
"""Seconds for which a read may show an older state: AWS names no figure; 60 are the most that was seen."""

GONE_READS = 3
"""Reads without a target, after our own accepted call, that prove that it is gone (SAFETY.md)."""

GONE_FOR = 60.0
"""Seconds that lie between the first and the last of these at least."""

SLOWEST = 10.0
"""Seconds between two looks, at most."""


class Settler:
    """Watches the targets that were sent. Times are monotonic and count from the first look."""

    def __init__(self, run: Run, cloud: Cloud) -> None:
        self._run = run
        self._cloud = cloud
        self._began = run.tools.monotonic()
        self._moved: set[str] = set()
        self._absent: dict[str, list[float]] = {}

    def settle(self) -> None:
        """Look until every target has an outcome. Each pause is twice as long as the one before."""
        pause = 1.0
        while open_ones := self._run.open():
            regions: dict[str, list[Tracked]] = {}
            for one in open_ones:
                regions.setdefault(one.target.region, []).append(one)
            for region, ones in regions.items():
                looks = self._cloud.observe(region, [one.target.id for one in ones])
                self._run.settle([self._seen(one, looks) for one in ones])
            if self._run.open():
                self._run.pause(pause)
                pause = min(SLOWEST, pause * 2)

    def _seen(self, one: Tracked, looks: Mapping[str, Observed]) -> Tracked:
        """Return what is known of a target now; with an outcome where that is final."""
        look = looks.get(one.target.id)
        if look is None:
            return self._absent_now(one)
        self._absent.pop(one.target.id, None)
        seen = self._run.step.observe(look.state)
        state = (
            look.state if look.progress is None or seen is Seen.DONE else f"{look.state} {look.progress} %"
        )
        one = one.having(state=state, made=look.made or one.target.made)
        if seen is Seen.DONE:
            return one.having(outcome=Outcome.DONE, reason="", code="")
        if seen is Seen.TRACELESS and one.sent is Sent.ACCEPTED:
            return one.having(outcome=Outcome.ACCEPTED, reason=_TRACELESS, code="")
        if seen is Seen.GOING:
            self._moved.add(one.target.id)
            if self._lasts < self._run.step.limit:
                return one
            reason = f"After {self._run.step.limit / 60:.0f} minutes it was still {state}."
            return one.having(outcome=Outcome.ACCEPTED, reason=reason, code="")
        if seen is not Seen.TRACELESS and self._lasts < LAG:
            return one
        if seen is Seen.ELSEWHERE or one.target.id in self._moved:
            return one.having(outcome=Outcome.FAILED, reason=f"It was sent, and then it was {state}.")
        return self._doubtful(one)

    def _doubtful(self, one: Tracked) -> Tracked:
        """Return a target that shows no effect, with what can be said of it."""
        if one.target.code and self._run.step.resend:
            # An error was the answer, and nothing has changed since; alone it was sent only if that says why.
            if one.target.reason:
                return one.having(outcome=Outcome.FAILED)
            return one.having(outcome=Outcome.NOT_ATTEMPTED, reason=self._run.ended_early)
        reason = _UNANSWERED if one.sent is not Sent.ACCEPTED else _INEFFECTIVE
        return one.having(outcome=Outcome.UNCONFIRMED, reason=reason)

    def _absent_now(self, one: Tracked) -> Tracked:
        reads = self._absent.setdefault(one.target.id, [])
        reads.append(self._run.tools.monotonic())
        lasted = reads[-1] - reads[0]
        step = self._run.step
        proven = step.absence_is_done and (one.sent is Sent.ACCEPTED or step.unanswered_too)
        if proven and len(reads) >= GONE_READS and lasted >= GONE_FOR:
            return one.having(outcome=Outcome.DONE, state="", reason="It is no longer listed.", code="")
        if proven or lasted < LAG:
            return one.having(state="")
        return one.having(outcome=Outcome.UNCONFIRMED, state="", reason=step.absent)

    @property
    def _lasts(self) -> float:
        return self._run.tools.monotonic() - self._began


_TRACELESS = "AWS accepted it; nothing that AWS tells shows when a reboot is over."
_UNANSWERED = "It was sent and no answer came; nothing shows whether it had an effect."
_INEFFECTIVE = "It was accepted, but no effect was seen."
