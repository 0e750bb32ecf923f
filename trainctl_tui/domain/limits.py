"""The rows of the decision table that count: how much runs, how many targets go at once (D28 to D32).

They judge a group: the targets that would go. One target is a group of one, so that plan and act count alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from trainctl_tui.domain.acts import Act, Facts, Fleet, Policy, Verdict
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.rule import EVERY, START, Rule

Number = TypeVar("Number", int, float)

RUNS = frozenset({"pending", "running"})
"""States of a machine that counts as running, and that costs."""

SMALL = 10
"""Targets up to which a batch is small (D30)."""


class Group(Struct, frozen=True):
    """Targets that would go together, and what there is in their regions; without a fleet that is unknown."""

    act: Act
    targets: tuple[Facts, ...]
    policy: Policy
    fleets: tuple[Fleet, ...]

    @property
    def active(self) -> int | None:
        """How many machines run, targets included; None where a region could not be counted."""
        return total([fleet.active if fleet else None for fleet in self._of_regions(Kind.INSTANCES)])

    def visible(self, kind: Kind) -> int | None:
        """How many of a kind there are, targets included; None where a region could not be counted."""
        return total([_visible(fleet, kind) if fleet else None for fleet in self._of_regions(kind)])

    @property
    def hourly(self) -> float | None:
        """USD an hour of all that runs; None where any price is unknown."""
        return total([fleet.hourly if fleet else None for fleet in self._of_regions(Kind.INSTANCES)])

    @property
    def noun(self) -> str:
        """What a target is called: by its kind, or "resource" where they are of several."""
        nouns = {facts.noun for facts in self.targets}
        return nouns.pop() if len(nouns) == 1 else "resource"

    def _of_regions(self, kind: Kind) -> list[Fleet | None]:
        by_region = {fleet.region: fleet for fleet in self.fleets}
        regions = {facts.region for facts in self.targets if facts.kind is kind}
        return [by_region.get(region) for region in sorted(regions)]


def _visible(fleet: Fleet, kind: Kind) -> int | None:
    counts = {Kind.VOLUMES: fleet.volumes, Kind.SNAPSHOTS: fleet.snapshots}
    return counts.get(kind, fleet.visible)


def total(values: Sequence[Number | None]) -> Number | None:
    """Return the sum, or None where any part is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def dollars(amount: float | None) -> str:
    """Return an amount as people read it: "~$1.20", or "an unknown amount"."""
    return "an unknown amount" if amount is None else f"~${amount:,.2f}"


def _too_many_run(group: Group) -> str:
    limit, active = group.policy.max_instances, group.active
    if limit is None:
        return ""
    if active is None:
        return "How many machines run there could not be counted, so the limit of machines cannot be kept."
    if active + len(group.targets) <= limit:
        return ""
    return (
        f"{active} machines run there, and {limit} may: "
        f"{len(group.targets)} more would be too many. Stop others first, or raise safety.max_instances."
    )


def _many_run(group: Group) -> str:
    active = group.active
    if active is None:
        return "How many machines run there could not be counted."
    if active + len(group.targets) <= group.policy.warn_instances:
        return ""
    return f"{active + len(group.targets)} machines will run there."


def _over_budget(group: Group) -> str:
    budget = group.policy.hourly_budget
    if budget is None:
        return ""
    after = total([group.hourly, *(facts.hourly for facts in group.targets)])
    if after is None:
        return f"The budget is {dollars(budget)} an hour, and a price is unknown."
    return (
        "" if after <= budget else f"{dollars(after)} an hour would be over the budget of {dollars(budget)}."
    )


def _small(group: Group) -> str:
    return f"{_counted(group)} at once." if len(group.targets) <= SMALL else ""


def _large(group: Group) -> str:
    if len(group.targets) <= SMALL:
        return ""
    prices = []
    if of_machines := [facts.hourly for facts in group.targets if facts.kind is Kind.INSTANCES]:
        prices.append(f"{dollars(total(of_machines))} an hour")
    stored = [facts.disk or facts.copy for facts in group.targets if facts.kind is not Kind.INSTANCES]
    if stored:
        prices.append(f"{dollars(total([one.monthly if one else None for one in stored]))} a month")
    return f"{_counted(group)} at once, priced at {' and '.join(prices)} together."


def _over_batch(group: Group) -> str:
    most = group.policy.max_batch
    if len(group.targets) <= most:
        return ""
    return f"{_counted(group)} are more than {most} at once. Split the batch, or raise safety.max_batch."


def _over_share(group: Group) -> str:
    """Judge each kind for itself: together ten of one and ten of another are no more than they are apart."""
    if group.act is Act.CREATE:  # what is not there yet is no share of what is
        return ""
    for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS):
        of_kind = [facts for facts in group.targets if facts.kind is kind]
        if len(of_kind) > SMALL and (reason := _share(group, kind, of_kind)):
            return reason
    return ""


def _share(group: Group, kind: Kind, of_kind: Sequence[Facts]) -> str:
    measures = [("that there are", len(of_kind), group.visible(kind))]
    if kind is Kind.INSTANCES:
        measures.append(("that run", sum(facts.state in RUNS for facts in of_kind), group.active))
    nouns = f"{of_kind[0].noun}s"
    for which, count, whole in measures:
        if whole is None:
            return f"How many {nouns} {which} could not be counted, so the share of this batch is unknown."
        if count * 100 > group.policy.max_percent * whole:
            return (
                f"{count} of {whole} {nouns} {which} are more than {group.policy.max_percent:g} %. "
                "Split the batch, or raise safety.max_percent."
            )
    return ""


def _counted(group: Group) -> str:
    count = len(group.targets)
    return f"{count} {group.noun}{'' if count == 1 else 's'}"


MOST = Rule(
    "D28",
    START,
    "more than `max_instances` would run, or what runs could not be counted",
    Verdict.REFUSE,
    _too_many_run,
)
START_LIMITS = (
    Rule(
        "D29",
        START,
        "more than `warn_instances` would run, or what runs could not be counted",
        Verdict.WARN,
        _many_run,
    ),
    Rule(
        "D29",
        START,
        "more than `hourly_budget` would be spent, or a price is unknown",
        Verdict.TYPE,
        _over_budget,
    ),
)
BATCH_LIMITS = (
    Rule("D30", EVERY, "up to 10 targets", Verdict.TYPE, _small),
    Rule("D31", EVERY, "more than 10 targets; says what they cost", Verdict.TYPE, _large),
    Rule("D32", EVERY, "more than `max_batch` targets", Verdict.REFUSE, _over_batch),
    Rule(
        "D32",
        EVERY,
        "more than 10 machines, volumes or snapshots that are more than `max_percent` of what there is, or "
        "of the machines that run, or what there is could not be counted",
        Verdict.REFUSE,
        _over_share,
    ),
)
BATCH_RULES = (MOST, *START_LIMITS, *BATCH_LIMITS)
"""The rows for all targets of a batch together."""
