"""What may be done to one machine: the golden table of verdicts (SAFETY.md, D1 to D18, D28, D29, D37)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.judging import (
    ACCOUNT,
    DATA,
    FLEET,
    IDLE,
    MINE,
    NOW,
    ROOT,
    RUNNING,
    UNKNOWN,
    judged,
    machine,
    stopped,
)
from trainctl_tui.domain.acts import Act, Facts, Fleet, Job, JobState, Verdict
from trainctl_tui.domain.operations import Outcome
from trainctl_tui.domain.safety import outcome_of

START, STOP, REBOOT, TERMINATE = Act.START, Act.STOP, Act.REBOOT, Act.TERMINATE
W, T, R = Verdict.WARN, Verdict.TYPE, Verdict.REFUSE
DOOMED = replace(DATA, delete_on_termination=True)

# Facts (or what else is judged with them), act, verdict alone, verdict in a batch, rows that hold.
Golden = tuple[str, Act, Facts, dict[str, Any], Verdict, Verdict, str]
GOLDEN: list[Golden] = [
    ("idle, mine", TERMINATE, machine(), {}, W, W, "D10"),
    ("stopped, mine", TERMINATE, stopped(), {}, W, W, "D10"),
    ("idle, mine", STOP, machine(), {}, W, W, ""),
    ("idle, mine", REBOOT, machine(), {}, W, W, ""),
    ("stopped, mine", START, stopped(), {}, W, W, ""),
    # D1
    ("read-only", STOP, machine(), {"read_only": True}, R, R, "D1"),
    ("offline", STOP, machine(), {"offline": "no route"}, R, R, "D1"),
    ("account unseen", STOP, machine(), {"screen_account": ""}, R, R, "D1"),
    ("account unsigned", STOP, machine(), {"account": ""}, R, R, "D1"),
    ("account of the machine unknown", STOP, machine(account=""), {}, R, R, "D1"),
    ("other account on the screen", STOP, machine(), {"screen_account": "9"}, R, R, "D1"),
    ("other account of the machine", STOP, machine(account="9"), {}, R, R, "D1"),
    ("no region", STOP, machine(region=""), {}, R, R, "D1"),
    ("facts of 15 s ago", STOP, machine(read_at=NOW - 15), {}, W, W, ""),
    ("facts of more than 15 s ago", STOP, machine(read_at=NOW - 15.1), {}, R, R, "D1"),
    ("facts of the next tick", STOP, machine(read_at=NOW + 1), {}, W, W, ""),
    ("facts of the future", STOP, machine(read_at=NOW + 1.1), {}, R, R, "D1"),
    ("facts of no time", STOP, machine(read_at=float("nan")), {}, R, R, "D1"),
    ("partial listing", STOP, machine(), {"partial": ("us-east-1",)}, R, R, "D1"),
    ("partial listing elsewhere", STOP, machine(), {"partial": ("eu-west-1",)}, W, W, ""),
    # D37
    ("busy", STOP, machine(), {"busy": {machine().id: "01ABC"}}, R, R, "D37"),
    ("another is busy", STOP, machine(), {"busy": {"i-2": "01ABC"}}, W, W, ""),
    # States
    ("no such id", TERMINATE, machine(state="", tags=None), {}, R, R, "state"),
    ("no such id, busy", STOP, machine(state=""), {"busy": {machine().id: "01"}}, R, R, "D37 state"),
    *((s, START, machine(state=s), {}, R, R, "D5") for s in ("pending", "running")),
    *((s, STOP, machine(state=s), {}, R, R, "D5") for s in ("stopping", "stopped")),
    *((s, TERMINATE, machine(state=s), {}, R, R, "D5") for s in ("shutting-down", "terminated")),
    *((s, START, stopped(state=s), {}, R, R, "state") for s in ("stopping", "shutting-down", "terminated")),
    *((s, STOP, stopped(state=s), {}, R, R, "state D17") for s in ("pending", "shutting-down", "odd")),
    *((s, REBOOT, stopped(state=s), {}, R, R, "state D17") for s in ("pending", "stopping", "odd")),
    *((s, REBOOT, stopped(state=s), {}, R, R, "state") for s in ("stopped", "terminated")),
    *((s, TERMINATE, machine(state=s), {}, W, W, "D10") for s in ("pending", "stopping")),
    ("odd", TERMINATE, machine(state="odd"), {}, R, R, "state D10"),
    ("already, and read-only", STOP, stopped(), {"read_only": True}, R, R, "D1 D5"),
    # D2
    ("a colleague's", STOP, machine(tags=(("Owner", "bob"),)), {}, T, T, "D2"),
    ("foreign", STOP, machine(tags=()), {}, T, T, "D2"),
    ("ours, names nobody", STOP, machine(tags=(("CreatedBy", "runctl"),)), {}, T, T, "D2"),
    ("mine in capitals", STOP, machine(tags=(("owner", "ANN"),)), {}, W, W, ""),
    ("no user is set", STOP, machine(), {"user": ""}, T, T, "D2"),
    ("no user is set, owner empty", STOP, machine(tags=(("owner", ""),)), {"user": ""}, T, T, "D2"),
    ("other key of owners", STOP, machine(tags=(("team", "ann"),)), {"owner_keys": ("Team",)}, W, W, ""),
    ("tags unknown", START, stopped(tags=None), {}, T, T, "D2"),
    ("a colleague's, strict", STOP, machine(tags=(("Owner", "bob"),)), {"ownership": "strict"}, R, R, "D2"),
    ("foreign, strict", START, stopped(tags=()), {"ownership": "strict"}, R, R, "D2"),
    ("ours, strict", STOP, machine(tags=(("CreatedBy", "runctl"),)), {"ownership": "strict"}, R, R, "D2"),
    ("tags unknown, strict", START, stopped(tags=None), {"ownership": "strict"}, R, R, "D2"),
    ("mine, strict", STOP, machine(), {"ownership": "strict"}, W, W, ""),
    ("a colleague's, any", STOP, machine(tags=(("Owner", "bob"),)), {"ownership": "any"}, T, T, "D2"),
    ("foreign, any", STOP, machine(tags=()), {"ownership": "any"}, W, W, ""),
    ("ours, any", STOP, machine(tags=(("CreatedBy", "runctl"),)), {"ownership": "any"}, T, T, "D2"),
    ("tags unknown, any", START, stopped(tags=None), {"ownership": "any"}, T, T, "D2"),
    # D3, D4
    ("protected", TERMINATE, machine(tags=(*MINE, ("trainctl:protected", ""))), {}, R, R, "D3 D10"),
    (
        "protected by setting",
        TERMINATE,
        machine(tags=(*MINE, ("Keep", "x"))),
        {"protected_keys": ("keep",)},
        R,
        R,
        "D3 D10",
    ),
    ("not protected", TERMINATE, machine(tags=(*MINE, ("trainctl:protected", "no"))), {}, W, W, "D10"),
    ("protected", STOP, machine(tags=(*MINE, ("trainctl:protected", "1"))), {}, W, W, ""),
    ("tags unknown", TERMINATE, machine(tags=None), {}, R, R, "D2 D3 D4 D10"),
    ("tags unknown", REBOOT, machine(tags=None), {}, R, R, "D2 D4"),
    *(
        ("managed", act, machine(tags=(*MINE, ("aws:eks:x", ""))), {}, R, R, rows)
        for act, rows in ((TERMINATE, "D4 D10"), (STOP, "D4"), (REBOOT, "D4"))
    ),
    ("managed", START, stopped(tags=(*MINE, ("aws:eks:x", ""))), {}, W, W, ""),
    *(
        ("termination protection", TERMINATE, machine(terminate_protected=on), {}, R, R, "D4 D10")
        for on in (True, None)
    ),
    *(("stop protection", TERMINATE, machine(stop_protected=on), {}, R, R, "D4 D10") for on in (True, None)),
    *(
        ("stop protection", act, machine(stop_protected=on), {}, R, R, "D4")
        for on in (True, None)
        for act in (STOP, REBOOT)
    ),
    *(("termination protection", STOP, machine(terminate_protected=on), {}, W, W, "") for on in (True, None)),
    # D6, D7
    ("299 s old", TERMINATE, machine(launched_at=NOW - 299), {}, T, R, "D6 D10"),
    ("300 s old", TERMINATE, machine(launched_at=NOW - 300), {}, W, W, "D10"),
    ("just now", TERMINATE, machine(launched_at=NOW), {}, T, R, "D6 D10"),
    ("by setting", TERMINATE, machine(launched_at=NOW - 300), {"min_age": 301.0}, T, R, "D6 D10"),
    ("by setting none", TERMINATE, machine(launched_at=NOW), {"min_age": 0.0}, W, W, "D10"),
    ("age unknown", TERMINATE, machine(launched_at=None), {}, T, R, "D7 D10"),
    ("from the future", TERMINATE, machine(launched_at=NOW + 1), {}, T, R, "D7 D10"),
    ("young", STOP, machine(launched_at=NOW), {}, W, W, ""),
    # D8 to D11, D16, D17
    ("job", TERMINATE, machine(job=RUNNING), {}, R, R, "D8"),
    ("job, force", TERMINATE, machine(job=RUNNING), {"allow_force": True}, T, R, "D8"),
    ("unknown", TERMINATE, machine(job=UNKNOWN), {}, T, T, "D9 D15"),
    ("unknown, force", TERMINATE, machine(job=UNKNOWN), {"allow_force": True}, T, T, "D9 D15"),
    ("no probe", TERMINATE, machine(job=Job(JobState.NONE)), {}, T, T, "D9 D15"),
    ("idle at no time", TERMINATE, machine(job=replace(IDLE, probed_at=None)), {}, T, T, "D9 D15"),
    ("idle just now", TERMINATE, machine(job=replace(IDLE, probed_at=NOW)), {}, W, W, "D10"),
    ("idle 60 s ago", TERMINATE, machine(job=replace(IDLE, probed_at=NOW - 60)), {}, W, W, "D10"),
    ("idle 61 s ago", TERMINATE, machine(job=replace(IDLE, probed_at=NOW - 61)), {}, T, T, "D9 D15"),
    ("idle soon", TERMINATE, machine(job=replace(IDLE, probed_at=NOW + 1)), {}, T, T, "D9 D15"),
    ("stopped, whatever was probed", TERMINATE, stopped(job=UNKNOWN), {}, W, W, "D10"),
    ("busy", TERMINATE, machine(job=replace(IDLE, busiest_percent=80.1)), {}, T, T, "D10 D11"),
    ("not so busy", TERMINATE, machine(job=replace(IDLE, busiest_percent=80.0)), {}, W, W, "D10"),
    ("perhaps busy", TERMINATE, machine(job=replace(IDLE, busiest_percent=None)), {}, T, T, "D10 D11"),
    *(("job", act, machine(job=RUNNING), {}, W, W, "D16") for act in (STOP, REBOOT)),
    *(("unknown", act, machine(job=UNKNOWN), {}, T, T, "D17") for act in (STOP, REBOOT)),
    # D12 to D15
    ("data volume dies", TERMINATE, machine(volumes=(ROOT, DOOMED)), {}, T, T, "D10 D12"),
    (
        "data volume may die",
        TERMINATE,
        machine(volumes=(ROOT, replace(DATA, delete_on_termination=None))),
        {},
        T,
        T,
        "D10 D12",
    ),
    ("data volume stays", TERMINATE, machine(volumes=(ROOT, DATA)), {}, W, W, "D10 D14"),
    ("volumes unknown", TERMINATE, machine(volumes=None), {}, R, R, "D10 D13"),
    ("tags of root unknown", TERMINATE, machine(volumes=(replace(ROOT, tags=None),)), {}, R, R, "D10 D13"),
    (
        "tags of what stays unknown",
        TERMINATE,
        machine(volumes=(replace(DATA, tags=None),)),
        {},
        W,
        W,
        "D10 D14",
    ),
    (
        "root protected",
        TERMINATE,
        machine(volumes=(replace(ROOT, tags=(("runctl:important", "1"),)),)),
        {},
        R,
        R,
        "D10 D13",
    ),
    (
        "protected and stays",
        TERMINATE,
        machine(volumes=(replace(DATA, tags=(("runctl:important", "1"),)),)),
        {},
        W,
        W,
        "D10 D14",
    ),
    ("volumes unknown", STOP, machine(volumes=None), {}, W, W, ""),
    *(
        ("instance store", TERMINATE, machine(instance_store=has), {}, T, T, "D10 D15")
        for has in (True, None)
    ),
    ("instance store, stopped", TERMINATE, stopped(instance_store=True), {}, W, W, "D10"),
    *(
        ("checkpoint", TERMINATE, machine(job=replace(IDLE, checkpoint_saved=saved)), {}, T, T, "D10 D15")
        for saved in (False, None)
    ),
    # D18
    *(
        ("spot", act, machine(lifecycle="spot", spot_persistent=once), {}, R, R, "D18")
        for once in (False, None)
        for act in (STOP, REBOOT)
    ),
    ("persistent spot", STOP, machine(lifecycle="spot", spot_persistent=True), {}, W, W, ""),
    ("spot", TERMINATE, machine(lifecycle="spot"), {}, W, W, "D10"),
    ("spot", START, stopped(lifecycle="spot"), {}, W, W, ""),
    *(("instance store", STOP, machine(instance_store=has), {}, T, T, "D18") for has in (True, None)),
    # D28, D29
    ("49 run", START, stopped(), {"fleet": Fleet("us-east-1", 49, 99)}, W, W, "D29"),
    ("50 run", START, stopped(), {"fleet": Fleet("us-east-1", 50, 99)}, R, R, "D28 D29"),
    (
        "50 run, no limit",
        START,
        stopped(),
        {"fleet": Fleet("us-east-1", 50, 99), "max_instances": None},
        W,
        W,
        "D29",
    ),
    ("unknown runs", START, stopped(), {"fleet": Fleet("us-east-1", None, 99)}, R, R, "D28 D29"),
    ("another region was counted", START, stopped(), {"fleet": Fleet("eu-west-1", 1, 9)}, R, R, "D28 D29"),
    ("nothing was counted", START, stopped(), {"fleet": None}, R, R, "D28 D29"),
    ("nothing was counted", STOP, machine(), {"fleet": None}, W, W, ""),
    ("budget", START, stopped(), {"hourly_budget": 2.9}, T, W, "D29"),
    ("budget holds", START, stopped(), {"hourly_budget": 3.0}, W, W, ""),
    ("price of it unknown", START, stopped(hourly=None), {"hourly_budget": 3.0}, T, W, "D29"),
    (
        "price of others unknown",
        START,
        stopped(),
        {"fleet": replace(FLEET, hourly=None), "hourly_budget": 9.0},
        T,
        W,
        "D29",
    ),
]


@pytest.mark.parametrize(
    ("facts", "act", "given", "alone", "batch", "rows"),
    [(facts, act, given, alone, batch, rows) for _, act, facts, given, alone, batch, rows in GOLDEN],
    ids=[f"{act}, {name}" for name, act, *_ in GOLDEN],
)
def test_golden_verdicts(
    facts: Facts, act: Act, given: dict[str, Any], alone: Verdict, batch: Verdict, rows: str
) -> None:
    one = judged(act, facts, **given)
    many = judged(act, facts, **given, batch=True)
    assert (one.verdict, many.verdict) == (alone, batch)
    held = dict.fromkeys(found.row for found in one.findings if found.row != "default")
    assert " ".join(held) == rows
    assert all(one.reasons)
    assert one.verdict == max(found.verdict for found in one.findings)
    assert min(found.verdict for found in one.findings) >= W


def test_a_warning_of_many_machines_is_one_row() -> None:
    ten = Fleet("us-east-1", 10, 99, 1.0)
    nine = Fleet("us-east-1", 9, 99, 1.0)
    assert [found.row for found in judged(START, stopped(), fleet=ten).findings] == ["default", "D29"]
    assert [found.row for found in judged(START, stopped(), fleet=nine).findings] == ["default"]
    assert [found.row for found in judged(START, stopped(), fleet=None).findings] == ["default", "D28", "D29"]


def test_the_reasons_come_strictest_first() -> None:
    young = machine(launched_at=NOW, tags=(*MINE, ("trainctl:protected", "1")))
    assert [reason.split()[0] for reason in judged(TERMINATE, young).reasons] == ["Tag", "It", "No", "This"]


@pytest.mark.parametrize(
    ("facts", "given", "outcome"),
    [
        (machine(state=""), {}, Outcome.UNKNOWN_ID),
        (machine(state=""), {"offline": "no route"}, Outcome.REFUSED),
        (machine(state="terminated"), {}, Outcome.ALREADY),
        (machine(state="terminated", account="9"), {}, Outcome.REFUSED),
        (machine(tags=(*MINE, ("trainctl:protected", "1"))), {}, Outcome.PROTECTED),
        (machine(terminate_protected=True), {}, Outcome.PROTECTED),
        (
            machine(volumes=(replace(ROOT, tags=(("keep", "1"),)),)),
            {"protected_keys": ("keep",)},
            Outcome.PROTECTED,
        ),
        (machine(job=RUNNING), {}, Outcome.REFUSED),
        (machine(job=UNKNOWN), {}, Outcome.LEFT_OUT),
    ],
)
def test_what_is_left_out_has_its_outcome(facts: Facts, given: dict[str, Any], outcome: Outcome) -> None:
    assert outcome_of(judged(TERMINATE, facts, **given)) is outcome


def test_the_account_that_differs_is_named() -> None:
    (reason, *_) = judged(STOP, machine(account="9")).reasons
    assert (
        reason
        == f"The screen showed account {ACCOUNT}, the credentials are of {ACCOUNT}, the machine is in 9."
    )
