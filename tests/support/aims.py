"""Targets for every act on a stage: what is fit for it, what is asked of it, what proves that it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import Target
from trainctl_tui.domain.orders import MAKING, Change
from trainctl_tui.domain.rule import MACHINE_ACTS
from trainctl_tui.domain.tags import PROTECTION, protecting_tags
from trainctl_tui.providers.requests import MARK
from trainctl_tui.simcloud.engine.records import AttachmentRecord, SnapshotRecord, VolumeRecord

if TYPE_CHECKING:
    from tests.support.execution import Stage

END = {Act.START: "running", Act.STOP: "stopped", Act.REBOOT: "running", Act.TERMINATE: "terminated"}
"""States in which acts leave machines."""

EDITS = (Act.PROTECT, Act.UNPROTECT, Act.TAG)
TEAM = ("Team", "vision")
_AGE = 86_400.0


class Aims:
    """Makes targets. Each region has one machine, which holds volumes or gets them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hosts: dict[str, str] = {}
        self._made = 0

    def target(self, act: Act, zone: str, region: str) -> str:
        """Add something that an act may be done to; return its id."""
        self._made += 1
        if act is Act.CREATE:
            return f"new-{self._made:04x}-{region}"
        if act in MACHINE_ACTS:
            return self._stage.machine("stopped" if act is Act.START else "running", zone, region)
        tags = {PROTECTION[0]: PROTECTION[1]} if act is Act.UNPROTECT else {}
        if act in EDITS and self._made % 3 == 0:
            id = self._stage.machine("stopped", zone, region)
            self._stage.record(id).tags.update(tags)
            return id
        if act is Act.RESTORE or (act in (Act.DELETE, *EDITS) and self._made % 3 == 1):
            return self.snapshot(region, tags)
        self.host(region)
        return self.volume(region, tags, held=act in (Act.DETACH, Act.KEEP))

    def wish(self, act: Act, region: str) -> Change:
        """Return what is asked of targets there."""
        match act:
            case Act.ATTACH | Act.DETACH | Act.KEEP:
                return Change(instance=self.host(region))
            case Act.MODIFY:
                return Change(type="gp3", size_gib=20)
            case Act.CREATE:
                return Change(zone=f"{region}a", size_gib=10)
            case Act.RESTORE:
                return Change(zone=f"{region}a")
            case Act.TAG:
                return Change(tags=(TEAM,))
        return Change()

    def host(self, region: str) -> str:
        """Return the machine of a region; it is stopped."""
        if region not in self._hosts:
            self._hosts[region] = self._stage.machine("stopped", "a", region)
        return self._hosts[region]

    def volume(self, region: str, tags: dict[str, str] | None = None, *, held: bool = False) -> str:
        """Add a volume of ours, a day old; ``held`` by the machine of its region, and ending with it."""
        stage = self._stage
        world = stage.engine.world(region)
        born = stage.engine.now - _AGE
        volume = VolumeRecord(
            *(world.new_id("vol"), world.next_sequence(), f"{region}a", "available", "gp2", 10, born, 100),
            tags={"Owner": "ann", **(tags or {})},
        )
        if held:
            host = world.instances[self.host(region)]
            held_there = len(host.volumes)
            device = f"/dev/sd{chr(98 + held_there // 26)}{chr(97 + held_there % 26)}"
            volume.attachments = [AttachmentRecord(host.id, device, "attached", born, True)]
            volume.state = "in-use"
            host.volumes.append(volume.id)
        world.put(volume)
        return volume.id

    def snapshot(self, region: str, tags: dict[str, str] | None = None) -> str:
        """Add a completed snapshot of ours, a day old, whose volume is still there."""
        world = self._stage.engine.world(region)
        of, born = self.volume(region), self._stage.engine.now - _AGE
        copy = SnapshotRecord(
            *(world.new_id("snap"), world.next_sequence(), of, 10, "completed", born, 20.0),
            tags={"Owner": "ann", **(tags or {})},
        )
        world.put(copy)
        return copy.id

    def is_done(self, act: Act, op: str, target: Target) -> bool:
        """Say whether the cloud shows what the act leads to."""
        world = self._stage.engine.world(target.region)
        record: Any = world.find(target.id)
        if act in MAKING:
            made = world.find(target.made)
            return made is not None and made.tags[MARK] == f"{op}/{target.id}"
        if act is Act.DELETE:
            return record is None
        match act:
            case Act.ATTACH:
                return [one.state for one in record.attachments] == ["attached"]
            case Act.DETACH:
                return not record.attachments
            case Act.KEEP:
                return not record.attachments[0].delete_on_termination
            case Act.MODIFY:
                return (record.type, record.size_gib) == ("gp3", 20)
            case Act.PROTECT:
                return bool(protecting_tags(tuple(record.tags.items())))
            case Act.UNPROTECT:
                return not protecting_tags(tuple(record.tags.items()))
            case Act.TAG:
                return TEAM in record.tags.items()
        return bool(record.state == END[act])
