"""R2: random bulk acts under lag, throttling and lost answers: no verdict is wrong or missing."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bulkfuzz import OTHERS, Scenario
from tests.support.campaign import campaign, seeded
from tests.support.execution import NOW
from tests.support.killsweep import scratch
from trainctl_tui.domain.operations import Outcome
from trainctl_tui.services.journal import Journal

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(campaign(300, 3600))]
PARTS = 8
SCENARIOS = campaign(1250, 5000)
"""Scenarios of each part: 10,000 in the short form, 40,000 in the long one."""

OTHER_PARTS = 2
OTHER_SCENARIOS = campaign(150, 5000)
"""The same for acts on volumes, snapshots and tags: 300, and 10,000."""


@pytest.fixture
def journal() -> Iterator[Journal]:
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        made = Journal(Path(folder) / "state", lambda: NOW)
        yield made
        made.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_verdict_is_right(journal: Journal, part: int) -> None:
    chance = seeded(f"bulk fuzz {part}")
    first = chance.randrange(10**6) + part * 10**7
    outcomes: Counter[Outcome | None] = Counter()
    for seed in range(first, first + SCENARIOS):
        scenario = Scenario(seed, journal)
        told = scenario.run()
        if told is not None:
            outcomes.update(target.outcome for target in told.targets)
            assert scenario.wrong(told) == [], f"scenario {seed}"
    print(f"{SCENARIOS} scenarios, {sum(outcomes.values())} targets, 0 wrong: {dict(outcomes)}")
    assert set(outcomes) >= {
        *(Outcome.DONE, Outcome.ACCEPTED, Outcome.PROTECTED, Outcome.CHANGED, Outcome.UNKNOWN_ID),
        *(Outcome.FAILED, Outcome.ALREADY),
    }


@pytest.mark.parametrize("part", range(OTHER_PARTS))
def test_every_verdict_on_volumes_snapshots_and_tags_is_right(journal: Journal, part: int) -> None:
    chance = seeded(f"bulk fuzz of others {part}")
    first = chance.randrange(10**6) + (PARTS + part) * 10**7
    outcomes: Counter[Outcome | None] = Counter()
    for seed in range(first, first + OTHER_SCENARIOS):
        scenario = Scenario(seed, journal, OTHERS)
        told = scenario.run()
        if told is not None:
            outcomes.update(target.outcome for target in told.targets)
            assert scenario.wrong(told) == [], f"scenario {seed}"
    print(f"{OTHER_SCENARIOS} scenarios, {sum(outcomes.values())} targets, 0 wrong: {dict(outcomes)}")
    assert set(outcomes) >= {
        *(Outcome.DONE, Outcome.PROTECTED, Outcome.CHANGED, Outcome.UNKNOWN_ID, Outcome.ALREADY),
    }


def test_a_single_call_that_is_believed_is_wrong(journal: Journal) -> None:
    wrong = sum(Scenario(seed, journal).naive() for seed in range(200))
    assert wrong > 20
