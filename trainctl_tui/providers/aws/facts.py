"""Read from EC2 what an act on machines is judged by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from trainctl_tui.domain.acts import Facts
from trainctl_tui.domain.errors import ConfigError, Denied, NotFound
from trainctl_tui.domain.resources import Instance, Kind, Row, Snapshot, TypeSpec, Volume
from trainctl_tui.providers.assembly import Gleaned, assemble
from trainctl_tui.providers.aws.calls import Answer, Caller, Question
from trainctl_tui.providers.aws.listings import SPECS
from trainctl_tui.providers.base import Page, Patience

FILTER_VALUES = 200  # the most that one filter of EC2 takes
_AT_ONCE = 8  # below the ten connections that a client of botocore keeps
_OVER = frozenset({"shutting-down", "terminated"})
_UNTOLD = (Denied, NotFound, ConfigError)  # after these a fact is unknown; others end the reading
_TERMINATE, _STOP = "DisableApiTermination", "DisableApiStop"

Told = TypeVar("Told")
Types: TypeAlias = Callable[[Kind, str, Patience, Collection[str]], Iterator[Page]]
"""How types are listed by their names."""


class Listing(Struct, frozen=True):
    """How something is listed: the call, the key of its answer, and what it is always given."""

    operation: str
    key: str
    parameters: Mapping[str, Any]


def read_facts(
    caller: Caller, types: Types, region: str, ids: Collection[str], patience: Patience
) -> tuple[Facts, ...]:
    """Return the facts of each id, in order. Raises our errors, but for what may merely not be read."""
    answers = list(_answers(caller, Kind.INSTANCES, region, "instance-id", ids, patience))
    machines = _machines(answers, region, ids)
    dates = [answer.taken_at for answer in answers if answer.taken_at is not None]
    read_at = min(dates, default=caller.now())
    alive = [id for id, machine in machines.items() if machine.state not in _OVER]
    with ThreadPoolExecutor(_AT_ONCE, "facts") as pool:
        asked = {
            (id, key): pool.submit(_protection, caller, region, id, key, patience)
            for id in alive
            for key in (_TERMINATE, _STOP)
        }
        disks = pool.submit(_disks, caller, region, machines, patience)
        spot = [id for id in alive if machines[id].lifecycle == "spot"]
        persistent = pool.submit(_persistent, caller, region, spot, patience)
        specs = pool.submit(_specs, types, region, machines.values(), patience)
        protected = {id: (asked[id, _TERMINATE].result(), asked[id, _STOP].result()) for id in alive}
        volumes, snapshots = disks.result()
        gleaned = Gleaned(
            region, read_at, machines, protected, volumes, snapshots, specs.result(), persistent.result()
        )
    return assemble(ids, gleaned)


def read_machines(
    caller: Caller, region: str, ids: Collection[str], patience: Patience
) -> dict[str, Instance]:
    """Return the machines that are seen, by id. Asked by filter: an unknown id fails no call."""
    return _machines(_answers(caller, Kind.INSTANCES, region, "instance-id", ids, patience), region, ids)


def _machines(answers: Iterable[Answer], region: str, ids: Collection[str]) -> dict[str, Instance]:
    wanted = frozenset(ids)
    # A filter knows wildcards, so an id with one may find what was not asked for.
    rows = _rows(Kind.INSTANCES, answers, region)
    return {row.id: row for row in rows if isinstance(row, Instance) and row.id in wanted}


def _disks(
    caller: Caller, region: str, machines: Mapping[str, Instance], patience: Patience
) -> tuple[list[Volume] | None, list[Snapshot] | None]:
    """Return the volumes of machines and the snapshots of those; None where they may not be read."""

    def listed(kind: Kind, name: str, values: Collection[str]) -> list[Row] | None:
        answers = _answers(caller, kind, region, name, values, patience)
        return _unless_untold(lambda: list(_rows(kind, answers, region)))

    volumes = listed(Kind.VOLUMES, "attachment.instance-id", machines)
    ids = {disk.volume_id for machine in machines.values() for disk in machine.attachments}
    ids |= {volume.id for volume in volumes or ()}
    snapshots = listed(Kind.SNAPSHOTS, "volume-id", ids)
    return (
        None if volumes is None else [row for row in volumes if isinstance(row, Volume)],
        None if snapshots is None else [row for row in snapshots if isinstance(row, Snapshot)],
    )


def _specs(
    types: Types, region: str, machines: Iterable[Instance], patience: Patience
) -> dict[str, TypeSpec]:
    names = {machine.type for machine in machines}
    pages = _unless_untold(lambda: list(types(Kind.TYPES, region, patience, names))) or []
    return {row.id: row for page in pages for row in page.items if isinstance(row, TypeSpec)}


def _persistent(caller: Caller, region: str, ids: Collection[str], patience: Patience) -> dict[str, bool]:
    """Return whether the request behind each Spot machine starts it again; one that is absent is unknown."""
    listing = Listing("DescribeSpotInstanceRequests", "SpotInstanceRequests", {"MaxResults": 1000})
    answers = _asked(caller, listing, region, "read Spot requests", "instance-id", ids, patience)
    told = _unless_untold(lambda: [each for answer in answers for each in answer.parsed[listing.key]])
    return {each.get("InstanceId", ""): each["Type"] == "persistent" for each in told or () if "Type" in each}


def _protection(caller: Caller, region: str, id: str, key: str, patience: Patience) -> bool | None:
    attribute = key[0].lower() + key[1:]
    asked = {"InstanceId": id, "Attribute": attribute}
    question = Question("ec2", "DescribeInstanceAttribute", region, key, f"read {attribute} of {id}", asked)
    answer = _unless_untold(lambda: caller.ask(question, patience))
    value = None if answer is None else answer.parsed[key].get("Value")
    return value if isinstance(value, bool) else None


def _unless_untold(read: Callable[[], Told]) -> Told | None:
    """Return what was read, or None where it may not be read or is not known there."""
    try:
        return read()
    except _UNTOLD:
        return None


def _answers(
    caller: Caller, kind: Kind, region: str, name: str, values: Collection[str], patience: Patience
) -> Iterator[Answer]:
    spec = SPECS[kind]
    listing = Listing(spec.operation, spec.key, spec.parameters)
    return _asked(caller, listing, region, f"read {kind}", name, values, patience)


def _asked(
    caller: Caller,
    listing: Listing,
    region: str,
    doing: str,
    name: str,
    values: Collection[str],
    patience: Patience,
) -> Iterator[Answer]:
    """Ask for what meets a filter, page by page; no call where nothing is asked for."""
    wanted = sorted(set(values))
    for begin in range(0, len(wanted), FILTER_VALUES):
        some = {"Name": name, "Values": wanted[begin : begin + FILTER_VALUES]}
        more: dict[str, Any] = {}
        while True:
            asked = {**listing.parameters, "Filters": [some], **more}
            question = Question("ec2", listing.operation, region, listing.key, doing, asked)
            answer = caller.ask(question, patience)
            yield answer
            if not (token := answer.parsed.get("NextToken")):
                break
            more = {"NextToken": token}


def _rows(kind: Kind, answers: Iterable[Answer], region: str) -> Iterator[Row]:
    spec = SPECS[kind]
    for answer in answers:
        yield from spec.read(answer.parsed[spec.key], region)
