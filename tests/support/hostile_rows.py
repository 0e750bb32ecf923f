"""Rows that say one hostile string in every field, their ids apart."""

from __future__ import annotations

from tests.support.rows import NOW, attached, instance, snapshot, status, volume
from trainctl_tui.domain.resources import Instance, Row, ScheduledEvent, Snapshot, Volume
from trainctl_tui.domain.tags import name_of


def hostile_instance(number: int, text: str) -> Instance:
    """Return an instance that says the string in every field, its ids apart."""
    words = (
        *(
            "zone",
            "state",
            "type",
            "lifecycle",
            "private_ip",
            "public_ip",
            "private_dns",
            "public_dns",
            "vpc_id",
        ),
        *("subnet_id", "iam_profile", "key_name", "image_id", "architecture", "platform", "tenancy"),
        *("root_device", "root_device_type", "state_reason", "monitoring", "spot_request_id", "account"),
    )
    return instance(
        number,
        id=f"i-{number}{text}",
        security_groups=((text, text), ("sg-1", text)),
        attachments=(attached(f"vol-{number}{text}", f"i-{number}{text}", text, None),),
        tags=_tags(text),
        **dict.fromkeys(words, text),
    )


def hostile_volume(number: int, text: str) -> Volume:
    """The same of a volume."""
    words = ("zone", "state", "type", "snapshot_id", "kms_key")
    held = (attached(f"vol-{number}{text}", f"i-{number}{text}", text),)
    return volume(
        number, id=f"vol-{number}{text}", attachments=held, tags=_tags(text), **dict.fromkeys(words, text)
    )


def hostile_snapshot(number: int, text: str) -> Snapshot:
    """The same of a snapshot."""
    words = ("state", "owner_id", "description", "storage_tier", "kms_key")
    return snapshot(
        number,
        id=f"snap-{number}{text}",
        volume_id=f"vol-{number}{text}",
        tags=_tags(text),
        **dict.fromkeys(words, text),
    )


def _tags(text: str) -> tuple[tuple[str, str], ...]:
    protecting = (("trainctl:protected", text), ("trainctl:user", text), (f"aws:eks:{text}", text))
    return (("Name", text), (text, text), (f"k{text}", text), *protecting)


def shown_name(row: Row | None) -> str:
    """Return the name of a row as the fleet table and the drawer show it."""
    return name_of(row.tags) or row.id if isinstance(row, Instance | Volume | Snapshot) else ""


def hostile_health(number: int, text: str) -> Row:
    """The same of the health of an instance."""
    event = ScheduledEvent(text, text, NOW + 3600, None)
    return status(number, id=f"i-{number}{text}", system=text, instance=text, failed=(text,), events=(event,))
