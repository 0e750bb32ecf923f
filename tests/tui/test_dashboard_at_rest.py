"""A dashboard on which nothing happens writes nothing; what turns, turns only where it is seen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.support.acts import confirmed
from tests.support.dashboard import until
from tests.support.fleet_app import press, texts
from tests.support.processes import wait_until
from tests.support.pty import Terminal
from tests.support.rows import NOW, instance, volume
from tests.tui.conftest import Stage
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing.facts import SPINNER
from trainctl_tui.services import journal_lock
from trainctl_tui.services.journal import Journal, holder

SILENT = 3.0  # seconds
Staged = Callable[..., Stage]


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Terminal]:
    root = Path(__file__).parents[2]
    env = {
        **os.environ,
        "TRAINCTL_STATE_DIR": str(tmp_path),
        "PYTHONPATH": str(root),
        "TERM": "xterm-256color",
    }

    def begin(*words: str, size: tuple[int, int]) -> Terminal:
        return Terminal([sys.executable, "-m", "tests.support.quiet_app", *words], size=size, env=env)

    return begin


def silence(terminal: Terminal) -> float:
    """Return for how long the program has written nothing."""
    return monotonic() - terminal.reads[-1].at


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["narrow", "wide"])
def test_an_idle_dashboard_writes_nothing(start: Callable[..., Terminal], size: tuple[int, int]) -> None:
    with start(size=size) as terminal:
        terminal.wait_for("train-12")
        terminal.send("j", "j")
        wait_until(lambda: silence(terminal) >= SILENT, "three silent seconds")
        before = terminal.received
        terminal.send("j")
        wait_until(lambda: terminal.received > before, "an answer to a key")
        # A move in sight: two rows, each a line of cells with a few runs of style.
        wait_until(lambda: silence(terminal) >= 1.0, "a silent second")
        assert terminal.received - before < 8 * size[0]


def test_a_journal_in_which_nothing_happens_writes_nothing(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    """One operation is over, and another process holds one that does not come forward."""
    journal = Journal(tmp_path, lambda: NOW - 5)
    done, runs = confirmed(journal, 1), confirmed(journal, 2)
    pen = journal.take(done)
    pen.observed(one.having(outcome=Outcome.DONE, state="stopped") for one in pen.tracked.values())
    pen.state(OpState.DONE)
    with journal_lock.held(tmp_path, runs, lambda _: False, holder):
        pen = journal.take(runs)
        pen.state(OpState.RUNNING)
        with start(size=(80, 24)) as terminal:
            terminal.wait_for("4 shows it")
            assert "stop 1  ━━━━━━━━━━━━━━━━ 0/1  running  estimating" in terminal.text
            wait_until(lambda: silence(terminal) >= SILENT, "three silent seconds")
            pen.state(OpState.WAITING_CREDENTIALS)
            terminal.wait_for("waiting for credentials  waits")
            terminal.send("4")
            terminal.wait_for(holder())
            wait_until(lambda: silence(terminal) >= SILENT, "three silent seconds")
    journal.close()


def test_what_turns_is_written_while_it_is_seen(start: Callable[..., Terminal]) -> None:
    with start("pending", size=(80, 24)) as terminal:
        terminal.wait_for(lambda text: any(f"{one} pending" in text for one in SPINNER))
        seen = {one for one in SPINNER if f"{one} pending" in terminal.text}
        terminal.wait_for(lambda text: any(f"{one} pending" in text for one in set(SPINNER) - seen))
        terminal.send("2")  # the volumes
        wait_until(lambda: silence(terminal) >= SILENT, "three silent seconds")


async def test_it_turns_only_while_it_is_in_sight(stage: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 16)) as pilot:
        dashboard = s.app.dashboard
        table = dashboard.pane_of(Kind.INSTANCES).table

        def turning() -> bool:
            return any(f"{one} pending" in text for text in texts(table) for one in SPINNER)

        s.greet()
        s.list(Kind.VOLUMES, [volume(1)])
        s.list(Kind.INSTANCES, [instance(0, state="pending"), *map(instance, range(1, 60))])
        await until(pilot, turning)
        assert dashboard._facts.frame is not None
        await press(pilot, "G")
        await until(pilot, lambda: dashboard._facts.frame is None)
        await press(pilot, "g")
        await until(pilot, turning)
        await press(pilot, "2")
        await until(pilot, lambda: dashboard._facts.frame is None)
        await press(pilot, "1")
        await until(pilot, turning)
        await press(pilot, "z")  # paused
        await until(pilot, lambda: dashboard._facts.frame is None and not turning())
