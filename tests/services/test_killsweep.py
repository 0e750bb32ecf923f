"""R1: kill -9 at every place an operation passes; whoever takes over loses nothing and repeats nothing.

Here the kill ends the execution inside this process, since a transaction that never commits and a lock whose
holder is gone are the same either way; tests/tty/test_executor_kills.py kills real processes.
"""

from __future__ import annotations

import pytest

from tests.support.campaign import LONG, campaign, seeded
from tests.support.killsweep import CASES, END, Case, kill, places, twice
from trainctl_tui.domain.operations import OpState

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(campaign(300, 3600))]
STRIDE = 1 if LONG else 4
DOUBLE = campaign(8, 100)
"""Double kills of each of the 24 cases: 2,400 in the long form."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_killed_anywhere_it_ends_without_loss_and_without_repetition(case: Case) -> None:
    chance = seeded(f"kill sweep {case.name}")
    names = places(case)
    swept = range(1 + chance.randrange(STRIDE), len(names) + 1, STRIDE)
    for at in swept:
        try:
            told = kill(case, at)
        except AssertionError as error:
            raise AssertionError(f"{case.name} killed at {at} ({names[at - 1]}): {error}") from error
        assert told.state is not OpState.ABORTED
    for _ in range(DOUBLE):
        first, second = twice(case, len(names), chance)
        try:
            kill(case, first, second)
        except AssertionError as error:
            raise AssertionError(f"{case.name} killed at {first} and then at {second}: {error}") from error
    print(f"{len(names)} places, {len(swept)} swept, {DOUBLE} killed twice")


def test_the_places_lie_around_every_write_and_every_call() -> None:
    (bulk,) = (case for case in CASES if case.name == "terminate-6-lossy")
    names = set(places(bulk))
    for what in ("confirm", "take", "intent", "result", "observed", "state"):
        assert {f"before {what}", f"after {what}"} <= names
    for call in ("facts", "rehearse", "observe", "act", "audit intent", "audit result"):
        assert {f"before {call}", f"after {call}"} <= names
    assert sum(len(places(case)) for case in CASES) >= 4 * 400
    assert {case.act for case in CASES} == set(END)
