"""Executors as processes of their own: started, fenced, and taken over."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.acting_server import Scene, scene
from tests.support.acts import confirmed, facts, journal_at
from tests.support.execution import Killed, killed_at
from tests.support.processes import exists, wait_until
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Conflict
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.providers.base import AS_ASKED, DETACHED, NOT_YET
from trainctl_tui.services import crashpoint, executor, journal_lock
from trainctl_tui.services.operations import STEPS
from trainctl_tui.services.operations.steps import Seen
from trainctl_tui.simcloud.engine import Clock

WAIT = 120.0


def begin(cloud: Scene, op: str) -> subprocess.Popen[str]:
    """Start an executor whose words can be read."""
    command = [sys.executable, "-m", "trainctl_tui", "op", "run", op]
    return subprocess.Popen(command, env=dict(cloud.environ), stderr=subprocess.PIPE, text=True, cwd="/")


def answered(cloud: Scene, op: str) -> list[str]:
    """Return the targets whose call was answered, and the answer written down.

    The cloud shows an effect before its answer is out; a signal in between catches the executor in its call.
    """
    return [id for event in cloud.journal.events(op) if event.phase == "result" for id in event.ids]


@pytest.mark.wire
def test_a_stopped_holder_is_not_overtaken_and_a_killed_one_is(tmp_path: Path) -> None:
    clock = Clock()
    with scene(tmp_path, clock, pace=0.02) as cloud:
        ids = [cloud.machine("stopped", zone) for zone in "ab"]
        op = cloud.confirm(Act.START, ids)
        with begin(cloud, op[:20]) as first:
            wait_until(lambda: answered(cloud, op) == ids, "both to be sent and written down", WAIT)
            wait_until(lambda: f"pid {first.pid} " in cloud.journal.operation(op).holder, "a holder", WAIT)
            os.kill(first.pid, signal.SIGSTOP)
            with begin(cloud, op) as second:
                assert second.wait(WAIT) == 1
                assert second.stderr is not None
                assert f"is run by another process (pid {first.pid} on " in second.stderr.read()
            os.kill(first.pid, signal.SIGKILL)
            first.wait(WAIT)
        assert cloud.journal.operation(op).holder == ""
        clock.advance(600)
        executor.spawn(op, cloud.environ)
        wait_until(lambda: cloud.journal.operation(op).state.is_final, "its end", WAIT)
        told = cloud.journal.operation(op)
        assert told.state is OpState.DONE
        assert {target.outcome for target in told.targets} == {Outcome.DONE}
        assert set(cloud.engine.effects.values()) == {1}
        assert (tmp_path / "state" / "audit.jsonl").exists()


@pytest.mark.wire
def test_it_has_a_session_of_its_own_and_ends_between_calls_when_asked(tmp_path: Path) -> None:
    with scene(tmp_path, pace=0.02) as cloud:
        op = cloud.confirm(Act.START, [cloud.machine("stopped")])
        executor.spawn(op, cloud.environ)
        wait_until(lambda: bool(answered(cloud, op)), "the call and its result", WAIT)
        wait_until(lambda: bool(cloud.journal.operation(op).holder), "a holder", WAIT)
        pid = int(cloud.journal.operation(op).holder.split()[1])
        assert os.getsid(pid) == pid
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not exists(pid), "its end", WAIT)
        told = cloud.journal.operation(op)
        assert (told.state, told.holder) == (OpState.RUNNING, "")


def test_a_lock_is_a_plain_private_file_and_somebody_elses_thing_is_refused(tmp_path: Path) -> None:
    with journal_lock.held(tmp_path, "01", lambda _seconds: False, str):
        assert stat.S_IMODE((tmp_path / "locks" / "01").stat().st_mode) == 0o600
        with (
            pytest.raises(Conflict, match="unnamed"),
            journal_lock.held(tmp_path, "01", lambda _seconds: False, str),
        ):
            pass
    os.mkfifo(tmp_path / "locks" / "02")
    assert not journal_lock.is_held(tmp_path, "02")
    with pytest.raises(PermissionError), journal_lock.held(tmp_path, "02", lambda _seconds: False, str):
        pass


def test_taking_over_waits_for_whoever_only_looks(tmp_path: Path) -> None:
    op = confirmed(journal_at(tmp_path), 1)
    tries = []
    with journal_lock.held(tmp_path, op, lambda _seconds: False, str) as _:

        def wait(_seconds: float) -> bool:
            tries.append(1)
            return False

        with pytest.raises(Conflict), journal_lock.held(tmp_path, op, wait, str):
            pass
    assert len(tries) == journal_lock.TRIES


# ---- crash points ----


def test_a_fuse_counts_names_and_kills_at_its_place() -> None:
    with crashpoint.lit(killed_at(2)) as fuse:
        crashpoint.crashpoint("a")
        with pytest.raises(Killed):
            crashpoint.crashpoint("b")
    crashpoint.crashpoint("nobody counts this")
    assert fuse.names == ["a", "b"]


def test_a_fuse_without_more_kills_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: killed.append((pid, number)))
    crashpoint.Fuse(1).burn("a")
    assert killed == [(os.getpid(), signal.SIGKILL)]


@pytest.mark.parametrize(("value", "burns"), [("", False), ("0", False), ("x", False), ("1", True)])
def test_the_environment_lights_a_fuse_that_kills(value: str, burns: bool) -> None:
    code = (
        "from trainctl_tui.services.crashpoint import *\n"
        f"light(fuse_of({value!r}))\ncrashpoint('a')\nprint('alive')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == ((-9, "") if burns else (0, "alive\n"))


# ---- step tables ----


def test_every_step_of_every_act_can_be_observed_and_says_what_undoing_means() -> None:
    assert set(STEPS) == set(Act)
    states = (
        *("pending", "running", "stopping", "stopped", "shutting-down", "terminated", "unheard-of"),
        *("creating", "available", "deleting", "deleted", "attaching", "attached", "detaching", DETACHED),
        *("modifying", "optimizing", "completed", AS_ASKED, NOT_YET),
    )
    for act, steps in STEPS.items():
        for step in steps:
            assert step.do is act
            seen = {step.observe(state) for state in states}
            assert seen & {Seen.DONE, Seen.TRACELESS}, f"{act} has nothing to observe"
            assert step.observe("unheard-of") is Seen.ELSEWHERE
            assert step.undo.endswith(".")
            assert step.protection(facts(1)) in (None, False)
            assert step.resend or Seen.TRACELESS in seen or act is Act.SNAPSHOT
