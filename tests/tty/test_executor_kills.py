"""R1 with real processes: executors over HTTP, killed with SIGKILL and taken over by others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.acting_server import scene
from tests.support.campaign import campaign, seeded
from tests.support.executor_farm import HASTE, Farm
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.services.audit import Audit
from trainctl_tui.simcloud.wire.faults import Rule

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(campaign(300, 3600))]
BEGINS = {Act.START: "stopped", Act.STOP: "running", Act.REBOOT: "running", Act.TERMINATE: "stopped"}
ENDS = {Act.START: "running", Act.STOP: "stopped", Act.REBOOT: "running", Act.TERMINATE: "terminated"}
ROUNDS = campaign(3, 30)
"""Operations of each act in each profile; each is killed at least twice."""
PLACES = 40
"""What an operation on two machines passes at least, in the clean profile."""
LOST = Rule(effect="lost", action="(Start|Stop|Terminate|Reboot)Instances", probability=0.3)
PROFILES = {"clean": ((), 0.0), "lossy": ((LOST,), 0.0), "lagging": ((), 60.0 / HASTE)}


@pytest.mark.parametrize("profile", PROFILES)
def test_killed_executors_lose_nothing_and_repeat_nothing(tmp_path: Path, profile: str) -> None:
    chance = seeded(f"executor kills {profile}")
    rules, lag = PROFILES[profile]
    killed = 0
    with scene(tmp_path, pace=HASTE) as cloud, Farm(cloud.environ) as farm:
        cloud.faults.replace(rules, chance.randrange(2**31))
        for act in (*BEGINS,) * ROUNDS:
            ids = [cloud.machine(BEGINS[act], zone) for zone in "ab"]
            stranger = cloud.machine(BEGINS[act])
            cloud.engine.set_lag(0)
            op = cloud.confirm(act, ids)
            cloud.engine.set_lag(lag)
            places = [chance.randrange(1, PLACES), chance.randrange(1, 25), 0]
            codes = [farm.run(op, place) for place in places]
            killed += codes.count(-9)
            assert codes[-1] == 0
            told = cloud.journal.operation(op)
            effects = {id: cloud.engine.effects[act, id] for id in ids}
            assert told.state in (OpState.DONE, OpState.NEEDS_HUMAN), (places, told)
            assert [target.id for target in told.targets] == ids
            assert cloud.engine.effects[act, stranger] == 0
            for target in told.targets:
                assert effects[target.id] <= 1
                if target.outcome is Outcome.UNCONFIRMED:
                    assert act is Act.REBOOT, (places, target)
                    assert target.id in told.why
                else:
                    assert target.outcome in (Outcome.DONE, Outcome.ACCEPTED), (places, target)
                    assert effects[target.id] == 1
                    assert cloud.engine.world("us-east-1").instances[target.id].state == ENDS[act]
    checked, _ = Audit(tmp_path / "state").check()
    assert checked.broken is None, checked.why
    print(f"{killed} of {2 * 4 * ROUNDS} executions were killed")
    assert killed >= 20 * ROUNDS // 3
