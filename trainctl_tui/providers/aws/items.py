"""One item of a bulk answer, as expat leaves it, to rows. ``shapes.py`` does so for botocore's dicts."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from trainctl_tui.domain.resources import (
    Attachment,
    Instance,
    InstanceStatus,
    Row,
    ScheduledEvent,
    Snapshot,
    Tags,
    Volume,
)
from trainctl_tui.providers.aws.sweep import NotOurShape
from trainctl_tui.providers.aws.words import failed_checks, is_primary, percent, seconds

Children = dict[str, Element]


def read_reservation(item: Element, region: str) -> tuple[Row, ...]:
    """Return the instances of a reservation."""
    inside = _children(item)
    owner = _text(inside, "ownerId")
    machines = inside.get("instancesSet")
    return () if machines is None else tuple([_instance(machine, region, owner) for machine in machines])


def read_volume(item: Element, region: str) -> tuple[Row, ...]:
    """Return one volume."""
    inside = _children(item)
    return (
        Volume(
            id=_text(inside, "volumeId"),
            region=region,
            zone=_text(inside, "availabilityZone"),
            state=_text(inside, "status"),
            type=_text(inside, "volumeType"),
            size_gib=_number(inside, "size"),
            iops=_number(inside, "iops"),
            throughput=_number(inside, "throughput"),
            encrypted=_truth(inside, "encrypted"),
            multi_attach=_truth(inside, "multiAttachEnabled"),
            snapshot_id=_text(inside, "snapshotId"),
            kms_key=_text(inside, "kmsKeyId"),
            created_at=_time(inside, "createTime"),
            attachments=tuple(
                [
                    Attachment(
                        volume_id=_text(attachment, "volumeId"),
                        instance_id=_text(attachment, "instanceId"),
                        device=_text(attachment, "device"),
                        state=_text(attachment, "status"),
                        attached_at=_time(attachment, "attachTime"),
                        delete_on_termination=_truth(attachment, "deleteOnTermination"),
                    )
                    for attachment in map(_children, inside.get("attachmentSet", ()))
                ]
            ),
            tags=_tags(inside),
        ),
    )


def read_snapshot(item: Element, region: str) -> tuple[Row, ...]:
    """Return one snapshot."""
    inside = _children(item)
    return (
        Snapshot(
            id=_text(inside, "snapshotId"),
            region=region,
            state=_text(inside, "status"),
            progress=percent(_text(inside, "progress")),
            volume_id=_text(inside, "volumeId"),
            size_gib=_number(inside, "volumeSize"),
            started_at=_time(inside, "startTime"),
            encrypted=_truth(inside, "encrypted"),
            owner_id=_text(inside, "ownerId"),
            description=_text(inside, "description"),
            storage_tier=_text(inside, "storageTier"),
            kms_key=_text(inside, "kmsKeyId"),
            tags=_tags(inside),
        ),
    )


def read_status(item: Element, region: str) -> tuple[Row, ...]:
    """Return the status of one instance."""
    inside = _children(item)
    checks = [
        (whose, _text(check, "name"), _text(check, "status"))
        for whose, tag in (
            ("system", "systemStatus"),
            ("instance", "instanceStatus"),
            ("ebs", "attachedEbsStatus"),
        )
        for check in map(_children, _inner(inside, tag).get("details", ()))
    ]
    return (
        InstanceStatus(
            id=_text(inside, "instanceId"),
            region=region,
            system=_text(_inner(inside, "systemStatus"), "status"),
            instance=_text(_inner(inside, "instanceStatus"), "status"),
            failed=failed_checks(checks),
            events=tuple(
                [
                    ScheduledEvent(
                        code=_text(event, "code"),
                        description=_text(event, "description"),
                        not_before=_time(event, "notBefore"),
                        not_after=_time(event, "notAfter"),
                    )
                    for event in map(_children, inside.get("eventsSet", ()))
                ]
            ),
        ),
    )


def _instance(item: Element, region: str, owner: str) -> Instance:
    inside = _children(item)
    placement = _inner(inside, "placement")
    return Instance(
        id=_text(inside, "instanceId"),
        region=region,
        zone=_text(placement, "availabilityZone"),
        state=_text(_inner(inside, "instanceState"), "name"),
        type=_text(inside, "instanceType"),
        launched_at=_time(inside, "launchTime"),
        first_attached_at=_first_attached(inside),
        lifecycle=_text(inside, "instanceLifecycle"),
        private_ip=_text(inside, "privateIpAddress"),
        public_ip=_text(inside, "ipAddress"),
        private_dns=_text(inside, "privateDnsName"),
        public_dns=_text(inside, "dnsName"),
        vpc_id=_text(inside, "vpcId"),
        subnet_id=_text(inside, "subnetId"),
        security_groups=tuple(
            [
                (_text(group, "groupId"), _text(group, "groupName"))
                for group in map(_children, inside.get("groupSet", ()))
            ]
        ),
        iam_profile=_text(_inner(inside, "iamInstanceProfile"), "arn"),
        key_name=_text(inside, "keyName"),
        image_id=_text(inside, "imageId"),
        architecture=_text(inside, "architecture"),
        platform=_text(inside, "platformDetails") or _text(inside, "platform"),
        tenancy=_text(placement, "tenancy"),
        root_device=_text(inside, "rootDeviceName"),
        root_device_type=_text(inside, "rootDeviceType"),
        state_reason=_text(_inner(inside, "stateReason"), "message") or _text(inside, "reason"),
        monitoring=_text(_inner(inside, "monitoring"), "state"),
        spot_request_id=_text(inside, "spotInstanceRequestId"),
        account=owner,
        attachments=_attachments(inside),
        tags=_tags(inside),
    )


def _attachments(machine: Children) -> tuple[Attachment, ...]:
    found = []
    for mapping in map(_children, machine.get("blockDeviceMapping", ())):
        disk = _inner(mapping, "ebs")
        found.append(
            Attachment(
                volume_id=_text(disk, "volumeId"),
                instance_id=_text(machine, "instanceId"),
                device=_text(mapping, "deviceName"),
                state=_text(disk, "status"),
                attached_at=_time(disk, "attachTime"),
                delete_on_termination=_truth(disk, "deleteOnTermination"),
            )
        )
    return tuple(found)


def _first_attached(machine: Children) -> float | None:
    for interface in machine.get("networkInterfaceSet", ()):
        attachment = interface.find("attachment")
        if attachment is None:
            continue
        inside = _children(attachment)
        if is_primary(_number(inside, "deviceIndex"), _number(inside, "networkCardIndex")):
            return _time(inside, "attachTime")
    return None


def _tags(inside: Children) -> Tags:
    tags = []
    for item in inside.get("tagSet", ()):
        pair = _children(item)
        tags.append((_text(pair, "key"), _text(pair, "value")))
    return tuple(tags)


def _children(element: Element) -> Children:
    """Return the children by tag. Twins are left to botocore, which makes lists of them."""
    children = {child.tag: child for child in element}
    if len(children) != len(element):
        raise NotOurShape("an element twice")
    return children


def _inner(inside: Children, tag: str) -> Children:
    element = inside.get(tag)
    return {} if element is None else _children(element)


def _text(inside: Children, tag: str) -> str:
    element = inside.get(tag)
    return "" if element is None else element.text or ""


def _number(inside: Children, tag: str) -> int | None:
    text = _text(inside, tag)
    return int(text) if text else None


def _truth(inside: Children, tag: str) -> bool | None:
    element = inside.get(tag)
    return None if element is None else element.text == "true"


def _time(inside: Children, tag: str) -> float | None:
    return seconds(_text(inside, tag))
