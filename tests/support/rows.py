"""Rows for tests: every field has a plain value, and a test names only those it is about."""

from __future__ import annotations

from trainctl_tui.domain.resources import (
    Attachment,
    Identity,
    Instance,
    InstanceStatus,
    Snapshot,
    TypeSpec,
    Volume,
)

NOW = 1_790_000_000.0
REGION = "us-east-1"
ME = Identity("123456789012", "arn:aws:iam::123456789012:user/ada", "AIDAEXAMPLE")


def instance(number: int = 1, **changes: object) -> Instance:
    """Return a running instance, two hours old."""
    fields: dict[str, object] = {
        "id": f"i-{number:017x}",
        "region": REGION,
        "zone": f"{REGION}a",
        "state": "running",
        "type": "g5.xlarge",
        "launched_at": NOW - 7200 - number,
        "first_attached_at": NOW - 7200 - number,
        "lifecycle": "",
        "private_ip": f"10.0.{number // 250 % 250}.{number % 250}",
        "public_ip": "",
        "private_dns": "",
        "public_dns": "",
        "vpc_id": "vpc-1",
        "subnet_id": "subnet-1",
        "security_groups": (("sg-1", "default"),),
        "iam_profile": "",
        "key_name": "ops",
        "image_id": "ami-1",
        "architecture": "x86_64",
        "platform": "Linux/UNIX",
        "tenancy": "default",
        "root_device": "/dev/xvda",
        "root_device_type": "ebs",
        "state_reason": "",
        "monitoring": "disabled",
        "spot_request_id": "",
        "account": ME.account,
        "attachments": (),
        "tags": (("Name", f"train-{number}"), ("trainctl:user", "ada")),
    }
    return Instance(**{**fields, **changes})  # type: ignore[arg-type]


def attached(
    volume_id: str, instance_id: str, device: str = "/dev/sdf", dies: bool | None = False
) -> Attachment:
    """Return an attachment."""
    return Attachment(volume_id, instance_id, device, "attached", NOW - 7000, dies)


def volume(number: int = 1, **changes: object) -> Volume:
    """Return an available gp3 volume, a day old."""
    fields: dict[str, object] = {
        "id": f"vol-{number:017x}",
        "region": REGION,
        "zone": f"{REGION}a",
        "state": "available",
        "type": "gp3",
        "size_gib": 100 + number,
        "iops": 3000,
        "throughput": 125,
        "encrypted": True,
        "multi_attach": False,
        "snapshot_id": "",
        "kms_key": "",
        "created_at": NOW - 86400 - number,
        "attachments": (),
        "tags": (("Name", f"data-{number}"),),
    }
    return Volume(**{**fields, **changes})  # type: ignore[arg-type]


def snapshot(number: int = 1, **changes: object) -> Snapshot:
    """Return a completed snapshot, ten days old."""
    fields: dict[str, object] = {
        "id": f"snap-{number:017x}",
        "region": REGION,
        "state": "completed",
        "progress": 100,
        "volume_id": f"vol-{number:017x}",
        "size_gib": 100,
        "started_at": NOW - 10 * 86400 - number,
        "encrypted": True,
        "owner_id": ME.account,
        "description": "nightly",
        "storage_tier": "standard",
        "kms_key": "",
        "tags": (),
    }
    return Snapshot(**{**fields, **changes})  # type: ignore[arg-type]


def status(number: int = 1, **changes: object) -> InstanceStatus:
    """Return a healthy instance's status."""
    fields: dict[str, object] = {
        "id": f"i-{number:017x}",
        "region": REGION,
        "system": "ok",
        "instance": "ok",
        "failed": (),
        "events": (),
    }
    return InstanceStatus(**{**fields, **changes})  # type: ignore[arg-type]


def spec(name: str = "g5.xlarge", **changes: object) -> TypeSpec:
    """Return a machine type with one A10G."""
    fields: dict[str, object] = {
        "id": name,
        "region": REGION,
        "vcpus": 4,
        "memory_mib": 16384,
        "gpu_name": "A10G",
        "gpus": 1,
        "gpu_memory_mib": 24576,
        "instance_storage_gb": 250,
    }
    return TypeSpec(**{**fields, **changes})  # type: ignore[arg-type]
