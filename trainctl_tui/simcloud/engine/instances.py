"""The calls that make machines and move them between states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from trainctl_tui.simcloud.engine import lifecycle, places, render
from trainctl_tui.simcloud.engine.context import Answer, Context, Params
from trainctl_tui.simcloud.engine.errors import (
    EngineError,
    dry_run,
    invalid,
    missing,
    no_instances,
    wrong_state,
)
from trainctl_tui.simcloud.engine.records import AttachmentRecord, InstanceRecord, VolumeRecord
from trainctl_tui.simcloud.engine.tokens import remember, remembered
from trainctl_tui.simcloud.engine.validate import check_ids

ROOT_SIZE_GIB = 8


def run_instances(context: Context, params: Params) -> Answer:
    """Answer RunInstances: MaxCount machines with their root (and mapped) volumes; tokens are zonal."""
    zone = _zone(context, params)
    for required in ("ImageId", "MinCount", "MaxCount"):
        if required not in params:
            raise missing(required)
    kind = params.get("InstanceType", "m1.small")
    if kind not in places.catalogue():
        raise invalid("instanceType", kind)
    if not 1 <= params["MinCount"] <= params["MaxCount"]:
        raise invalid("minCount", params["MinCount"], "Expecting at least 1 and at most maxCount.")
    if params.get("DryRun"):
        raise dry_run()
    if ids := remembered(context, params, zone):
        known = [context.world.instances[id] for id in ids if id in context.world.instances]
        if not known or all(record.state == "terminated" for record in known):
            raise EngineError(
                "IdempotentInstanceTerminated",
                "The client token was used for instances that are terminated.",
            )
        return _reservation(context, known)
    reservation = context.world.new_id("r")
    made = [_launch(context, params, zone, reservation, n) for n in range(params["MaxCount"])]
    remember(context, params, zone, tuple(record.id for record in made))
    return _reservation(context, made)


def start_instances(context: Context, params: Params) -> Answer:
    """Answer StartInstances."""
    return _move(context, params, "StartingInstances", "started", ("stopped",), lifecycle.boot)


def stop_instances(context: Context, params: Params) -> Answer:
    """Answer StopInstances. One-time Spot machines and stop-protected ones are refused."""
    records = _named(context, params)
    for record in records:
        if record.lifecycle == "spot" and not record.spot_persistent:
            raise EngineError(
                "UnsupportedOperation",
                f"You can't stop the Spot Instance '{record.id}' because it is associated with a one-time"
                " Spot Instance request.",
            )
        if record.stop_protected:
            raise EngineError(
                "OperationNotPermitted",
                f"The instance '{record.id}' may not be stopped. Modify its 'disableApiStop' instance"
                " attribute and try again.",
            )
    return _move(context, params, "StoppingInstances", "stopped", ("running", "pending"), lifecycle.stop)


def reboot_instances(context: Context, params: Params) -> Answer:
    """Answer RebootInstances: the state stays, the checks start again."""
    records = _named(context, params)
    for record in records:
        if record.state != "running":
            raise wrong_state(record.id, "rebooted")
    if params.get("DryRun"):
        raise dry_run()
    for record in records:
        record.checked_at = context.now + lifecycle.CHECKS
        context.world.changed(record.id, context.now)
    return {}


def terminate_instances(context: Context, params: Params) -> Answer:
    """Answer TerminateInstances.

    As in AWS a protected machine saves every machine of the call in its zone; those in other zones are
    terminated all the same, and the call fails.
    """
    records = _named(context, params)
    if params.get("DryRun"):
        raise dry_run()
    protected = [record for record in records if record.terminate_protected and record.state != "terminated"]
    saved = {record.zone for record in protected}
    changes = []
    for record in records:
        before = record.state
        if record.zone not in saved and before not in ("shutting-down", "terminated"):
            lifecycle.terminate(context, record)
        changes.append(_change(record, before))
    if protected:
        raise EngineError(
            "OperationNotPermitted",
            f"The instance '{protected[0].id}' may not be terminated. Modify its 'disableApiTermination'"
            " instance attribute and try again.",
        )
    return {"TerminatingInstances": changes}


def _move(
    context: Context,
    params: Params,
    key: str,
    verb: str,
    legal: tuple[str, ...],
    move: Callable[[Context, InstanceRecord], None],
) -> Answer:
    """Move machines to another state; those that are there, or on the way, stay as they are."""
    records = _named(context, params)
    done = {"started": ("pending", "running"), "stopped": ("stopping", "stopped")}[verb]
    for record in records:
        if record.state not in (*legal, *done):
            raise wrong_state(record.id, verb)
    if params.get("DryRun"):
        raise dry_run()
    changes = []
    for record in records:
        before = record.state
        if before not in done:
            move(context, record)
        changes.append(_change(record, before))
    return {key: changes}


def _change(record: InstanceRecord, before: str) -> Answer:
    return {
        "InstanceId": record.id,
        "CurrentState": render.state_of(record.state),
        "PreviousState": render.state_of(before),
    }


def _named(context: Context, params: Params) -> list[InstanceRecord]:
    ids = params.get("InstanceIds")
    if not ids:
        raise missing("InstanceId")
    check_ids("Instance", ids)
    known = context.world.instances
    # A fresh id is not known everywhere yet, not even to acts.
    if lost := [id for id in ids if id not in known or id not in context.seen.instances]:
        raise no_instances(lost)
    return [known[id] for id in dict.fromkeys(ids)]


def _zone(context: Context, params: Params) -> str:
    zones = context.world.zones()
    zone: str = params.get("Placement", {}).get("AvailabilityZone", "")
    if zone and zone not in zones:
        raise invalid("availabilityZone", zone)
    if zone or "SubnetId" not in params:
        return zone
    return zones[sum(map(ord, params["SubnetId"])) % len(zones)]


def _reservation(context: Context, records: Iterable[InstanceRecord]) -> Answer:
    world = context.world
    shown = [render.instance(record, world, world.account, world.region) for record in records]
    reservation = next(iter(records)).reservation_id
    return {"ReservationId": reservation, "OwnerId": world.account, "Groups": [], "Instances": shown}


def _launch(context: Context, params: Params, zone: str, reservation: str, index: int) -> InstanceRecord:
    world, now = context.world, context.now
    zone = zone or world.zones()[0]
    spot = params.get("InstanceMarketOptions", {}).get("MarketType") == "spot"
    groups = params.get("SecurityGroupIds") or ["sg-0default00000000"]
    record = InstanceRecord(
        id=world.new_id("i"),
        sequence=world.next_sequence(),
        reservation_id=reservation,
        zone=zone,
        state="pending",
        type=params.get("InstanceType", "m1.small"),
        image_id=params["ImageId"],
        launched_at=now,
        first_launched_at=now,
        private_ip=f"172.31.{world.random.randrange(256)}.{world.random.randrange(4, 255)}",
        public_ip="54." + ".".join(str(world.random.randrange(4, 255)) for _ in range(3)),
        lifecycle="spot" if spot else "",
        subnet_id=params.get("SubnetId", f"subnet-0default{ord(zone[-1]):09x}"),
        vpc_id="vpc-0default000000000",
        groups=tuple((id, "default") for id in groups),
        profile=params.get("IamInstanceProfile", {}).get("Arn", ""),
        key_name=params.get("KeyName", ""),
        spot_request_id=f"sir-{world.random.getrandbits(32):08x}" if spot else "",
        spot_persistent=spot and _is_persistent(params),
        client_token=params.get("ClientToken", ""),
        launch_index=index,
        shutdown_behavior=params.get("InstanceInitiatedShutdownBehavior", "stop"),
        # AWS: termination protection cannot be enabled for Spot instances.
        terminate_protected=bool(params.get("DisableApiTermination")) and not spot,
        stop_protected=bool(params.get("DisableApiStop")),
        tags=tags_for(params, "instance"),
    )
    world.put(record)
    lifecycle.boot(context, record)
    for mapping in params.get("BlockDeviceMappings") or [{}]:
        _disk(context, params, record, mapping)
    return record


def _is_persistent(params: Params) -> bool:
    options = params.get("InstanceMarketOptions", {}).get("SpotOptions", {})
    return bool(options.get("SpotInstanceType") == "persistent")


def _disk(context: Context, params: Params, record: InstanceRecord, mapping: Params) -> None:
    ebs: dict[str, Any] = mapping.get("Ebs", {})
    device = mapping.get("DeviceName", record.root_device)
    volume = VolumeRecord(
        id=context.world.new_id("vol"),
        sequence=context.world.next_sequence(),
        zone=record.zone,
        state="in-use",
        type=ebs.get("VolumeType", "gp3"),
        size_gib=ebs.get("VolumeSize", ROOT_SIZE_GIB),
        created_at=context.now,
        iops=ebs.get("Iops", 3000),
        throughput=ebs.get("Throughput", 125),
        encrypted=ebs.get("Encrypted", False),
        snapshot_id=ebs.get("SnapshotId", ""),
        tags=tags_for(params, "volume"),
    )
    volume.attachments.append(
        AttachmentRecord(record.id, device, "attached", context.now, ebs.get("DeleteOnTermination", True))
    )
    context.world.put(volume)
    record.volumes.append(volume.id)
    context.changed(volume)
    context.world.changed(record.id, context.now)


def tags_for(params: Params, kind: str) -> dict[str, str]:
    """Return the tags that a call gives to one kind of new resource."""
    return {
        tag["Key"]: tag.get("Value", "")
        for group in params.get("TagSpecifications", ())
        if group.get("ResourceType") == kind
        for tag in group.get("Tags", ())
    }


OPERATIONS = {
    "RebootInstances": reboot_instances,
    "RunInstances": run_instances,
    "StartInstances": start_instances,
    "StopInstances": stop_instances,
    "TerminateInstances": terminate_instances,
}
