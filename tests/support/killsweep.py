"""Kill an execution at a place, let another take over, and judge what came of it against the cloud itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from msgspec import Struct

from tests.support.execution import NOW, OTHER, REGION, Killed, Stage, killed_at, targets
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import NotFound
from trainctl_tui.domain.operations import Operation, OpState, Outcome
from trainctl_tui.services.audit import Audit
from trainctl_tui.services.crashpoint import Fuse, lit
from trainctl_tui.services.journal import Journal

UNTOUCHED = frozenset(set(Outcome) - {Outcome.DONE, Outcome.ACCEPTED, Outcome.UNCONFIRMED, Outcome.ALREADY})
"""Outcomes that say: our calls had no effect on it."""

UNPROVABLE = frozenset({Act.REBOOT, Act.SNAPSHOT})
"""Acts that are never sent twice: a call of which nothing is known and nothing is seen stays unconfirmed."""


class Profile(Struct, frozen=True):
    """How the cloud behaves: chances of throttled calls and lost answers, and the lag of reads in seconds."""

    name: str
    throttled: float = 0.0
    lost: float = 0.0
    lag: float = 0.0


PROFILES = (Profile("clean"), Profile("lossy", throttled=0.1, lost=0.3), Profile("lagging", lag=40.0))
SIZES = (1, 6)


class Case(Struct, frozen=True):
    """One kind of operation in one profile; ``size`` machines, some of which fail where there are several."""

    act: Act
    size: int
    profile: Profile

    @property
    def name(self) -> str:
        return f"{self.act}-{self.size}-{self.profile.name}"


CASES = tuple(Case(act, size, profile) for act in Act for size in SIZES for profile in PROFILES)


def scratch() -> str:
    """Return a directory for journals: in memory, since it is the order of writes that counts here."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()


class Sweep:
    """One operation that may be killed several times."""

    def __init__(self, case: Case, folder: Path, seed: int = 1) -> None:
        self.case = case
        self.folder = folder
        self.audit = Audit(folder)
        self.stage = Stage(
            self._journal(), seed, case.profile.throttled, case.profile.lost, self.audit
        )  # fmt: skip
        add = self.stage.aims.target
        self.ids = [add(case.act, "ab"[number % 2], REGION) for number in range(case.size)]
        add(case.act, "a", REGION)  # one that nobody names
        self.failing: set[str] = set()
        if case.size > 1 and case.act in (Act.STOP, Act.TERMINATE):
            self.failing = {self.ids[1]}
            self.stage.record(self.ids[1]).terminate_protected = True
            self.stage.record(self.ids[1]).stop_protected = True
            self.stage.blind.add(self.ids[1])
        if case.size > 1:
            self.ids.append(add(case.act, "a", OTHER))
        self.stage.engine.set_lag(case.profile.lag)
        self.op = ""

    def _journal(self) -> Journal:
        return Journal(self.folder, lambda: NOW)

    def attempt(self, fuse: Fuse) -> Operation | None:
        """Confirm if that is still to do, and carry out; None if it was killed."""
        try:
            with lit(fuse):
                if not self.op:
                    self.op = self._confirmed()
                return self.stage.run(self.op, fuse)
        except Killed:
            return None
        finally:
            self.stage.journal.close()
            self.stage.journal = self._journal()

    def _confirmed(self) -> str:
        known = self.stage.journal.operations()
        return known[0].id if known else self.stage.confirm(self.case.act, self.ids)

    def finish(self, fuses: Sequence[Fuse]) -> Operation:
        """Let each fuse kill it, then let it run until it has ended."""
        for fuse in fuses:
            if (ended := self.attempt(fuse)) is not None:
                return ended
        told = self.attempt(Fuse(0))
        assert told is not None
        return told

    def judge(self, told: Operation) -> None:
        """Compare what the journal says with what has happened."""
        effects = self.stage.engine.effects
        assert told.state.is_final, told.state
        assert [target.id for target in told.targets] == self.ids, "a target is lost"
        assert {id for _, id in effects} <= set(self.ids), "what nobody named was touched"
        assert all(count == 1 for count in effects.values()), f"done twice: {effects}"
        unconfirmed = []
        for id, target in targets(told).items():
            effect = effects[self.case.act, id]
            assert target.outcome is not None, f"{id} has no outcome"
            if target.outcome in UNTOUCHED:
                assert not effect, f"{id} is {target.outcome}, yet it was done"
            elif target.outcome is Outcome.UNCONFIRMED:
                unconfirmed.append(id)
                assert self.case.act in UNPROVABLE, f"{id}: {target.reason}"
                assert self.case.act is Act.REBOOT or not effect, f"{id} is left behind"
            else:
                assert effect, f"{id} is {target.outcome}, yet nothing was done"
                self.stage.engine.settle()
                assert self.stage.aims.is_done(self.case.act, told.id, target), f"{id} is not so"
            if id in self.failing:
                assert target.outcome is Outcome.FAILED, target
            else:
                assert target.outcome in (Outcome.DONE, Outcome.ACCEPTED, Outcome.UNCONFIRMED), target
        assert (told.state is OpState.NEEDS_HUMAN) == bool(unconfirmed)
        assert all(id in told.why for id in unconfirmed)
        checked, _ = self.audit.check()
        assert checked.broken is None, checked.why
        assert self.stage.journal.busy() == {}


@contextmanager
def sweep(case: Case, seed: int = 1) -> Iterator[Sweep]:
    """Return a sweep in a directory that goes away with it."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        made = Sweep(case, Path(folder) / "state", seed)
        try:
            yield made
        finally:
            made.stage.journal.close()


def places(case: Case, seed: int = 1) -> list[str]:
    """Return the names of all places that an operation passes when nobody kills it."""
    with sweep(case, seed) as one:
        fuse = Fuse(0)
        told = one.attempt(fuse)
        assert told is not None
        one.judge(told)
        return fuse.names


def kill(case: Case, *at: int, seed: int = 1) -> Operation:
    """Kill an operation at these places, one process after the other, and judge how it ends."""
    with sweep(case, seed) as one:
        try:
            told = one.finish([killed_at(number) for number in at])
        except NotFound:
            raise AssertionError("the operation is lost") from None
        one.judge(told)
        return told


def twice(case: Case, count: int, chance: Random) -> tuple[int, int]:
    """Return two places: one in the first execution, one early or late in that which takes over."""
    return chance.randrange(1, count + 1), chance.randrange(1, max(2, count))
