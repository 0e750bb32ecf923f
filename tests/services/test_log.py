"""The log files: lines of JSON, private, bounded, shared by processes, and without secrets."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trainctl_tui.providers.base import Call
from trainctl_tui.services import log

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00"


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Log to a directory of this test, and leave the loggers as they were."""
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path / "state"))
    root = logging.getLogger()
    names = ("trainctl_tui", "botocore", "boto3", "urllib3", "s3transfer")
    levels = {name: logging.getLogger(name).level for name in names}
    before, handlers = root.level, list(root.handlers)
    yield
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(role: str = "view") -> list[dict[str, Any]]:
    """Return what was logged."""
    return [json.loads(line) for line in log.path_of(role, False).read_text().splitlines()]


def test_a_line_is_an_object_and_the_file_is_private() -> None:
    log.begin("view", "info")
    log.log.info("hello %s", "world\n\x1b[31m")
    (line,) = lines()
    assert line["message"] == "hello world\n\x1b[31m"
    assert (line["level"], line["role"], line["logger"]) == ("info", "view", "trainctl_tui")
    assert line["at"].endswith("Z")
    path = log.path_of("view", False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_level_decides_and_the_sdk_never_says_all() -> None:
    log.begin("view", "debug")
    logging.getLogger("botocore.auth").debug("signing with %s", "anything")
    logging.getLogger("botocore.credentials").info("found")
    log.log.debug("ours")
    assert [line["message"] for line in lines()] == ["found", "ours"]
    log.begin("view", "warning")
    log.log.info("not this")
    logging.getLogger("botocore.credentials").info("nor this")
    log.log.warning("this")
    assert [line["message"] for line in lines()] == ["found", "ours", "this"]


def test_only_the_unsafe_file_takes_what_the_sdk_signs_with() -> None:
    log.begin("view", "info", unsafe=True)
    logging.getLogger("botocore.auth").debug("signing with %s", SECRET)
    assert SECRET in log.path_of("view", True).read_text()
    assert not log.path_of("view", False).exists()


def test_secrets_are_blacked_out_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a token of this run")
    log.begin("view", "info")
    log.log.warning("secret_access_key=%s", SECRET)
    log.log.warning("it was %s", "a token of this run")
    log.log.warning("facts", extra={"facts": {"header": f"Authorization: Bearer {SECRET}"}})
    try:
        raise ValueError(f"no such key {SECRET}")
    except ValueError:
        log.log.exception("failed")
    text = log.path_of("view", False).read_text()
    assert SECRET not in text
    assert "a token of this run" not in text
    assert text.count("[redacted]") >= 4
    assert "ValueError" in lines()[-1]["error"]


def test_a_call_is_a_line_with_its_facts() -> None:
    log.begin("collector", "debug")
    log.call(Call("ec2:DescribeVolumes", "us-east-1", 12.5, "ok", request_id="r-1"))
    log.call(Call("ec2:DescribeVolumes", "us-east-1", 3.0, "Denied", "UnauthorizedOperation", "r-2"))
    first, second = lines("collector")
    assert (first["level"], first["milliseconds"], first["request_id"]) == ("debug", 12.5, "r-1")
    assert (second["level"], second["code"], second["attempt"]) == ("warning", "UnauthorizedOperation", 1)


def test_a_long_file_is_moved_aside_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LIMIT", 2000)
    log.begin("view", "info")
    for number in range(200):
        log.log.info("line %d", number)
    path = log.path_of("view", False)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == [
        "view.jsonl",
        *(f"view.jsonl.{n}" for n in range(1, log.KEPT + 1)),
    ]
    assert all(file.stat().st_size < 2500 for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    told = [json.loads(line)["message"] for file in reversed(files) for line in file.read_text().splitlines()]
    # The file being written was moved aside the latest, so its place may be empty.
    assert told == [f"line {number}" for number in range(200 - len(told), 200)]


def test_processes_share_a_file_and_move_it_aside_once() -> None:
    program = (
        "import sys\nfrom trainctl_tui.services import log\nlog.LIMIT = 20_000\n"
        "log.begin('view', 'info')\n"
        "for number in range(150):\n    log.log.info('%s %d %s', sys.argv[1], number, 'x' * 40)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, name]) for name in "abcd"]
    assert [process.wait(60) for process in running] == [0] * 4
    files = list(log.path_of("view", False).parent.iterdir())
    entries = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    told = [entry["message"] for entry in entries]
    assert len(told) == len(set(told))
    assert {f"{name} 149 {'x' * 40}" for name in "abcd"} <= set(told)


def test_where_nothing_can_be_written_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRAINCTL_STATE_DIR", "/proc/none")
    log.begin("view", "info")
    log.log.warning("lost")
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path / "linked"))
    target = tmp_path / "elsewhere"
    path = log.path_of("view", False)
    path.parent.mkdir(parents=True)
    path.symlink_to(target)
    log.begin("view", "info")
    log.log.warning("through a link")
    assert not target.exists()
