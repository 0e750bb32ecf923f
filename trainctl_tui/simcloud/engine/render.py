"""Records as AWS describes them: the shapes that boto3 hands out."""

from __future__ import annotations

import zlib
from typing import Any

from trainctl_tui.simcloud.engine.context import Answer, moment
from trainctl_tui.simcloud.engine.records import (
    AttachmentRecord,
    InstanceRecord,
    SnapshotRecord,
    VolumeRecord,
)
from trainctl_tui.simcloud.engine.world import Tables, tag_set

STATE_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}


_ALWAYS: Answer = {
    "EnaSupport": True,
    "Hypervisor": "xen",
    "RootDeviceType": "ebs",
    "VirtualizationType": "hvm",
    "BootMode": "uefi-preferred",
    "PlatformDetails": "Linux/UNIX",
    "UsageOperation": "RunInstances",
    "CurrentInstanceBootMode": "uefi",
    "Operator": {"Managed": False},
}


def state_of(name: str) -> Answer:
    """Return an instance state with its number."""
    return {"Code": STATE_CODES[name], "Name": name}


def instance(record: InstanceRecord, tables: Tables, account: str, region: str) -> Answer:
    """Return an instance as DescribeInstances shows it."""
    gone = record.state == "terminated"
    answer: Answer = {
        "AmiLaunchIndex": record.launch_index,
        "ImageId": record.image_id,
        "InstanceId": record.id,
        "InstanceType": record.type,
        "LaunchTime": moment(record.launched_at),
        "Monitoring": {"State": record.monitoring},
        "Placement": {
            "AvailabilityZone": record.zone,
            "AvailabilityZoneId": zone_id(record.zone),
            "GroupName": "",
            "Tenancy": record.tenancy,
        },
        "PrivateDnsName": "" if gone else private_dns(record, region),
        "ProductCodes": [],
        "PublicDnsName": public_dns(record, region),
        "State": state_of(record.state),
        "StateTransitionReason": record.transition_reason,
        "Architecture": record.architecture,
        "BlockDeviceMappings": [] if gone else _mappings(record, tables),
        "ClientToken": record.client_token,
        "EbsOptimized": record.type[0] != "t",
        "NetworkInterfaces": [] if gone else [_interface(record, account, region)],
        "RootDeviceName": record.root_device,
        "SecurityGroups": [] if gone else _groups(record),
        "UsageOperationUpdateTime": moment(record.first_launched_at),
        **_ALWAYS,
        **_options(record),
    }
    return {**answer, **_only_where_set(record, gone, account)}


def _only_where_set(record: InstanceRecord, gone: bool, account: str) -> Answer:
    profile = {"Arn": record.profile, "Id": f"AIPA{account[:4]}{hash_of(record.profile):012X}"[:20]}
    optional: list[tuple[str, Any]] = [
        ("KeyName", record.key_name),
        ("PrivateIpAddress", "" if gone else record.private_ip),
        ("PublicIpAddress", shown_public_ip(record)),
        ("SubnetId", "" if gone else record.subnet_id),
        ("VpcId", "" if gone else record.vpc_id),
        ("InstanceLifecycle", record.lifecycle),
        ("SpotInstanceRequestId", record.spot_request_id),
        ("IamInstanceProfile", profile if record.profile else ""),
        ("StateReason", _reason(record)),
        ("Tags", tag_set(record.tags)),
        ("SourceDestCheck", None if gone else True),
    ]
    return {key: value for key, value in optional if value}


def _options(record: InstanceRecord) -> Answer:
    return {
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2},
        "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
        "HibernationOptions": {"Configured": False},
        "MetadataOptions": {
            "State": "applied" if record.state != "pending" else "pending",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 2,
            "HttpEndpoint": "enabled",
            "HttpProtocolIpv6": "disabled",
            "InstanceMetadataTags": "disabled",
        },
        "EnclaveOptions": {"Enabled": False},
        "PrivateDnsNameOptions": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "MaintenanceOptions": {"AutoRecovery": "default", "RebootMigration": "default"},
        "NetworkPerformanceOptions": {"BandwidthWeighting": "default"},
    }


def _reason(record: InstanceRecord) -> Answer | None:
    code, message = record.reason
    return {"Code": code, "Message": message} if code else None


def _groups(record: InstanceRecord) -> list[Answer]:
    return [{"GroupId": id, "GroupName": name} for id, name in record.groups]


def _mappings(record: InstanceRecord, tables: Tables) -> list[Answer]:
    found = []
    for volume_id in record.volumes:
        volume = tables.volumes.get(volume_id)
        for held in volume.attachments if volume else ():
            if held.instance_id == record.id:
                ebs = {
                    "AttachTime": moment(held.attached_at),
                    "DeleteOnTermination": held.delete_on_termination,
                    "Status": held.state,
                    "VolumeId": volume_id,
                }
                found.append({"DeviceName": held.device, "Ebs": ebs})
    return found


