"""Pages of every kind that is listed in bulk, made to hold what two parsers could read differently."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.support.ec2_xml import AWKWARD, Node, answer, instance, reservation, tag_set, volume
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws.listings import SPECS

BULK = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS, Kind.STATUSES)


def snapshot(number: int, random: Random) -> list[Node]:
    """Return one snapshot."""
    return [
        ("snapshotId", f"snap-{number:017x}"),
        ("volumeId", None if number % 2 else f"vol-{number:017x}"),
        ("status", random.choice(("completed", "pending", "error"))),
        ("startTime", f"2026-01-{1 + number % 28:02d}T00:00:00.000Z"),
        ("progress", random.choice(("100%", "45%", ""))),
        ("ownerId", "123456789012"),
        ("volumeSize", "100"),
        ("description", random.choice(AWKWARD)),
        tag_set([("Name", random.choice(AWKWARD))]),
        ("encrypted", random.choice(("true", "false"))),
        *([("storageTier", "standard")] if number % 3 else []),
    ]


def status(number: int) -> list[Node]:
    """Return one status; odd ones are impaired."""
    state = "impaired" if number % 2 else "ok"
    details: Node = (
        "details",
        [("item", [("name", "reachability"), ("status", "failed" if number % 2 else "passed")])],
    )
    event = [
        ("code", "system-reboot"),
        ("description", "[Completed] & gone"),
        ("notBefore", "2026-11-25T10:00:00.000Z"),
        *([("notAfter", "2026-11-25T12:00:00.000Z")] if number % 3 else []),
    ]
    return [
        ("instanceId", f"i-{number:017x}"),
        ("availabilityZone", "us-east-1a"),
        *([("eventsSet", [("item", event), ("item", event)])] if number % 4 == 1 else []),
        ("instanceState", [("code", "16"), ("name", "running")]),
        ("systemStatus", [("status", "ok"), details]),
        ("instanceStatus", [("status", state), details]),
        *([("attachedEbsStatus", [("status", state), details])] if number % 5 else []),
    ]


def bulk_page(kind: Kind, count: int, *, pretty: bool, token: str | None = None) -> bytes:
    """Return a page of one kind that holds everything that can differ."""
    random = Random(11)
    spec = SPECS[kind]
    items: Sequence[Sequence[Node]]
    if kind is Kind.INSTANCES:
        machines = [
            [instance(n * 3 + k, random, tags=(n * 7) % 51, sparse=n % 4 == 0) for k in range(1 + n % 3)]
            for n in range(count)
        ]
        items = [reservation(n, group) for n, group in enumerate(machines)]
    elif kind is Kind.VOLUMES:
        items = [volume(n, random, tags=(n * 7) % 51) for n in range(count)]
    elif kind is Kind.SNAPSHOTS:
        items = [snapshot(n, random) for n in range(count)]
    else:
        items = [status(n) for n in range(count)]
    return answer(spec.operation, spec.set_name, items, token=token, pretty=pretty)
