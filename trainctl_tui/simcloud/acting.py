"""How the in-process provider acts on an engine, and what it tells before an act."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from trainctl_tui.domain.acts import Act, Facts
from trainctl_tui.domain.errors import Denied, NotFound, OutcomeUnknown, TrainctlError
from trainctl_tui.domain.resources import Instance, Snapshot, TypeSpec, Volume
from trainctl_tui.providers import gate
from trainctl_tui.providers.assembly import Gleaned, assemble
from trainctl_tui.providers.base import ProviderOptions, Receipt
from trainctl_tui.simcloud import rows

Call: TypeAlias = Callable[[str, Mapping[str, Any], str], dict[str, Any]]
"""(operation, parameters, region) -> answer; raises our errors."""

_OPERATIONS: Mapping[Act, tuple[str, str]] = {
    Act.START: ("StartInstances", "StartingInstances"),
    Act.STOP: ("StopInstances", "StoppingInstances"),
    Act.REBOOT: ("RebootInstances", ""),
    Act.TERMINATE: ("TerminateInstances", "TerminatingInstances"),
}
_OVER = frozenset({"shutting-down", "terminated"})
_FILTER_VALUES = 200  # the most that one filter of EC2 takes


class Acting:
    """Reads facts and acts, call by call as the AWS provider does it, so that faults strike alike."""

    def __init__(self, call: Call, options: ProviderOptions, clock: Callable[[], float]) -> None:
        self._call = call
        self._options = options
        self._clock = clock
        self._acts = 0

    def facts(self, region: str, ids: Collection[str]) -> tuple[Facts, ...]:
        """Return what each id is judged by, without job and money."""
        read_at = self._clock()
        machines = self._machines(region, ids)
        running = [machine for machine in machines.values() if machine.state not in _OVER]
        volumes = self._volumes(region, list(machines))
        disks = {disk.volume_id for machine in machines.values() for disk in machine.attachments}
        snapshots = self._snapshots(region, disks.union(volume.id for volume in volumes or ()))
        protected = {machine.id: self._protections(region, machine.id) for machine in running}
        types = self._types(region, sorted({machine.type for machine in machines.values()}))
        persistent = self._persistent(region, [one.id for one in running if one.lifecycle == "spot"])
        gleaned = Gleaned(region, read_at, machines, protected, volumes, snapshots, types, persistent)
        return assemble(ids, gleaned)

    def act(self, act: Act, region: str, ids: Collection[str]) -> Receipt:
        """Send an approved act once."""
        gate.check(act, ids, endpoint=self._options.endpoint, read_only=self._options.read_only)
        operation, key = _OPERATIONS[act]
        answer = self._call(operation, {"InstanceIds": list(ids)}, region)
        states = {each["InstanceId"]: each["CurrentState"]["Name"] for each in answer.get(key, ())}
        self._acts += 1
        return Receipt(f"simulated-{self._acts:06d}", states)

    def rehearse(self, act: Act, region: str, ids: Collection[str]) -> None:
        """Raise what forbids an act."""
        gate.check_rehearsal(act, ids, read_only=self._options.read_only)
        operation, _ = _OPERATIONS[act]
        try:
            self._call(operation, {"InstanceIds": list(ids), "DryRun": True}, region)
        except TrainctlError as error:
            if error.code != "DryRunOperation":
                raise
        else:
            raise OutcomeUnknown(f"Rehearsed {operation}, and it may have happened.")

    def observe(self, region: str, ids: Collection[str]) -> dict[str, str]:
        """Return the state of each id that is seen."""
        return {id: machine.state for id, machine in self._machines(region, ids).items()}

    def _machines(self, region: str, ids: Collection[str]) -> dict[str, Instance]:
        found = {}
        for group in self._listed(region, "DescribeInstances", "Reservations", "instance-id", ids):
            for item in group["Instances"]:
                if item["InstanceId"] in ids:
                    found[item["InstanceId"]] = rows.instance(item, region, group["OwnerId"])
        return found

    def _volumes(self, region: str, ids: Collection[str]) -> list[Volume] | None:
        try:
            items = list(self._listed(region, "DescribeVolumes", "Volumes", "attachment.instance-id", ids))
        except Denied:
            return None
        return [rows.volume(item, region) for item in items]

    def _snapshots(self, region: str, volumes: Collection[str]) -> list[Snapshot] | None:
        try:
            items = list(self._listed(region, "DescribeSnapshots", "Snapshots", "volume-id", volumes))
        except Denied:
            return None
        return [rows.snapshot(item, region) for item in items]

    def _types(self, region: str, names: Collection[str]) -> dict[str, TypeSpec]:
        if not names:
            return {}
        try:
            told = self._call("DescribeInstanceTypes", {"InstanceTypes": list(names)}, region)
        except Denied:
            return {}
        return {item["InstanceType"]: rows.type_spec(item, region) for item in told["InstanceTypes"]}

    def _persistent(self, region: str, ids: Collection[str]) -> dict[str, bool]:
        key = "SpotInstanceRequests"
        try:
            items = list(self._listed(region, "DescribeSpotInstanceRequests", key, "instance-id", ids))
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

    def _listed(
        self, region: str, operation: str, key: str, name: str, values: Collection[str]
    ) -> Iterator[Mapping[str, Any]]:
        """List what meets a filter; no call where nothing is asked for."""
        wanted = sorted(set(values))
        for begin in range(0, len(wanted), _FILTER_VALUES):
            some = {"Name": name, "Values": wanted[begin : begin + _FILTER_VALUES]}
            params: dict[str, Any] = {"Filters": [some], "MaxResults": 1000}
            while True:
                told = self._call(operation, params, region)
                yield from told[key]
                if not (token := told.get("NextToken")):
                    break
                params = {**params, "NextToken": token}
