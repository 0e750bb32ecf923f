"""One item of a bulk answer, as expat leaves it, to rows. ``shapes.py`` does so for botocore's dicts."""

from __future__ import annotations

from collections.abc import Iterable
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
from trainctl_tui.providers.aws.words import failed_checks, is_primary, percent, seconds, transition_time

Texts = dict[str, str | None]  # the text of each child, by tag

_NO_DISK = Element("ebs")


def read_reservation(item: Element, region: str) -> tuple[Row, ...]:
    """Return the instances of a reservation."""
    owner = _texts(item).get("ownerId") or ""
    return tuple([_instance(machine, region, owner) for machine in _list(item, "instancesSet")])


def read_volume(item: Element, region: str) -> tuple[Row, ...]:
    """Return one volume."""
    get = _texts(item).get
    return (
        Volume(
            id=get("volumeId") or "",
            region=region,
            zone=get("availabilityZone") or "",
            state=get("status") or "",
            type=get("volumeType") or "",
            size_gib=_number(get("size")),
            iops=_number(get("iops")),
            throughput=_number(get("throughput")),
            encrypted=_truth(item, "encrypted"),
            multi_attach=_truth(item, "multiAttachEnabled"),
            snapshot_id=get("snapshotId") or "",
            kms_key=get("kmsKeyId") or "",
            created_at=seconds(get("createTime")),
            attachments=tuple([_attachment(attachment) for attachment in _list(item, "attachmentSet")]),
            tags=_tags(item),
        ),
    )


def read_snapshot(item: Element, region: str) -> tuple[Row, ...]:
    """Return one snapshot."""
    get = _texts(item).get
    return (
        Snapshot(
            id=get("snapshotId") or "",
            region=region,
            state=get("status") or "",
            progress=percent(get("progress")),
            volume_id=get("volumeId") or "",
            size_gib=_number(get("volumeSize")),
            started_at=seconds(get("startTime")),
            encrypted=_truth(item, "encrypted"),
            owner_id=get("ownerId") or "",
            description=get("description") or "",
            storage_tier=get("storageTier") or "",
            kms_key=get("kmsKeyId") or "",
            tags=_tags(item),
        ),
    )


def read_status(item: Element, region: str) -> tuple[Row, ...]:
    """Return the status of one instance."""
    checks = [
        (whose, check.get("name") or "", check.get("status") or "")
        for whose, tag in (
            ("system", "systemStatus"),
            ("instance", "instanceStatus"),
            ("ebs", "attachedEbsStatus"),
        )
        for check in map(_texts, _list(item.find(tag), "details"))
    ]
    return (
        InstanceStatus(
            id=_texts(item).get("instanceId") or "",
            region=region,
            system=_inner(item, "systemStatus", "status"),
            instance=_inner(item, "instanceStatus", "status"),
            failed=failed_checks(checks),
            events=tuple(
                [
                    ScheduledEvent(
                        code=event.get("code") or "",
                        description=event.get("description") or "",
                        not_before=seconds(event.get("notBefore")),
                        not_after=seconds(event.get("notAfter")),
                    )
                    for event in map(_texts, _list(item, "eventsSet"))
                ]
            ),
        ),
    )


def _instance(item: Element, region: str, owner: str) -> Instance:
    get = _texts(item).get
    id = get("instanceId") or ""
    return Instance(
        id=id,
        region=region,
        zone=_inner(item, "placement", "availabilityZone"),
        state=_inner(item, "instanceState", "name"),
        type=get("instanceType") or "",
        launched_at=seconds(get("launchTime")),
        first_attached_at=_first_attached(item),
        lifecycle=get("instanceLifecycle") or "",
        private_ip=get("privateIpAddress") or "",
        public_ip=get("ipAddress") or "",
        private_dns=get("privateDnsName") or "",
        public_dns=get("dnsName") or "",
        vpc_id=get("vpcId") or "",
        subnet_id=get("subnetId") or "",
        security_groups=_pairs(item, "groupSet", "groupId", "groupName"),
        iam_profile=_inner(item, "iamInstanceProfile", "arn"),
        key_name=get("keyName") or "",
        image_id=get("imageId") or "",
        architecture=get("architecture") or "",
        platform=get("platformDetails") or get("platform") or "",
        tenancy=_inner(item, "placement", "tenancy"),
        root_device=get("rootDeviceName") or "",
        root_device_type=get("rootDeviceType") or "",
        state_reason=_inner(item, "stateReason", "message") or get("reason") or "",
        monitoring=_inner(item, "monitoring", "state"),
        spot_request_id=get("spotInstanceRequestId") or "",
        account=owner,
        attachments=tuple([_mapping(mapping, id) for mapping in _list(item, "blockDeviceMapping")]),
        tags=_tags(item),
        state_since=transition_time(get("reason")),
    )


def _attachment(item: Element) -> Attachment:
    get = _texts(item).get
    return Attachment(
        volume_id=get("volumeId") or "",
        instance_id=get("instanceId") or "",
        device=get("device") or "",
        state=get("status") or "",
        attached_at=seconds(get("attachTime")),
        delete_on_termination=_truth(item, "deleteOnTermination"),
    )


def _mapping(item: Element, instance_id: str) -> Attachment:
    disk = item.find("ebs")
    if disk is None:
        disk = _NO_DISK
    return Attachment(
        volume_id=disk.findtext("volumeId", ""),
        instance_id=instance_id,
        device=item.findtext("deviceName", ""),
        state=disk.findtext("status", ""),
        attached_at=seconds(disk.findtext("attachTime")),
        delete_on_termination=_truth(disk, "deleteOnTermination"),
    )


def _first_attached(machine: Element) -> float | None:
    for interface in _list(machine, "networkInterfaceSet"):
        attachment = interface.find("attachment")
        if attachment is None:
            continue
        index, card = attachment.findtext("deviceIndex"), attachment.findtext("networkCardIndex")
        if is_primary(_number(index), _number(card)):
            return seconds(attachment.findtext("attachTime"))
    return None


def _tags(item: Element) -> Tags:
    return _pairs(item, "tagSet", "key", "value")


def _pairs(item: Element, tag: str, first: str, second: str) -> tuple[tuple[str, str], ...]:
    """Return a list of two-child items. Both are nearly always there, in this order."""
    pairs = []
    for child in _list(item, tag):
        if len(child) == 2 and child[0].tag == first and child[1].tag == second:
            pairs.append((child[0].text or "", child[1].text or ""))
        else:
            texts = _texts(child)
            pairs.append((texts.get(first) or "", texts.get(second) or ""))
    return tuple(pairs)


def _texts(element: Element) -> Texts:
    """Return the children's texts by tag. Twins are left to botocore, which makes lists of them."""
    texts = {child.tag: child.text for child in element}
    if len(texts) != len(element):
        raise NotOurShape("an element twice")
    return texts


def _inner(item: Element, tag: str, inner: str) -> str:
    """Return the text of a child's child, or "". Found faster than the child's texts are gathered."""
    found = item.find(tag)
    return "" if found is None else found.findtext(inner, "")


def _list(item: Element | None, tag: str) -> Iterable[Element]:
    found = None if item is None else item.find(tag)
    return () if found is None else found


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _truth(item: Element, tag: str) -> bool | None:
    """Read a truth: an empty tag is no, as botocore has it; an absent one is unknown."""
    found = item.find(tag)
    return None if found is None else found.text == "true"
