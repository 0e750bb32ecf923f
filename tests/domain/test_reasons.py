"""Every reason names the thing and the cause, in whole sentences, with what is unknown said so."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.judging import DATA, IDLE, MINE, NOW, ROOT, RUNNING, UNKNOWN, judged, machine, stopped
from trainctl_tui.domain.acts import Act, Facts, Fleet, Job, JobState

START, STOP, TERMINATE = Act.START, Act.STOP, Act.TERMINATE
DOOMED = replace(DATA, delete_on_termination=True)
MANY = Fleet("us-east-1", 60, 60, 2.0)


@pytest.mark.parametrize(
    ("act", "facts", "given", "reason"),
    [
        (STOP, machine(), {"offline": "no route"}, "Nothing can be asked now: no route."),
        (STOP, machine(), {"busy": {machine().id: "01AB"}},
         "Operation 01AB names it and has not ended. Resume it or roll it back first: "
         "trainctl-tui op resume 01AB."),
        (START, machine(state="stopping"), {}, "It is stopping; only what is stopped takes a start."),
        (STOP, machine(tags=(("Owner", "bob"),)), {}, "It belongs to bob."),
        (STOP, machine(), {"user": ""},
         "It belongs to ann, and safety.user is not set, so that nothing is yours."),
        (STOP, machine(tags=()), {}, "It was not made by trainctl, and names no user of yours."),
        (STOP, machine(tags=()), {"ownership": "strict"},
         "It was not made by trainctl, and names no user of yours (safety.ownership is strict)."),
        (STOP, machine(tags=(("CreatedBy", "runctl"),)), {}, "It was made by trainctl, and names no user."),
        (TERMINATE, machine(tags=(*MINE, ("runctl:protected", ""), ("Keep", "1"))),
         {"protected_keys": ("keep",)}, "Tag runctl:protected, Keep protects it. Remove that first."),
        (STOP, machine(tags=(*MINE, ("aws:ecs:x", ""))), {},
         "Another service manages it (tag aws:ecs:x). Act there."),
        (STOP, machine(stop_protected=True), {}, "EC2's stop protection is on. Switch it off in EC2 first."),
        (TERMINATE, machine(terminate_protected=None), {},
         "Whether EC2's termination protection is on could not be read."),
        (TERMINATE, machine(launched_at=NOW - 42), {}, "It started 42 s ago; that is less than 300 s."),
        (TERMINATE, machine(job=RUNNING), {},
         "A job runs (train.py). Stop it instead: that lets the job end."),
        (TERMINATE, machine(job=RUNNING), {"allow_force": True},
         "A job runs (train.py). Its work will be lost."),
        (STOP, machine(job=replace(RUNNING, why="")), {}, "A job runs. It will be told to end."),
        (STOP, machine(job=UNKNOWN), {}, "Could not check for a job, because SSM did not answer."),
        (STOP, machine(job=replace(UNKNOWN, why="")), {},
         "Could not check for a job, because the probe does not say why."),
        (STOP, machine(job=Job(JobState.NONE)), {}, "Could not check for a job, because it was not probed."),
        (STOP, machine(job=replace(IDLE, probed_at=NOW - 99)), {},
         "Could not check for a job, because the last probe is too old."),
        (TERMINATE, stopped(), {}, "It is stopped: no job runs."),
        (TERMINATE, machine(job=replace(IDLE, busiest_percent=93.4)), {},
         "No job was found, yet CPU, memory or GPU is at 93 %."),
        (TERMINATE, machine(volumes=(ROOT, DOOMED)), {},
         "Deleted with it: vol-data (500 GiB, snapshots unknown)."),
        (TERMINATE, machine(volumes=(replace(DOOMED, snapshots_known=True), replace(DOOMED, id="vol-2",
         size_gib=None, snapshot_at=NOW - 3 * 86400))), {},
         "Deleted with it: vol-data (500 GiB, no snapshot); vol-2 (size unknown, last snapshot 3 days ago)."),
        (TERMINATE, machine(volumes=(replace(ROOT, tags=(("trainctl:persistent", "1"),)),
         replace(DOOMED, tags=None))), {},
         "Tag trainctl:persistent protects vol-root, which would be deleted. Whether a tag protects vol-data "
         "is unknown: its tags could not be read. Clear its flag DeleteOnTermination first."),
        (TERMINATE, machine(volumes=(DATA, replace(DATA, id="vol-2"))), {},
         "Stays, at ~$80.00 a month: vol-data (500 GiB), vol-2 (500 GiB)."),
        (TERMINATE, machine(volumes=(replace(DATA, monthly=None),)), {},
         "Stays, at an unknown amount a month: vol-data (500 GiB)."),
        (TERMINATE, machine(instance_store=True), {}, "Its instance store loses its data."),
        (STOP, machine(instance_store=None), {}, "It may have an instance store that loses its data."),
        (TERMINATE, machine(job=replace(IDLE, checkpoint_saved=False)), {},
         "Its newest checkpoint has no remote copy."),
        (TERMINATE, machine(job=replace(IDLE, checkpoint_saved=None)), {},
         "Its newest checkpoint may have no remote copy."),
        (STOP, machine(lifecycle="spot", spot_persistent=False), {},
         "It is a one-time spot machine: once stopped, it never starts again."),
        (STOP, machine(lifecycle="spot"), {},
         "It may be a one-time spot machine: once stopped, it never starts again."),
        (START, stopped(), {}, "It costs ~$1.00 an hour from its start."),
        (START, stopped(hourly=None), {}, "It costs an unknown amount an hour from its start."),
        (START, stopped(), {"fleet": MANY},
         "60 machines run there, and 50 may: 1 more would be too many. "
         "Stop others first, or raise safety.max_instances."),
        (START, stopped(), {"fleet": MANY}, "61 machines will run there."),
        (START, stopped(), {"hourly_budget": 2.5}, "~$3.00 an hour would be over the budget of ~$2.50."),
    ],
)  # fmt: skip
def test_a_reason_says_what_and_why(act: Act, facts: Facts, given: dict[str, Any], reason: str) -> None:
    assert reason in judged(act, facts, **given).reasons
