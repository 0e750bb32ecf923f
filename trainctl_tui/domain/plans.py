"""A plan is judged targets; it alone makes an approval, and the executor alone spends one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from trainctl_tui.domain.acts import (
    SAVING,
    Act,
    Facts,
    Finding,
    Fleet,
    Judgement,
    Policy,
    Situation,
    Verdict,
)
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.limits import BATCH_RULES, RUNS, Group, total
from trainctl_tui.domain.orders import NO_CHANGES, UNASKED, Change
from trainctl_tui.domain.packing import packed
from trainctl_tui.domain.rules import CLOCK_STEP
from trainctl_tui.domain.safety import CHANGED, judge

DIALOG = 60.0
"""Seconds after which a plan on the screen must be made again (CONTRACTS.md)."""

APPROVED = 3600.0
"""Seconds for which untouched targets of an approval may be acted on (CONTRACTS.md)."""

_TYPED = 8  # characters of an id that are typed for one target (SAFETY.md, rule iii)


class Approval(Struct, frozen=True):
    """The user's word for exactly these targets. It travels to the executor as a row of the journal."""

    plan_hash: str
    act: Act
    account: str
    actor: str
    endpoint: str
    ids: tuple[str, ...]
    phrase: str  # what was typed; "y" or "--yes" for a warning
    made_at: float
    expires_at: float
    changes: dict[str, Change] = {}


class Volumes(Struct, frozen=True):
    """How many die, or may; how many stay, and at what a month (USD; None: not known).

    ``unread`` counts the machines whose volumes are not known.
    """

    dying: int
    staying: int
    monthly: float | None
    unread: int


class Plan(Struct, frozen=True):
    """What would happen to each target of one selection. Groups keep the order of the selection."""

    act: Act
    account: str
    actor: str
    endpoint: str
    made_at: float
    goes: tuple[Judgement, ...]
    needs_word: tuple[Judgement, ...]
    left_out: tuple[Judgement, ...]
    included: tuple[str, ...]  # ids whose word was given one by one; they are in ``goes``
    verdict: Verdict  # of the whole: REFUSE where nothing may go
    findings: tuple[Finding, ...]  # of the batch (D30-D32, D28, D29)
    phrase: str  # what must be typed for TYPE, else ""
    changes: dict[str, Change] = {}  # of what goes

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Every target of the selection: what goes, what needs a word, what is left out."""
        return (*self.goes, *self.needs_word, *self.left_out)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of what goes."""
        return tuple(judgement.facts.id for judgement in self.goes)

    @property
    def hourly_saved(self) -> float | None:
        """USD an hour that end with the act; None where any price is unknown."""
        if self.act not in SAVING:
            return 0.0
        return total([one.facts.hourly for one in self.goes if one.facts.state in RUNS])

    @property
    def monthly_saved(self) -> float | None:
        """USD a month that end with what is deleted; None where any price is unknown."""
        if self.act is not Act.DELETE:
            return 0.0
        stored = [one.facts.disk or one.facts.copy for one in self.goes]
        return total([held.monthly if held else None for held in stored])

    @property
    def volumes(self) -> Volumes:
        """What becomes of the volumes of what goes, if that is terminated."""
        read = [volume for one in self.goes for volume in one.facts.volumes or ()]
        staying = [volume.monthly for volume in read if volume.delete_on_termination is False]
        unread = sum(one.facts.volumes is None for one in self.goes)
        return Volumes(len(read) - len(staying), len(staying), total(staying), unread)

    def hash(self) -> str:
        """Return a hash of what is decided: act, place, targets that go with their facts, words given.

        It is the same for a plan that is made again as long as nothing has changed.
        """
        targets = sorted((one.facts.region, one.facts.id, one.facts.digest()) for one in self.goes)
        changes = sorted(self.changes.items())
        included = sorted(self.included)
        decided = (self.act, self.account, self.endpoint, targets, included, self.phrase, changes)
        return hashlib.sha256(packed(decided)).hexdigest()

    def approve(self, typed: str, now: float, *, word: str = "") -> Approval:
        """Return the user's word as a value; raise Refused where it does not fit the plan.

        ``now`` is on the clock of ``made_at``: the provider's. A warning wants "y", a TYPE the phrase.
        ``word`` is what the journal keeps where that was not typed ("--yes").
        """
        if self.verdict is Verdict.REFUSE:
            raise Refused(f"This {self.act} is refused.", self._refusal(), "Change the selection.")
        if not -CLOCK_STEP <= now - self.made_at <= DIALOG:
            raise Refused("The plan is too old.", "", "Make it again: its targets may have changed.")
        wanted = self.phrase or "y"
        if typed != wanted:
            raise Refused("That is not the phrase.", "", f"Type {wanted} to go ahead.")
        return Approval(
            self.hash(),
            self.act,
            self.account,
            self.actor,
            self.endpoint,
            self.ids,
            word or typed,
            now,
            now + APPROVED,
            self.changes,
        )

    def _refusal(self) -> str:
        refusing = [found.reason for found in self.findings if found.verdict is Verdict.REFUSE]
        refusing += [one.reasons[0] for one in (*self.left_out, *self.needs_word)]
        return refusing[0] if refusing else "Nothing is selected."


