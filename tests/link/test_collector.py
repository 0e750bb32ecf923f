"""Real collectors on real pipes, reading a simulated AWS by real HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import pytest

from tests.support.campaign import campaign
from tests.support.cloud import client
from tests.support.following import Following
from tests.support.processes import exists, wait_gone, wait_until
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.client import Process
from trainctl_tui.link.messages import (
    AskConsole,
    AskRegions,
    CollectorLost,
    ConsoleAnswer,
    Hello,
    NoAnswer,
    Pause,
    Refresh,
    RegionsAnswer,
    SweepStarted,
    Tally,
    WatchRegions,
)
from trainctl_tui.link.spawn import LOG, VARIABLE, spawn
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire
KILLS = campaign(10, 50)
ROOT = Path(__file__).parents[2]


def fleet(cloud: SimCloud, *regions: str) -> dict[Kind, set[str]]:
    """Ask the simulated AWS itself, by a client that is not ours."""
    found: dict[Kind, set[str]] = {kind: set() for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)}
    for region in regions:
        ec2 = client(cloud, region=region)
        for group in ec2.describe_instances()["Reservations"]:
            found[Kind.INSTANCES] |= {one["InstanceId"] for one in group["Instances"]}
        found[Kind.VOLUMES] |= {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]}
        snapshots = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        found[Kind.SNAPSHOTS] |= {one["SnapshotId"] for one in snapshots}
    return found


def held(following: Following) -> dict[Kind, set[str]]:
    kinds = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)
    return {kind: {row.id for row in following.news.of(kind).values()} for kind in kinds}


def test_the_whole_fleet_arrives(launch: Launch, link_cloud: SimCloud) -> None:
    with Following(launch) as following:
        following.wait_settled()
        assert held(following) == fleet(link_cloud, *launch.regions)
        assert following.count(Kind.STATUSES) == following.count(Kind.INSTANCES) > 40
        types = {row.type for row in following.news.of(Kind.INSTANCES).values()}
        assert set(following.news.specs) == types
        following.wait(
            lambda: following.news.identity is not None and following.news.identity.alias != "", "alias"
        )
        following.wait(lambda: bool(following.of(Tally)), "a tally")
        processes = following.processes
    assert [process.poll() for process in processes] == [0]


def test_questions_are_answered(launch: Launch) -> None:
    with Following(launch) as following:
        following.wait_settled()
        row = next(iter(following.news.of(Kind.INSTANCES).values()))
        following.link.send(AskConsole(1, row.region, row.id))
        following.link.send(AskRegions(2))
        following.wait(lambda: bool(following.of(RegionsAnswer) and following.of(ConsoleAnswer)), "answers")


def test_a_changed_region_and_a_pause_outlive_the_collector(launch: Launch) -> None:
    with Following(launch) as following:
        following.wait_settled()
        following.link.send(WatchRegions(("eu-west-1",)))
        following.link.send(Pause(True))
        following.wait(lambda: following.news.regions == ("eu-west-1",), "the other region")
        following.wait_settled()
        following.processes[0].kill()
        following.wait(lambda: len(following.of(Hello)) == 2, "another collector")
        following.wait_settled()
        second = following.of(Hello)[1]
        assert isinstance(second, Hello)
        assert second.regions == ("eu-west-1",)
        begun = len(following.of(SweepStarted))
        assert {row.region for row in following.news.of(Kind.INSTANCES).values()} == {"eu-west-1"}
        following.link.send(Refresh((Kind.VOLUMES,)))
        following.wait(lambda: len(following.of(SweepStarted)) > begun, "the sweep that was asked for")
        last = following.of(SweepStarted)[begun:]
        assert [one.lane.kind for one in last if isinstance(one, SweepStarted)] == [Kind.VOLUMES]


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_any_moment_it_comes_back_with_the_whole_fleet(
    seed: int, launch: Launch, link_cloud: SimCloud
) -> None:
    moment = Random(seed).uniform(0.0, 0.8)
    with Following(launch) as following:
        following.wait(lambda: bool(following.processes), "a first collector")
        threading.Event().wait(moment)
        following.processes[0].kill()
        following.wait(lambda: bool(following.of(CollectorLost)), f"its loss (after {moment:.2f} s)")
        (lost,) = following.of(CollectorLost)
        assert lost == CollectorLost("killed by SIGKILL", 0.5)
        following.wait_settled()
        assert held(following) == fleet(link_cloud, *launch.regions), f"seed {seed}"
        pids = [process.pid for process in following.processes]
        assert len(pids) == 2
    wait_gone(pids, 3)


def test_each_restart_waits_longer(launch: Launch) -> None:
    def stillborn(launch: Launch, generation: int) -> Process:
        command = [sys.executable, "-c", "raise SystemExit(3)"]
        return subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    with Following(launch, stillborn) as following:
        following.wait(lambda: len(following.of(CollectorLost)) == 3, "three losses")
        heard = following.of(CollectorLost)
    assert [one.restart_in for one in heard if isinstance(one, CollectorLost)] == [0.5, 1.0, 2.0]
    assert "code 3" in str(heard[0])


def test_a_question_that_dies_with_its_collector_is_answered(launch: Launch) -> None:
    def deaf(launch: Launch, generation: int) -> Process:
        return subprocess.Popen(["sleep", "60"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    with Following(launch, deaf) as following:
        following.link.send(AskRegions(5))
        following.wait(lambda: following.link._outbox._unanswered == {5}, "the question to be asked")
        following.processes[0].kill()
        following.wait(lambda: bool(following.of(NoAnswer)), "an answer")
        (told,) = following.of(NoAnswer)
    assert isinstance(told, NoAnswer)
    assert told.id == 5


def test_closing_takes_less_than_a_second_whatever_the_collector_does(launch: Launch) -> None:
    with Following(launch) as following:
        following.wait(lambda: bool(following.of(Hello)), "its first words")
        following.processes[0].send_signal(signal.SIGSTOP)
        closer = threading.Thread(target=following.link.close)
        closer.start()
        closer.join(1.0)
        assert not closer.is_alive(), "close() took more than a second"
        following.link.close()
        assert not exists(following.processes[0].pid)


def test_a_collector_that_was_never_heard_is_ended_too(launch: Launch) -> None:
    from trainctl_tui.link.client import CollectorLink

    first = spawn(launch, 1)
    link = CollectorLink(launch, first)
    link.close()
    assert first.poll() is not None
    assert list(link.messages()) == []


_PARENT = """
import sys, time
from trainctl_tui.launch import Launch
from trainctl_tui.link.spawn import spawn
process = spawn(Launch.decode(sys.argv[1]), 1)
print(process.pid, flush=True)
while process.stdout.read(1):
    pass
