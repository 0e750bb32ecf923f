"""The simulated AWS as a process: quick to answer, safe to point at, and never left behind."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tests.support.cloud import client
from trainctl_tui.simcloud.process import SimCloud, reserve_endpoint, simulated_environment

pytestmark = pytest.mark.wire
Start = Callable[..., SimCloud]


def gone(pid: int, within: float = 5.0) -> bool:
    """Say whether a process ends in time (a zombie counts as ended)."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)


def test_clients_may_call_before_it_is_up(start_cloud: Start) -> None:
    reservation = reserve_endpoint()
    endpoint = reservation.endpoint
    cloud = start_cloud(reservation=reservation, wait=False)
    assert cloud.endpoint == endpoint
    told = client(cloud).describe_instances()
    assert sum(len(group["Instances"]) for group in told["Reservations"]) == 12


def test_the_first_rows_do_not_wait_for_moto(start_cloud: Start) -> None:
    cloud = start_cloud(wait=False)
    ec2 = client(cloud)
    ec2.describe_instances()
    maps = Path(f"/proc/{cloud.pid}/maps").read_text()
    assert "cryptography" not in maps, "moto is loaded after the first answer, not before"


def test_it_listens_on_loopback_only(sim_cloud: SimCloud) -> None:
    port = f"{int(sim_cloud.endpoint.rpartition(':')[2]):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{port}")]
    assert listening == [f"0100007F:{port}"]


def test_the_environment_reaches_nothing_else() -> None:
    base = {"PATH": "/bin", "AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "x", "https_proxy": "http://p"}
    told = simulated_environment("http://127.0.0.1:1", base)
    assert "AWS_PROFILE" not in told
    assert "AWS_SESSION_TOKEN" not in told
    assert "https_proxy" not in told
    assert told["PATH"] == "/bin"
    assert told["AWS_EC2_METADATA_DISABLED"] == "true"
    code = (
        "import botocore.session as s; c = s.Session().create_client('sts');"
        "print(c.meta.endpoint_url, c._request_signer._credentials.access_key)"
    )
    run = [sys.executable, "-c", code]
    ran = subprocess.run(run, env=told, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["http://127.0.0.1:1", "SIMULATEDKEY"]


def test_broken_answers_leave_no_traceback_behind(start_cloud: Start) -> None:
    cloud = start_cloud()
    for effect in ("drop", "lost", "half_body", "html", "throttle"):
        cloud.faults({"effect": effect, "action": "DescribeInstances"})
        with contextlib.suppress(BotoCoreError, ClientError, ResponseParserError):
            client(cloud).describe_instances()
    assert cloud.complaints() == ""


def test_stop_ends_it_and_may_be_repeated(start_cloud: Start) -> None:
    cloud = start_cloud()
    began = time.monotonic()
    cloud.stop()
    assert time.monotonic() - began < 2.0
    cloud.stop()
    assert gone(cloud.pid)


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "from trainctl_tui.simcloud.process import SimCloud; import sys, time;"
        "c = SimCloud.start(instances=2); print(c.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert gone(child)


def test_a_child_that_cannot_start_says_so() -> None:
    with pytest.raises(RuntimeError, match=r"ended with code 1: .*There is no fault script"):
        SimCloud.start(faults=Path("/nonexistent.toml"))


def test_a_fault_file_and_latency_are_in_force_from_the_start(start_cloud: Start, tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[rules]]\neffect = "throttle"\ntimes = 1\n')
    cloud = start_cloud(faults=file, latency=0.2)
    began = time.monotonic()
    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        client(cloud).describe_volumes()
    assert time.monotonic() - began >= 0.2
    assert [entry["call"] for entry in cloud.fault_log()] == ["ec2:DescribeVolumes"]
    client(cloud).describe_volumes()


def test_the_engine_is_driven_from_a_test(start_cloud: Start) -> None:
    cloud = start_cloud()
    ec2 = client(cloud)
    (id,) = cloud.engine_command("add", tags={"Name": "late"})["ids"]
    cloud.engine_command("set_state", id=id, state="stopped")
    told = ec2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]
    assert told["State"]["Name"] == "stopped"
    cloud.engine_command("remove", id=id)
    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_instances(InstanceIds=[id])
    with pytest.raises(ValueError, match="KeyError"):
        cloud.engine_command("remove", id=id)
    before = ec2.describe_regions()["ResponseMetadata"]["HTTPHeaders"]["date"]
    cloud.engine_command("advance", seconds=86_400)
    assert ec2.describe_regions()["ResponseMetadata"]["HTTPHeaders"]["date"] != before


def test_faults_are_set_and_cleared_over_http(cloud: SimCloud) -> None:
    cloud.faults({"effect": "denied", "action": "DescribeSnapshots"})
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client(cloud).describe_snapshots()
    with pytest.raises(ValueError, match="ValidationError"):
        cloud.faults([{"effect": "explode"}])
    cloud.clear_faults()
    client(cloud).describe_snapshots()
    assert cloud.fault_log() == []


def test_the_fleet_lives_in_the_process(start_cloud: Start) -> None:
    cloud = start_cloud(instances=20, speed=1.0)
    before = cloud.engine_command("ids")["instances"]
    cloud.engine_command("advance", seconds=120)
    assert cloud.engine_command("ids")["instances"] != before
