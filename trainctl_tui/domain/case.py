"""One target with all that its verdict may depend on, and what can be relied on of it."""

from __future__ import annotations

from msgspec import Struct

from trainctl_tui.domain.acts import (
    Act,
    Facts,
    Fleet,
    Job,
    JobState,
    Ownership,
    Policy,
    Situation,
    VolumeFacts,
)
from trainctl_tui.domain.disks import Holder
from trainctl_tui.domain.limits import Group
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.resources import Tags
from trainctl_tui.domain.tags import is_ours, owner_of

PROBE_FRESH = 60.0
"""Seconds for which a probe that found nothing running is believed (SAFETY.md, definition 4)."""

AT_REST = frozenset({"stopped", "terminated"})
"""States in which no program runs."""


class Case(Struct, frozen=True):
    """What one verdict is made of."""

    act: Act
    facts: Facts
    policy: Policy
    situation: Situation
    fleet: Fleet | None
    batch: bool
    change: Change = UNASKED

    @property
    def age(self) -> float | None:
        """Seconds since it last started or was made, by the provider's clock; None if missing or negative."""
        if self.facts.launched_at is None:
            return None
        age = self.situation.now - self.facts.launched_at
        return age if age >= 0 else None

    @property
    def job(self) -> Job:
        """The job, as far as it can be relied on: no doubtful answer is IDLE or NONE."""
        job = self.facts.job
        if self.facts.state in AT_REST:
            return Job(JobState.NONE)
        if job.state is JobState.NONE:
            return Job(JobState.UNKNOWN, "it was not probed")
        if job.state is not JobState.IDLE:
            return job
        if job.probed_at is None:
            return Job(JobState.UNKNOWN, "the probe does not say when it looked")
        if not 0 <= self.situation.now - job.probed_at <= PROBE_FRESH:
            return Job(JobState.UNKNOWN, "the last probe is too old")
        return job

    @property
    def alone(self) -> Group:
        """This target as a group of one."""
        return Group(self.act, (self.facts,), self.policy, (self.fleet,) if self.fleet else ())

    @property
    def dying(self) -> tuple[VolumeFacts, ...]:
        """Volumes that end with the machine, or may."""
        return tuple(v for v in self.facts.volumes or () if v.delete_on_termination is not False)

    @property
    def staying(self) -> tuple[VolumeFacts, ...]:
        """Volumes that stay without the machine, and cost."""
        return tuple(v for v in self.facts.volumes or () if v.delete_on_termination is False)

    @property
    def holders(self) -> tuple[Holder, ...]:
        """The machines that hold the volume and that the act is about: the one that is named, else all."""
        held = self.facts.disk.holders if self.facts.disk else ()
        named = self.change.instance
        return tuple(one for one in held if one.instance_id == named) if named else held

    @property
    def owner(self) -> str:
        """The user that its tags name, or ""."""
        return owner_of(self.facts.tags or (), self.policy.owner_keys)


def ownership(facts: Facts, policy: Policy) -> Ownership | None:
    """Return whose a target is (SAFETY.md, definition 2); None where its tags are unknown."""
    return ownership_of(facts.tags, policy)


def ownership_of(tags: Tags | None, policy: Policy) -> Ownership | None:
    """Return whose something with these tags is; None where they are unknown.

    Without a configured user nothing is mine, and whoever is named is a colleague.
    """
    if tags is None:
        return None
    if owner := owner_of(tags, policy.owner_keys):
        mine = bool(policy.user) and owner.lower() == policy.user.lower()
        return Ownership.MINE if mine else Ownership.COLLEAGUE
    return Ownership.OURS if is_ours(tags) else Ownership.FOREIGN
