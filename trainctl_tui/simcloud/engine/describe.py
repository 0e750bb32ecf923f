"""The calls that list and describe resources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from trainctl_tui.simcloud.engine import filters, render
from trainctl_tui.simcloud.engine.console import console_text
from trainctl_tui.simcloud.engine.context import Answer, Context, Params, moment
from trainctl_tui.simcloud.engine.errors import EngineError, dry_run, no_instances, no_snapshot, no_volume
from trainctl_tui.simcloud.engine.filters import path
from trainctl_tui.simcloud.engine.health import status
from trainctl_tui.simcloud.engine.paging import paged
from trainctl_tui.simcloud.engine.records import InstanceRecord, Record
from trainctl_tui.simcloud.engine.validate import check_ids

INSTANCE_FILTERS = {
    "architecture": path("Architecture"),
    "availability-zone": path("Placement", "AvailabilityZone"),
    "block-device-mapping.volume-id": path("BlockDeviceMappings", "Ebs", "VolumeId"),
    "client-token": path("ClientToken"),
    "image-id": path("ImageId"),
    "iam-instance-profile.arn": path("IamInstanceProfile", "Arn"),
    "instance-id": path("InstanceId"),
    "instance-lifecycle": path("InstanceLifecycle"),
    "instance-state-code": path("State", "Code"),
    "instance-state-name": path("State", "Name"),
    "instance-type": path("InstanceType"),
    "ip-address": path("PublicIpAddress"),
    "key-name": path("KeyName"),
    "private-ip-address": path("PrivateIpAddress"),
    "subnet-id": path("SubnetId"),
    "vpc-id": path("VpcId"),
}
VOLUME_FILTERS = {
    "attachment.instance-id": path("Attachments", "InstanceId"),
    "attachment.status": path("Attachments", "State"),
    "attachment.delete-on-termination": path("Attachments", "DeleteOnTermination"),
    "availability-zone": path("AvailabilityZone"),
    "encrypted": path("Encrypted"),
    "size": path("Size"),
    "snapshot-id": path("SnapshotId"),
    "status": path("State"),
    "volume-id": path("VolumeId"),
    "volume-type": path("VolumeType"),
}
SNAPSHOT_FILTERS = {
    "description": path("Description"),
    "encrypted": path("Encrypted"),
    "owner-id": path("OwnerId"),
    "progress": path("Progress"),
    "snapshot-id": path("SnapshotId"),
    "status": path("State"),
    "volume-id": path("VolumeId"),
    "volume-size": path("VolumeSize"),
}
STATUS_FILTERS = {
    "availability-zone": path("AvailabilityZone"),
    "event.code": path("Events", "Code"),
    "instance-state-name": path("InstanceState", "Name"),
    "instance-status.status": path("InstanceStatus", "Status"),
    "system-status.status": path("SystemStatus", "Status"),
}
SPOT_FILTERS = {
    "instance-id": path("InstanceId"),
    "spot-instance-request-id": path("SpotInstanceRequestId"),
    "type": path("Type"),
}
TAG_FILTERS = {
    "key": path("Key"),
    "resource-id": path("ResourceId"),
    "resource-type": path("ResourceType"),
    "value": path("Value"),
}


def describe_instances(context: Context, params: Params) -> Answer:
    """Answer DescribeInstances: reservations of at most MaxResults instances in all."""
    records = _chosen(context, params, "Instance", context.seen.instances, no_instances)
    account, region = context.world.account, context.world.region

    def show(record: InstanceRecord) -> Answer:
        return render.instance(record, context.seen, account, region)

    page, token = _page(params, records, show, INSTANCE_FILTERS, "DescribeInstances")
    reservations: dict[str, list[Mapping[str, Any]]] = {}
    for record, item in page:
        reservations.setdefault(record.reservation_id, []).append(item)
    answer: Answer = {
        "Reservations": [
            {"ReservationId": id, "OwnerId": account, "Groups": [], "Instances": items}
            for id, items in reservations.items()
        ]
    }
    return _with_token(answer, token)


def describe_volumes(context: Context, params: Params) -> Answer:
    """Answer DescribeVolumes."""
    records = _chosen(context, params, "Volume", context.seen.volumes, lambda ids: no_volume(ids[0]))
    return _list(params, "Volumes", records, render.volume, VOLUME_FILTERS)


def describe_snapshots(context: Context, params: Params) -> Answer:
    """Answer DescribeSnapshots. Every snapshot here is the account's own."""
    records = _chosen(context, params, "Snapshot", context.seen.snapshots, lambda ids: no_snapshot(ids[0]))
    owners = params.get("OwnerIds")
    if owners and not {"self", context.world.account} & set(owners):
        records = []

    def show(record: Any) -> Answer:
        return render.snapshot(record, context.world.account, context.now)

    return _list(params, "Snapshots", records, show, SNAPSHOT_FILTERS)


def describe_instance_status(context: Context, params: Params) -> Answer:
    """Answer DescribeInstanceStatus: running machines, or all with IncludeAllInstances."""
    records = _chosen(context, params, "Instance", context.seen.instances, no_instances)
    if not params.get("IncludeAllInstances"):
        records = [record for record in records if record.state == "running"]

    def show(record: InstanceRecord) -> Answer:
        return status(record, context.now)

    return _list(params, "InstanceStatuses", records, show, STATUS_FILTERS)


