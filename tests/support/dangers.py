"""Steps that lose a fact of a world, or add a danger to it, by name: for laws of verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from tests.support.judging import (
    DATA,
    HOLDER,
    HOST,
    NOW,
    machine,
)
from tests.support.worlds import World
from trainctl_tui.domain.acts import JobState
from trainctl_tui.domain.changing import DEVICES

Step = Callable[[World], World]


def of_facts(**to: Any) -> Step:
    return lambda world: replace(world, facts=replace(world.facts, **to))


def of_policy(**to: Any) -> Step:
    return lambda world: replace(world, policy=replace(world.policy, **to))


def of_situation(**to: Any) -> Step:
    return lambda world: replace(world, situation=replace(world.situation, **to))


def of_volumes(**to: Any) -> Step:
    def spoiled(world: World) -> World:
        held = world.facts.volumes
        return of_facts(volumes=held and tuple(replace(volume, **to) for volume in held))(world)

    return spoiled


def of_disk(**to: Any) -> Step:
    return lambda world: of_facts(disk=world.facts.disk and replace(world.facts.disk, **to))(world)


def of_copy(**to: Any) -> Step:
    return lambda world: of_facts(copy=world.facts.copy and replace(world.facts.copy, **to))(world)


def of_host(**to: Any) -> Step:
    return lambda world: of_facts(host=world.facts.host and replace(world.facts.host, **to))(world)


def of_holders(**to: Any) -> Step:
    def spoiled(world: World) -> World:
        held = world.facts.disk.holders if world.facts.disk else ()
        return of_disk(holders=tuple(replace(one, **to) for one in held))(world)

    return spoiled


def a_holder(world: World) -> World:
    held = world.facts.disk.holders if world.facts.disk else ()
    return of_disk(holders=(*held, replace(HOLDER, instance_id="i-new", state="running")))(world)


def an_unlocking(world: World) -> World:
    return of_situation(unlocked={world.facts.id: NOW - 1})(world)


def of_job(**to: Any) -> Step:
    return lambda world: replace(world, facts=replace(world.facts, job=replace(world.facts.job, **to)))


def of_fleet(**to: Any) -> Step:
    return lambda world: replace(world, fleet=world.fleet and replace(world.fleet, **to))


def job_turns(state: JobState) -> Step:
    """A job that was not there. The order of RUNNING and UNKNOWN is the table's own (D8, D9, D16, D17)."""
    return lambda world: of_job(state=state)(world) if world.facts.job.state is JobState.IDLE else world


def a_tag(*tag: str) -> Step:
    return lambda world: world if world.facts.tags is None else of_facts(tags=(*world.facts.tags, tag))(world)


def a_volume(world: World) -> World:
    doomed = replace(DATA, id="vol-new", delete_on_termination=True)
    return of_facts(volumes=world.facts.volumes and (*world.facts.volumes, doomed))(world)


LOST: Mapping[str, Step] = {
    "id": of_facts(state=""),
    "account": of_facts(account=""),
    "signed account": of_situation(account=""),
    "seen account": of_situation(screen_account=""),
    "region": of_facts(region=""),
    "read_at": of_facts(read_at=float("nan")),
    "tags": of_facts(tags=None),
    "launched_at": of_facts(launched_at=None),
    "terminate_protected": of_facts(terminate_protected=None),
    "stop_protected": of_facts(stop_protected=None),
    "volumes": of_facts(volumes=None),
    "flags of volumes": of_volumes(delete_on_termination=None),
    "tags of volumes": of_volumes(tags=None),
    "instance_store": of_facts(instance_store=None),
    "spot_persistent": of_facts(spot_persistent=None),
    "hourly": of_facts(hourly=None),
    "job": job_turns(JobState.UNKNOWN),
    "time of the probe": of_job(probed_at=None),
    "busiest": of_job(busiest_percent=None),
    "checkpoint": of_job(checkpoint_saved=None),
    "fleet": lambda world: replace(world, fleet=None),
    "active": of_fleet(active=None),
    "price of the fleet": of_fleet(hourly=None),
    "who we are": of_policy(user=""),
    "the disk": of_facts(disk=None),
    "states of holders": of_holders(state=""),
    "roots of holders": of_holders(is_root=None),
    "flags of holders": of_holders(delete_on_termination=None),
    "multi-attach": of_disk(multi_attach=None),
    "snapshots": of_disk(snapshots=None),
    "time of the snapshot": of_disk(snapshot_at=None),
    "modification": of_disk(modification=None),
    "time of the modification": of_disk(modified_at=None),
    "whether it is mounted": of_disk(mounted=None),
    "the copy": of_facts(copy=None),
    "volume of the snapshot": of_copy(volume_exists=None),
    "images": of_copy(images=None),
    "tier": of_copy(tier=""),
    "host": of_facts(host=None),
    "zone of the host": of_host(zone=""),
    "state of the host": of_host(state=""),
    "tags of the host": of_host(tags=None),
}
ADDED: Mapping[str, Step] = {
    "a protecting tag": a_tag("runctl:important", ""),
    "a manager": a_tag("eks:cluster-name", "x"),
    "termination protection": of_facts(terminate_protected=True),
    "stop protection": of_facts(stop_protected=True),
    "a young machine": of_facts(launched_at=NOW - 1),
    "a job": job_turns(JobState.RUNNING),
    "much to do": of_job(busiest_percent=99.0),
    "a checkpoint only here": of_job(checkpoint_saved=False),
    "a doomed volume": a_volume,
    "volumes that die": of_volumes(delete_on_termination=True),
    "protected volumes": of_volumes(tags=(("trainctl:protected", ""),)),
    "an instance store": of_facts(instance_store=True),
    "one-time spot": of_facts(lifecycle="spot", spot_persistent=False),
    "old facts": of_facts(read_at=NOW - 99),
    "read-only": of_policy(read_only=True),
    "strictness": of_policy(ownership="strict"),
    "a small budget": of_policy(hourly_budget=0.5),
    "a low limit": of_policy(max_instances=1),
    "no line": of_situation(offline="no route"),
    "a partial listing": of_situation(partial=("us-east-1",)),
    "an operation": of_situation(busy={machine().id: "01"}),
    "a full house": of_fleet(active=999, hourly=999.0),
    "a holder": a_holder,
    "holders that run": of_holders(state="running"),
    "holders that end": of_holders(state="shutting-down"),
    "roots": of_holders(is_root=True),
    "one machine alone": of_disk(multi_attach=False),
    "no snapshot": of_disk(snapshots=0, snapshot_at=None),
    "an old snapshot": of_disk(snapshot_at=NOW - 9e6),
    "a modification": of_disk(modification="modifying"),
    "a mount": of_disk(mounted=True),
    "a volume that is gone": of_copy(volume_exists=False),
    "an image": of_copy(images=("ami-1",)),
    "the archive": of_copy(tier="archive"),
    "a host elsewhere": of_host(zone="us-east-1b"),
    "a host that ends": of_host(state="shutting-down"),
    "a host of a colleague": of_host(tags=(("Owner", "bob"),)),
    "a host that is full": of_host(devices=DEVICES),
    "a lock": an_unlocking,
    "an operation on the host": of_situation(busy={HOST.id: "01"}),
    "a strict age of snapshots": of_policy(snapshot_days=0.0),
    "a long rest": of_policy(modify_hours=24.0),
}
