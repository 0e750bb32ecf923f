"""At the act: what changed since the plan refuses by name, and the verdict only gets stricter."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.judging import (
    COPY,
    DATA,
    DISK,
    FLEET,
    HOLDER,
    HOST,
    IDLE,
    MINE,
    NOW,
    POLICY,
    ROOT,
    RUNNING,
    SITUATION,
    UNKNOWN,
    machine,
    snapshot,
    volume,
)
from trainctl_tui.domain.acts import Act, Facts, Job, JobState, Verdict
from trainctl_tui.domain.changes import changes
from trainctl_tui.domain.operations import Outcome
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.plans import make
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.safety import Recheck, still

TERMINATE, STOP = Act.TERMINATE, Act.STOP


def check(act: Act, planned: Facts, fresh: Facts, **given: Any) -> Recheck:
    policy = replace(POLICY, **{k: given.pop(k) for k in list(given) if hasattr(POLICY, k)})
    situation = replace(SITUATION, **{k: given.pop(k) for k in list(given) if hasattr(SITUATION, k)})
    return still(act, planned, fresh, policy, situation, FLEET, **{"batch": False, **given})


SNAPPED = replace(ROOT, snapshot_at=NOW - 100, snapshots_known=True)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"state": "stopping"}, "state: running -> stopping"),
        ({}, {"tags": (("trainctl:user", "bob"),)}, "tag Name: trainer -> none"),
        ({}, {"tags": (("trainctl:user", "bob"),)}, "tag trainctl:user: ann -> bob"),
        ({}, {"tags": (*MINE, ("a", ""))}, 'tag a: none -> ""'),
        ({}, {"tags": None}, "tags: known -> unknown"),
        ({"tags": None}, {}, "tags: unknown -> known"),
        ({}, {"volumes": (ROOT, DATA)}, "volume vol-data attached"),
        ({"volumes": (ROOT, DATA)}, {}, "volume vol-data detached"),
        ({}, {"volumes": None}, "volumes: known -> unknown"),
        ({"volumes": None}, {}, "volumes: unknown -> known"),
        ({}, {"volumes": (replace(ROOT, delete_on_termination=False),)},
         "volume vol-root deleted on termination: yes -> no"),
        ({}, {"volumes": (replace(ROOT, is_root=False),)}, "volume vol-root root: yes -> no"),
        ({}, {"volumes": (replace(ROOT, tags=(("k", "v"),)),)}, "tag k of volume vol-root: none -> v"),
        ({}, {"volumes": (replace(ROOT, tags=None),)}, "tags of volume vol-root: known -> unknown"),
        ({"volumes": (SNAPPED,)}, {}, "last snapshot of volume vol-root is gone"),
        ({"volumes": (SNAPPED,)}, {"volumes": (replace(SNAPPED, snapshot_at=NOW - 200),)},
         "last snapshot of volume vol-root is gone"),
        ({}, {"launched_at": NOW - 4000}, "started: 1799989200 -> 1799996000"),
        ({}, {"terminate_protected": True}, "termination protection: no -> yes"),
        ({}, {"stop_protected": None}, "stop protection: no -> unknown"),
        ({}, {"instance_store": True}, "instance store: no -> yes"),
        ({}, {"spot_persistent": False}, "may start again: unknown -> no"),
        ({}, {"lifecycle": "spot"}, "lifecycle: none -> spot"),
        ({}, {"type": "p5.48xlarge"}, "type: g5.xlarge -> p5.48xlarge"),
        ({}, {"zone": "us-east-1b"}, "zone: us-east-1a -> us-east-1b"),
        ({}, {"region": "us-east-2"}, "region: us-east-1 -> us-east-2"),
        ({}, {"account": "9"}, "account: 123456789012 -> 9"),
        ({}, {"job": RUNNING}, "job: idle -> running"),
        ({}, {"job": UNKNOWN}, "job: idle -> unknown"),
        ({"job": RUNNING}, {"job": UNKNOWN}, "job: running -> unknown"),
    ],
)  # fmt: skip
def test_what_changed_is_named_and_refused(before: dict[str, Any], after: dict[str, Any], told: str) -> None:
    planned, fresh = machine(**before), machine(**after)
    assert told in changes(planned, fresh)
    checked = check(STOP, planned, fresh)
    assert not checked.may_go
    assert told in checked.changes
    if checked.outcome is not Outcome.ALREADY and fresh.account == planned.account:
        assert checked.outcome is Outcome.CHANGED
        assert told in checked.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({}, {"read_at": NOW, "hourly": None}),
        ({}, {"tags": tuple(reversed(MINE))}),
        ({}, {"job": replace(IDLE, why="other words", probed_at=NOW)}),
        ({"job": UNKNOWN}, {}),
        ({"job": RUNNING}, {}),
        ({"job": UNKNOWN}, {"job": replace(UNKNOWN, why="throttled")}),
        ({}, {"volumes": (SNAPPED,)}),
        ({"volumes": (SNAPPED,)}, {"volumes": (replace(SNAPPED, snapshot_at=NOW),)}),
        ({"volumes": (SNAPPED,)}, {"volumes": (replace(SNAPPED, monthly=None),)}),
        ({"volumes": (ROOT, DATA)}, {"volumes": (DATA, ROOT)}),
        ({}, {"volumes": (replace(ROOT, monthly=None),)}),
        ({"tags": None}, {"tags": None}),
        ({"volumes": None}, {"volumes": None}),
    ],
)
def test_what_does_not_decide_is_no_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert changes(machine(**before), machine(**after)) == ()


def test_an_unchanged_target_may_go() -> None:
    assert check(STOP, machine(), machine()) == Recheck(
        check(STOP, machine(), machine()).judgement, (), True, None, ""
    )
    assert check(STOP, machine(), machine(), granted=Verdict.WARN).may_go
    assert check(TERMINATE, machine(job=UNKNOWN), machine(job=UNKNOWN)).may_go


@pytest.mark.parametrize(
    ("fresh", "given", "outcome", "words"),
    [
        (machine(state="", tags=None), {}, Outcome.UNKNOWN_ID, "does not know it"),
        (machine(state="shutting-down"), {}, Outcome.ALREADY, "already shutting-down"),
        (
            machine(tags=(*MINE, ("trainctl:protected", "1"))),
            {},
            Outcome.CHANGED,
            "tag trainctl:protected",
        ),
        (machine(), {"read_only": True}, Outcome.REFUSED, "Read-only"),
        (machine(), {"user": "bob", "ownership": "strict"}, Outcome.REFUSED, "belongs to ann"),
        (machine(), {"user": "bob", "granted": Verdict.WARN}, Outcome.LEFT_OUT, "belongs to ann"),
        (machine(), {"user": "bob", "batch": True}, Outcome.LEFT_OUT, "belongs to ann"),
        (machine(), {"protected_keys": ("name",)}, Outcome.PROTECTED, "Tag Name protects it"),
        (machine(read_at=NOW - 16), {}, Outcome.REFUSED, "within the last 15 s"),
        (machine(job=RUNNING), {"allow_force": True}, Outcome.CHANGED, "job: idle -> running"),
    ],
)
def test_who_may_not_go_has_an_outcome_and_a_reason(
    fresh: Facts, given: dict[str, Any], outcome: Outcome, words: str
) -> None:
    checked = check(TERMINATE, machine(), fresh, **given)
    assert (checked.may_go, checked.outcome) == (False, outcome)
    assert words in checked.reason


def test_a_word_that_was_given_holds_in_a_batch() -> None:
    bobs = machine(tags=(("Owner", "bob"),))
    assert check(STOP, bobs, bobs, batch=True, included=[bobs.id]).may_go
    assert not check(STOP, bobs, bobs, batch=True, included=["i-2"]).may_go
    assert check(STOP, bobs, bobs).may_go
    assert not check(STOP, bobs, bobs, granted=Verdict.WARN).may_go


def test_a_forced_job_that_still_runs_may_go() -> None:
    works = machine(job=RUNNING)
    assert check(TERMINATE, works, works, allow_force=True).may_go
    assert not check(TERMINATE, works, works).may_go


def test_a_machine_that_stopped_meanwhile_is_changed() -> None:
    off = machine(state="stopped", job=Job(JobState.NONE))
    assert check(TERMINATE, machine(), off).changes == ("state: running -> stopped", "job: idle -> n/a")
    assert changes(machine(state=""), machine(state="")) == ()


def test_what_changed_since_a_plan_was_saved_is_left_out_for_that() -> None:
    first, second = machine(1), machine(2)
    words = {first.id: "It changed since the plan was saved: state: stopped -> running."}
    made = make(*(STOP, [first, second], POLICY, SITUATION, [FLEET]), actor="ann", endpoint="", changed=words)
    assert made.ids == (second.id,)
    (left,) = made.left_out
    assert (left.facts.id, left.verdict) == (first.id, Verdict.REFUSE)
    assert left.findings[-1].reason == words[first.id]


SNAP = replace(DISK, holders=(HOLDER,))
TWO = replace(HOLDER, instance_id="i-2")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (volume(), volume(disk=None), "attachments: known -> unknown"),
        (volume(disk=None), volume(), "attachments: unknown -> known"),
        (volume(), volume(kind=Kind.SNAPSHOTS), "kind: volumes -> snapshots"),
        *(
            (volume(disk=replace(SNAP, **{name: old})), volume(disk=replace(SNAP, **{name: new})), told)
            for name, old, new, told in (
                ("size_gib", 100, 200, "size: 100 -> 200"),
                ("iops", 3000, None, "IOPS: 3000 -> unknown"),
                ("throughput", 125, 250, "throughput: 125 -> 250"),
                ("encrypted", True, False, "encrypted: yes -> no"),
                ("multi_attach", False, True, "multi-attach: no -> yes"),
                ("snapshot_id", "", "snap-1", "made from: none -> snap-1"),
                ("snapshots", 2, None, "snapshots: known -> unknown"),
                ("snapshot_at", NOW, NOW - 1, "its last snapshot is gone"),
                ("snapshot_at", NOW, None, "its last snapshot is gone"),
                ("modification", "", "modifying", "modification: none -> modifying"),
                ("modification", "completed", None, "modification: completed -> unknown"),
                ("mounted", None, True, "mounted: unknown -> yes"),
                ("mounted", False, None, "mounted: no -> unknown"),
                ("holders", (), (TWO,), "attached to i-2"),
                ("holders", (TWO, HOLDER), (HOLDER,), "detached from i-2"),
                (
                    "holders",
                    (TWO,),
                    (replace(TWO, device="/dev/sdg"),),
                    "device at i-2: /dev/sdf -> /dev/sdg",
                ),
                ("holders", (TWO,), (replace(TWO, state=""),), "state at i-2: running -> none"),
                (
                    "holders",
                    (TWO,),
                    (replace(TWO, attachment="busy"),),
                    "attachment at i-2: attached -> busy",
                ),
                ("holders", (TWO,), (replace(TWO, is_root=None),), "root at i-2: no -> unknown"),
                (
                    "holders",
                    (TWO,),
                    (replace(TWO, delete_on_termination=True),),
                    "deleted on termination at i-2: no -> yes",
                ),
            )
        ),
        (snapshot(), snapshot(copy=None), "snapshot: known -> unknown"),
        *(
            (snapshot(), snapshot(copy=replace(COPY, **{name: new})), told)
            for name, new, told in (
                ("volume_id", "vol-2", "volume: vol-0000000000000000a -> vol-2"),
                ("volume_exists", False, "volume exists: yes -> no"),
                ("size_gib", None, "size: 100 -> unknown"),
                ("encrypted", None, "encrypted: yes -> unknown"),
                ("tier", "archive", "tier: standard -> archive"),
                ("images", ("ami-1",), "image ami-1 uses it"),
                ("images", None, "images: none -> unknown"),
            )
        ),
        *(
            (volume(host=HOST), volume(host=replace(HOST, **{name: new})), told)
            for name, new, told in (
                ("id", "i-2", "machine: i-0000000000000000a -> i-2"),
                ("zone", "us-east-1b", "zone of the machine: us-east-1a -> us-east-1b"),
                ("state", "stopping", "state of the machine: running -> stopping"),
                ("tags", None, "tags of the machine: known -> unknown"),
            )
        ),
    ],
)
def test_what_changed_about_storage_is_named(before: Facts, after: Facts, told: str) -> None:
    assert changes(before, after) == (told,)
    assert changes(before, before) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (volume(), volume(disk=replace(DISK, monthly=None, snapshots=3, snapshot_at=NOW))),
        (volume(disk=replace(DISK, modification="optimizing")), volume()),
        (volume(), volume(disk=replace(DISK, modification="completed", modified_at=NOW))),
        (volume(disk=replace(DISK, mounted=None)), volume(disk=replace(DISK, mounted=False))),
        (volume(disk=replace(DISK, snapshots=None)), volume(disk=replace(DISK, snapshots=None))),
        (volume(disk=SNAP), volume(disk=replace(SNAP, holders=(replace(HOLDER, name="box"),)))),
        (snapshot(), snapshot(copy=replace(COPY, monthly=None, progress=1))),
        (snapshot(copy=replace(COPY, images=("ami-1",))), snapshot()),
        (snapshot(copy=replace(COPY, images=None)), snapshot(copy=replace(COPY, images=None))),
        (volume(host=HOST), volume(host=replace(HOST, devices=(), name="box", type=""))),
        (volume(disk=None), volume(disk=None)),
    ],
)
def test_what_does_not_decide_about_storage_is_no_change(before: Facts, after: Facts) -> None:
    assert changes(before, after) == ()


def test_what_is_asked_is_judged_at_the_act_too() -> None:
    free = volume(host=HOST)
    asked = Change(HOST.id, "/dev/sdf")
    assert check(Act.ATTACH, free, free, change=asked).may_go
    taken = volume(host=replace(HOST, devices=("/dev/sdf",)))
    checked = check(Act.ATTACH, free, taken, change=asked)
    assert (checked.outcome, checked.reason) == (Outcome.REFUSED, f"/dev/sdf is taken on {HOST.id}.")
    assert not check(Act.ATTACH, free, free).may_go