def describe_spot_instance_requests(context: Context, params: Params) -> Answer:
    """Answer DescribeSpotInstanceRequests: one for each Spot machine there is."""
    if params.get("DryRun"):
        raise dry_run()
    spot = [record for record in context.seen.instances.values() if record.spot_request_id]

    def show(record: InstanceRecord) -> Answer:
        kind = "persistent" if record.spot_persistent else "one-time"
        return {
            "SpotInstanceRequestId": record.spot_request_id,
            "InstanceId": record.id,
            "Type": kind,
            "State": "active",
            "Status": {"Code": "fulfilled"},
            "CreateTime": moment(record.first_launched_at),
        }

    records = sorted(spot, key=lambda record: record.sequence)
    page, token = _page(params, records, show, SPOT_FILTERS, "DescribeSpotInstanceRequests")
    return _with_token({"SpotInstanceRequests": [shown for _, shown in page]}, token)


def describe_tags(context: Context, params: Params) -> Answer:
    """Answer DescribeTags."""
    if params.get("DryRun"):
        raise dry_run()
    tables = context.seen
    kinds: tuple[tuple[str, Mapping[str, Record]], ...] = (
        ("instance", tables.instances),
        ("volume", tables.volumes),
        ("snapshot", tables.snapshots),
    )
    rows = [
        {"Key": key, "ResourceId": id, "ResourceType": kind, "Value": value}
        for kind, table in kinds
        for id, record in table.items()
        for key, value in record.tags.items()
    ]
    kept = filters.keep(rows, params.get("Filters", ()), TAG_FILTERS)
    numbered = list(enumerate(kept))
    page, token = paged(numbered, params, "DescribeTags", lambda item: item[0])
    return _with_token({"Tags": [row for _, row in page]}, token)


def describe_instance_attribute(context: Context, params: Params) -> Answer:
    """Answer DescribeInstanceAttribute for the protections and the shutdown behaviour."""
    record = context.seen.instances.get(params.get("InstanceId", ""))
    if record is None:
        raise no_instances([params.get("InstanceId", "")])
    shown: dict[str, tuple[str, Any]] = {
        "disableApiTermination": ("DisableApiTermination", record.terminate_protected),
        "disableApiStop": ("DisableApiStop", record.stop_protected),
        "instanceInitiatedShutdownBehavior": (
            "InstanceInitiatedShutdownBehavior",
            record.shutdown_behavior,
        ),
        "instanceType": ("InstanceType", record.type),
    }
    attribute = params.get("Attribute", "")
    if attribute not in shown:
        raise EngineError("InvalidParameterValue", f"Value ({attribute}) for parameter attribute is invalid.")
    name, value = shown[attribute]
    return {"InstanceId": record.id, name: {"Value": value}}


def _chosen(
    context: Context,
    params: Params,
    noun: str,
    table: Mapping[str, Any],
    unknown: Callable[[list[str]], EngineError],
) -> list[Any]:
    """Return the records asked for by id, or all, in order of arrival."""
    if params.get("DryRun"):
        raise dry_run()
    ids = params.get(f"{noun}Ids")
    if not ids:
        return sorted(_narrowed(params, noun, table), key=lambda record: record.sequence)
    if params.get("MaxResults") is not None:
        raise EngineError(
            "InvalidParameterCombination",
            f"The parameter {noun.lower()}sSet cannot be used with the parameter maxResults",
        )
    check_ids(noun, ids)
    if lost := [id for id in ids if id not in table]:
        raise unknown(lost)
    return sorted((table[id] for id in dict.fromkeys(ids)), key=lambda record: record.sequence)


def _narrowed(params: Params, noun: str, table: Mapping[str, Any]) -> Collection[Any]:
    """Return the records that an id filter leaves, so that the others need not be rendered to be judged."""
    for each in params.get("Filters", ()):
        values = each.get("Values") or []
        if each.get("Name") == f"{noun.lower()}-id" and not any(set(value) & set("*?\\") for value in values):
            return [table[id] for id in dict.fromkeys(values) if id in table]
    return table.values()


def _list(
    params: Params,
    key: str,
    records: Sequence[Any],
    show: Callable[[Any], Answer],
    known: Mapping[str, filters.Getter],
) -> Answer:
    page, token = _page(params, records, show, known, f"Describe{key}")
    return _with_token({key: [shown for _, shown in page]}, token)


def _page(
    params: Params,
    records: Sequence[Any],
    show: Callable[[Any], Answer],
    known: Mapping[str, filters.Getter],
    operation: str,
) -> tuple[list[tuple[Any, Answer]], str | None]:
    """Return one page of (record, as shown). Without filters only that page is rendered."""
    kept = records
    if asked := params.get("Filters"):
        filters.check(asked, known)
        kept = [record for record in records if filters.meets(show(record), asked, known)]
    page, token = paged(kept, params, operation, lambda record: record.sequence)
    return [(record, show(record)) for record in page], token


def _with_token(answer: Answer, token: str | None) -> Answer:
    return {**answer, "NextToken": token} if token else answer


def get_console_output(context: Context, params: Params) -> Answer:
    """Answer GetConsoleOutput; the text is base64 on the wire, as AWS sends it."""
    if params.get("DryRun"):
        raise dry_run()
    id = params.get("InstanceId", "")
    check_ids("Instance", [id])
    record = context.seen.instances.get(id)
    if record is None:
        raise no_instances([id])
    text, taken_at = console_text(record, context.now, latest=bool(params.get("Latest")))
    return {"InstanceId": id, "Output": text, "Timestamp": moment(taken_at)}


OPERATIONS = {
    "DescribeInstanceAttribute": describe_instance_attribute,
    "DescribeInstanceStatus": describe_instance_status,
    "DescribeInstances": describe_instances,
    "DescribeSnapshots": describe_snapshots,
    "DescribeSpotInstanceRequests": describe_spot_instance_requests,
    "DescribeTags": describe_tags,
    "DescribeVolumes": describe_volumes,
    "GetConsoleOutput": get_console_output,
}
