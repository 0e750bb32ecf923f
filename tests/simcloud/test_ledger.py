"""The ledger tells the program's own calls from others', and gated ones from those past the gate."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.session import Session

from tests.support.cloud import client
from trainctl_tui.simcloud.process import SimCloud
from trainctl_tui.simcloud.wire import question
from trainctl_tui.simcloud.wire.ledger import VARIABLE

pytestmark = pytest.mark.wire
UNKNOWN = "i-0123456789abcdef0"


@pytest.fixture
def apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_cloud: Callable[..., SimCloud]
) -> tuple[SimCloud, Path]:
    """A cloud whose ledger is not the session's, which these calls would fail."""
    ledger = tmp_path / "ledger"
    monkeypatch.setenv(VARIABLE, str(ledger))
    return start_cloud(instances=0), ledger


def as_the_program(cloud: SimCloud, mark: str = "") -> object:
    """Return a client that calls itself by the program's name, and has no gate."""
    return Session().create_client(
        "ec2",
        "us-east-1",
        endpoint_url=cloud.endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(user_agent_extra=f"trainctl-tui/0{mark}", retries={"total_max_attempts": 1}),
    )


def stop(ec2: object, **more: object) -> None:
    with pytest.raises(Exception, match=r"NotFound|DryRun"):
        ec2.stop_instances(InstanceIds=[UNKNOWN], **more)  # type: ignore[attr-defined]


def test_calls_are_told_apart(apart: tuple[SimCloud, Path]) -> None:
    cloud, ledger = apart
    stop(client(cloud))
    stop(as_the_program(cloud, " md/trainctl-plan#0123"))
    stop(as_the_program(cloud), DryRun=True)
    as_the_program(cloud).describe_instances()  # type: ignore[attr-defined]
    assert cloud.ungated_calls() == []
    stop(as_the_program(cloud))
    assert cloud.ungated_calls() == ["ec2:StopInstances"]
    assert cloud.mutating_calls() == ["ec2:StopInstances"] * 4
    assert len(ledger.read_text().splitlines()) == 4


def test_a_form_that_was_cut_short_asks_for_nothing() -> None:
    signed = "AWS4-HMAC-SHA256 Credential=a/20261124/us-east-1/ec2/aws4_request"
    environ = {
        "HTTP_AUTHORIZATION": signed,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
    }
    assert question.read(environ, b"Action=StopInstances").mutating
    assert not question.read(environ, b"").mutating
    assert question.read({**environ, "HTTP_AUTHORIZATION": signed.replace("ec2", "s3")}, b"").mutating


def test_a_session_with_an_ungated_call_fails(tmp_path: Path) -> None:
    """The same call in a session of its own, under the same conftest: it passes, and the session fails."""
    here = Path(__file__).resolve()
    file = here.parent / "test_ledger.py"
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{file}::ungated"]
    done = subprocess.run(
        [*argv, "-o", "python_functions=ungated", "-o", "addopts=--import-mode=importlib"],
        cwd=here.parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert "UNGATED ec2:StopInstances x 1" in done.stdout
    assert done.returncode == 1


def ungated(start_cloud: Callable[..., SimCloud]) -> None:
    """Not collected but by the test above."""
    stop(as_the_program(start_cloud(instances=0)))
