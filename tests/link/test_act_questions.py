"""What an act is judged by, and its dry run, asked through a real collector of a simulated AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.following import Following
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import AskFacts, AskRehearsal, FactsAnswer, RehearsalAnswer
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire
REGION, OTHER = "us-east-1", "eu-west-1"
NOBODY = f"i-{0xDEAD:017x}"


@pytest.fixture
def link_cloud() -> Iterator[SimCloud]:
    """A simulated AWS of this test's own, in which nothing changes by itself."""
    with SimCloud.start(seed=5, instances=4, speed=0, regions=(REGION, OTHER)) as running:
        yield running


def add(cloud: SimCloud, state: str) -> str:
    tags = {"Name": state, "trainctl:user": "ann"}
    (id,) = cloud.engine_command("add", tags=tags, state=state)["ids"]
    return str(id)


def test_facts_and_a_rehearsal_come_back_and_change_nothing(
    launch: Launch, home: Path, link_cloud: SimCloud
) -> None:
    stopped, runs = add(link_cloud, "stopped"), add(link_cloud, "running")
    before = link_cloud.engine_command("ids")["instances"]
    with Following(launch) as following:
        following.wait_settled()
        following.link.send(AskFacts(1, ((REGION, stopped), (REGION, runs), (REGION, NOBODY))))
        following.wait(lambda: bool(following.of(FactsAnswer)), "facts")
        (told,) = following.of(FactsAnswer)
        assert isinstance(told, FactsAnswer)
        # In the order of the question, and one that is not there is told as well.
        assert [(one.id, one.state) for one in told.facts][:2] == [(stopped, "stopped"), (runs, "running")]
        assert told.facts[2].id == NOBODY
        assert not told.facts[2].is_known
        assert told.facts[0].volumes is not None
        assert told.facts[0].hourly is not None
        assert dict(told.facts[1].tags or ())["trainctl:user"] == "ann"
        assert told.identity.arn.endswith(":user/demo")
        assert {one.region for one in told.fleets} == {REGION}

        elsewhere = next(row.id for row in following.news.of(Kind.INSTANCES).values() if row.region == OTHER)
        targets = ((REGION, stopped), (OTHER, elsewhere), (REGION, NOBODY))
        following.link.send(AskRehearsal(2, Order(Act.TERMINATE), targets))
        following.wait(lambda: bool(following.of(RehearsalAnswer)), "a rehearsal")
        (answer,) = following.of(RehearsalAnswer)
        assert isinstance(answer, RehearsalAnswer)
        first, second = answer.regions
        assert (first.region, first.ids) == (REGION, (stopped, NOBODY))
        assert first.trouble is not None, "one id of the region is of nobody"
        assert (second.region, second.ids, second.trouble) == (OTHER, (elsewhere,), None)
    assert link_cloud.engine_command("ids")["instances"] == before
    assert link_cloud.ungated_calls() == []


def test_a_read_only_collector_answers_facts_and_refuses_a_rehearsal(
    launch: Launch, home: Path, link_cloud: SimCloud
) -> None:
    id = add(link_cloud, "stopped")
    with Following(replace(launch, read_only=True)) as following:
        following.wait_settled()
        following.link.send(AskFacts(1, ((REGION, id),)))
        following.link.send(AskRehearsal(2, Order(Act.TERMINATE), ((REGION, id),)))
        following.wait(lambda: bool(following.of(FactsAnswer) and following.of(RehearsalAnswer)), "answers")
        (answer,) = following.of(RehearsalAnswer)
    assert isinstance(answer, RehearsalAnswer)
    assert answer.regions[0].trouble is not None
    assert "read-only" in str(answer.regions[0].trouble).casefold()
    assert link_cloud.mutating_calls() == []
