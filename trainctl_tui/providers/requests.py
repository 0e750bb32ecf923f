"""The request that an order makes for some of its targets: a pure function, which the gate holds calls to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.orders import Change, Order
from trainctl_tui.domain.resources import Kind

Request: TypeAlias = tuple[str, dict[str, Any]]
"""(operation of EC2, its parameters)."""

MARK = "trainctl:op"
"""Tag of whatever an operation makes: "<operation>/<target>"."""

_MACHINES: Mapping[Act, str] = {
    Act.START: "StartInstances",
    Act.STOP: "StopInstances",
    Act.REBOOT: "RebootInstances",
    Act.TERMINATE: "TerminateInstances",
}
_EDITS = frozenset({Act.PROTECT, Act.UNPROTECT, Act.TAG})
_PREFIXES = {"i": Kind.INSTANCES, "vol": Kind.VOLUMES, "snap": Kind.SNAPSHOTS, "new": Kind.VOLUMES}


def kind_of(id: str) -> Kind:
    """Return what an id names. An unheard-of one counts as an instance: EC2 will not know it."""
    return _PREFIXES.get(id.partition("-")[0], Kind.INSTANCES)


def is_single(act: Act) -> bool:
    """Say whether a call of this act names one target only."""
    return act not in _MACHINES and act not in _EDITS


def mark_of(order: Order, id: str) -> str:
    """Return what the tag ``MARK`` says of what an order makes of one target."""
    return f"{order.mark}/{id}"


def request(order: Order, ids: Collection[str]) -> Request:
    """Return the one call for these targets. An act that takes one target a call wants one id."""
    targets = list(dict.fromkeys(ids))
    if operation := _MACHINES.get(order.act):
        return operation, {"InstanceIds": targets}
    if order.act in _EDITS:
        return _edit(order.of(targets[0]), targets)
    (id,) = targets
    return _one(order, id, order.of(id))


def _one(order: Order, id: str, change: Change) -> Request:
    match order.act:
        case Act.ATTACH:
            return "AttachVolume", {"VolumeId": id, **_place(change)}
        case Act.DETACH:
            forced = {"Force": True} if change.force else {}
            return "DetachVolume", {"VolumeId": id, **_place(change), **forced}
        case Act.DELETE if kind_of(id) is Kind.SNAPSHOTS:
            return "DeleteSnapshot", {"SnapshotId": id}
        case Act.DELETE:
            return "DeleteVolume", {"VolumeId": id}
        case Act.MODIFY:
            return "ModifyVolume", {"VolumeId": id, **_measures(change)}
        case Act.KEEP:
            kept = {"DeviceName": change.device, "Ebs": {"VolumeId": id, "DeleteOnTermination": False}}
            return "ModifyInstanceAttribute", {"InstanceId": change.instance, "BlockDeviceMappings": [kept]}
        case Act.SNAPSHOT:
            words = {"Description": change.description} if change.description else {}
            return "CreateSnapshot", {"VolumeId": id, **words, **_tags("snapshot", order, id)}
    source = {"SnapshotId": id} if order.act is Act.RESTORE else {}
    encrypted = {"Encrypted": True} if change.encrypted else {}
    return "CreateVolume", {
        **source,
        "AvailabilityZone": change.zone,
        **_measures(change),
        **encrypted,
        **_tags("volume", order, id),
        "ClientToken": hashlib.sha256(mark_of(order, id).encode()).hexdigest(),
    }


def _edit(change: Change, targets: Iterable[str]) -> Request:
    """Return the call that sets tags, or that removes keys: never both."""
    if change.untag:
        return "DeleteTags", {"Resources": targets, "Tags": [{"Key": key} for key in change.untag]}
    return "CreateTags", {"Resources": targets, "Tags": _pairs(change.tags)}


def _place(change: Change) -> dict[str, Any]:
    return {"InstanceId": change.instance, "Device": change.device}


def _measures(change: Change) -> dict[str, Any]:
    asked = {
        "VolumeType": change.type or None,
        "Size": change.size_gib,
        "Iops": change.iops,
        "Throughput": change.throughput,
    }
    return {key: value for key, value in asked.items() if value is not None}


def _tags(resource: str, order: Order, id: str) -> dict[str, Any]:
    tags = dict(order.of(id).tags)
    tags[MARK] = mark_of(order, id)
    return {"TagSpecifications": [{"ResourceType": resource, "Tags": _pairs(tags.items())}]}


def _pairs(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]
