"""Listings of one region of AWS by a filter, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.resources import Instance, Kind, Row, Snapshot, Volume
from trainctl_tui.providers.aws.calls import Answer, Caller, Question
from trainctl_tui.providers.aws.listings import SPECS
from trainctl_tui.providers.base import Patience
from trainctl_tui.providers.lookup import Modification

FILTER_VALUES = 200  # the most that one filter of EC2 takes


class Listing(Struct, frozen=True):
    """How something is listed: the call, the key of its answer, and what it is always given."""

    operation: str
    key: str
    parameters: Mapping[str, Any]


_MODIFICATIONS = Listing("DescribeVolumesModifications", "VolumesModifications", {"MaxResults": 500})
_IMAGES = Listing("DescribeImages", "Images", {"Owners": ["self"], "MaxResults": 1000})


class Listed:
    """What ``lookup`` asks, asked of AWS. An unknown id fails no call: everything is asked by a filter."""

    def __init__(self, caller: Caller, region: str, patience: Patience) -> None:
        self._caller = caller
        self._region = region
        self._patience = patience
        self._dates: list[float] = []

    def read_at(self) -> float:
        """Return the provider's time of the first answer so far, else of now."""
        return min(self._dates, default=self._caller.now())

    def machines(self, ids: Collection[str]) -> dict[str, Instance]:
        """Return the machines that are seen, by id."""
        wanted = frozenset(ids)
        # A filter knows wildcards, so an id with one may find what was not asked for.
        rows = self.rows(Kind.INSTANCES, "instance-id", ids)
        return {row.id: row for row in rows if isinstance(row, Instance) and row.id in wanted}

    def volumes(self, name: str, values: Collection[str]) -> list[Volume]:
        """Return volumes."""
        return [row for row in self.rows(Kind.VOLUMES, name, values) if isinstance(row, Volume)]

    def snapshots(self, name: str, values: Collection[str]) -> list[Snapshot]:
        """Return snapshots of our own."""
        return [row for row in self.rows(Kind.SNAPSHOTS, name, values) if isinstance(row, Snapshot)]

    def modifications(self, ids: Collection[str]) -> dict[str, Modification]:
        """Return the last change of each volume that was ever changed."""
        told = self._told(_MODIFICATIONS, "read changes of volumes", "volume-id", ids)
        return {each.get("VolumeId", ""): _modification(each) for each in told}

    def images(self, snapshots: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the images of our own that use each snapshot."""
        used: dict[str, tuple[str, ...]] = {}
        name = "block-device-mapping.snapshot-id"
        for image in self._told(_IMAGES, "read images", name, snapshots):
            for disk in image.get("BlockDeviceMappings") or ():
                if snapshot := disk.get("Ebs", {}).get("SnapshotId"):
                    used[snapshot] = (*used.get(snapshot, ()), image.get("ImageId", ""))
        return used

    def rows(self, kind: Kind, name: str, values: Collection[str]) -> Iterator[Row]:
        """List resources of one kind that meet a filter."""
        spec = SPECS[kind]
        listing = Listing(spec.operation, spec.key, spec.parameters)
        for answer in self.asked(listing, f"read {kind}", name, values):
            yield from spec.read(answer.parsed[spec.key], self._region)

    def asked(self, listing: Listing, doing: str, name: str, values: Collection[str]) -> Iterator[Answer]:
        """Ask for what meets a filter, page by page; no call where nothing is asked for."""
        wanted = sorted(set(values))
        for begin in range(0, len(wanted), FILTER_VALUES):
            some = {"Name": name, "Values": wanted[begin : begin + FILTER_VALUES]}
            more: dict[str, Any] = {}
            while True:
                asked = {**listing.parameters, "Filters": [some], **more}
                question = Question("ec2", listing.operation, self._region, listing.key, doing, asked)
                answer = self._caller.ask(question, self._patience)
                if answer.taken_at is not None:
                    self._dates.append(answer.taken_at)
                yield answer
                if not (token := answer.parsed.get("NextToken")):
                    break
                more = {"NextToken": token}

    def _told(
        self, listing: Listing, doing: str, name: str, values: Collection[str]
    ) -> Iterable[Mapping[str, Any]]:
        for answer in self.asked(listing, doing, name, values):
            yield from answer.parsed[listing.key]


def _modification(told: Mapping[str, Any]) -> Modification:
    began = told.get("StartTime")
    return Modification(
        told.get("ModificationState", ""),
        Change(
            type=told.get("TargetVolumeType", ""),
            size_gib=told.get("TargetSize"),
            iops=told.get("TargetIops"),
            throughput=told.get("TargetThroughput"),
        ),
        None if began is None else began.timestamp(),
    )
