"""One process at a time runs an operation: races, holders that are stopped, holders that are killed."""

from __future__ import annotations

import os
import signal
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.support.campaign import campaign, seeded
from tests.support.execution import NOW, REGION, Stage
from tests.support.killsweep import scratch
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Conflict
from trainctl_tui.domain.operations import GOOD, Operation
from trainctl_tui.services import executor, journal_lock
from trainctl_tui.services.journal import Journal

RACES = campaign(200, 2000)
DEATHS = campaign(10, 200)
ACTS = (Act.SNAPSHOT, Act.CREATE, Act.RESTORE, Act.DELETE, Act.TERMINATE)


@pytest.mark.campaign
@pytest.mark.timeout(campaign(300, 3600))
def test_of_two_that_start_at_once_one_runs_it_and_nothing_is_done_twice() -> None:
    chance = seeded("races")
    ends: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for number in range(RACES):
            with tempfile.TemporaryDirectory(dir=scratch()) as folder:
                found = _race(pool, Path(folder), chance.choice(ACTS), number)
            ends.update("ran" if isinstance(one, Operation) else "left it" for one in found)
    print(f"{RACES} races: {dict(ends)}, 0 double executions")
    assert ends["left it"]
    assert ends["ran"] >= RACES


def _race(pool: ThreadPoolExecutor, folder: Path, act: Act, seed: int) -> list[Operation | Conflict]:
    """Let two executors, each with a journal of its own, begin one operation; return what each came to."""
    on = Stage(Journal(folder, lambda: NOW), seed)
    ids = [on.aims.target(act, "ab"[number % 2], REGION) for number in range(3)]
    op = on.confirm(act, ids)
    start = Barrier(2)

    def compete() -> Operation | Conflict:
        journal = Journal(folder, lambda: NOW)
        start.wait(30)
        try:
            return executor.run(op, journal, on.tools())
        except Conflict as error:
            return error
        finally:
            journal.close()

    found = [one.result() for one in [pool.submit(compete) for _ in "ab"]]
    told = on.journal.operation(op)
    on.journal.close()
    assert {target.outcome for target in told.targets} <= GOOD, told
    assert on.engine.effects == dict.fromkeys([(act, id) for id in ids], 1)
    return found


def test_a_killed_holder_is_followed_at_once_and_a_stopped_one_never(tmp_path: Path) -> None:
    for number in range(DEATHS):
        op = f"{number}"
        holder = _holding(tmp_path, op)
        pauses = 0

        def wait(_seconds: float) -> bool:
            nonlocal pauses
            pauses += 1
            return False

        os.kill(holder, signal.SIGSTOP)
        with pytest.raises(Conflict), journal_lock.held(tmp_path, op, wait, str):
            pass
        assert pauses == journal_lock.TRIES
        assert journal_lock.is_held(tmp_path, op)
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        with journal_lock.held(tmp_path, op, wait, str):
            assert pauses == journal_lock.TRIES  # none more: the kernel let go when it died
    assert journal_lock.TRIES * journal_lock.PAUSE <= 1.0


def _holding(folder: Path, op: str) -> int:
    """Start a process that holds an operation; return its id."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with journal_lock.held(folder, op, lambda _seconds: False, str):
                os.write(writer, b"1")
                signal.pause()
        finally:
            os._exit(1)
    os.close(writer)
    assert os.read(reader, 1) == b"1"
    os.close(reader)
    return child
