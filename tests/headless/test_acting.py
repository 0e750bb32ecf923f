"""Acts without a screen: the plan, who confirms it, what is sent, and the code at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.support.commanding import Stage
from tests.support.pty import Terminal
from trainctl_tui.simcloud.process import SimCloud

pytestmark = [pytest.mark.wire, pytest.mark.timeout(240)]

PROGRAM = (sys.executable, "-m", "trainctl_tui")
TERMINATE = "ec2:TerminateInstances"


@pytest.fixture(scope="module")
def acted() -> Iterator[SimCloud]:
    with SimCloud.start(seed=3, instances=20, speed=0) as running:
        yield running


def test_a_machine_is_terminated_by_its_phrase_alone_and_by_one_call(stage: Stage) -> None:
    """E04, at a terminal: Enter does nothing; the phrase sends exactly one call."""
    id = stage.machine("running")
    with Terminal([*PROGRAM, "terminate", id], env={**stage.variables, "TERM": "xterm"}) as terminal:
        terminal.wait_for("to go ahead:", 60)
        terminal.send("enter")
        assert terminal.wait_exit(30) == 3
        assert "Not confirmed" in terminal.text
    assert stage.states()[id] == "running"
    assert not [call for call in stage.cloud.mutating_calls() if call == TERMINATE]
    with (
        stage.hurried(),
        Terminal([*PROGRAM, "terminate", id], env={**stage.variables, "TERM": "xterm"}) as terminal,
    ):
        terminal.wait_for("to go ahead:", 60)
        terminal.send(id[-8:], "enter")
        assert terminal.wait_exit(60) == 0
        assert "done: 1 done" in terminal.text
    assert stage.states()[id] == "terminated"
    (operation,) = stage.operations()
    assert (operation["state"], operation["counts"]) == ("done", {"done": 1})
    lines = [json.loads(line) for line in (stage.state / "audit.jsonl").read_text().splitlines()]
    assert [one["event"] for one in lines] == ["confirmed", "intent", "result", "observed"]
    assert {one["phrase"] for one in lines[:2]} == {id[-8:]}
    assert lines[2]["request_id"]


PROTECTING = [
    f"{tool}__{word}" for tool in ("trainctl", "runctl") for word in ("protected", "important", "persistent")
]


def test_what_is_protected_is_refused_by_the_name_of_its_tag(stage: Stage) -> None:
    """E06: both prefixes and three names, on machines and on their volumes, alone and together."""
    tagged = {stage.machine(**{key: "yes"}): key for key in PROTECTING}
    holding = {}
    for key in PROTECTING:
        id = stage.machine()
        shown = json.loads(stage.run("terminate", id, "--dry-run", "--json").out) if not holding else None
        volume = _root_of(stage, id) if shown is None else shown["plan"]["goes"][0]["volumes"][0]["id"]
        stage.cloud.engine_command("tag", id=volume, tags={key.replace("__", ":"): "true"})
        holding[id] = key
    stage.cloud.forget_calls()
    all_of_them = {**tagged, **holding}
    jobs = [("terminate", id, "--confirm", id[-8:], "--yes") for id in all_of_them]
    many = ("terminate", *all_of_them, "--confirm", f"terminate {len(all_of_them)}", "--yes")
    *alone, together = stage.run_all([*jobs, many])
    for (id, key), ended in zip(all_of_them.items(), alone, strict=True):
        assert ended.code == 3, ended
        assert key.replace("__", ":") in ended.out
        assert f"{id}" in ended.out
    assert together.code == 3
    assert together.out.count("REFUSE") >= 12
    assert stage.cloud.mutating_calls() == []
    assert stage.operations() == []


def _root_of(stage: Stage, id: str) -> str:
    told = json.loads(stage.run("list", "instances", "--filter", f"id:{id}", "--output", "json").out)
    return str(told["items"][0]["attachments"][0]["volume_id"])


def test_a_batch_carries_on_past_a_failure_and_accounts_for_all(stage: Stage) -> None:
    """E07: 12 of a fleet: 8 go, 2 are protected, 2 run and need a word of their own."""
    fine = [stage.machine() for _ in range(8)]
    protected = [stage.machine(trainctl__protected="1"), stage.machine(runctl__important="")]
    running = [stage.machine("running") for _ in range(2)]
    every = (*fine, *protected, *running)
    shown = stage.run("terminate", *every)
    assert shown.code == 3
    assert "goes (8)" in shown.out
    assert "needs your word, one by one: --include ID (2)" in shown.out
    assert "left out (2)" in shown.out
    assert "--confirm 'terminate 8'" in shown.err
    # The rehearsal passes; then 8, 4, 2 and 1 are denied, and the rest is not.
    stage.cloud.faults([{"action": "TerminateInstances", "effect": "denied", "after": 1, "times": 4}])
    # Not hurried: a clock that jumps between two batches makes the facts of the second old.
    ended = stage.run("terminate", *every, "--confirm", "terminate 8", "--json")
    assert ended.code == 1, ended
    told = json.loads(ended.out)
    report = told["operation"]
    assert report["counts"] == {"done": 7, "protected": 2, "left out": 2, "failed": 1}
    assert sum(report["counts"].values()) == report["selected"] == len(every)
    reasons = {one["id"]: one["reason"] for one in report["targets"]}
    assert all(reasons[id] for id in (*protected, *running))
    (failed,) = [one for one in report["targets"] if one["outcome"] == "failed"]
    assert failed["code"] == "UnauthorizedOperation"
    states = stage.states()
    assert [states[id] for id in fine].count("terminated") == 7
    assert {states[id] for id in (*protected, failed["id"])} == {"stopped"}
    assert {states[id] for id in running} == {"running"}
    kept = stage.state / "reports" / f"{report['id']}.md"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "together 12 of 12" in kept.read_text()
    assert stage.run("op", "show", report["id"][:20]).out.strip() == kept.read_text().strip()


def test_start_and_reboot_with_yes_and_the_document(stage: Stage) -> None:
    id = stage.machine()
    assert stage.run("start", id).err.endswith("Add --yes.\n")
    with stage.hurried():
        started = stage.run("start", id, "--yes", "--json")
    assert started.code == 0, started
    told = json.loads(started.out)
    assert list(told) == ["schema", "kind", "lanes", "plan", "dry_run", "operation", "error"]
    assert set(told["plan"]) == {
        *("act", "account", "actor", "endpoint", "made_at", "verdict", "phrase", "hash", "hourly_saved"),
        *("included", "findings", "goes", "needs_word", "left_out"),
    }
    assert told["operation"]["plan"]["phrase"] == "--yes"
    assert stage.states()[id] == "running"
    again = stage.run("start", id, "--yes")
    assert again.code == 3
    assert "left out (1)" in again.out
    assert stage.run("stop", id, "--confirm", "wrong-id").code == 3
    rebooted = stage.run("reboot", id, "--confirm", id[-8:])
    assert rebooted.code == 0, rebooted
    assert stage.cloud.calls()["ec2:RebootInstances"] >= 1


def test_a_dry_run_only_rehearses(stage: Stage) -> None:
    id, other = stage.machine(), stage.machine(owner="bob")
    done = stage.run("terminate", id, other, "--dry-run", "--json")
    assert done.code == 5  # the other is left out
    assert json.loads(done.out)["dry_run"] == [
        {"region": "us-east-1", "ids": [id], "allowed": True, "error": None}
    ]
    assert stage.run("terminate", id, "--dry-run").code == 0
    assert stage.states()[id] == "stopped"
    assert stage.operations() == []
    stage.cloud.faults([{"action": "TerminateInstances", "effect": "denied"}])
    denied = stage.run("terminate", id, "--dry-run")
    assert denied.code == 4
    assert "ec2:TerminateInstances" in denied.err


@pytest.mark.parametrize("how", [{"TRAINCTL_READ_ONLY": "1"}, {}])
def test_read_only_refuses_before_anybody_is_asked(stage: Stage, how: dict[str, str]) -> None:
    words = () if how else ("--read-only",)
    for act in ("start", "stop", "reboot", "terminate"):
        ended = stage.run(*words, act, "i-0123456789abcdef0", "--yes", **how)
        assert (ended.code, ended.out) == (3, "")
        assert "read-only" in ended.err
    assert stage.run(*words, "op", "resume", "01", **how).code == 3
    assert stage.cloud.calls() == {}


USAGE: list[tuple[tuple[str, ...], str]] = [
    (("terminate",), "nothing to do"),
    (("terminate", "train-1"), "is no id of an instance"),
    (("terminate", "vol-0123456789abcdef0"), "is no id of an instance"),
    (("terminate", "i-0123456789abcdef0", "--dry-run", "--save-plan", "x"), "two things"),
    (("terminate", "--plan", "/nowhere/plan.json"), "Cannot read"),
    (("audit", "show", "--since", "yesterday"), "is no moment"),
    (("audit", "export", "log.txt"), "ends in .csv or .json"),
]


def test_wrong_words_are_said_before_anybody_is_asked(stage: Stage) -> None:
    for ended, (_, why) in zip(stage.run_all([words for words, _ in USAGE]), USAGE, strict=True):
        assert (ended.code, ended.out) == (2, "")
        assert why in ended.err
    assert stage.cloud.calls() == {}


def test_ids_are_looked_for_in_every_watched_region(stage: Stage) -> None:
    here, there = stage.machine(), stage.machine(region="eu-west-1")
    unknown = "i-00000000000000000"
    ended = stage.run(
        "terminate", here, there, unknown, "--region", "us-east-1,eu-west-1", "--dry-run", "--json"
    )
    told = json.loads(ended.out)["plan"]
    assert {(one["id"], one["region"]) for one in told["goes"]} == {(here, "us-east-1"), (there, "eu-west-1")}
    assert [(one["id"], one["state"]) for one in told["left_out"]] == [(unknown, "")]
    stage.cloud.faults([{"service": "ec2", "region": "eu-west-1", "effect": "denied"}])
    failed = stage.run("terminate", here, "--region", "us-east-1,eu-west-1", "--yes")
    assert (failed.code, failed.out) == (4, "")


@pytest.mark.parametrize(("effect", "code"), [("expired", 4), ("denied", 4), ("missing_key", 1)])
def test_what_cannot_be_read_is_not_acted_on(stage: Stage, effect: str, code: int) -> None:
    id = stage.machine()
    stage.cloud.faults([{"service": "ec2", "effect": effect}])
    ended, document = stage.run_all([("terminate", id, "--yes"), ("terminate", id, "--yes", "--json")])
    assert (ended.code, ended.out) == (code, "")
    told = json.loads(document.out)
    assert (document.code, told["plan"], told["error"]["what"] in document.err) == (code, None, True)
    assert stage.cloud.mutating_calls() == []


def test_other_acts_wait_until_an_operation_has_ended(stage: Stage) -> None:
    id = stage.machine()
    detached = stage.run("start", id, "--yes", "--detach")
    assert detached.code == 0
    refused = stage.run("terminate", id, "--confirm", id[-8:])
    assert refused.code == 3
    assert "D37" in refused.out
    with stage.hurried():
        followed = stage.run("op", "resume", stage.operations()[0]["id"][:20])
    assert followed.code == 0, followed


def changed_tag(stage: Stage, id: str) -> str:
    stage.cloud.engine_command("tag", id=id, tags={"stage": "prod"})
    return "tag stage"


def changed_state(stage: Stage, id: str) -> str:
    stage.cloud.engine_command("set_state", id=id, state="running")
    return "state: stopped -> running"


@pytest.mark.parametrize("change", [changed_tag, changed_state])
def test_what_changed_since_a_plan_was_saved_is_left_out_by_name(
    stage: Stage, change: Callable[[Stage, str], str]
) -> None:
    first, second = stage.machine(), stage.machine()
    file = str(stage.state.parent / "plan.json")
    saved = stage.run("terminate", first, second, "--save-plan", file)
    assert saved.code == 0, saved
    again, other = stage.run_all([("terminate", first, "--save-plan", file), ("stop", "--plan", file)])
    assert (again.code, other.code) == (2, 2)
    assert "It is never overwritten" in again.err
    assert "The plan is to terminate" in other.err
    told = change(stage, first)
    used = stage.run("terminate", "--plan", file, "--json", "--confirm", "terminate 2")
    assert used.code == 3
    plan = json.loads(used.out)["plan"]
    assert [one["id"] for one in plan["goes"]] == [second]
    (left,) = plan["left_out"]
    assert any(one["row"] == "changed" and told in one["reason"] for one in left["findings"])
    with stage.hurried():
        done = stage.run("terminate", "--plan", file, "--json", "--confirm", plan["phrase"])
    assert done.code == 5, done
    assert json.loads(done.out)["operation"]["counts"] == {"done": 1, "changed": 1}
