"""Random bulk acts on a random cloud, and what must be true of their verdicts afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.support.aims import END
from tests.support.execution import OTHER, REGION, Stage, targets
from tests.support.killsweep import UNPROVABLE
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.operations import FAILURES, Operation, Outcome
from trainctl_tui.domain.tags import PROTECTION
from trainctl_tui.services.journal import Journal
from trainctl_tui.simcloud.engine import EngineError
from trainctl_tui.simcloud.engine.records import Record

MACHINES = {Act.START: 2, Act.STOP: 3, Act.REBOOT: 1, Act.TERMINATE: 6}
OTHERS = dict.fromkeys((act for act in Act if act not in MACHINES), 1) | {Act.DELETE: 5}
"""Acts on volumes, snapshots and tags, and how often each is drawn."""

NAMES = {
    Act.START: "StartInstances",
    Act.STOP: "StopInstances",
    Act.REBOOT: "RebootInstances",
    Act.TERMINATE: "TerminateInstances",
}
KINDS = ("plain", "protected", "later", "hidden", "bad", "tagged", "gone", "moved")
WEIGHTS = (60, 6, 6, 4, 6, 6, 6, 6)
WEIGHTS_OF_OTHERS = (60, 6, 0, 0, 6, 10, 6, 10)
PREFIXES = {Act.RESTORE: "snap", Act.CREATE: "new"}
NO_EFFECT = frozenset(
    {Outcome.PROTECTED, Outcome.REFUSED, Outcome.CHANGED, Outcome.LEFT_OUT, Outcome.NOT_ATTEMPTED}
    | {Outcome.UNKNOWN_ID, Outcome.FAILED, Outcome.ALREADY}
)


class Scenario:
    """One selection: most are plain, some are protected (seen, set later, hidden), bad, changed or gone.

    A machine that is gone, or has moved, is in another state; what else there is, is deleted.
    """

    def __init__(self, seed: int, journal: Journal, acts: Mapping[Act, int] = MACHINES) -> None:
        self.chance = Random(seed)
        self.act = self.chance.choices(list(acts), list(acts.values()))[0]
        self.on_machines = self.act in MACHINES
        # Facts of disks take several calls, of which each that is refused has all be read again.
        throttled = 0.3 if self.on_machines else 0.1
        self.stage = Stage(journal, seed, throttled=throttled, lost=0.3)
        self.lag = self.chance.choice((0.0, 0.0, 5.0, 30.0, 60.0))
        self.kinds: dict[str, str] = {}
        count = self.chance.choices((1, 3, 8, 15, 60), (15, 40, 30, 13, 2))[0]
        make = self._machine if self.on_machines else self._other
        weights = WEIGHTS if self.on_machines else WEIGHTS_OF_OTHERS
        self.strangers = {make("plain") for _ in range(3)}
        for _ in range(self.chance.randrange(1, count + 1)):
            kind = self.chance.choices(KINDS, weights)[0]
            self.kinds[make(kind)] = kind
        self.ids = list(self.kinds)

    def _machine(self, kind: str) -> str:
        if kind == "bad":
            return f"i-{self.chance.getrandbits(64):017x}"
        state = "stopped" if self.act is Act.START else "running"
        if kind == "gone":
            state = "terminated" if self.act is Act.TERMINATE else END[self.act]
        where = OTHER if self.chance.random() < 0.2 else REGION
        id = self.stage.machine(state, self.chance.choice("abc"), where)
        if kind in ("protected", "hidden"):
            self._protect(id)
        if kind == "hidden":
            self.stage.blind.add(id)
        return id

    def _other(self, kind: str) -> str:
        if kind == "bad" and self.act is not Act.CREATE:
            return f"{PREFIXES.get(self.act, 'vol')}-{self.chance.getrandbits(64):017x}"
        where = OTHER if self.chance.random() < 0.2 else REGION
        id = self.stage.aims.target(self.act, self.chance.choice("abc"), where)
        if kind == "gone":
            self._drop(id)
        elif kind == "protected" and (record := self._found(id)) is not None:
            record.tags[PROTECTION[0]] = PROTECTION[1]
        return id

    def _found(self, id: str) -> Record | None:
        return self.stage.engine.world(self.stage.region(id)).find(id)

    def _drop(self, id: str) -> None:
        world = self.stage.engine.world(self.stage.region(id))
        if self._found(id) is not None:
            world.drop(id)
            for host in world.instances.values():
                if id in host.volumes:
                    host.volumes.remove(id)
            world.changed(id, self.stage.engine.now)

    def _protect(self, id: str) -> None:
        record = self.stage.record(id)
        record.terminate_protected = record.stop_protected = True

    def run(self) -> Operation | None:
        """Plan, change what changes, act; None where the plan has nothing that may go."""
        try:
            plan = self.stage.plan(self.act, self.ids)
        except Refused:
            return None
        if not plan.goes:
            return None
        approval = plan.approve(plan.phrase or "y", self.stage.clock.now())
        op = self.stage.journal.confirm(plan, approval, policy=self.stage.policy, launch=self.stage.launch)
        if self.lag:
            self.stage.engine.set_lag(self.lag)
        for id, kind in self.kinds.items():
            self._change(id, kind)
        return self.stage.run(op)

    def _change(self, id: str, kind: str) -> None:
        """Do to a target what comes between the plan and the act."""
        record = self._found(id)
        if record is None:
            return
        if kind == "moved" and not self.on_machines:
            self._drop(id)
            return
        if kind == "later":
            self._protect(id)
        elif kind == "tagged":
            record.tags["Owner"] = "bob"
        elif kind == "moved":
            record.state = {"running": "stopped", "stopped": "running"}.get(record.state, "stopped")
        if kind in ("later", "tagged", "moved"):
            self.stage.engine.world(self.stage.region(id)).changed(id, self.stage.engine.now)

    def wrong(self, told: Operation) -> list[str]:
        """Return what is wrong with the verdicts; nothing may be."""
        self.stage.engine.settle()
        effects = self.stage.engine.effects
        found = [f"{id} was touched" for _, id in effects if id not in self.kinds]
        found += [f"{id} was acted on {count} times" for (_, id), count in effects.items() if count > 1]
        if sorted(target.id for target in told.targets) != sorted(self.ids):
            found.append("the targets are not the selection")
        for id, target in targets(told).items():
            effect, kind = effects[self.act, id], self.kinds[id]
            words = f"{id} ({kind}, {self.act}) is {target.outcome} ({target.reason})"
            if target.outcome is None:
                found.append(f"{words}: no verdict")
            elif target.outcome in NO_EFFECT and effect:
                found.append(f"{words}, yet it was done")
            elif target.outcome is Outcome.DONE and not self.stage.aims.is_done(self.act, told.id, target):
                found.append(f"{words}, yet it is not so")
            elif target.outcome is Outcome.DONE and not effect and kind != "moved":
                found.append(f"{words}, yet it was not us")  # moved: somebody else was faster
            elif target.outcome is Outcome.ACCEPTED and not effect:
                found.append(f"{words}, yet it had no effect")
            elif target.outcome is Outcome.UNCONFIRMED and not self._is_unprovable(kind):
                found.append(f"{words}, yet it can be known")
            elif kind == "plain" and target.outcome in FAILURES and not self._excused(told, target.outcome):
                found.append(f"{words} for no reason")
        return found

    def _is_unprovable(self, kind: str) -> bool:
        """Say whether nothing may show what became of a target: what is kept may be deleted by others."""
        return self.act in UNPROVABLE or (self.act is Act.KEEP and kind == "moved")

    def _excused(self, told: Operation, outcome: Outcome) -> bool:
        """Say whether a plain target may have failed: a lost reboot, or three failures in a row before it."""
        if outcome is Outcome.UNCONFIRMED:
            return self.act in UNPROVABLE
        hidden = sum(self.kinds[target.id] in ("hidden", "later", "moved", "bad") for target in told.targets)
        return outcome is Outcome.NOT_ATTEMPTED and hidden >= 3

    def naive(self) -> int:
        """Send one call for all, believe its answer, and return for how many targets that is wrong."""
        engine = self.stage.engine
        wrong = 0
        for region in (REGION, OTHER):
            ids = [id for id in self.ids if self.stage.region(id) == region]
            if not ids:
                continue
            try:
                engine.call(NAMES[self.act], {"InstanceIds": ids}, region=region)
                believed = True
            except EngineError:
                believed = False
            if believed and self.chance.random() < 0.3:
                believed = False  # the answer was lost
            wrong += sum(bool(engine.effects[self.act, id]) != believed for id in ids)
        return wrong
