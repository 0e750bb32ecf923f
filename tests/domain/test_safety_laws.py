"""Laws of verdicts: no danger and no lost fact lowers one; protection holds in every spelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.support.campaign import campaign
from tests.support.judging import (
    COPY,
    DATA,
    DISK,
    FLEET,
    HOLDER,
    HOST,
    MINE,
    NOW,
    POLICY,
    ROOT,
    SITUATION,
    machine,
    new,
    ready,
    snapshot,
    volume,
)
from trainctl_tui.domain.acts import Act, Facts, Fleet, Job, JobState, Judgement, Policy, Situation, Verdict
from trainctl_tui.domain.changing import DEVICES
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.plans import make
from trainctl_tui.domain.safety import judge

MAYBE = st.sampled_from([True, False, None])
TAGS = st.sampled_from(
    [None, (), MINE, (("Owner", "bob"),), (("CreatedBy", "runctl"),), (("aws:ecs:x", ""),)]
)
VOLUMES = st.builds(
    lambda volume, dies, tags, snapshot: replace(
        volume, delete_on_termination=dies, tags=tags, snapshot_at=snapshot
    ),
    st.sampled_from([ROOT, DATA]),
    MAYBE,
    st.sampled_from([None, (), (("trainctl:persistent", "true"),)]),
    st.sampled_from([None, NOW - 9]),
)
JOBS = st.builds(
    Job,
    state=st.sampled_from(list(JobState)),
    probed_at=st.just(NOW - 1),
    busiest_percent=st.sampled_from([None, 1.0, 99.0]),
    checkpoint_saved=MAYBE,
)
STATES = ("pending", "running", "stopping", "stopped", "shutting-down", "terminated", "odd")
FACTS = st.builds(
    machine,
    state=st.sampled_from(STATES),
    tags=TAGS,
    launched_at=st.sampled_from([None, NOW - 9, NOW - 9000, NOW + 9]),
    terminate_protected=MAYBE,
    stop_protected=MAYBE,
    volumes=st.none() | st.lists(VOLUMES, max_size=2).map(tuple),
    instance_store=MAYBE,
    job=JOBS,
    lifecycle=st.sampled_from(["", "spot"]),
    spot_persistent=MAYBE,
    hourly=st.sampled_from([None, 1.0, 9.0]),
)
HOLDERS = st.builds(
    replace,
    st.just(HOLDER),
    instance_id=st.sampled_from([HOLDER.instance_id, "i-2"]),
    attachment=st.sampled_from(["attached", "busy", "detaching"]),
    state=st.sampled_from(["running", "stopped", "shutting-down", ""]),
    is_root=MAYBE,
    delete_on_termination=MAYBE,
)
DISKS = st.builds(
    replace,
    st.just(DISK),
    size_gib=st.sampled_from([None, 100, 300]),
    iops=st.sampled_from([None, 3000, 9000]),
    multi_attach=MAYBE,
    holders=st.lists(HOLDERS, max_size=2, unique_by=lambda held: held.instance_id).map(tuple),
    snapshots=st.sampled_from([None, 0, 2]),
    snapshot_at=st.sampled_from([None, NOW - 9, NOW - 9e6, NOW + 9]),
    modification=st.sampled_from([None, "", "optimizing", "completed"]),
    modified_at=st.sampled_from([None, NOW - 9, NOW - 90_000]),
    mounted=MAYBE,
)
COPIES = st.builds(
    replace,
    st.just(COPY),
    volume_exists=MAYBE,
    images=st.sampled_from([None, (), ("ami-1",)]),
    tier=st.sampled_from(["standard", "archive", ""]),
)
HOSTS = st.builds(
    replace,
    st.just(HOST),
    zone=st.sampled_from(["us-east-1a", "us-east-1b", ""]),
    state=st.sampled_from(["running", "stopped", "stopping", ""]),
    tags=TAGS,
    devices=st.sampled_from([(), ("/dev/sdf",)]),
)
MADE_AT = st.sampled_from([None, NOW - 9, NOW - 9000, NOW + 9])
LOCKED_TAGS = TAGS | st.just((*MINE, ("trainctl:protected", "true")))
VOLUME_FACTS = st.builds(
    volume,
    state=st.sampled_from(["available", "in-use", "creating", "deleting", "error", "odd"]),
    type=st.sampled_from(["gp3", "gp2", "io1"]),
    tags=LOCKED_TAGS,
    launched_at=MADE_AT,
    disk=st.none() | DISKS,
    host=st.none() | HOSTS,
)
SNAPSHOT_FACTS = st.builds(
    snapshot,
    state=st.sampled_from(["completed", "pending", "error"]),
    tags=LOCKED_TAGS,
    launched_at=MADE_AT,
    copy=st.none() | COPIES,
)
ALL_FACTS = FACTS | VOLUME_FACTS | VOLUME_FACTS | SNAPSHOT_FACTS | st.builds(new)
CHANGES = st.sampled_from(
    [
        UNASKED,
        *(ready(act)[1] for act in Act),
        Change(HOLDER.instance_id, "/dev/sdf", force=True),
        Change(type="io1", iops=200),
        Change(tags=(("runctl:important", "no"),)),
    ]
)


class World(Struct, frozen=True):
    facts: Facts
    policy: Policy
    situation: Situation
    fleet: Fleet | None
    change: Change = UNASKED

    def judged(self, act: Act, batch: bool) -> Judgement:
        return judge(
            act, self.facts, self.policy, self.situation, self.fleet, batch=batch, change=self.change
        )


WORLDS = st.builds(
    World,
    ALL_FACTS,
    st.builds(
        replace,
        st.just(POLICY),
        ownership=st.sampled_from(["ask", "strict", "any"]),
        hourly_budget=st.sampled_from([None, 3.0]),
        max_instances=st.sampled_from([None, 50]),
        allow_force=st.booleans(),
    ),
    st.just(SITUATION),
    st.sampled_from([FLEET, None, Fleet("us-east-1", 60, 60, 60.0), Fleet("us-east-1", None, None)]),
    CHANGES,
)

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
SETTLED_BY_STATE = (Act.START, Act.STOP, Act.REBOOT, Act.TERMINATE, Act.DELETE)
"""Acts of which a fact that is lost or added does not change that nothing is left to do."""

MAKES_IT_OURS = {"a protecting tag"}  # so that a batch takes what was foreign without a word of its own


@settings(max_examples=campaign(500, 20_000))
@given(
    name=st.sampled_from([*LOST, *ADDED]), world=WORLDS, act=st.sampled_from(list(Act)), batch=st.booleans()
)
def test_no_danger_and_no_ignorance_lowers_a_verdict(name: str, world: World, act: Act, batch: bool) -> None:
    before = world.judged(act, batch)
    after = (LOST | ADDED)[name](world).judged(act, batch)
    undone = before.is_settled and act not in SETTLED_BY_STATE  # there is something to do again
    assert after.verdict >= before.verdict or undone
    assert before.verdict >= Verdict.WARN
    if before.by_word and name not in MAKES_IT_OURS:
        assert after.by_word or after.verdict is Verdict.REFUSE


@given(world=WORLDS, act=st.sampled_from(list(Act)))
def test_a_batch_is_never_laxer_than_one(world: World, act: Act) -> None:
    alone, among = world.judged(act, batch=False), world.judged(act, batch=True)
    if not {found.row for found in alone.findings} >= {"D29"}:  # a batch counts its budget as a whole
        assert among.verdict >= alone.verdict


@given(
    worlds=st.lists(ALL_FACTS, max_size=5), act=st.sampled_from(list(Act)), chosen=st.sets(st.integers(0, 4))
)
def test_the_groups_of_a_plan_are_the_selection(worlds: list[Facts], act: Act, chosen: set[int]) -> None:
    facts = [replace(one, id=f"i-{number}") for number, one in enumerate(worlds)]
    included = [one.id for number, one in enumerate(facts) if number in chosen]
    made = make(act, facts, POLICY, SITUATION, [FLEET], actor="", endpoint="", included=included)
    assert sorted(one.facts.id for one in made.judgements) == sorted(one.id for one in facts)
    assert all(one.verdict is not Verdict.REFUSE for one in (*made.goes, *made.needs_word))
    assert all(one.verdict is Verdict.REFUSE for one in made.left_out)
    assert not {one.facts.id for one in made.needs_word} & set(included)
    assert set(made.included) <= set(included) & set(made.ids)
    assert (made.verdict is Verdict.TYPE) == bool(made.phrase)


PREFIXES = ("trainctl", "runctl")
PROTECTING = ("protected", "important", "persistent")
SPELLINGS = (str.lower, str.upper, str.title, str.swapcase, lambda key: f" {key}\t")


@pytest.mark.parametrize(
    ("prefix", "word", "spell", "value"),
    product(
        ("trainctl", "runctl"), ("protected", "important", "persistent"), SPELLINGS, ("true", "", "nope")
    ),
)
def test_no_spelling_of_protection_is_terminated(
    prefix: str, word: str, spell: Callable[[str], str], value: str
) -> None:
    tags = ((spell(f"{prefix}:{word}"), value),)
    worlds = [
        World(machine(tags=(*MINE, *tags)), replace(POLICY, allow_force=True), SITUATION, FLEET),
        World(machine(volumes=(replace(ROOT, tags=tags),)), POLICY, SITUATION, FLEET),
    ]
    for world, batch in product(worlds, (True, False)):
        judgement = world.judged(Act.TERMINATE, batch)
        assert judgement.verdict is Verdict.REFUSE
        assert tags[0][0] in judgement.reasons[0]