def make(
    act: Act,
    facts: Sequence[Facts],
    policy: Policy,
    situation: Situation,
    fleets: Sequence[Fleet],
    *,
    actor: str,
    endpoint: str,
    included: Collection[str] = (),
    changed: Mapping[str, str] | None = None,
    least: Verdict = Verdict.ALLOW,
    changes: Mapping[str, Change] = NO_CHANGES,
) -> Plan:
    """Judge a selection, one target or many; raise Refused where ``included`` names what is not in it.

    A target that is named twice counts once. ``included`` are the ids whose word was given one by one. Of a
    plan that was saved, ``changed`` says why an id is not what it was; its verdict is the ``least`` of this.
    """
    judged = _judged(act, _selected(facts, included), policy, situation, fleets, changed or {}, changes)
    batch = len(judged) > 1
    goes, needs_word, left_out = _groups(judged, batch, included)
    group = Group(act, tuple(one.facts for one in goes), policy, tuple(fleets))
    findings = _of_batch(group) if batch and goes else ()
    verdict = _strictest(goes, findings, least)
    return Plan(
        act,
        situation.account,
        actor,
        endpoint,
        situation.now,
        goes,
        needs_word,
        left_out,
        tuple(one.facts.id for one in goes if batch and one.by_word),
        verdict,
        findings,
        _phrase(act, goes, batch) if verdict is Verdict.TYPE else "",
        {one.facts.id: changes[one.facts.id] for one in goes if one.facts.id in changes},
    )


def _judged(
    act: Act,
    targets: Sequence[Facts],
    policy: Policy,
    situation: Situation,
    fleets: Sequence[Fleet],
    changed: Mapping[str, str],
    asked: Mapping[str, Change],
) -> list[Judgement]:
    of_region = {fleet.region: fleet for fleet in fleets}
    batch = len(targets) > 1

    def judged_one(facts: Facts) -> Judgement:
        fleet, change = of_region.get(facts.region), asked.get(facts.id, UNASKED)
        return judge(act, facts, policy, situation, fleet, batch=batch, change=change)

    judged = [judged_one(each) for each in targets]
    return [_refused(one, changed[one.facts.id]) if one.facts.id in changed else one for one in judged]


def _selected(facts: Sequence[Facts], included: Collection[str]) -> list[Facts]:
    targets = {(one.region, one.id): one for one in facts}
    if strange := sorted(set(included) - {one.id for one in targets.values()}):
        raise Refused(f"{strange[0]} is not among the targets.", "", "Include only what is selected.")
    return list(targets.values())


def _groups(
    judged: Sequence[Judgement], batch: bool, included: Collection[str]
) -> tuple[tuple[Judgement, ...], ...]:
    """Return what goes, what needs a word, what is left out."""
    left_out = tuple(one for one in judged if one.verdict is Verdict.REFUSE)
    goes: list[Judgement] = []
    needs_word: list[Judgement] = []
    for one in judged:
        if one.verdict is not Verdict.REFUSE:
            waits = batch and one.by_word and one.facts.id not in included
            (needs_word if waits else goes).append(one)
    return tuple(goes), tuple(needs_word), left_out


def _of_batch(group: Group) -> tuple[Finding, ...]:
    return tuple(found for rule in BATCH_RULES if (found := rule.find(group.act, group, batch=True)))


def _strictest(goes: Sequence[Judgement], findings: Sequence[Finding], least: Verdict) -> Verdict:
    verdicts = [one.verdict for one in goes] + [found.verdict for found in findings]
    return max([*verdicts, least]) if goes else Verdict.REFUSE


def _refused(judgement: Judgement, reason: str) -> Judgement:
    finding = Finding(CHANGED, Verdict.REFUSE, reason)
    return Judgement(judgement.facts, Verdict.REFUSE, (*judgement.findings, finding))


def _phrase(act: Act, goes: Sequence[Judgement], batch: bool) -> str:
    """Return what must be typed: verb and number, or the end of the one id, or all of it to force."""
    if batch:
        return f"{act} {len(goes)}"
    judgement = goes[0]
    forced = any(found.forced for found in judgement.findings)
    return f"FORCE {judgement.facts.id}" if forced else judgement.facts.id[-_TYPED:]
