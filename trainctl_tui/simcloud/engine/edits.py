"""The calls that edit tags and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trainctl_tui.simcloud.engine.context import Answer, Context, Params
from trainctl_tui.simcloud.engine.errors import EngineError, dry_run, missing, no_instances
from trainctl_tui.simcloud.engine.records import AttachmentRecord, InstanceRecord, Record
from trainctl_tui.simcloud.engine.validate import check_ids

MOST_TAGS = 50
# What XML 1.0 cannot carry, not even escaped.
_UNSENDABLE = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def create_tags(context: Context, params: Params) -> Answer:
    """Answer CreateTags: all or nothing."""
    records = _resources(context, params)
    tags = {tag["Key"]: tag.get("Value", "") for tag in params.get("Tags") or ()}
    if not tags:
        raise missing("Tag")
    if any(key.lower().startswith("aws:") for key in tags):
        raise EngineError(
            "InvalidParameterValue",
            "Tag keys starting with 'aws:' are reserved for internal use",
        )
    if bad := [tag for tag in tags.items() if _UNSENDABLE.search("".join(tag))]:
        raise EngineError("InvalidParameterValue", f"Tag {bad[0][0]!r} contains invalid characters.")
    for record in records:
        if len({*record.tags, *tags}) > MOST_TAGS:
            raise EngineError("TagLimitExceeded", f"More than {MOST_TAGS} tags on {record.id}.")
    if params.get("DryRun"):
        raise dry_run()
    for record in records:
        record.tags.update(tags)
        context.world.changed(record.id, context.now)
    return {}


def delete_tags(context: Context, params: Params) -> Answer:
    """Answer DeleteTags: keys, or keys with exactly this value; without tags, all of the user's."""
    records = _resources(context, params)
    if params.get("DryRun"):
        raise dry_run()
    for record in records:
        asked = params.get("Tags") or [{"Key": key} for key in record.tags if not key.startswith("aws:")]
        for tag in asked:
            if tag["Key"] in record.tags and tag.get("Value") in (None, record.tags[tag["Key"]]):
                del record.tags[tag["Key"]]
        context.world.changed(record.id, context.now)
    return {}


def modify_instance_attribute(context: Context, params: Params) -> Answer:
    """Answer ModifyInstanceAttribute for protections, the shutdown behaviour and flags of disks."""
    id = params.get("InstanceId", "")
    check_ids("Instance", [id])
    record = context.world.instances.get(id)
    if record is None:
        raise no_instances([id])
    wanted = {key: params[key].get("Value") for key in _ATTRIBUTES if key in params}
    disks = _disks(context, record, params.get("BlockDeviceMappings") or ())
    if not wanted and not disks:
        raise EngineError("InvalidParameterCombination", "No attributes specified.")
    if record.lifecycle == "spot" and wanted.get("DisableApiTermination"):
        raise EngineError(
            "UnsupportedOperation", "Termination protection cannot be enabled for Spot Instances."
        )
    if params.get("DryRun"):
        raise dry_run()
    for key, value in wanted.items():
        setattr(record, _ATTRIBUTES[key], value)
    for held, flag in disks:
        held.delete_on_termination = flag
    for id in record.volumes if disks else ():
        context.world.changed(id, context.now)
    context.world.changed(record.id, context.now)
    return {}


def _disks(
    context: Context, record: InstanceRecord, mappings: Iterable[Params]
) -> list[tuple[AttachmentRecord, bool]]:
    """Return the attachments that mappings name, with the flag that each is to have."""
    by_device = {
        held.device: held
        for id in record.volumes
        for held in context.world.volumes[id].attachments
        if held.instance_id == record.id
    }
    found = []
    for mapping in mappings:
        held = by_device.get(mapping.get("DeviceName", ""))
        if held is None:
            raise EngineError(
                "InvalidInstanceAttributeValue",
                f"No device is currently mapped at {mapping.get('DeviceName')}",
            )
        found.append((held, bool(mapping.get("Ebs", {}).get("DeleteOnTermination"))))
    return found


_ATTRIBUTES = {
    "DisableApiTermination": "terminate_protected",
    "DisableApiStop": "stop_protected",
    "InstanceInitiatedShutdownBehavior": "shutdown_behavior",
}


def _resources(context: Context, params: Params) -> list[Record]:
    ids = params.get("Resources")
    if not ids:
        raise missing("ResourceId")
    found = {id: context.world.find(id) for id in ids}
    for id, record in found.items():
        if record is None:
            raise EngineError(*_unknown(id))
    return [record for record in found.values() if record is not None]


def _unknown(id: str) -> tuple[str, str]:
    kinds = {
        "i": ("InvalidInstanceID.NotFound", "The instance ID"),
        "vol": ("InvalidVolume.NotFound", "The volume"),
        "snap": ("InvalidSnapshot.NotFound", "The snapshot"),
    }
    code, noun = kinds.get(id.partition("-")[0], ("InvalidID", "The ID"))
    return code, f"{noun} '{id}' does not exist"


OPERATIONS = {
    "CreateTags": create_tags,
    "DeleteTags": delete_tags,
    "ModifyInstanceAttribute": modify_instance_attribute,
}
