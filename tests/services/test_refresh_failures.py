"""What the refresher does when the cloud fails: which rows stay, what is said, and when it tries again."""

from __future__ import annotations

from random import Random

import pytest

from tests.support.rows import ME, instance, volume
from tests.support.scripted_provider import ScriptedProvider
from tests.support.stage import EAST, Kept, Stage
from trainctl_tui.domain.errors import Denied, ExpiredCredentials, NothingSent, Throttled
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link.messages import SweepFailed, SweepWaiting, Unidentified
from trainctl_tui.services.schedule import Pace

PAGES = [[instance(number)] for number in range(1, 8)]


def failures(stage: Stage) -> list[SweepFailed]:
    return [message for message in stage.said if isinstance(message, SweepFailed)]


def test_page_three_of_seven_fails() -> None:
    stage = Stage()
    stage.provider.holds(Kind.INSTANCES, *PAGES[:2], Throttled("Slow down."))
    stage.work()
    assert stage.rows(Kind.INSTANCES) == {instance(1), instance(2)}
    assert stage.lane(Kind.INSTANCES).standing is Standing.PARTIAL
    assert [one for one in stage.memory.saved if one.lane.kind is Kind.INSTANCES] == []
    stage.provider.holds(Kind.INSTANCES, *PAGES)
    stage.pass_time(5)
    assert stage.lane(Kind.INSTANCES).standing is Standing.LIVE
    assert len(stage.rows(Kind.INSTANCES)) == 7


def test_a_later_sweep_that_fails_half_way_takes_no_row_away() -> None:
    stage = Stage()
    stage.provider.holds(Kind.INSTANCES, *PAGES)
    stage.work()
    stage.provider.holds(Kind.INSTANCES, *PAGES[:2], Throttled("Slow down."))
    stage.pass_time(15)
    assert len(stage.rows(Kind.INSTANCES)) == 7
    assert stage.lane(Kind.INSTANCES).standing is Standing.STALE
    assert sum(one.lane.kind is Kind.INSTANCES for one in stage.memory.saved) == 1


def test_after_a_broken_stream_everything_is_told_again() -> None:
    stage = Stage()
    stage.provider.holds(Kind.INSTANCES, *PAGES)
    stage.work()
    stage.provider.holds(Kind.INSTANCES, [instance(1, state="stopped")], Throttled("Slow down."))
    stage.refresher.refresh(whole=True)
    stage.work()
    assert instance(1, state="stopped") in stage.rows(Kind.INSTANCES)
    stage.provider.holds(Kind.INSTANCES, *PAGES)
    stage.pass_time(5)
    assert stage.rows(Kind.INSTANCES) == {instance(number) for number in range(1, 8)}


def test_a_throttled_sweep_says_that_it_waits() -> None:
    stage = Stage()
    stage.provider.holds(Kind.VOLUMES, Throttled("Slow down.", wait=42.0))
    stage.work()
    (waiting,) = stage.of(SweepWaiting)
    assert isinstance(waiting, SweepWaiting)
    assert (waiting.lane.kind, waiting.seconds) == (Kind.VOLUMES, 0.5)
    (failed,) = failures(stage)
    assert failed.retry_in == 42.0, "the provider's own wish is the least"


def test_denied_darkens_one_lane_only_and_is_tried_slowly() -> None:
    stage = Stage()
    stage.provider.holds(Kind.VOLUMES, Denied("No.", permission="ec2:DescribeVolumes"))
    stage.work()
    stage.pass_time(299)
    assert stage.lane(Kind.VOLUMES).standing is Standing.FAILED
    others = {stage.lane(kind).standing for kind in Kind if kind is not Kind.VOLUMES}
    assert others == {Standing.LIVE}
    assert stage.provider.count(Kind.VOLUMES) == 1
    stage.pass_time(2)
    assert stage.provider.count(Kind.VOLUMES) == 2
    stage.provider.holds(Kind.VOLUMES, [volume(1)])
    stage.refresher.refresh((Kind.VOLUMES,))
    stage.work()
    assert stage.lane(Kind.VOLUMES).standing is Standing.LIVE


def test_denied_instances_leave_no_lane_loading() -> None:
    stage = Stage()
    stage.provider.holds(Kind.INSTANCES, Denied("No."))
    stage.work()
    assert stage.lane(Kind.TYPES).standing is Standing.LIVE
    assert stage.news.settled


def test_failures_wait_longer_each_time_up_to_five_minutes() -> None:
    stage = Stage()
    stage.provider.holds(Kind.VOLUMES, NothingSent("No line."))
    stage.work()
    stage.pass_time(2000)
    told = failures(stage)
    assert [one.retry_in for one in told][:8] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert [one.failures for one in told] == list(range(1, len(told) + 1))
    stage.provider.holds(Kind.VOLUMES, [volume(1)])
    stage.refresher.refresh()
    stage.work()
    stage.provider.holds(Kind.VOLUMES, NothingSent("No line."))
    stage.pass_time(15)
    assert failures(stage)[-1].failures == 1


