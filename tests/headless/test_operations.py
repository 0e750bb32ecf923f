"""Operations outlive the command that began them: left, killed, resumed, rolled back, and told of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.commanding import Stage
from tests.support.processes import wait_until
from trainctl_tui.simcloud.process import SimCloud

pytestmark = [pytest.mark.wire, pytest.mark.timeout(240)]

PROGRAM = (sys.executable, "-m", "trainctl_tui")


@pytest.fixture(scope="module")
def acted() -> Iterator[SimCloud]:
    with SimCloud.start(seed=3, instances=4, speed=0) as running:
        yield running


def begin(stage: Stage, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *words],
        env=stage.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def sent(stage: Stage, call: str) -> None:
    wait_until(lambda: call in stage.cloud.calls(), call)


def test_an_interrupt_leaves_it_running_and_it_ends_by_itself(stage: Stage) -> None:
    id = stage.machine()
    process = begin(stage, "start", id, "--yes")
    sent(stage, "ec2:StartInstances")
    wait_until(lambda: stage.states()[id] == "pending", "the start")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    (operation,) = stage.operations()
    assert f"Operation {operation['id']}" in out
    assert f"goes on without this command: trainctl-tui op show {operation['id']}" in err
    assert operation["holder"].startswith("pid ")
    with stage.hurried():
        wait_until(lambda: stage.operation().state == "done", "the end")
    assert stage.states()[id] == "running"


def test_a_killed_executor_is_missed_and_resumed(stage: Stage) -> None:
    id = stage.machine()
    process = begin(stage, "start", id, "--yes", "--json")
    sent(stage, "ec2:StartInstances")
    wait_until(lambda: stage.states()[id] == "pending", "the start")
    os.kill(int(stage.operation().holder.split()[1]), signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    op = stage.operations()[0]
    assert process.returncode == 6, err
    assert f"trainctl-tui op resume {op['id']}" in err
    assert json.loads(out)["operation"]["counts"] == {"open": 1}
    assert (op["holder"], op["settled"]) == ("", 0)
    listed = stage.run("op", "list")
    assert op["id"] in listed.out.splitlines()[0]
    with stage.hurried():
        resumed = stage.run("op", "resume", op["id"], "--json")
    assert resumed.code == 0, resumed
    assert json.loads(resumed.out)["counts"] == {"done": 1}
    assert stage.cloud.calls()["ec2:StartInstances"] <= 2  # the rehearsal, and the one call
    assert stage.run("op", "resume", op["id"]).code == 1
    assert stage.run("op", "rollback", op["id"]).code == 1


def test_rollback_sends_nothing_more_and_says_what_became_of_each(stage: Stage) -> None:
    first, second = stage.machine(), stage.machine()
    stage.cloud.faults([{"action": "StartInstances", "effect": "throttle"}])
    begun = stage.run("start", first, second, "--confirm", "start 2", "--detach", "--json")
    assert begun.code == 0, begun
    op = json.loads(begun.out)["operation"]["id"]
    sent(stage, "ec2:StartInstances")
    ended = stage.run("op", "rollback", op)
    assert ended.code == 1, ended
    assert ended.out.count("not attempted") == 3
    assert {stage.states()[id] for id in (first, second)} == {"stopped"}
    assert "cancelled: yes" in stage.run("op", "show", op).out


def test_waiting_for_credentials_is_an_end_for_who_has_no_terminal(stage: Stage) -> None:
    id = stage.machine()
    stage.cloud.faults([{"action": "StartInstances", "effect": "expired"}])
    left = stage.run("start", id, "--yes")
    assert left.code == 6, left
    assert "waits for credentials" in left.err
    stage.cloud.clear_faults()
    with stage.hurried():
        wait_until(lambda: stage.operation().state == "done", "the end")


def test_what_is_not_there_is_said(stage: Stage) -> None:
    nothing = stage.run("op", "list")
    assert (nothing.code, nothing.out) == (0, "")
    assert json.loads(stage.run("op", "list", "--json").out)["items"] == []
    for command in ("show", "resume", "rollback", "run"):
        ended = stage.run("op", command, "01NONE")
        assert (ended.code, ended.out) == (1, "")
        assert "01NONE" in ended.err


def test_where_no_journal_can_be_nothing_is_begun(stage: Stage) -> None:
    ended = stage.run("terminate", stage.machine(), "--yes", TRAINCTL_STATE_DIR="/proc/none")
    assert (ended.code, ended.out) == (1, "")
    assert "TRAINCTL_STATE_DIR" in ended.err
    assert stage.cloud.mutating_calls() == []
