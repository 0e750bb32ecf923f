"""Calls keep to the provider's limits, for all executors of a machine together, and none is dropped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.execution import NOW, REGION, Stage
from tests.support.killsweep import scratch
from trainctl_tui.domain.acts import Act, Policy
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.pacing import FOLDER, Buckets, SharedBucket
from trainctl_tui.simcloud.engine import EngineError
from trainctl_tui.simcloud.engine.buckets import DOCUMENTED

MANY = 1000
BURST, RATE = 100, 5.0
FLOOR = (MANY - BURST) / RATE
"""Seconds that AWS's bucket makes of a thousand deletions: 180."""


@pytest.fixture
def on() -> Iterator[Stage]:
    """A stage whose journal is in memory: it is the order of writes that counts here."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        journal = Journal(Path(folder) / "state", lambda: NOW)
        yield Stage(journal)
        journal.close()


def deleted_in(on: Stage, a_neighbour_s_share: float) -> float:
    """Delete a thousand volumes; return the seconds until the last call had its effect."""
    on.engine.limit(DOCUMENTED)
    ids = [on.aims.volume(REGION) for _ in range(MANY)]
    op = on.confirm(Act.DELETE, ids)
    began = on.clock.now()
    ends: list[float] = []
    owed = 0.0

    def wait(seconds: float) -> bool:
        nonlocal owed
        if len(on.engine.effects) == MANY:
            ends.append(on.clock.now())
            return False
        owed += seconds * RATE * a_neighbour_s_share
        while owed >= 1:
            owed -= 1
            with pytest.raises(EngineError):
                on.engine.call("DeleteVolume", {"VolumeId": ids[-1], "DryRun": True}, region=REGION)
        return False

    on.on_wait = wait
    told = on.run(op)
    assert told.state is OpState.DONE
    assert [target.outcome for target in told.targets] == [Outcome.DONE] * MANY
    assert set(on.engine.effects.values()) == {1}
    assert not on.engine.world(REGION).volumes
    return ends[0] - began


def test_a_thousand_deletions_take_no_more_than_a_tenth_above_what_aws_allows(on: Stage) -> None:
    took = deleted_in(on, 0.0)
    print(f"{MANY} volumes deleted in {took:.0f} s; the floor is {FLOOR:.0f} s")
    assert FLOOR * 0.99 <= took <= FLOOR * 1.1


def test_a_neighbour_that_takes_a_third_of_the_calls_costs_time_and_no_target(on: Stage) -> None:
    took = deleted_in(on, 0.3)
    floor = (MANY - BURST) / (RATE * 0.7)
    print(f"{MANY} volumes deleted in {took:.0f} s beside a neighbour; the floor is {floor:.0f} s")
    assert took <= floor * 1.1


def test_executors_share_the_bucket_of_deletions_of_one_account_and_region(tmp_path: Path) -> None:
    now = [50.0]
    made = [Buckets(lambda: now[0], Policy(delete_burst=4, delete_rate=2.0), tmp_path, "1/") for _ in "ab"]
    other = Buckets(lambda: now[0], Policy(delete_burst=4, delete_rate=2.0), tmp_path, "2/")
    waits = [made[turn % 2].act(Act.DELETE, REGION, 1) for turn in range(6)]
    assert waits == [0, 0, 0, 0, 0.5, 1.0]
    assert made[0].act(Act.DELETE, "eu-west-1", 1) == 0
    assert other.act(Act.DELETE, REGION, 1) == 0
    assert made[0].act(Act.MODIFY, REGION, 1) == 0
    now[0] += 10
    assert made[1].act(Act.DELETE, REGION, 1) == 0


@pytest.mark.parametrize("text", ["", "x", "1", "1 2 3", "nan 1", "1 inf", "-5 1e9", "\0\xff"])
def test_a_level_that_makes_no_sense_or_is_of_before_a_reboot_is_a_full_bucket(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / FOLDER / "x"
    file.parent.mkdir(mode=0o700)
    file.write_text(text, "latin-1")
    bucket = SharedBucket(file, 2, 1.0, lambda: 7.0)
    assert [bucket.take(1) for _ in range(3)] == [0, 0, 1.0]


def test_a_debt_is_no_larger_than_the_bucket(tmp_path: Path) -> None:
    file = tmp_path / FOLDER / "x"
    file.parent.mkdir(mode=0o700)
    file.write_text("-1e300 7.0")
    assert SharedBucket(file, 2, 1.0, lambda: 7.0).take(1) == 2.0


def test_a_file_that_cannot_be_used_leaves_each_executor_its_own_bucket(tmp_path: Path) -> None:
    file = tmp_path / FOLDER / "x"
    file.parent.mkdir(mode=0o700)
    os.symlink(tmp_path / "elsewhere", file)
    bucket = SharedBucket(file, 1, 1.0, lambda: 7.0)
    assert [bucket.take(1), bucket.take(1)] == [0, 1.0]
    assert not (tmp_path / "elsewhere").exists()
