"""Worlds in which acts are judged, for laws of verdicts."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

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
from trainctl_tui.domain.acts import Act, Facts, Fleet, Job, JobState, Judgement, Policy, Situation
from trainctl_tui.domain.orders import UNASKED, Change
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
