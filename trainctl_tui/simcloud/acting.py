"""How the in-process provider acts on an engine, and what it tells before an act."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from trainctl_tui.domain.acts import Facts
from trainctl_tui.domain.errors import Denied, NotFound, OutcomeUnknown, TrainctlError
from trainctl_tui.domain.orders import MAKING, Change, Order
from trainctl_tui.domain.resources import Instance, Snapshot, TypeSpec, Volume
from trainctl_tui.providers import gate, lookup, standing
from trainctl_tui.providers.assembly import Gleaned, assemble
from trainctl_tui.providers.base import Observed, ProviderOptions, Receipt
from trainctl_tui.providers.requests import is_single, request
from trainctl_tui.simcloud import rows

Call: TypeAlias = Callable[[str, Mapping[str, Any], str], dict[str, Any]]
"""(operation, parameters, region) -> answer; raises our errors."""

_STATES: Mapping[str, str] = {
    "StartInstances": "StartingInstances",
    "StopInstances": "StoppingInstances",
    "TerminateInstances": "TerminatingInstances",
}
_OVER = frozenset({"shutting-down", "terminated"})
_FILTER_VALUES = 200  # the most that one filter of EC2 takes


class Looking:
    """What ``lookup`` asks, asked of an engine, call by call as the AWS provider does it."""

    def __init__(self, call: Call, region: str, read_at: float) -> None:
        self._call = call
        self._region = region
        self._read_at = read_at

    def read_at(self) -> float:
        """Return the engine's time when the looking began."""
        return self._read_at

    def machines(self, ids: Collection[str]) -> dict[str, Instance]:
        """Return the machines that are seen, by id."""
        found = {}
        for group in self.listed("DescribeInstances", "Reservations", "instance-id", ids):
            for item in group["Instances"]:
                if item["InstanceId"] in ids:
                    found[item["InstanceId"]] = rows.instance(item, self._region, group["OwnerId"])
        return found

    def volumes(self, name: str, values: Collection[str]) -> list[Volume]:
        """Return volumes."""
        items = self.listed("DescribeVolumes", "Volumes", name, values)
        return [rows.volume(item, self._region) for item in items]

    def snapshots(self, name: str, values: Collection[str]) -> list[Snapshot]:
        """Return snapshots of our own."""
        items = self.listed("DescribeSnapshots", "Snapshots", name, values)
        return [rows.snapshot(item, self._region) for item in items]

    def modifications(self, ids: Collection[str]) -> dict[str, lookup.Modification]:
        """Return the last change of each volume that was ever changed."""
        items = self.listed("DescribeVolumesModifications", "VolumesModifications", "volume-id", ids)
        return {item["VolumeId"]: rows.modification(item) for item in items}

    def images(self, snapshots: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the images of our own that use each snapshot."""
        used: dict[str, tuple[str, ...]] = {}
        name = "block-device-mapping.snapshot-id"
        for image in self.listed("DescribeImages", "Images", name, snapshots):
            for disk in image["BlockDeviceMappings"]:
                snapshot = disk["Ebs"]["SnapshotId"]
                used[snapshot] = (*used.get(snapshot, ()), image["ImageId"])
        return used

    def listed(
        self, operation: str, key: str, name: str, values: Collection[str]
    ) -> Iterator[Mapping[str, Any]]:
        """List what meets a filter; no call where nothing is asked for."""
        wanted = sorted(set(values))
        for begin in range(0, len(wanted), _FILTER_VALUES):
            some = {"Name": name, "Values": wanted[begin : begin + _FILTER_VALUES]}
            params: dict[str, Any] = {"Filters": [some], "MaxResults": 500}
            while True:
                told = self._call(operation, params, self._region)
                yield from told[key]
                if not (token := told.get("NextToken")):
                    break
                params = {**params, "NextToken": token}


class Acting:
    """Reads facts and acts, call by call as the AWS provider does it, so that faults strike alike."""

    def __init__(self, call: Call, options: ProviderOptions, clock: Callable[[], float]) -> None:
        self._call = call
        self._options = options
        self._clock = clock
        self._acts = 0

    def facts(self, region: str, ids: Collection[str], changes: Mapping[str, Change]) -> tuple[Facts, ...]:
        """Return what each id is judged by, without job and money."""
        look = Looking(self._call, region, self._clock())
        return lookup.facts_of(
            ids,
            lambda machines: self._machine_facts(look, region, machines),
            lambda others: lookup.disk_facts(look, region, others, changes),
        )

    def act(self, order: Order, region: str, ids: Collection[str]) -> Receipt:
        """Send an approved act once."""
        gate.check(order, ids, endpoint=self._options.endpoint, read_only=self._options.read_only)
        operation, parameters = request(order, ids)
        answer = self._call(operation, parameters, region)
        told = answer.get(_STATES.get(operation, ""), ())
        states = {each["InstanceId"]: each["CurrentState"]["Name"] for each in told}
        self._acts += 1
        key = "SnapshotId" if operation == "CreateSnapshot" else "VolumeId"
        made = dict.fromkeys(ids, str(answer[key])) if order.act in MAKING else {}
        return Receipt(f"simulated-{self._acts:06d}", states, made)

    def rehearse(self, order: Order, region: str, ids: Collection[str]) -> None:
        """Raise what forbids an act. Of one that takes one target a call, the first stands for all."""
        some = list(ids)[:1] if is_single(order.act) else ids
        gate.check_rehearsal(f"{order.act} {gate.named(some)}", read_only=self._options.read_only)
        operation, parameters = request(order, some)
        try:
            self._call(operation, {**parameters, "DryRun": True}, region)
        except TrainctlError as error:
            if error.code != "DryRunOperation":
                raise
        else:
            raise OutcomeUnknown(f"Rehearsed {operation}, and it may have happened.")

    def observe(self, order: Order, region: str, ids: Collection[str]) -> dict[str, Observed]:
        """Return how each id that is seen stands to an order."""
        return standing.observe(Looking(self._call, region, self._clock()), order, ids)

    def _machine_facts(self, look: Looking, region: str, ids: Collection[str]) -> tuple[Facts, ...]:
        machines = look.machines(ids)
        running = [machine for machine in machines.values() if machine.state not in _OVER]
        volumes = self._volumes(look, list(machines))
        disks = {disk.volume_id for machine in machines.values() for disk in machine.attachments}
        snapshots = self._snapshots(look, disks.union(volume.id for volume in volumes or ()))
        protected = {machine.id: self._protections(region, machine.id) for machine in running}
        types = self._types(region, sorted({machine.type for machine in machines.values()}))
        persistent = self._persistent(look, [one.id for one in running if one.lifecycle == "spot"])
        gleaned = Gleaned(region, look.read_at(), machines, protected, volumes, snapshots, types, persistent)
        return assemble(ids, gleaned)

    def _volumes(self, look: Looking, ids: Collection[str]) -> list[Volume] | None:
        try:
            return look.volumes("attachment.instance-id", ids)
        except Denied:
            return None

    def _snapshots(self, look: Looking, volumes: Collection[str]) -> list[Snapshot] | None:
        try:
            return look.snapshots("volume-id", volumes)
        except Denied:
            return None

    def _types(self, region: str, names: Collection[str]) -> dict[str, TypeSpec]:
        if not names:
            return {}
        try:
            told = self._call("DescribeInstanceTypes", {"InstanceTypes": list(names)}, region)
        except Denied:
            return {}
        return {item["InstanceType"]: rows.type_spec(item, region) for item in told["InstanceTypes"]}

    def _persistent(self, look: Looking, ids: Collection[str]) -> dict[str, bool]:
        key = "SpotInstanceRequests"
        try:
            items = list(look.listed("DescribeSpotInstanceRequests", key, "instance-id", ids))
        except Denied:
            return {}
        return {item["InstanceId"]: item["Type"] == "persistent" for item in items}

    def _protections(self, region: str, id: str) -> tuple[bool | None, bool | None]:
        return (
            self._protection(region, id, "disableApiTermination", "DisableApiTermination"),
            self._protection(region, id, "disableApiStop", "DisableApiStop"),
        )

    def _protection(self, region: str, id: str, attribute: str, key: str) -> bool | None:
        try:
            told = self._call("DescribeInstanceAttribute", {"InstanceId": id, "Attribute": attribute}, region)
        except (Denied, NotFound):
            return None
        return bool(told[key]["Value"])
