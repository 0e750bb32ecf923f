"""R1: kill -9 at every place an operation passes; whoever takes over loses nothing and repeats nothing.

Here the kill ends the execution inside this process, since a transaction that never commits and a lock whose
holder is gone are the same either way; tests/tty/test_executor_kills.py kills real processes.
"""

from __future__ import annotations

import pytest

from tests.support.campaign import LONG, campaign, seeded
from tests.support.killsweep import CASES, Case, kill, places, twice
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import OpState
from trainctl_tui.domain.rule import MACHINE_ACTS

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(campaign(300, 3600))]
DOUBLE = campaign(8, 100)
"""Double kills of each of the 24 cases of machines: 2,400 in the long form."""

OTHERS = 4
"""How much thinner the short form sweeps the acts on volumes, snapshots and tags; the long one does all."""


def thinned(case: Case) -> tuple[int, int]:
    """Return the stride from place to place, and how many double kills."""
    if LONG:
        return 1, DOUBLE
    return (4, DOUBLE) if case.act in MACHINE_ACTS else (4 * OTHERS, DOUBLE // OTHERS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_killed_anywhere_it_ends_without_loss_and_without_repetition(case: Case) -> None:
    chance = seeded(f"kill sweep {case.name}")
    names = places(case)
    stride, doubles = thinned(case)
    swept = range(1 + chance.randrange(stride), len(names) + 1, stride)
    for at in swept:
        try:
            told = kill(case, at)
        except AssertionError as error:
            raise AssertionError(f"{case.name} killed at {at} ({names[at - 1]}): {error}") from error
        assert told.state is not OpState.ABORTED
    for _ in range(doubles):
        first, second = twice(case, len(names), chance)
        try:
            kill(case, first, second)
        except AssertionError as error:
            raise AssertionError(f"{case.name} killed at {first} and then at {second}: {error}") from error
    print(f"{len(names)} places, {len(swept)} swept, {doubles} killed twice")


def test_the_places_lie_around_every_write_and_every_call() -> None:
    (bulk,) = (case for case in CASES if case.name == "terminate-6-lossy")
    names = set(places(bulk))
    for what in ("confirm", "take", "intent", "result", "observed", "state"):
        assert {f"before {what}", f"after {what}"} <= names
    for call in ("facts", "rehearse", "observe", "act", "audit intent", "audit result"):
        assert {f"before {call}", f"after {call}"} <= names
    assert sum(len(places(case)) for case in CASES) >= 15 * 400
    assert {case.act for case in CASES} == set(Act)
