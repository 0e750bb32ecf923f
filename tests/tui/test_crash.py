"""What a crash leaves: one line, a report, no secrets."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tests.support.processes import wait_gone
from tests.support.pty import Terminal
from tests.support.tiny import CANARY, LIMIT, Start, environment, everything, start
from trainctl_tui.tui import crash

__all__ = ["environment", "start"]  # fixtures


@pytest.mark.parametrize("key", ["x", "w", "h"])
def test_a_crash_leaves_a_report_and_nothing_else(start: Start, tmp_path: Path, key: str) -> None:
    with start() as terminal:
        terminal.wait_for("ready")
        pids = everything(terminal)
        terminal.send(key)
        assert terminal.wait_exit(LIMIT) == 1
        wait_gone(pids, LIMIT)
        assert not terminal.alternate
        (report,) = (tmp_path / "trainctl-tui" / "crashes").iterdir()
        assert str(report) in terminal.text.replace("\n", "")
        drawn = bytes(terminal.raw).decode()
    text = report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    assert "ValueError: broken" in text
    assert "Traceback" not in drawn
    for secret in (CANARY, "hunter2-in-a-local", "canary"):
        assert secret not in text
        assert secret not in drawn


def test_a_crash_while_nothing_can_be_written_still_ends_it(environment: dict[str, str]) -> None:
    environment["XDG_STATE_HOME"] = "/proc/none"
    argv = [sys.executable, "-m", "tests.support.tiny_app", CANARY]
    with Terminal(argv, env=environment) as terminal:
        terminal.wait_for("ready")
        terminal.send("x")
        assert terminal.wait_exit(LIMIT) == 1
        assert "could not be written" in terminal.text.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        ("ASIAY34FZKBOKMUTVV7A", "ASIAY34FZKBOKMUTVV7A"),
        ("{'aws_session_token': 'IQoJb3JpZ2lu=='}", "IQoJb3JpZ2lu"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=x/2026, Signature=abcdef01", "abcdef01"),
        ("GET /b?X-Amz-Signature=0a1b2c&X-Amz-Date=2026 HTTP/1.1", "0a1b2c"),
        ("x-amz-security-token: FwoGZXIvYXdzE", "FwoGZXIvYXdzE"),
        ("https://b.s3.amazonaws.com/k?AWSAccessKeyId=abc&Signature=s1gn4ture%3D&Expires=1", "s1gn4ture"),
        ("secret_access_key=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
        ('"password": "correct horse"', "correct horse"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.e30", "eyJhbGciOiJIUzI1NiJ9"),
        ("alone wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00 here", "wJalrXUtnFEMIK7MDENG"),
        ("a value of the environment: s3cr3t-value", "s3cr3t-value"),
    ],
)
def test_what_looks_like_a_secret_is_blacked_out(text: str, secret: str) -> None:
    redacted = crash.redact(text, {"AWS_SESSION_TOKEN": "s3cr3t-value", "AWS_REGION": "us-east-1"})
    assert secret not in redacted
    assert "[redacted]" in redacted


def test_what_helps_to_find_the_fault_is_kept() -> None:
    text = 'File "/opt/tui/app.py", line 7, in on_mount\nKeyError: "i-0abc1234567890def" in us-east-1'
    assert crash.redact(text, {"AWS_REGION": "us-east-1", "HOME": "/opt"}) == text


def test_old_reports_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path))
    paths = [crash.write_report(ValueError(str(number)), {}) for number in range(crash.KEPT + 3)]
    left = sorted((tmp_path / "crashes").iterdir())
    assert len(left) == crash.KEPT
    assert paths[-1] in left