def test_a_failure_while_paused_is_tried_only_when_asked() -> None:
    stage = Stage()
    stage.provider.holds(Kind.VOLUMES, NothingSent("No line."))
    stage.until_sweeps()
    stage.refresher.pause(True)
    stage.work()
    assert [one.retry_in for one in failures(stage)] == [None]


def test_a_refresh_during_a_sweep_that_fails_is_not_lost() -> None:
    stage = Stage()
    stage.provider.holds(Kind.VOLUMES, NothingSent("No line."))
    stage.until_sweeps()
    stage.refresher.refresh()
    stage.work()
    assert stage.provider.count(Kind.VOLUMES) == 2
    assert [one.retry_in for one in failures(stage)] == [0.0, 10.0]


def test_rows_come_without_an_identity_and_are_not_remembered() -> None:
    stage = Stage(ScriptedProvider(identity=Denied("No.")))
    stage.provider.holds(Kind.VOLUMES, [volume(1)])
    stage.work()
    assert stage.news.unidentified is not None
    assert stage.rows(Kind.VOLUMES) == {volume(1)}
    assert stage.memory.saved == []
    stage.provider.identity = ME
    stage.pass_time(301)
    assert stage.news.account == ME.account
    assert stage.rows(Kind.VOLUMES) == {volume(1)}
    assert {one.lane.account for one in stage.memory.saved} == {ME.account}


def test_an_identity_that_cannot_be_asked_for_now_is_asked_for_soon() -> None:
    stage = Stage(ScriptedProvider(identity=NothingSent("No line.")))
    stage.work()
    stage.provider.identity = ME
    stage.pass_time(5)
    assert stage.news.account == ME.account
    assert len(stage.of(Unidentified)) == 1


@pytest.mark.parametrize("seed", range(60))
def test_any_order_of_work_ends_with_the_truth(seed: int) -> None:
    """``Stage.turn`` sees that no lane ever has two sweeps under way."""
    random = Random(seed)
    stage = Stage(memory=Kept(), seed=seed, jitter=0.1)
    regions = (EAST, "eu-west-1", "ap-south-1")
    for _ in range(120):
        act = random.randrange(9)
        if act == 0:
            stage.refresher.refresh(random.sample(list(Kind), 2), whole=random.random() < 0.3)
        elif act == 1:
            stage.refresher.watch(tuple(random.sample(regions, random.randint(1, 3))))
        elif act == 2:
            stage.now += random.choice((1.0, 4.0, 20.0, 400.0))
        elif act == 3:
            _change(stage.provider, random, regions)
        elif act == 4:
            stage.refresher.pause(random.random() < 0.3)
        elif stage.jobs:
            stage.jobs.pop(random.randrange(len(stage.jobs)))()
        stage.turn()
    _settle(stage, regions)
    for kind in (Kind.INSTANCES, Kind.VOLUMES):
        for region in regions:
            truth = {row for page in stage.provider.steps.get((kind, region), [()]) for row in page}
            assert stage.rows(kind, region) == truth, f"seed {seed}, {kind} in {region}"


def _change(provider: ScriptedProvider, random: Random, regions: tuple[str, ...]) -> None:
    region, states = random.choice(regions), ("running", "stopping", "stopped")
    numbers = random.sample(range(1, 9), 5)
    rows = [instance(number, region=region, state=random.choice(states)) for number in numbers]
    trouble = random.choice((Throttled("Slow down."), Denied("No."), ExpiredCredentials("Ended.")))
    pages = [rows[:2], rows[2:], trouble] if random.random() < 0.4 else [rows[:2], rows[2:]]
    provider.holds(Kind.INSTANCES, *pages, region=region)
    provider.holds(Kind.VOLUMES, [volume(n, region=region) for n in numbers], region=region)


def _settle(stage: Stage, regions: tuple[str, ...]) -> None:
    """Let every lane answer again, and everything be read."""
    for region in regions:
        pages = stage.provider.steps.get((Kind.INSTANCES, region), [()])
        healthy = [page for page in pages if not isinstance(page, Exception)]
        stage.provider.holds(Kind.INSTANCES, *healthy, region=region)
    stage.refresher.pause(False)
    stage.refresher.watch(regions)
    stage.work()
    stage.refresher.refresh()
    stage.work()


def test_the_wait_grows_and_is_spread() -> None:
    pace, random = Pace(15.0), Random(3)
    trouble = NothingSent("No line.").trouble
    for count, middle in ((1, 5.0), (2, 10.0), (3, 20.0), (50, 300.0)):
        waits = [pace.after_failure(trouble, count, random) for _ in range(200)]
        assert middle * 0.9 <= min(waits) < middle * 0.95 < middle * 1.05 < max(waits) <= middle * 1.1
