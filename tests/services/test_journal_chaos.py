"""Whoever takes over from a bent journal repeats nothing and tells nothing wrong; or refuses, with words."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.support.campaign import campaign, seeded
from tests.support.execution import Stage, killed_at
from tests.support.killsweep import PROFILES, Case, Sweep, places, sweep
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import NotFound
from trainctl_tui.services.crashpoint import Fuse
from trainctl_tui.services.journal_file import NAME
from trainctl_tui.services.state_dir import NoJournal

RESUMED = campaign(100, 1500)
CASES = tuple(Case(act, 6, PROFILES[0]) for act in (Act.SNAPSHOT, Act.CREATE, Act.TERMINATE))


def bend(file: Path, chance: Random) -> None:
    """Cut a file short, or turn some of its bits."""
    data = bytearray(file.read_bytes())
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)) :]
    else:
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


@pytest.mark.campaign
@pytest.mark.timeout(campaign(300, 3600))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_takes_over_from_a_bent_journal_resumes_rightly_or_not_at_all(case: Case) -> None:
    chance = seeded(f"resumes of {case.name}")
    count = len(places(case))
    found = {"resumed": 0, "refused": 0}
    for _ in range(RESUMED // len(CASES)):
        with sweep(case) as one:
            assert one.attempt(killed_at(chance.randrange(count // 4, count))) is None
            bend(one.folder / NAME, chance)
            found[_resumed(one)] += 1
    print(f"{sum(found.values())} resumes: {found}, 0 wrong")
    assert all(found.values())


def _resumed(one: Sweep) -> str:
    """Let another take over; return whether that one could."""
    try:
        told = one.attempt(Fuse(0))
        assert told is not None
        one.judge(told)
    except (NoJournal, NotFound):
        effects = one.stage.engine.effects
        assert {id for _, id in effects} <= set(one.ids)
        assert all(count == 1 for count in effects.values()), effects
        return "refused"
    return "resumed"


def test_a_journal_of_somebody_else_sends_nothing(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    on.journal.close()
    somebody = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    with pytest.raises(NoJournal, match="nothing is changed"):
        on.run(op)
    assert not on.engine.effects


def test_a_journal_that_may_not_be_written_sends_nothing(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    on.journal._file._open().execute("PRAGMA query_only=ON")
    with pytest.raises(NoJournal, match="readonly"):
        on.run(op)
    assert not on.engine.effects
