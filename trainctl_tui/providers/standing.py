"""How each target stands to an order: alike for every provider."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.orders import MAKING, Change, Order
from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Tags, Volume
from trainctl_tui.providers.base import AS_ASKED, DETACHED, NOT_YET, Observed
from trainctl_tui.providers.lookup import Lookup, Modification, disk_of
from trainctl_tui.providers.requests import MARK, kind_of, mark_of


def observe(look: Lookup, order: Order, ids: Collection[str]) -> dict[str, Observed]:
    """Return how each target that is seen stands to an order."""
    if order.act in MAKING:
        return _made(look, order, ids)
    by_kind = {kind: [id for id in ids if kind_of(id) is kind] for kind in Kind}
    seen: dict[str, Observed] = {}
    if machines := by_kind[Kind.INSTANCES]:
        for machine in look.machines(machines).values():
            seen[machine.id] = Observed(_word(order, machine.id, machine.state, machine.tags))
    if volumes := by_kind[Kind.VOLUMES]:
        listed = [volume for volume in look.volumes("volume-id", volumes) if volume.id in volumes]
        seen |= _of_volumes(look, order, listed)
    if snapshots := by_kind[Kind.SNAPSHOTS]:
        for copy in look.snapshots("snapshot-id", snapshots):
            if copy.id in snapshots:
                seen[copy.id] = Observed(_word(order, copy.id, copy.state, copy.tags))
    return seen


def _word(order: Order, id: str, state: str, tags: Tags) -> str:
    """Return the state, or of an edit of tags, whether it shows."""
    if order.act not in (Act.PROTECT, Act.UNPROTECT, Act.TAG):
        return state
    change, held = order.of(id), dict(tags)
    shows = all(held.get(key) == value for key, value in change.tags)
    return AS_ASKED if shows and not held.keys() & set(change.untag) else NOT_YET


def _of_volumes(look: Lookup, order: Order, volumes: Sequence[Volume]) -> dict[str, Observed]:
    if order.act is Act.MODIFY:
        modified = look.modifications([volume.id for volume in volumes])
        return {one.id: Observed(_modified(one, order.of(one.id), modified.get(one.id))) for one in volumes}
    if order.act is Act.KEEP:
        machines = look.machines(sorted({order.of(volume.id).instance for volume in volumes}))
        return {one.id: Observed(_kept(one.id, machines.get(order.of(one.id).instance))) for one in volumes}
    if order.act in (Act.ATTACH, Act.DETACH):
        return {one.id: Observed(_attached(order, one)) for one in volumes}
    return {one.id: Observed(_word(order, one.id, one.state, one.tags)) for one in volumes}


def _attached(order: Order, volume: Volume) -> str:
    instance = order.of(volume.id).instance
    held = [disk.state for disk in volume.attachments if disk.instance_id == instance]
    return held[0] if held else DETACHED


def _modified(volume: Volume, asked: Change, last: Modification | None) -> str:
    """Return the state of the change if it is this one, else whether the volume already is as asked."""
    if last is not None and _fits(asked, last.change):
        return last.state
    now = Change(type=volume.type, size_gib=volume.size_gib, iops=volume.iops, throughput=volume.throughput)
    return AS_ASKED if _fits(asked, now) else NOT_YET


def _fits(asked: Change, held: Change) -> bool:
    return all(
        value in (None, "") or value == getattr(held, name)
        for name in ("type", "size_gib", "iops", "throughput")
        for value in (getattr(asked, name),)
    )


def _kept(id: str, machine: Instance | None) -> str:
    disk = disk_of(machine, id)
    if disk is None:
        return DETACHED
    return AS_ASKED if disk.delete_on_termination is False else NOT_YET


def _made(look: Lookup, order: Order, ids: Collection[str]) -> dict[str, Observed]:
    """Return what carries the mark of this order, by the target that it was made of."""
    of_mark = {mark_of(order, id): id for id in ids}
    seen: dict[str, Observed] = {}
    rows = look.snapshots if order.act is Act.SNAPSHOT else look.volumes
    for row in rows(f"tag:{MARK}", sorted(of_mark)):
        if id := of_mark.get(dict(row.tags).get(MARK, "")):
            progress = row.progress if isinstance(row, Snapshot) else None
            seen[id] = Observed(row.state, row.id, progress)
    return seen
