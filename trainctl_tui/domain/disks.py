"""What an act on a volume or a snapshot is judged by, beyond what every target has. None means unknown."""

from __future__ import annotations

from msgspec import Struct

from trainctl_tui.domain.resources import Tags


class Holder(Struct, frozen=True):
    """A machine that holds a volume. ``state`` is the machine's, "" where it could not be read."""

    instance_id: str
    device: str
    attachment: str  # "attaching", "attached", "busy", "detaching"
    state: str
    is_root: bool | None
    delete_on_termination: bool | None
    name: str = ""


class DiskFacts(Struct, frozen=True):
    """What is known of a volume that is a target. ``snapshots`` None: could not be asked.

    ``snapshot_at`` is the newest completed one. ``modification`` is the last one's state, "" for none, None
    for not known. ``mounted`` None: nobody looked into the machine.
    """

    size_gib: int | None
    iops: int | None
    throughput: int | None
    encrypted: bool | None
    multi_attach: bool | None
    holders: tuple[Holder, ...]
    snapshots: int | None
    snapshot_at: float | None
    snapshot_id: str  # that it was made from
    modification: str | None
    modified_at: float | None = None
    mounted: bool | None = None
    monthly: float | None = None  # USD


class CopyFacts(Struct, frozen=True):
    """What is known of a snapshot that is a target. None: could not be read.

    ``images`` are those that use it. ``volume_exists`` is whether its volume is still there.
    """

    volume_id: str
    volume_exists: bool | None
    images: tuple[str, ...] | None
    size_gib: int | None
    progress: int | None
    encrypted: bool | None
    tier: str
    monthly: float | None = None  # USD, were it all changed blocks


class Host(Struct, frozen=True):
    """The machine that volumes are to be attached to. ``devices`` are those in use; state "": not known."""

    id: str
    zone: str
    state: str
    type: str
    tags: Tags | None
    devices: tuple[str, ...]
    name: str = ""
