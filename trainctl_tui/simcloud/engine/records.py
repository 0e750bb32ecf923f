"""What the simulated cloud remembers of each resource. Times are seconds since 1970 UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass
class AttachmentRecord:
    """One volume on one instance."""

    instance_id: str
    device: str
    state: str
    attached_at: float
    delete_on_termination: bool = False


@dataclass
class EventRecord:
    """A maintenance announced for an instance."""

    code: str
    description: str
    not_before: float
    not_after: float


@dataclass
class InstanceRecord:
    """A machine. ``health`` is "ok", "impaired" (instance check) or "system-impaired"."""

    id: str
    sequence: int
    reservation_id: str
    zone: str
    state: str
    type: str
    image_id: str
    launched_at: float
    first_launched_at: float
    private_ip: str
    public_ip: str = ""
    lifecycle: str = ""
    subnet_id: str = ""
    vpc_id: str = ""
    groups: tuple[tuple[str, str], ...] = ()
    profile: str = ""
    key_name: str = ""
    architecture: str = "x86_64"
    root_device: str = "/dev/sda1"
    tenancy: str = "default"
    monitoring: str = "disabled"
    spot_request_id: str = ""
    spot_persistent: bool = False
    client_token: str = ""
    launch_index: int = 0
    shutdown_behavior: str = "stop"
    terminate_protected: bool = False
    stop_protected: bool = False
    reason: tuple[str, str] = ("", "")
    transition_reason: str = ""
    health: str = "ok"
    checked_at: float = 0.0
    turn: int = 0
    events: list[EventRecord] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class ModificationRecord:
    """What a volume is becoming, or became last."""

    began_at: float
    type: str
    size_gib: int
    iops: int | None
    throughput: int | None
    state: str = "modifying"


@dataclass
class VolumeRecord:
    """A disk. ``throughput`` in MiB/s."""

    id: str
    sequence: int
    zone: str
    state: str
    type: str
    size_gib: int
    created_at: float
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool = False
    kms_key: str = ""
    multi_attach: bool = False
    snapshot_id: str = ""
    modification: ModificationRecord | None = None
    turn: int = 0
    attachments: list[AttachmentRecord] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class SnapshotRecord:
    """A copy of a volume. While pending, its progress follows the clock over ``takes`` seconds."""

    id: str
    sequence: int
    volume_id: str
    size_gib: int
    state: str
    started_at: float
    takes: float
    description: str = ""
    encrypted: bool = False
    kms_key: str = ""
    storage_tier: str = "standard"
    images: tuple[str, ...] = ()
    turn: int = 0
    tags: dict[str, str] = field(default_factory=dict)

    def progress(self, now: float) -> int:
        """Return per cent done."""
        if self.state == "completed":
            return 100
        return max(0, min(99, int(100 * (now - self.started_at) / self.takes)))


Record: TypeAlias = InstanceRecord | VolumeRecord | SnapshotRecord
