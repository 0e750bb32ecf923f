"""No test, however it drives the program, may make it change a simulated cloud past its own gate."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from trainctl_tui.simcloud.wire.ledger import VARIABLE, Entry

LEDGER = pytest.StashKey[Path]()
WHAT = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Name the ledger to every simulated cloud of this session; workers inherit it."""
    if hasattr(config, "workerinput"):
        return
    handle, name = tempfile.mkstemp(prefix="simcloud-ledger-")
    os.close(handle)
    config.stash[LEDGER] = Path(name)
    os.environ[VARIABLE] = name


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a session in which a simulated cloud saw an ungated call."""
    ledger = session.config.stash.get(LEDGER, None)
    if ledger is None:
        return
    entries = [msgspec.json.decode(line, type=Entry) for line in ledger.read_bytes().splitlines()]
    ledger.unlink()
    ours = [entry for entry in entries if entry.by_program]
    ungated = Counter(entry.call for entry in ours if entry.ungated)
    approved = sum(bool(entry.plan) for entry in ours)
    rehearsed = sum(entry.rehearsal for entry in ours)
    session.config.stash[WHAT] = (
        f"changes that simulated clouds were asked for by the program: {approved} approved,"
        f" {rehearsed} rehearsed, {ungated.total()} past the gate"
        + "".join(f"\n  UNGATED {call} x {times}" for call, times in ungated.items())
    )
    if ungated:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was counted."""
    if told := config.stash.get(WHAT, ""):
        terminalreporter.write_line(told)