def _interface(record: InstanceRecord, account: str, region: str) -> Answer:
    tail = record.id[2:]
    address: Answer = {
        "Primary": True,
        "PrivateDnsName": private_dns(record, region),
        "PrivateIpAddress": record.private_ip,
    }
    answer: Answer = {
        "Attachment": {
            "AttachTime": moment(record.first_launched_at),
            "AttachmentId": f"eni-attach-{tail}",
            "DeleteOnTermination": True,
            "DeviceIndex": 0,
            "Status": "attached",
            "NetworkCardIndex": 0,
        },
        "Description": "",
        "Groups": _groups(record),
        "InterfaceType": "interface",
        "Ipv6Addresses": [],
        "MacAddress": "02:" + ":".join(tail[n : n + 2] for n in range(0, 10, 2)),
        "NetworkInterfaceId": f"eni-{tail}",
        "OwnerId": account,
        "PrivateDnsName": private_dns(record, region),
        "PrivateIpAddress": record.private_ip,
        "PrivateIpAddresses": [address],
        "SourceDestCheck": True,
        "Status": "in-use",
        "SubnetId": record.subnet_id,
        "VpcId": record.vpc_id,
        "Operator": {"Managed": False},
    }
    if ip := shown_public_ip(record):
        association = {"IpOwnerId": "amazon", "PublicDnsName": public_dns(record, region), "PublicIp": ip}
        answer["Association"] = address["Association"] = association
    return answer


def shown_public_ip(record: InstanceRecord) -> str:
    """Return the public address; a machine that does not run has none."""
    return record.public_ip if record.state in ("pending", "running") else ""


def public_dns(record: InstanceRecord, region: str) -> str:
    """Return the public name, or "" where there is no public address."""
    ip = shown_public_ip(record)
    domain = "compute-1" if region == "us-east-1" else f"{region}.compute"
    return f"ec2-{ip.replace('.', '-')}.{domain}.amazonaws.com" if ip else ""


def private_dns(record: InstanceRecord, region: str) -> str:
    """Return the private name."""
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{record.private_ip.replace('.', '-')}.{domain}"


def zone_id(zone: str) -> str:
    """Return the id of a zone ("us-east-1a" is "use1-az1")."""
    region, letter = zone[:-1], zone[-1]
    words = region.split("-")
    short = words[0] + "".join(
        part[0] for part in words[1].replace("north", "n ").replace("south", "s ").split()
    )
    return f"{short}{words[-1]}-az{ord(letter) - 96}"


def hash_of(text: str) -> int:
    """Return a number that is the same in every run (``hash`` is not)."""
    return zlib.crc32(text.encode())


def attachment(record: AttachmentRecord, volume_id: str) -> Answer:
    """Return an attachment as the volume calls show it."""
    return {
        "AttachTime": moment(record.attached_at),
        "Device": record.device,
        "InstanceId": record.instance_id,
        "State": record.state,
        "VolumeId": volume_id,
        "DeleteOnTermination": record.delete_on_termination,
    }


def volume(record: VolumeRecord) -> Answer:
    """Return a volume as DescribeVolumes shows it."""
    answer: Answer = {
        "Attachments": [attachment(held, record.id) for held in record.attachments],
        "AvailabilityZone": record.zone,
        "AvailabilityZoneId": zone_id(record.zone),
        "CreateTime": moment(record.created_at),
        "Encrypted": record.encrypted,
        "Size": record.size_gib,
        "SnapshotId": record.snapshot_id,
        "State": record.state,
        "VolumeId": record.id,
        "VolumeType": record.type,
        "MultiAttachEnabled": record.multi_attach,
        "Operator": {"Managed": False},
    }
    optional = {
        "Iops": record.iops,
        "Throughput": record.throughput,
        "KmsKeyId": record.kms_key,
        "Tags": tag_set(record.tags),
    }
    return {**answer, **{key: value for key, value in optional.items() if value}}


def snapshot(record: SnapshotRecord, account: str, now: float) -> Answer:
    """Return a snapshot as DescribeSnapshots shows it."""
    answer: Answer = {
        "Description": record.description,
        "Encrypted": record.encrypted,
        "OwnerId": account,
        "Progress": f"{record.progress(now)}%",
        "SnapshotId": record.id,
        "StartTime": moment(record.started_at),
        "State": record.state,
        "VolumeId": record.volume_id,
        "VolumeSize": record.size_gib,
        "StorageTier": record.storage_tier,
    }
    if record.state == "completed":
        answer["CompletionTime"] = moment(record.started_at + record.takes)
    optional = {"KmsKeyId": record.kms_key, "Tags": tag_set(record.tags)}
    return {**answer, **{key: value for key, value in optional.items() if value}}
