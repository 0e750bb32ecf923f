"""EC2 answers as XML, made from a seed: what a reading test needs, and nothing of the simulated cloud.

Shapes follow the answers that EC2 sends: every list in an ``item``, empty tags where a value is missing,
indented or not. Values are escaped, so a name may hold anything that XML can carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from xml.sax.saxutils import escape

XMLNS = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
AWKWARD = (
    "plain",
    "a & b < c > d",
    "train \U0001f680 run",
    "naïve",
    "\"quoted\" 'both'",
    "  spaced  ",
    "",
    "日本語",
    "line\nbreak",
    "]]&gt;",
)

Node = tuple[str, "str | Sequence[Node] | None"]


def render(nodes: Iterable[Node], *, pretty: bool = False, depth: int = 0) -> str:
    """Write nodes as XML: text, a list of nodes, or None for an empty tag."""
    out = []
    start, end = ("\n" + "    " * depth, "\n" + "    " * depth) if pretty else ("", "")
    for name, value in nodes:
        if value is None:
            out.append(f"{start}<{name}/>")
        elif isinstance(value, str):
            out.append(f"{start}<{name}>{escape(value)}</{name}>")
        else:
            inner = render(value, pretty=pretty, depth=depth + 1)
            out.append(f"{start}<{name}>{inner}{end if value else ''}</{name}>")
    return "".join(out)


def answer(
    operation: str,
    set_name: str,
    items: Sequence[Sequence[Node]],
    *,
    token: str | None = None,
    pretty: bool = False,
) -> bytes:
    """Return a whole answer of a Describe call."""
    nodes: list[Node] = [("requestId", "11111111-2222-3333-4444-555555555555")]
    nodes.append((set_name, [("item", item) for item in items]))
    if token is not None:
        nodes.append(("nextToken", token))
    body = render(nodes, pretty=pretty, depth=1)
    close = "\n" if pretty else ""
    root = f"{operation}Response"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {XMLNS}>{body}{close}</{root}>'.encode()


# What every instance has and no row holds.
_SETTINGS: list[Node] = [
    ("hypervisor", "xen"),
    ("ebsOptimized", "true"),
    ("enaSupport", "true"),
    ("cpuOptions", [("coreCount", "96"), ("threadsPerCore", "2")]),
    ("capacityReservationSpecification", [("capacityReservationPreference", "open")]),
    ("hibernationOptions", [("configured", "false")]),
    (
        "metadataOptions",
        [
            ("state", "applied"),
            ("httpTokens", "required"),
            ("httpPutResponseHopLimit", "2"),
            ("httpEndpoint", "enabled"),
            ("httpProtocolIpv6", "disabled"),
            ("instanceMetadataTags", "disabled"),
        ],
    ),
    ("enclaveOptions", [("enabled", "false")]),
    ("bootMode", "uefi-preferred"),
    ("currentInstanceBootMode", "uefi"),
    ("platformDetails", "Linux/UNIX"),
    ("usageOperation", "RunInstances"),
    ("usageOperationUpdateTime", "2026-10-01T08:15:00.000Z"),
    ("privateDnsNameOptions", [("hostnameType", "ip-name"), ("enableResourceNameDnsARecord", "false")]),
    ("maintenanceOptions", [("autoRecovery", "default"), ("rebootMigration", "default")]),
    ("operator", [("managed", "false")]),
]


def tag_set(tags: Iterable[tuple[str, str]]) -> Node:
    """Return a tagSet of these pairs."""
    return ("tagSet", [("item", [("key", key), ("value", value)]) for key, value in tags])


def instance(number: int, random: Random, *, tags: int = 8, sparse: bool = False) -> list[Node]:
    """Return one instance, about 5 KB of it; ``sparse`` leaves out what EC2 leaves out when it ends."""
    id = f"i-{number:017x}"
    names = [("Name", f"{random.choice(AWKWARD)}-{number}")] if tags else []
    pairs = names + [(f"key:{n}", random.choice(AWKWARD)) for n in range(tags - 1)]
    nodes: list[Node] = [
        ("instanceId", id),
        ("imageId", f"ami-{random.getrandbits(64):017x}"),
        ("instanceState", [("code", "16"), ("name", random.choice(("running", "stopped", "pending")))]),
        ("privateDnsName", "" if sparse else f"ip-10-0-{number % 250}-7.ec2.internal"),
        ("dnsName", None),
        ("reason", None),
        ("amiLaunchIndex", "0"),
        ("productCodes", None),
        ("instanceType", random.choice(("p5.48xlarge", "g5.2xlarge", "m7i.large"))),
        ("launchTime", f"2026-10-{1 + number % 28:02d}T08:15:{number % 60:02d}.000Z"),
        ("placement", [("availabilityZone", "us-east-1b"), ("groupName", None), ("tenancy", "default")]),
        ("monitoring", [("state", "disabled")]),
        ("stateReason", [("code", "Client.UserInitiatedShutdown"), ("message", "Client & friends")]),
        ("architecture", "x86_64"),
        ("rootDeviceType", "ebs"),
        ("rootDeviceName", "/dev/xvda"),
    ]
    if not sparse:
        nodes += _network(number, random)
    if number % 5 == 0:
        nodes += [("instanceLifecycle", "spot"), ("spotInstanceRequestId", f"sir-{number:08x}")]
    nodes += [
        ("blockDeviceMapping", [("item", _mapping(number, disk)) for disk in range(number % 4)]),
        ("virtualizationType", "hvm"),
        ("clientToken", f"token-{number}"),
        tag_set(pairs),
        *_SETTINGS,
    ]
    return nodes


def _network(number: int, random: Random) -> list[Node]:
    address = f"10.0.{number % 250}.7"
    groups: Node = (
        "groupSet",
        [("item", [("groupId", f"sg-{n:017x}"), ("groupName", f"group {n} & co")]) for n in range(2)],
    )
    return [
        ("keyName", "training"),
        ("subnetId", "subnet-0a1b2c3d4e5f60718"),
        ("vpcId", "vpc-0a1b2c3d4e5f60718"),
        ("privateIpAddress", address),
        ("ipAddress", f"54.1.{number % 250}.9"),
        ("sourceDestCheck", "true"),
        groups,
        (
            "networkInterfaceSet",
            [
                ("item", _interface(number, index, address, random))
                for index in ((1, 0) if number % 3 == 0 else (0,))
            ],
        ),
        (
            "iamInstanceProfile",
            [("arn", "arn:aws:iam::123456789012:instance-profile/trainer"), ("id", "AIPA")],
        ),
    ]


def _interface(number: int, index: int, address: str, random: Random) -> list[Node]:
    return [
        ("networkInterfaceId", f"eni-{random.getrandbits(64):017x}"),
        ("subnetId", "subnet-0a1b2c3d4e5f60718"),
        ("vpcId", "vpc-0a1b2c3d4e5f60718"),
        ("description", None),
        ("ownerId", "123456789012"),
        ("status", "in-use"),
        ("macAddress", "02:00:00:00:00:01"),
        ("privateIpAddress", address),
        ("privateDnsName", f"ip-10-0-{number % 250}-7.ec2.internal"),
        ("sourceDestCheck", "true"),
        ("groupSet", [("item", [("groupId", "sg-1"), ("groupName", "inner")])]),
        (
            "attachment",
            [
                ("attachmentId", f"eni-attach-{number:08x}"),
                ("deviceIndex", str(index)),
                ("status", "attached"),
                ("attachTime", f"2026-0{1 + index}-01T00:00:{number % 60:02d}.000Z"),
                ("deleteOnTermination", "true"),
                ("networkCardIndex", "0"),
            ],
        ),
        (
            "privateIpAddressesSet",
            [
                (
                    "item",
                    [("privateIpAddress", address), ("primary", "true"), ("privateDnsName", "x.internal")],
                )
            ],
        ),
        ("ipv6AddressesSet", None),
        ("interfaceType", "interface"),
        ("operator", [("managed", "false")]),
    ]


def _mapping(number: int, disk: int) -> list[Node]:
    return [
        ("deviceName", f"/dev/sd{chr(97 + disk)}"),
        (
            "ebs",
            [
                ("volumeId", f"vol-{number:08x}{disk:09x}"),
                ("status", "attached"),
                ("attachTime", "2026-10-01T08:16:00.000Z"),
                ("deleteOnTermination", "true" if disk == 0 else "false"),
            ],
        ),
    ]


def reservation(number: int, instances: Sequence[Sequence[Node]]) -> list[Node]:
    """Return a reservation that holds these instances."""
    return [
        ("reservationId", f"r-{number:017x}"),
        ("ownerId", "123456789012"),
        ("groupSet", None),
        ("instancesSet", [("item", nodes) for nodes in instances]),
        ("requesterId", "AIDA"),
    ]


def volume(number: int, random: Random, *, tags: int = 3, attached: int | None = None) -> list[Node]:
    """Return one volume; ``attached`` is the number of machines it is on (0 to 2 by default)."""
    id = f"vol-{number:017x}"
    machines = number % 3 if attached is None else attached
    return [
        ("volumeId", id),
        ("size", str(random.choice((8, 100, 16384)))),
        ("snapshotId", None if number % 2 else f"snap-{number:017x}"),
        ("availabilityZone", "us-east-1b"),
        ("status", random.choice(("in-use", "available", "creating"))),
        ("createTime", f"2026-09-{1 + number % 28:02d}T10:11:12.{number % 1000:03d}Z"),
        ("attachmentSet", [("item", _attachment(id, number, machine)) for machine in range(machines)]),
        tag_set([(f"key {n}", random.choice(AWKWARD)) for n in range(tags)]),
        ("volumeType", random.choice(("gp3", "io2"))),
        ("iops", "3000"),
        ("encrypted", "true" if number % 2 else "false"),
        *([("kmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/1")] if number % 2 else []),
        ("multiAttachEnabled", "true" if machines > 1 else "false"),
        *([("throughput", "125")] if number % 3 else []),
    ]


def _attachment(id: str, number: int, machine: int) -> list[Node]:
    return [
        ("volumeId", id),
        ("instanceId", f"i-{number + machine:017x}"),
        ("device", "/dev/sdf"),
        ("status", "attached"),
        ("attachTime", "2026-10-02T03:04:05.000Z"),
        ("deleteOnTermination", "false"),
    ]


def fleet_page(
    start: int, count: int, *, seed: int = 7, token: str | None = None, pretty: bool = False, each: int = 1
) -> bytes:
    """Return one page of DescribeInstances: ``count`` reservations of ``each`` instances."""
    random = Random(f"{seed}-{start}")
    items = [
        reservation(n, [instance(n * each + k, random, sparse=n % 11 == 0) for k in range(each)])
        for n in range(start, start + count)
    ]
    return answer("DescribeInstances", "reservationSet", items, token=token, pretty=pretty)


def volume_page(
    start: int, count: int, *, seed: int = 7, token: str | None = None, pretty: bool = False
) -> bytes:
    """Return one page of DescribeVolumes."""
    random = Random(f"{seed}-{start}")
    items = [volume(n, random) for n in range(start, start + count)]
    return answer("DescribeVolumes", "volumeSet", items, token=token, pretty=pretty)
