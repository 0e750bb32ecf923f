"""Facts of a machine that nothing speaks against, for tests of verdicts to spoil one by one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from trainctl_tui.domain.acts import (
    Act,
    Facts,
    Fleet,
    Job,
    JobState,
    Judgement,
    Policy,
    Situation,
    VolumeFacts,
)
from trainctl_tui.domain.safety import judge

NOW = 1_800_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
MINE = (("Name", "trainer"), ("trainctl:user", "ann"))
POLICY = Policy(user="ann")
SITUATION = Situation(ACCOUNT, ACCOUNT, NOW)
FLEET = Fleet(REGION, active=4, visible=40, hourly=2.0)
IDLE = Job(JobState.IDLE, "", NOW - 5, busiest_percent=3.0, checkpoint_saved=True)
RUNNING = replace(IDLE, state=JobState.RUNNING, why="train.py")
UNKNOWN = Job(JobState.UNKNOWN, "SSM did not answer")
ROOT = VolumeFacts("vol-root", "/dev/xvda", True, True, 30, "gp3", (), monthly=2.4)
DATA = VolumeFacts("vol-data", "/dev/sdf", False, False, 500, "gp3", (), monthly=40.0)


def machine(number: int = 1, **given: Any) -> Facts:
    """Return facts of a running, idle machine of ann's, three hours old, with changes."""
    clean = Facts(
        id=f"i-{number:017x}",
        account=ACCOUNT,
        region=REGION,
        read_at=NOW - 1,
        zone="us-east-1a",
        state="running",
        type="g5.xlarge",
        launched_at=NOW - 3 * 3600,
        tags=MINE,
        terminate_protected=False,
        stop_protected=False,
        volumes=(ROOT,),
        instance_store=False,
        job=IDLE,
        hourly=1.0,
    )
    return replace(clean, **given)


def stopped(number: int = 1, **given: Any) -> Facts:
    """Return facts of a stopped machine of ann's, with changes."""
    return machine(number, **{"state": "stopped", "job": Job(JobState.NONE), **given})


def judged(
    act: Act, facts: Facts, *, batch: bool = False, fleet: Fleet | None = FLEET, **given: Any
) -> Judgement:
    """Judge with changes to the clean policy and situation, by name of the field."""
    policy = replace(POLICY, **{k: v for k, v in given.items() if hasattr(POLICY, k)})
    situation = replace(SITUATION, **{k: v for k, v in given.items() if hasattr(SITUATION, k)})
    return judge(act, facts, policy, situation, fleet, batch=batch)
