"""The engine's in-process face: a provider without HTTP and without botocore, for tests and campaigns."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from trainctl_tui.domain.acts import Facts, Job
from trainctl_tui.domain.errors import Bug, Conflict, Denied, NotFound, Throttled, TrainctlError
from trainctl_tui.domain.orders import NO_CHANGES, Change, Order
from trainctl_tui.domain.resources import Console, Identity, Kind, Region, Row
from trainctl_tui.providers.base import Call, Observed, Page, Patience, ProviderOptions, Receipt
from trainctl_tui.simcloud import identity, rows
from trainctl_tui.simcloud.acting import Acting
from trainctl_tui.simcloud.engine import Engine, EngineError
from trainctl_tui.simcloud.engine.paging import page_of
from trainctl_tui.simcloud.strikes import Strikes
from trainctl_tui.simcloud.wire.faults import FaultBook

PAGE_SIZE = 1000
_CALLS: Mapping[Kind, tuple[str, str, str]] = {
    Kind.INSTANCES: ("DescribeInstances", "Reservations", "Instance"),
    Kind.VOLUMES: ("DescribeVolumes", "Volumes", "Volume"),
    Kind.SNAPSHOTS: ("DescribeSnapshots", "Snapshots", "Snapshot"),
    Kind.STATUSES: ("DescribeInstanceStatus", "InstanceStatuses", "Instance"),
    Kind.TYPES: ("DescribeInstanceTypes", "InstanceTypes", "InstanceType"),
}


def _let_pass(_operation: str, _region: str) -> None:
    """Hear of a call and do nothing."""


class EngineProvider:
    """Tells what an engine holds, and acts on it.

    ``before`` hears of every call first and may raise one of our errors; ``after`` hears of those that the
    engine has done, and may lose the answer by raising. ``jobs`` is what a probe finds, by id of the machine;
    change it at any time. ``faults`` are the same rules as on the wire; reads are not tried again here.
    """

    name = "simulated"

    def __init__(
        self,
        engine: Engine,
        options: ProviderOptions | None = None,
        *,
        region: str = "us-east-1",
        page_size: int = PAGE_SIZE,
        before: Callable[[str, str], None] = _let_pass,
        after: Callable[[str, str], None] = _let_pass,
        jobs: Mapping[str, Job] | None = None,
        faults: FaultBook | None = None,
    ) -> None:
        self._engine = engine
        self._options = options or ProviderOptions()
        self._region = region
        self._page_size = page_size
        self._before = before
        self._after = after
        self._strikes = Strikes(faults or FaultBook())
        self.jobs: dict[str, Job] = dict(jobs or {})
        self._acting = Acting(self._call, self._options, engine.clock.now)

    def default_region(self) -> str:
        """Return the region this provider was made with."""
        return self._region

    def identify(self, patience: Patience) -> Identity:
        """Say who we are."""
        account = self._engine.account
        self._face("GetCallerIdentity")
        return Identity(account, identity.arn(account), identity.user_id(account))

    def alias(self, patience: Patience) -> str:
        """Return the account's alias."""
        self._face("ListAccountAliases")
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

    def facts(
        self,
        region: str,
        ids: Collection[str],
        patience: Patience,
        changes: Mapping[str, Change] = NO_CHANGES,
    ) -> tuple[Facts, ...]:
        """Return what each id is judged by, without job and money."""
        return self._acting.facts(region, ids, changes)

    def act(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> Receipt:
        """Send an approved act once."""
        return self._acting.act(order, region, ids)

    def rehearse(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> None:
        """Raise what forbids an act."""
        self._acting.rehearse(order, region, ids)

    def observe(
        self, order: Order, region: str, ids: Collection[str], patience: Patience
    ) -> dict[str, Observed]:
        """Return how each id that is seen stands to an order."""
        return self._acting.observe(order, region, ids)

    def probe(self, region: str, ids: Collection[str], patience: Patience) -> dict[str, Job]:
        """Return what the table of jobs holds, as if it had been found now."""
        self._before("SendCommand", region)
        now = self._engine.settle()
        return {id: replace(self.jobs[id], probed_at=now) for id in ids if id in self.jobs}

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

    def _face(self, operation: str) -> None:
        """Let faults strike a call that the engine does not answer."""
        self._before(operation, self._region)
        self._strikes.after(self._strikes.on(operation, self._region, 1), operation)

    def _call(self, operation: str, params: Mapping[str, Any], region: str) -> dict[str, Any]:
        began = time.perf_counter()
        outcome, code = "ok", ""
        try:
            self._before(operation, region)
            rules = self._strikes.on(operation, region, page_of(params.get("NextToken")))
            answer = self._engine.call(operation, params, region=region)
            self._after(operation, region)
            self._strikes.after(rules, operation)
        except EngineError as error:
            ours = _translated(error, operation)
            outcome, code = type(ours).__name__, error.code
            raise ours from error
        except TrainctlError as error:
            outcome, code = type(error).__name__, error.code
            raise
        else:
            return answer
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
    if error.code == "RequestLimitExceeded":
        return Throttled(what, error.message, code=error.code)
    if error.code in ("AuthFailure", "UnauthorizedOperation"):
        return Denied(what, error.message, code=error.code, permission=f"ec2:{operation}")
    return Bug(what, error.message, code=error.code)
