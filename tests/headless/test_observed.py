"""What a run leaves for whoever looks later: log and metrics, and no secret in either."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.headless.conftest import Run
from tests.services.test_metrics import parsed
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "canarySecretKey0123456789abcdefghijklmnop",
    "AWS_SESSION_TOKEN": "canarySessionToken/0123456789+abcdef==",
}


def everything(home: dict[str, str]) -> dict[str, bytes]:
    """Return every file that a run has left, by its path."""
    root = Path(home["HOME"])
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_log_has_every_failed_call_and_no_secret(run: Run, home: dict[str, str], cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "action": "DescribeVolumes", "effect": "throttle", "times": 1}])
    done = run(cloud.endpoint, "list", "volumes", "--log-level", "debug", **SECRETS)
    assert done.returncode == 0
    path = Path(home["XDG_STATE_HOME"]) / "trainctl-tui" / "log" / "command.jsonl"
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    calls = [entry for entry in entries if entry.get("operation") == "ec2:DescribeVolumes"]
    assert [(call["outcome"], call["attempt"], call["level"]) for call in calls] == [
        ("Throttled", 1, "warning"), ("ok", 2, "debug"),
    ]  # fmt: skip
    left = everything(home)
    for secret in SECRETS.values():
        assert [name for name, content in left.items() if secret.encode() in content] == []
        assert secret not in done.stdout + done.stderr


def test_only_unsafe_logs_hold_what_was_signed_with(run: Run, home: dict[str, str], cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "list", "volumes", "--debug-unsafe", **SECRETS)
    assert done.returncode == 0
    assert "secrets included" in done.stderr
    token = SECRETS["AWS_SESSION_TOKEN"].encode()
    holders = [name for name, content in everything(home).items() if token in content]
    assert [Path(name).name for name in holders] == ["command-unsafe.jsonl"]


def test_a_list_leaves_its_metrics(run: Run, home: dict[str, str], cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "action": "DescribeVolumes", "effect": "throttle", "times": 1}])
    path = Path(home["HOME"]) / "trainctl.prom"
    assert run(cloud.endpoint, "list", "volumes", "--metrics", str(path)).returncode == 0
    found = parsed(path.read_text())
    label = 'operation="ec2:DescribeVolumes",region="us-east-1"'
    assert found["trainctl_tui_calls_total", label] == 2
    assert found["trainctl_tui_throttled_total", label] == found["trainctl_tui_retries_total", label] == 1
    assert found["trainctl_tui_lane_complete", 'kind="volumes",region="us-east-1"'] == 1
    refused = run(cloud.endpoint, "list", "volumes", "--metrics", "/proc/none/x.prom")
    assert refused.returncode == 2
    assert "Cannot write the metrics" in refused.stderr
