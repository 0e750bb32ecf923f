"""Plans of acts on volumes, snapshots and tags: their phrases, their limits, what they save."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.domain.test_plans import machines, plan
from tests.support.judging import (
    DISK,
    HOLDER,
    NOW,
    held,
    new,
    ready,
    snapshot,
    volume,
)
from trainctl_tui.domain.acts import Act, Facts, Fleet, Verdict
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.plans import Plan


def volumes(count: int, **given: Any) -> list[Facts]:
    return [volume(number, **given) for number in range(1, count + 1)]


def test_a_forced_detach_is_typed_in_full() -> None:
    target = held()
    change = {target.id: Change(HOLDER.instance_id, "/dev/sdf", force=True)}
    made = plan(Act.DETACH, [target], changes=change)
    assert (made.phrase, made.changes) == (f"FORCE {target.id}", change)
    assert made.approve(made.phrase, NOW).changes == change
    gentle = plan(Act.DETACH, [held(mounted=True)], changes={target.id: ready(Act.DETACH)[1]})
    assert gentle.phrase == target.id[-8:]


@pytest.mark.parametrize(
    ("count", "there", "verdict", "reason"),
    [
        (2, 2, Verdict.TYPE, "2 volumes at once."),
        (10, 10, Verdict.TYPE, "10 volumes at once."),
        (11, 22, Verdict.TYPE, "11 volumes at once, priced at ~$88.00 a month together."),
        (11, 21, Verdict.REFUSE,
         "11 of 21 volumes that there are are more than 50 %. Split the batch, or raise safety.max_percent."),
        (11, None, Verdict.REFUSE,
         "How many volumes that there are could not be counted, so the share of this batch is unknown."),
        (51, 400, Verdict.REFUSE,
         "51 volumes are more than 50 at once. Split the batch, or raise safety.max_batch."),
    ],
)  # fmt: skip
def test_the_limits_of_a_batch_count_volumes(
    count: int, there: int | None, verdict: Verdict, reason: str
) -> None:
    made = plan(Act.DELETE, volumes(count), [Fleet("us-east-1", 1, 1, 1.0, volumes=there, snapshots=1)])
    assert made.verdict is verdict
    assert reason in [found.reason for found in made.findings]


def test_each_kind_of_a_mixed_batch_is_a_share_of_its_own() -> None:
    change = ready(Act.PROTECT)[1]

    def protect(count: int, snapshots: int) -> Plan:
        some = [*machines(count), *volumes(count), *(snapshot(number) for number in range(count))]
        fleet = Fleet("us-east-1", 22, 22, 22.0, volumes=22, snapshots=snapshots)
        return plan(Act.PROTECT, some, [fleet], changes={one.id: change for one in some})

    assert protect(10, 10).verdict is Verdict.TYPE
    assert protect(10, 10).findings[0].reason == (
        "30 resources at once, priced at ~$10.00 an hour and ~$130.00 a month together."
    )
    assert protect(11, 22).verdict is Verdict.TYPE
    assert protect(11, 21).verdict is Verdict.REFUSE


def test_what_is_not_there_yet_is_no_share_of_what_is() -> None:
    many = [new(number) for number in range(11)]
    change = ready(Act.CREATE)[1]
    made = plan(Act.CREATE, many, [Fleet("us-east-1", 0, 0)], changes={one.id: change for one in many})
    assert (made.verdict, made.phrase) == (Verdict.TYPE, "create 11")
    assert made.findings[0].reason == "11 volumes at once, priced at an unknown amount a month together."


def test_a_deletion_saves_by_the_month() -> None:
    assert plan(Act.DELETE, [*volumes(2), snapshot()]).monthly_saved == 21.0
    assert plan(Act.DELETE, volumes(1, disk=replace(DISK, monthly=None))).monthly_saved is None
    assert plan(Act.SNAPSHOT, volumes(2)).monthly_saved == 0.0
    assert plan(Act.DELETE, volumes(2)).hourly_saved == 0.0
