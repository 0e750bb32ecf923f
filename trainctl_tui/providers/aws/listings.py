"""How each kind is listed: the call, the key its answer must hold, and the two ways to read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws import items, shapes
from trainctl_tui.providers.aws.shapes import ReadShapes
from trainctl_tui.providers.aws.sweep import ReadItem

TYPES_PER_CALL = 100  # the most names that DescribeInstanceTypes takes
_PAGE = 1000


class Spec(Struct, frozen=True):
    """One kind of listing. ``set_name`` and ``read_item`` are for the fast sweep, if there is one.

    ``one`` names the parameter that asks for a single resource.
    """

    operation: str
    key: str
    read: ReadShapes
    one: str
    parameters: Mapping[str, Any]
    set_name: str = ""
    read_item: ReadItem | None = None
    one_more: Mapping[str, Any] = {}


SPECS: Mapping[Kind, Spec] = {
    Kind.INSTANCES: Spec(
        operation="DescribeInstances",
        key="Reservations",
        read=shapes.read_reservations,
        one="InstanceIds",
        parameters={"MaxResults": _PAGE},
        set_name="reservationSet",
        read_item=items.read_reservation,
    ),
    Kind.VOLUMES: Spec(
        operation="DescribeVolumes",
        key="Volumes",
        read=shapes.read_volumes,
        one="VolumeIds",
        parameters={"MaxResults": _PAGE},
        set_name="volumeSet",
        read_item=items.read_volume,
    ),
    Kind.SNAPSHOTS: Spec(
        operation="DescribeSnapshots",
        key="Snapshots",
        read=shapes.read_snapshots,
        one="SnapshotIds",
        parameters={"MaxResults": _PAGE, "OwnerIds": ["self"]},
        set_name="snapshotSet",
        read_item=items.read_snapshot,
    ),
    Kind.STATUSES: Spec(
        operation="DescribeInstanceStatus",
        key="InstanceStatuses",
        read=shapes.read_statuses,
        one="InstanceIds",
        parameters={"MaxResults": _PAGE, "IncludeAllInstances": True},
        set_name="instanceStatusSet",
        read_item=items.read_status,
        one_more={"IncludeAllInstances": True},
    ),
    Kind.TYPES: Spec(
        operation="DescribeInstanceTypes",
        key="InstanceTypes",
        read=shapes.read_types,
        one="InstanceTypes",
        parameters={},
    ),
}


def chunks(names: Collection[str]) -> Iterator[list[str]]:
    """Cut names into portions that one call may ask for, in order and each name once."""
    ordered = sorted(set(names))
    for begin in range(0, len(ordered), TYPES_PER_CALL):
        yield ordered[begin : begin + TYPES_PER_CALL]
