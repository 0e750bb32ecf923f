"""What the clouds hold, as frozen values.

Times are seconds since 1970 UTC on the provider's clock; sizes say their unit. ``None`` means
*unknown*: never zero, never empty. Empty text means that the provider said "none".
Rows travel as msgpack arrays, so a new field goes to the end and the cache version goes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Tags: TypeAlias = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """A kind of listing. The last two are joined to instances by id and by type."""

    INSTANCES = "instances"
    VOLUMES = "volumes"
    SNAPSHOTS = "snapshots"
    STATUSES = "statuses"
    TYPES = "types"


NOUNS: Mapping[Kind, str] = {
    Kind.INSTANCES: "instance",
    Kind.VOLUMES: "volume",
    Kind.SNAPSHOTS: "snapshot",
}
"""What one of a kind is called beside others."""


def noun_of(kinds: Iterable[Kind]) -> str:
    """Return what things of these kinds are called, in the singular: "volume", or "resource" for several."""
    different = set(kinds)
    return NOUNS[different.pop()] if len(different) == 1 else "resource"


class Attachment(Struct, frozen=True, array_like=True, gc=False):
    """One volume on one instance, as seen from either side.

    ``delete_on_termination`` is None where the provider does not say.
    """

    volume_id: str
    instance_id: str
    device: str
    state: str
    attached_at: float | None
    delete_on_termination: bool | None


class Instance(Struct, frozen=True, array_like=True, gc=False, tag_field="row", tag="i"):
    """A virtual machine.

    ``launched_at`` is the last start; ``first_attached_at`` dates the first launch (attach time of
    the primary network interface, SAFETY definition 3).
    """

    id: str
    region: str
    zone: str
    state: str
    type: str
    launched_at: float | None
    first_attached_at: float | None
    lifecycle: str  # "spot", "scheduled", "capacity-block" or "" for on-demand
    private_ip: str
    public_ip: str
    private_dns: str
    public_dns: str
    vpc_id: str
    subnet_id: str
    security_groups: tuple[tuple[str, str], ...]  # (id, name)
    iam_profile: str  # ARN
    key_name: str
    image_id: str
    architecture: str
    platform: str
    tenancy: str
    root_device: str
    root_device_type: str  # "ebs" or "instance-store"
    state_reason: str
    monitoring: str
    spot_request_id: str
    account: str  # owner of the reservation
    attachments: tuple[Attachment, ...]
    tags: Tags
    state_since: float | None = None  # when the last change of state was asked for


class Volume(Struct, frozen=True, array_like=True, gc=False, tag_field="row", tag="v"):
    """A disk. ``throughput`` in MiB/s, ``size_gib`` in GiB."""

    id: str
    region: str
    zone: str
    state: str
    type: str
    size_gib: int | None
    iops: int | None
    throughput: int | None
    encrypted: bool | None
    multi_attach: bool | None
    snapshot_id: str
    kms_key: str
    created_at: float | None
    attachments: tuple[Attachment, ...]
    tags: Tags


class Snapshot(Struct, frozen=True, array_like=True, gc=False, tag_field="row", tag="s"):
    """A copy of a volume at one moment. ``progress`` in per cent."""

    id: str
    region: str
    state: str
    progress: int | None
    volume_id: str
    size_gib: int | None
    started_at: float | None
    encrypted: bool | None
    owner_id: str
    description: str
    storage_tier: str
    kms_key: str
    tags: Tags


class ScheduledEvent(Struct, frozen=True, array_like=True, gc=False):
    """A maintenance the provider has announced."""

    code: str
    description: str
    not_before: float | None
    not_after: float | None


class InstanceStatus(Struct, frozen=True, array_like=True, gc=False, tag_field="row", tag="h"):
    """Health checks and scheduled events; ``id`` is the instance's.

    A status is "ok", "impaired", "initializing", "insufficient-data" or "not-applicable".
    """

    id: str
    region: str
    system: str
    instance: str
    failed: tuple[str, ...]  # names of the failed checks
    events: tuple[ScheduledEvent, ...]


class TypeSpec(Struct, frozen=True, array_like=True, gc=False, tag_field="row", tag="t"):
    """What an instance type has; ``id`` is its name ("p5.48xlarge"). Memory in MiB.

    ``gpus`` is 0 for a type known to have none; a type without a row is unknown.
    """

    id: str
    region: str
    vcpus: int | None
    memory_mib: int | None
    gpu_name: str
    gpus: int
    gpu_memory_mib: int | None  # of one GPU
    instance_storage_gb: int | None


Row: TypeAlias = Instance | Volume | Snapshot | InstanceStatus | TypeSpec

ROW_TYPES: Mapping[Kind, type[Row]] = {
    Kind.INSTANCES: Instance,
    Kind.VOLUMES: Volume,
    Kind.SNAPSHOTS: Snapshot,
    Kind.STATUSES: InstanceStatus,
    Kind.TYPES: TypeSpec,
}

# States that end by themselves within minutes; such rows are read again sooner.
TRANSITIONAL = frozenset(
    {"pending", "stopping", "shutting-down", "creating", "deleting", "attaching", "detaching"}
)


class Identity(Struct, frozen=True):
    """Who the provider says we are. ``alias`` is "" where unknown or not allowed."""

    account: str
    arn: str
    user_id: str
    alias: str = ""


class Region(Struct, frozen=True):
    """A region and whether the account may use it ("opt-in-not-required", "opted-in", "not-opted-in")."""

    id: str
    opt_in: str


class Console(Struct, frozen=True):
    """The last console output of an instance. ``text`` is raw: show it only through ``safe()``."""

    instance_id: str
    text: str
    taken_at: float | None
