"""An engine that counts what each act did to each target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.tags import PROTECTION
from trainctl_tui.providers.requests import MARK
from trainctl_tui.simcloud.engine import Clock, Engine
from trainctl_tui.simcloud.engine.context import Answer, Params
from trainctl_tui.simcloud.engine.world import World

MACHINES = {
    "StartInstances": Act.START,
    "StopInstances": Act.STOP,
    "RebootInstances": Act.REBOOT,
    "TerminateInstances": Act.TERMINATE,
}
MAKING = frozenset({"CreateSnapshot", "CreateVolume"})
DISKS = {
    "AttachVolume": Act.ATTACH,
    "DetachVolume": Act.DETACH,
    "DeleteVolume": Act.DELETE,
    "DeleteSnapshot": Act.DELETE,
    "ModifyVolume": Act.MODIFY,
}
ACTING = frozenset({*MACHINES, *MAKING, *DISKS, "ModifyInstanceAttribute", "CreateTags", "DeleteTags"})
"""Operations that change something."""


class Counted(Engine):
    """An engine with ``effects``: how often each act has changed each target.

    What is made counts for the target of its mark. A reboot counts when it is accepted.
    """

    def __init__(self, clock: Clock, seed: int = 0, pace: float = 1.0) -> None:
        super().__init__(clock=clock, seed=seed, pace=pace)
        self.effects: Counter[tuple[Act, str]] = Counter()

    def call(self, operation: str, params: Params, *, region: str, account: str = "") -> Answer:
        if operation not in ACTING or params.get("DryRun"):
            return super().call(operation, params, region=region, account=account)
        with self.lock:
            self.settle()
            world = self.world(region)
            act, ids = _named(operation, params)
            before = {id: _shown(world, operation, id) for id in ids}
            try:
                answer = super().call(operation, params, region=region, account=account)
            finally:
                self.effects.update((act, id) for id in ids if _shown(world, operation, id) != before[id])
            if act is Act.REBOOT:
                self.effects.update((act, id) for id in ids)
        return answer


def _named(operation: str, params: Params) -> tuple[Act, list[str]]:
    """Return the act that a call is of, and its targets."""
    if operation in MACHINES:
        return MACHINES[operation], list(params["InstanceIds"])
    if operation in DISKS:
        return DISKS[operation], [params["SnapshotId" if operation == "DeleteSnapshot" else "VolumeId"]]
    if operation in MAKING:
        copied = Act.RESTORE if "SnapshotId" in params else Act.CREATE
        act = Act.SNAPSHOT if operation == "CreateSnapshot" else copied
        return act, [_mark(params).partition("/")[2]]
    if operation == "ModifyInstanceAttribute":
        return Act.KEEP, [params["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]]
    protects = any(tag["Key"] == PROTECTION[0] for tag in params["Tags"])
    acts = (Act.PROTECT, Act.UNPROTECT) if protects else (Act.TAG, Act.TAG)
    return acts[operation == "DeleteTags"], list(params["Resources"])


def _mark(params: Params) -> str:
    tags: Iterable[Mapping[str, str]] = params["TagSpecifications"][0]["Tags"]
    return next(tag["Value"] for tag in tags if tag["Key"] == MARK)


def _shown(world: World, operation: str, id: str) -> object:
    """Return what an operation changes of one target."""
    if operation in MAKING:
        return sum(
            one.tags.get(MARK, "").partition("/")[2] == id
            for one in (*world.volumes.values(), *world.snapshots.values())
        )
    record: Any = world.find(id)
    if record is None:
        return None
    looks: Mapping[str, Callable[[Any], object]] = {
        "AttachVolume": _attachments,
        "DetachVolume": _attachments,
        "ModifyVolume": lambda volume: volume.modification and volume.modification.began_at,
        "ModifyInstanceAttribute": lambda volume: [one.delete_on_termination for one in volume.attachments],
        "CreateTags": lambda found: dict(found.tags),
        "DeleteTags": lambda found: dict(found.tags),
    }
    return looks.get(operation, lambda found: found.state)(record)


def _attachments(volume: Any) -> list[tuple[str, str]]:
    return [(one.instance_id, one.state) for one in volume.attachments]
