"""A provider that follows a script, in this process: pages as rows, and errors in their midst."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.support.rows import ME, REGION, spec
from trainctl_tui.domain.errors import Denied, TrainctlError
from trainctl_tui.domain.resources import Console, Identity, Kind, Region, Row
from trainctl_tui.providers.base import Page, Patience

Step = Sequence[Row] | TrainctlError
T = TypeVar("T")
TAKEN_AT = 1_790_000_000.0


@dataclass
class ScriptedProvider:
    """Answers as its fields say at that moment. ``asked`` holds every listing begun."""

    region: str = REGION
    identity: Identity | TrainctlError = ME
    alias_answer: str | TrainctlError = field(default_factory=lambda: Denied("No alias."))
    steps: dict[tuple[Kind, str], list[Step]] = field(default_factory=dict)
    asked: list[tuple[Kind, str, tuple[str, ...]]] = field(default_factory=list)
    identified: int = 0
    name: str = "scripted"

    def holds(self, kind: Kind, *pages: Step, region: str = REGION) -> None:
        """Say what a lane answers from now on, page by page; an error ends it."""
        self.steps[kind, region] = list(pages)

    def count(self, kind: Kind, region: str = REGION) -> int:
        """Return how often a lane was listed."""
        return sum(one[:2] == (kind, region) for one in self.asked)

    def default_region(self) -> str:
        return self.region

    def identify(self, patience: Patience) -> Identity:
        self.identified += 1
        return _told(self.identity)

    def alias(self, patience: Patience) -> str:
        return _told(self.alias_answer)

    def regions(self, patience: Patience) -> tuple[Region, ...]:
        return (Region(self.region, "opt-in-not-required"),)

    def pages(
        self, kind: Kind, region: str, patience: Patience, only: Collection[str] = ()
    ) -> Iterator[Page]:
        self.asked.append((kind, region, tuple(only)))
        if kind is Kind.TYPES and (kind, region) not in self.steps:
            yield Page(tuple(spec(name, region=region) for name in only), TAKEN_AT)
            return
        for step in self.steps.get((kind, region), [()]):
            if isinstance(step, TrainctlError):
                if step.retryable:
                    patience.on_wait(step.trouble, 0.5)
                raise step
            yield Page(tuple(step), TAKEN_AT)

    def clock_offset(self) -> float:
        return 1.5


class ConsoleProvider(ScriptedProvider):
    """One that can also read a console."""

    def console(self, region: str, instance_id: str, patience: Patience) -> Console:
        return Console(instance_id, "login:", TAKEN_AT)


def _told(answer: T | TrainctlError) -> T:
    if isinstance(answer, TrainctlError):
        raise answer
    return answer
