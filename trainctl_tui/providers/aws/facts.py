"""Read from EC2 what an act is judged by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from trainctl_tui.domain.acts import Facts
from trainctl_tui.domain.orders import NO_CHANGES, Change
from trainctl_tui.domain.resources import Instance, Kind, Snapshot, TypeSpec, Volume
from trainctl_tui.providers.assembly import Gleaned, assemble
from trainctl_tui.providers.aws.calls import Caller, Question
from trainctl_tui.providers.aws.listed import Listed, Listing
from trainctl_tui.providers.base import Page, Patience
from trainctl_tui.providers.lookup import disk_facts, facts_of, unless_untold

_AT_ONCE = 8  # below the ten connections that a client of botocore keeps
_OVER = frozenset({"shutting-down", "terminated"})
_TERMINATE, _STOP = "DisableApiTermination", "DisableApiStop"
_SPOT = Listing("DescribeSpotInstanceRequests", "SpotInstanceRequests", {"MaxResults": 1000})

Types: TypeAlias = Callable[[Kind, str, Patience, Collection[str]], Iterator[Page]]
"""How types are listed by their names."""


def read_facts(
    caller: Caller,
    types: Types,
    region: str,
    ids: Collection[str],
    patience: Patience,
    changes: Mapping[str, Change] = NO_CHANGES,
) -> tuple[Facts, ...]:
    """Return the facts of each id, in order. Raises our errors, but for what may merely not be read."""
    return facts_of(
        ids,
        lambda machines: _machine_facts(caller, types, region, machines, patience),
        lambda others: disk_facts(Listed(caller, region, patience), region, others, changes),
    )


def _machine_facts(
    caller: Caller, types: Types, region: str, ids: Collection[str], patience: Patience
) -> tuple[Facts, ...]:
    look = Listed(caller, region, patience)
    machines = look.machines(ids)
    read_at = look.read_at()
    alive = [id for id, machine in machines.items() if machine.state not in _OVER]
    with ThreadPoolExecutor(_AT_ONCE, "facts") as pool:
        asked = {
            (id, key): pool.submit(_protection, caller, region, id, key, patience)
            for id in alive
            for key in (_TERMINATE, _STOP)
        }
        disks = pool.submit(_disks, look, machines)
        spot = [id for id in alive if machines[id].lifecycle == "spot"]
        persistent = pool.submit(_persistent, look, spot)
        specs = pool.submit(_specs, types, region, machines.values(), patience)
        protected = {id: (asked[id, _TERMINATE].result(), asked[id, _STOP].result()) for id in alive}
        volumes, snapshots = disks.result()
        gleaned = Gleaned(
            region, read_at, machines, protected, volumes, snapshots, specs.result(), persistent.result()
        )
    return assemble(ids, gleaned)


def _disks(
    look: Listed, machines: Mapping[str, Instance]
) -> tuple[list[Volume] | None, list[Snapshot] | None]:
    """Return the volumes of machines and the snapshots of those; None where they may not be read."""
    volumes = unless_untold(lambda: look.volumes("attachment.instance-id", machines))
    ids = {disk.volume_id for machine in machines.values() for disk in machine.attachments}
    ids |= {volume.id for volume in volumes or ()}
    return volumes, unless_untold(lambda: look.snapshots("volume-id", ids))


def _specs(
    types: Types, region: str, machines: Iterable[Instance], patience: Patience
) -> dict[str, TypeSpec]:
    names = {machine.type for machine in machines}
    pages = unless_untold(lambda: list(types(Kind.TYPES, region, patience, names))) or []
    return {row.id: row for page in pages for row in page.items if isinstance(row, TypeSpec)}


def _persistent(look: Listed, ids: Collection[str]) -> dict[str, bool]:
    """Return whether the request behind each Spot machine starts it again; one that is absent is unknown."""
    answers = look.asked(_SPOT, "read Spot requests", "instance-id", ids)
    told = unless_untold(lambda: [each for answer in answers for each in answer.parsed[_SPOT.key]])
    return {each.get("InstanceId", ""): each["Type"] == "persistent" for each in told or () if "Type" in each}


def _protection(caller: Caller, region: str, id: str, key: str, patience: Patience) -> bool | None:
    attribute = key[0].lower() + key[1:]
    asked = {"InstanceId": id, "Attribute": attribute}
    question = Question("ec2", "DescribeInstanceAttribute", region, key, f"read {attribute} of {id}", asked)
    answer = unless_untold(lambda: caller.ask(question, patience))
    value = None if answer is None else answer.parsed[key].get("Value")
    return value if isinstance(value, bool) else None
