"""One bastion, many windows: real collectors of one user share every sweep, and none waits for a dead one."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.following import Following
from tests.support.processes import wait_until
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.simcloud.process import SimCloud

LONG = os.environ.get("TRAINCTL_CAMPAIGN") == "long"
WINDOWS = 6
SWEEPS = 60 if LONG else 6  # of the volumes, until the calls are counted


def run(cloud: SimCloud, launch: Launch, windows: int) -> dict[str, int]:
    """Let so many windows watch until the volumes were read so often; return the calls by name."""
    cloud.forget_calls()
    with ExitStack() as stack:
        following = [stack.enter_context(Following(launch)) for _ in range(windows)]
        for one in following:
            one.wait_settled()
        wait_until(
            lambda: cloud.calls().get("ec2:DescribeVolumes", 0) >= SWEEPS,
            f"{SWEEPS} sweeps",
            40 * launch.refresh * SWEEPS,
        )
        counted = cloud.calls()
        # Whoever reads, all show it: no window is older than two sweeps.
        taken = [max(lane.taken_at or 0.0 for lane in one.news.lanes(Kind.VOLUMES)) for one in following]
        assert max(taken) - min(taken) <= 2 * launch.refresh + 2
        return counted


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_six_windows_call_as_often_as_one(
    launch: Launch, link_cloud: SimCloud, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = run(link_cloud, launch, 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "another cache"))
    together = run(link_cloud, launch, WINDOWS)
    listed = {name: count for name, count in together.items() if name.startswith("ec2:Describe")}
    # Each window proves by itself who it is; everything else is read once for all.
    assert together["sts:GetCallerIdentity"] == WINDOWS
    share = sum(listed.values()) / sum(alone[name] for name in listed)
    print(f"calls of {WINDOWS} windows to those of one: {share:.2f} ({together} to {alone})")
    assert share <= (1.1 if LONG else 1.4)


def test_a_killed_reader_is_followed_by_another(launch: Launch, link_cloud: SimCloud) -> None:
    link_cloud.forget_calls()
    slow = {"service": "ec2", "action": "DescribeInstances", "effect": "latency", "seconds": 2.0}
    link_cloud.faults([slow])
    try:
        with Following(launch) as first:
            # It is reading now, and has the lane's turn.
            wait_until(lambda: link_cloud.calls().get("ec2:DescribeInstances", 0) > 0)
            with Following(launch) as second:
                second.wait(lambda: bool(second.news.regions), "the second window to begin")
                os.kill(first.processes[0].pid, signal.SIGKILL)
                second.wait_settled()
                assert second.count(Kind.INSTANCES)
    finally:
        link_cloud.clear_faults()
