"""Transitions that take time. The operations and the script both go through here.

Durations are seconds, of the order that users of EC2 see; the engine's pace divides them.
"""

from __future__ import annotations

from trainctl_tui.simcloud.engine.context import Context, moment
from trainctl_tui.simcloud.engine.records import (
    AttachmentRecord,
    InstanceRecord,
    SnapshotRecord,
    VolumeRecord,
)

BOOT = 8.0
STOP = 12.0
SHUT_DOWN = 10.0
CHECKS = 90.0
ATTACH = 2.0
DETACH = 3.0
CREATE_VOLUME = 3.0
DELETE_VOLUME = 3.0
TERMINATED_VISIBLE = 3600.0


def boot(context: Context, record: InstanceRecord) -> None:
    """Start a machine: pending, then running; its checks pass later."""
    record.state, record.reason, record.transition_reason = "pending", ("", ""), ""
    record.launched_at = context.engine.now
    record.checked_at = context.engine.now + CHECKS
    context.changed(record)

    def running() -> None:
        record.state = "running"
        context.changed(record)

    context.after(BOOT, record, running)


def stop(context: Context, record: InstanceRecord) -> None:
    """Stop a machine: stopping, then stopped."""
    record.state = "stopping"
    _say_why(context, record)
    context.changed(record)

    def stopped() -> None:
        record.state = "stopped"
        context.changed(record)

    context.after(STOP, record, stopped)


def terminate(context: Context, record: InstanceRecord, code: str = "Client.UserInitiatedShutdown") -> None:
    """End a machine: shutting-down, then terminated, then no longer listed. Its volumes go or stay."""
    was_stopped = record.state == "stopped"
    record.state = "shutting-down"
    _say_why(context, record, code)
    context.changed(record)

    def gone() -> None:
        context.drop(record)

    def terminated() -> None:
        record.state = "terminated"
        _release_volumes(context, record)
        context.changed(record)
        context.after(TERMINATED_VISIBLE, record, gone)

    context.after(1.0 if was_stopped else SHUT_DOWN, record, terminated)


def attach(context: Context, volume: VolumeRecord, instance: InstanceRecord, device: str) -> AttachmentRecord:
    """Attach a volume: attaching, then attached."""
    held = AttachmentRecord(instance.id, device, "attaching", context.engine.now)
    volume.attachments.append(held)
    volume.state = "in-use"
    instance.volumes.append(volume.id)
    context.changed(volume)
    context.world.changed(instance.id, context.engine.now)

    def attached() -> None:
        held.state = "attached"
        context.changed(volume)
        context.world.changed(instance.id, context.engine.now)

    context.after(ATTACH, volume, attached)
    return held


def detach(context: Context, volume: VolumeRecord, held: AttachmentRecord) -> None:
    """Detach a volume: detaching, then available."""
    held.state = "detaching"
    context.changed(volume)

    def detached() -> None:
        _let_go(context, volume, held)

    context.after(DETACH, volume, detached)


def create_volume(context: Context, volume: VolumeRecord) -> None:
    """Add a volume: creating, then available."""
    volume.state = "creating"
    context.world.put(volume)
    context.changed(volume)

    def available() -> None:
        volume.state = "available"
        context.changed(volume)

    context.after(CREATE_VOLUME, volume, available)


def delete_volume(context: Context, volume: VolumeRecord) -> None:
    """Delete a volume: deleting, then gone."""
    volume.state = "deleting"
    context.changed(volume)
    context.after(DELETE_VOLUME, volume, lambda: context.drop(volume))


def take_snapshot(context: Context, snapshot: SnapshotRecord) -> None:
    """Add a snapshot: pending while its progress moves, then completed."""
    snapshot.state = "pending"
    context.world.put(snapshot)
    context.changed(snapshot)

    def completed() -> None:
        snapshot.state = "completed"
        context.changed(snapshot)

    context.after(snapshot.started_at + snapshot.takes - context.engine.now, snapshot, completed)


def _say_why(context: Context, record: InstanceRecord, code: str = "Client.UserInitiatedShutdown") -> None:
    words = {
        "Client.UserInitiatedShutdown": ("User initiated shutdown", "User initiated"),
        "Server.SpotInstanceTermination": ("Spot instance termination", "Service initiated"),
    }
    message, initiator = words[code]
    record.reason = (code, f"{code}: {message}")
    when = moment(context.engine.now).strftime("%Y-%m-%d %H:%M:%S GMT")
    record.transition_reason = f"{initiator} ({when})"


def _release_volumes(context: Context, record: InstanceRecord) -> None:
    for id in tuple(record.volumes):
        volume = context.world.volumes.get(id)
        for held in tuple(volume.attachments) if volume else ():
            if volume is None or held.instance_id != record.id:
                continue
            _let_go(context, volume, held)
            if held.delete_on_termination and not volume.attachments:
                context.drop(volume)
    record.volumes.clear()


def _let_go(context: Context, volume: VolumeRecord, held: AttachmentRecord) -> None:
    volume.attachments.remove(held)
    if not volume.attachments:
        volume.state = "available"
    holder = context.world.instances.get(held.instance_id)
    if holder and volume.id in holder.volumes:
        holder.volumes.remove(volume.id)
        context.world.changed(holder.id, context.engine.now)
    context.changed(volume)
