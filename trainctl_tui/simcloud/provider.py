"""The engine's in-process face: a provider without HTTP and without botocore, for tests and campaigns."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from trainctl_tui.domain.errors import Bug, Conflict, Denied, NotFound, TrainctlError
from trainctl_tui.domain.resources import Console, Identity, Kind, Region, Row
from trainctl_tui.providers.base import Call, Page, Patience, ProviderOptions
from trainctl_tui.simcloud import identity, rows
from trainctl_tui.simcloud.engine import Engine, EngineError

PAGE_SIZE = 1000
_CALLS: Mapping[Kind, tuple[str, str, str]] = {
    Kind.INSTANCES: ("DescribeInstances", "Reservations", "Instance"),
    Kind.VOLUMES: ("DescribeVolumes", "Volumes", "Volume"),
    Kind.SNAPSHOTS: ("DescribeSnapshots", "Snapshots", "Snapshot"),
    Kind.STATUSES: ("DescribeInstanceStatus", "InstanceStatuses", "Instance"),
    Kind.TYPES: ("DescribeInstanceTypes", "InstanceTypes", "InstanceType"),
}


class EngineProvider:
    """Tells what an engine holds. ``before`` hears of every call first and may raise one of our errors."""

    name = "simulated"

    def __init__(
        self,
        engine: Engine,
        options: ProviderOptions | None = None,
        *,
        region: str = "us-east-1",
        page_size: int = PAGE_SIZE,
        before: Callable[[str, str], None] | None = None,
    ) -> None:
        self._engine = engine
        self._options = options or ProviderOptions()
        self._region = region
        self._page_size = page_size
        self._before = before

    def default_region(self) -> str:
        """Return the region this provider was made with."""
        return self._region

    def identify(self, patience: Patience) -> Identity:
        """Say who we are."""
        account = self._engine.account
        self._prepare("GetCallerIdentity", self._region)
        return Identity(account, identity.arn(account), identity.user_id(account))

    def alias(self, patience: Patience) -> str:
        """Return the account's alias."""
        self._prepare("ListAccountAliases", self._region)
        return identity.ALIAS

    def regions(self, patience: Patience) -> tuple[Region, ...]:
        """List the regions, those not opted in to included."""
        told = self._call("DescribeRegions", {"AllRegions": True}, self._region)
        return tuple(
            sorted((Region(row["RegionName"], row["OptInStatus"]) for row in told["Regions"]), key=_id)
        )

    def pages(
        self, kind: Kind, region: str, patience: Patience, only: Collection[str] = ()
    ) -> Iterator[Page]:
        """List every page of one kind; of types, those named in ``only``."""
        operation, key, _ = _CALLS[kind]
        params: dict[str, Any] = {"MaxResults": self._page_size}
        if kind is Kind.TYPES:
            if not only:
                yield Page((), None)
                return
            params = {"InstanceTypes": sorted(only)}
        elif kind is Kind.SNAPSHOTS:
            params["OwnerIds"] = ["self"]
        elif kind is Kind.STATUSES:
            params["IncludeAllInstances"] = True
        while True:
            told = self._call(operation, params, region)
            yield Page(tuple(self._rows(kind, told[key], region)), self._engine.now)
            if not (token := told.get("NextToken")):
                return
            params = {**params, "NextToken": token}

    def clock_offset(self) -> float:
        """Return the engine's clock minus this machine's, in seconds."""
        return self._engine.clock.now() - time.time()

    def console(self, region: str, instance_id: str, patience: Patience) -> Console:
        """Return the last console output of a machine."""
        told = self._call("GetConsoleOutput", {"InstanceId": instance_id, "Latest": True}, region)
        return Console(instance_id, told["Output"], told["Timestamp"].timestamp())

    def raw(self, kind: Kind, region: str, id: str, patience: Patience) -> str:
        """Return the engine's answer for one resource as indented JSON."""
        operation, key, noun = _CALLS[kind]
        params: dict[str, Any] = {f"{noun}s" if kind is Kind.TYPES else f"{noun}Ids": [id]}
        if kind is Kind.STATUSES:
            params["IncludeAllInstances"] = True
        found = self._call(operation, params, region)[key][0]
        if kind is Kind.INSTANCES:
            found = found["Instances"][0]
        return json.dumps(found, indent=2, default=str, ensure_ascii=False)

    def _rows(self, kind: Kind, items: Any, region: str) -> Iterator[Row]:
        if kind is Kind.INSTANCES:
            for group in items:
                for item in group["Instances"]:
                    yield rows.instance(item, region, group["OwnerId"])
            return
        makers: dict[Kind, Callable[[Any, str], Row]] = {
            Kind.VOLUMES: rows.volume,
            Kind.SNAPSHOTS: rows.snapshot,
            Kind.STATUSES: rows.status,
            Kind.TYPES: rows.type_spec,
        }
        yield from (makers[kind](item, region) for item in items)

    def _prepare(self, operation: str, region: str) -> None:
        if self._before is not None:
            self._before(operation, region)

    def _call(self, operation: str, params: Mapping[str, Any], region: str) -> dict[str, Any]:
        began = time.perf_counter()
        outcome, code = "ok", ""
        try:
            self._prepare(operation, region)
            return self._engine.call(operation, params, region=region)
        except EngineError as error:
            ours = _translated(error, operation)
            outcome, code = type(ours).__name__, error.code
            raise ours from error
        except TrainctlError as error:
            outcome, code = type(error).__name__, error.code
            raise
        finally:
            took = (time.perf_counter() - began) * 1000
            self._options.on_call(Call(f"ec2:{operation}", region, took, outcome, code))


def _id(region: Region) -> str:
    return region.id


def _translated(error: EngineError, operation: str) -> TrainctlError:
    """Return our error for the engine's, by the shape of its code."""
    what = f"{operation} was refused."
    if "NotFound" in error.code:
        return NotFound(what, error.message, code=error.code)
    if error.code.startswith("Incorrect") or error.code in ("VolumeInUse", "OperationNotPermitted"):
        return Conflict(what, error.message, code=error.code)
    if error.code in ("AuthFailure", "UnauthorizedOperation"):
        return Denied(what, error.message, code=error.code, permission=f"ec2:{operation}")
    return Bug(what, error.message, code=error.code)
