"""What happens to machines of the fleet besides growing old: announcements, careless disks, neglect."""

from __future__ import annotations

from trainctl_tui.simcloud import names
from trainctl_tui.simcloud.engine.context import Context, moment
from trainctl_tui.simcloud.engine.records import EventRecord, InstanceRecord

_DAY = 86_400.0
_WEEK = 7 * _DAY
_PROTECTING = (":protected", ":important")


def announce(context: Context, record: InstanceRecord) -> None:
    """Announce that a machine will be retired in five days."""
    begins = context.now + 5 * _DAY
    words = "The instance is running on degraded hardware"
    record.events.append(EventRecord("instance-retirement", words, begins, begins + 2 * 3600))


def let_disks_die(context: Context, record: InstanceRecord) -> None:
    """Set DeleteOnTermination on the data volumes too, as a careless launch template does."""
    for id in record.volumes:
        volume = context.world.volumes[id]
        for held in volume.attachments:
            held.delete_on_termination = True
        context.changed(volume)


def stopped_at(record: InstanceRecord, at: float) -> None:
    """Say when and why a machine was stopped."""
    record.transition_reason = f"User initiated ({moment(at):%Y-%m-%d %H:%M:%S} GMT)"
    code = "Client.UserInitiatedShutdown"
    record.reason = (code, f"{code}: User initiated shutdown")


def park(context: Context) -> None:
    """Let every other stopped machine be the demo user's, and forgotten for weeks: to be cleaned up."""
    stopped = [record for record in context.world.instances.values() if record.state == "stopped"]
    plain = [record for record in stopped if "trainctl:user" in record.tags and not _is_protected(record)]
    owner = {"trainctl:user": names.USER, "team": names.TEAM}
    for weeks, record in enumerate(plain[::2], 2):
        record.tags |= owner
        began = min(record.launched_at, context.now - (weeks + 1) * _WEEK)
        record.first_launched_at += began - record.launched_at
        record.launched_at = began
        stopped_at(record, context.now - weeks * _WEEK)
        for id in record.volumes[1:]:
            context.world.volumes[id].tags |= owner


def _is_protected(record: InstanceRecord) -> bool:
    return record.terminate_protected or any(key.endswith(_PROTECTING) for key in record.tags)
