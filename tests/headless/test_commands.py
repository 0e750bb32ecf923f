"""What every command has in common: what it remembers, how it is interrupted, and what it leaves behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.headless.conftest import Run, environment
from tests.support.processes import wait_gone, wait_until
from tests.support.pty import Terminal
from trainctl_tui.domain.errors import Throttled
from trainctl_tui.headless.output import next_step
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire

PROGRAM = (sys.executable, "-m", "trainctl_tui")


def test_status_counts_by_kind_region_and_state(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "status", "--json", "--region", "us-east-1,eu-west-1")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(told) == {"schema", "kind", "lanes", "identity", "items"}
    assert told["identity"]["alias"] == "acme-ml-research"
    assert {(lane["kind"], lane["region"]) for lane in told["lanes"]} == {
        (kind, region)
        for kind in ("instances", "volumes", "snapshots", "statuses", "types")
        for region in ("us-east-1", "eu-west-1")
    }
    for lane in told["lanes"]:
        mine = [one["count"] for one in told["items"] if (one["kind"], one["region"]) == (
            lane["kind"], lane["region"],
        )]  # fmt: skip
        assert lane["complete"]
        assert not mine or sum(mine) == lane["rows"]
    text = run(cloud.endpoint, "status").stdout
    assert "123456789012 (acme-ml-research)" in text
    assert "running" in text


def test_status_says_which_lane_failed(run: Run, cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "action": "DescribeVolumes", "effect": "denied"}])
    done = run(cloud.endpoint, "status")
    assert done.returncode == 5
    assert "volumes    us-east-1            ?  failed" in done.stdout
    assert "ec2:DescribeVolumes" in done.stderr
    cloud.faults([{"service": ".*", "effect": "expired"}])
    ended = run(cloud.endpoint, "status")
    assert (ended.returncode, ended.stdout) == (4, "")


def test_what_a_command_read_is_remembered_for_the_next(run: Run, cloud: SimCloud) -> None:
    nothing = run(cloud.endpoint, "list", "volumes", "--cached", "--output", "ids")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "Leave out --cached" in nothing.stderr
    fresh = run(cloud.endpoint, "list", "volumes", "--output", "json")
    cloud.forget_calls()
    cached = run(cloud.endpoint, "list", "volumes", "--output", "json", "--cached")
    assert cloud.calls() == {}
    assert cached.returncode == 0
    assert json.loads(cached.stdout) == json.loads(fresh.stdout)
    other = run(cloud.endpoint, "list", "instances", "--cached", "--output", "ids")
    assert (other.returncode, other.stdout) == (1, "")


def test_a_list_that_failed_leaves_what_was_remembered(run: Run, cloud: SimCloud) -> None:
    before = run(cloud.endpoint, "list", "volumes", "--output", "ids").stdout
    cloud.faults([{"service": "ec2", "action": "DescribeVolumes", "effect": "denied"}])
    assert run(cloud.endpoint, "list", "volumes").returncode == 4
    assert run(cloud.endpoint, "list", "volumes", "--output", "ids", "--cached").stdout == before


@pytest.mark.parametrize("form", ["json", "ids"])  # larger and smaller than the buffer of a pipe
def test_a_reader_that_leaves_is_no_error(home: dict[str, str], cloud: SimCloud, form: str) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "list", "volumes", "--output", form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(cloud.endpoint, home),
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    assert (process.wait(30), said) == (141, b"")


@pytest.mark.parametrize("command", [("list", "volumes"), ("status",), ("doctor",)])
def test_an_interrupt_ends_it_at_once(
    home: dict[str, str], cloud: SimCloud, command: tuple[str, ...]
) -> None:
    cloud.faults([{"service": "ec2", "effect": "latency", "seconds": 20.0}])
    process = subprocess.Popen(
        [*PROGRAM, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(cloud.endpoint, home),
    )
    wait_until(lambda: any("ec2:" in name for name in cloud.calls()), "a call under way")
    process.send_signal(signal.SIGINT)
    wait_gone([process.pid], 3)
    _, complaints = process.communicate()
    assert process.returncode == 130
    assert complaints == b""


def test_on_a_terminal_progress_comes_and_goes(home: dict[str, str], cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "effect": "latency", "seconds": 1.0}])
    variables = {**environment(cloud.endpoint, home), "TERM": "xterm-256color"}
    with Terminal([*PROGRAM, "list", "snapshots"], env=variables) as terminal:
        terminal.wait_for("Reading")
        assert terminal.wait_exit(30) == 0
        assert "snap-" in terminal.text
        assert "Reading" not in terminal.text
        assert b"\x1b[1m" in bytes(terminal.raw)


def test_files_that_it_leaves_are_private(run: Run, home: dict[str, str], cloud: SimCloud) -> None:
    assert run(cloud.endpoint, "list", "volumes").returncode == 0
    found = [path for name in ("CACHE", "STATE") for path in Path(home[f"XDG_{name}_HOME"]).rglob("*")]
    ours = [path for path in found if "trainctl-tui" in path.parts]
    assert [path for path in ours if path.stat().st_mode & 0o077] == []
    assert {path.name for path in ours} >= {"command.jsonl", "cache.db"}


def test_a_disk_that_takes_nothing_costs_a_line_and_no_more(
    run: Run, home: dict[str, str], cloud: SimCloud
) -> None:
    done = run(cloud.endpoint, "list", "volumes", "--output", "ids", XDG_CACHE_HOME="/proc/none",
               XDG_STATE_HOME="/proc/none")  # fmt: skip
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "cache" in done.stderr
    assert done.stdout


def test_commands_do_not_import_the_screen(home: dict[str, str], cloud: SimCloud) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "trainctl_tui", "list", "instances"],
        env=environment(cloud.endpoint, home),
        capture_output=True,
        text=True,
        timeout=60,
    )
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "botocore" in names
    assert names & {"textual", "rich.console", "boto3", "moto"} == set()


@pytest.mark.parametrize("command", ["list volumes", "status", "doctor", "config show"])
@pytest.mark.parametrize(("where", "why"), [(">&-", "is closed"), (">/dev/full", "No space left")])
def test_a_result_that_cannot_be_written_is_said(
    home: dict[str, str], cloud: SimCloud, command: str, where: str, why: str
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" <&- {where}', "sh", *PROGRAM, *command.split()],
        env=environment(cloud.endpoint, home),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Cannot write the result." in done.stderr
    assert why in done.stderr


def test_closed_streams_take_no_part(home: dict[str, str], cloud: SimCloud) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" <&- 2>&-', "sh", *PROGRAM, "list", "volumes", "--output", "ids"],
        env=environment(cloud.endpoint, home),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert {line[:4] for line in done.stdout.splitlines()} == {"vol-"}


def test_json_is_printed_where_nothing_is_remembered(run: Run, cloud: SimCloud) -> None:
    for command in (("list", "volumes", "--output", "json"), ("status", "--json")):
        done = run(cloud.endpoint, *command, "--cached")
        told = json.loads(done.stdout)
        assert (done.returncode, told["items"]) == (1, [])
        assert {lane["complete"] for lane in told["lanes"]} == {False}
        assert "Leave out --cached" in done.stderr
    assert cloud.calls() == {}


def test_a_region_named_twice_is_read_once(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "volumes", "--region", "us-east-1,us-east-1", "--output", "json")
    assert [lane["region"] for lane in json.loads(done.stdout)["lanes"]] == ["us-east-1"]
    assert cloud.calls()["ec2:DescribeVolumes"] == 1


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("Nothing to do: the next try comes later.", "Try again in a moment."),
        ("Check the network; the next try comes later.", "Check the network. Try again in a moment."),
        ("Set AWS_CA_BUNDLE to its certificate.", "Set AWS_CA_BUNDLE to its certificate."),
        ("", "Try again in a moment."),
    ],
)
def test_a_next_step_keeps_its_advice_and_promises_no_next_try(step: str, told: str) -> None:
    assert next_step(Throttled("x", "y", step).trouble) == told


def test_every_region_that_failed_is_named(run: Run, cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "effect": "denied"}])
    done = run(cloud.endpoint, "list", "volumes", "--region", "us-east-1,eu-west-1")
    assert done.returncode == 4
    assert "\nThe same: volumes eu-west-1.\n" in done.stderr