"""


def test_it_ends_when_its_parent_is_killed(launch: Launch, link_cloud: SimCloud) -> None:
    link_cloud.faults({"effect": "latency", "seconds": 20, "action": "DescribeVolumes"})
    command = [sys.executable, "-c", _PARENT, launch.encode()]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    link_cloud.forget_calls()
    wait_until(lambda: link_cloud.calls().get("ec2:DescribeVolumes", 0) > 0, "a sweep that hangs")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_gone([pid], 3)
    link_cloud.clear_faults()


def test_stray_prints_and_programs_do_not_corrupt_frames(launch: Launch, home: Path) -> None:
    noisy = home / "noisy"
    noisy.mkdir()
    (noisy / "sitecustomize.py").write_text(
        "import threading, os, sys, subprocess\n"
        "def shout():\n"
        "    while not threading.Event().wait(0.005):\n"
        "        print('noise on standard output', flush=True)\n"
        "        os.write(1, b'noise on descriptor 1\\n')\n"
        "        subprocess.run(['sh', '-c', 'echo noise of a child; cat'])\n"
        "def begin():\n"
        "    while sys.stdout is not sys.stderr: threading.Event().wait(0.001)\n"
        "    shout()\n"
        "if 'trainctl_tui.collector' in sys.orig_argv:\n"
        "    threading.Thread(target=begin, daemon=True).start()\n"
    )

    def spawn_noisy(launch: Launch, generation: int) -> Process:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", f"{noisy}:{ROOT}")
            return spawn(launch, generation)

    with Following(launch, spawn_noisy) as following:
        following.wait_settled()
        assert following.of(CollectorLost) == []
    log = (home / "state" / "trainctl-tui" / LOG).read_text()
    assert {"noise on standard output", "noise on descriptor 1", "noise of a child"} <= set(log.splitlines())


def test_it_gets_what_the_sdk_needs_and_nothing_more(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "canary")
    monkeypatch.setenv("AWS_PROFILE", "research")
    process = spawn(launch, 1)
    try:
        environment = Path(f"/proc/{process.pid}/environ")
        # Until exec, the child has the environment of this process.
        wait_until(lambda: VARIABLE.encode() in environment.read_bytes(), "its own environment")
        text = environment.read_bytes()
        assert os.getsid(process.pid) == process.pid
    finally:
        process.kill()
        process.communicate()
    assert b"AWS_PROFILE=research" in text
    assert b"canary" not in text
    assert os.stat(os.environ["XDG_STATE_HOME"] + "/trainctl-tui/" + LOG).st_mode & 0o777 == 0o600


def test_what_lies_in_the_users_directory_is_not_imported(
    launch: Launch, link_cloud: SimCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("trainctl_tui", "boto3", "msgspec"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(99)")
    monkeypatch.chdir(tmp_path)
    with Following(launch) as following:
        following.wait_settled()
        assert held(following) == fleet(link_cloud, *launch.regions)
        assert len(following.processes) == 1


def test_the_collector_sees_no_textual() -> None:
    code = (
        "import sys, trainctl_tui.collector, trainctl_tui.bootstrap, trainctl_tui.link.server,"
        " trainctl_tui.services.refresh; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "trainctl_tui.link.server" in done.stdout.split()
    assert not {"textual", "rich"} & set(done.stdout.split())
