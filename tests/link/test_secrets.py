"""R12: ten kinds of secrets, and every place where the program leaves or shows something: none is there.

Each way to sign in runs through a real collector that also meets an error whose words quote a presigned URL,
is asked for a console, and is killed once.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.following import Following
from tests.support.front import MARK, QUOTED, REFUSED, Front, secret
from tests.support.processes import children
from tests.support.sign_ins import BAD, GOOD
from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link import frames
from trainctl_tui.link.messages import (
    AskConsole,
    CollectorLost,
    ConsoleAnswer,
    Hello,
    SweepFailed,
    Unidentified,
)
from trainctl_tui.link.pipes import RedactedLines
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions
from trainctl_tui.simcloud.process import SimCloud
from trainctl_tui.tui import crash

pytestmark = [pytest.mark.wire, pytest.mark.campaign]
ROOT = Path(__file__).parents[2]
TAKEN = {
    "saved_sign_in": "/federation/credentials",
    "assumed_role": "AssumeRole",
    "through_a_proxy": "a proxy",
}
"""What shows at the door that a way was taken."""


@pytest.fixture
def front(link_cloud: SimCloud) -> Iterator[Front]:
    with Front(link_cloud.endpoint) as running:
        yield running


@pytest.fixture
def signed_out(home: Path, front: Front, monkeypatch: pytest.MonkeyPatch) -> Launch:
    """A launch that leads to the door, from an environment full of secrets of others and none of AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", front.url)
    monkeypatch.setenv("HOME", str(home))
    for name in ("GITHUB_TOKEN", "DATABASE_PASSWORD", "TF_VAR_secret", "SSHPASS", "MY_AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, secret("of-others"))
    return Launch(regions=("us-east-1",), endpoint=front.url, refresh=2.0, log_level="debug")


NEEDED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "HTTP_PROXY", "HTTPS_PROXY")
"""What the SDK needs of an environment; a child has it from us, and that is all of it."""


def look_at_processes(pids: list[int]) -> None:
    """Look into argv and environment of processes that live."""
    for pid in pids:
        assert MARK not in Path(f"/proc/{pid}/cmdline").read_bytes().decode().lower()
        for line in Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0"):
            assert MARK not in line.lower() or line.partition("=")[0] in NEEDED, line


def look_at_commands(home: Path) -> None:
    """Look into the environment that the credential command was given."""
    dumped = home / "environment-of-the-command"
    for line in dumped.read_text().splitlines() if dumped.exists() else []:
        assert MARK not in line.lower(), line


def look_at_files(home: Path) -> None:
    """Look into everything that was written, names included."""
    ours = [path for kind in ("config", "cache", "state") for path in (home / kind).rglob("*")]
    assert any(path.name == "collector.log" for path in ours)
    assert any(path.name == "collector.jsonl" and path.stat().st_size for path in ours)
    assert any(path.parent.name == "crashes" for path in ours)
    for path in ours:
        assert MARK not in path.name.lower()
        if path.is_file():
            assert MARK.encode() not in path.read_bytes().lower(), path.read_text(errors="replace")


def look_at_frames(following: Following) -> None:
    """Look into all that the view heard. The console is shown because it was asked for."""
    for message in following.heard:
        if not isinstance(message, ConsoleAnswer):
            assert MARK.encode() not in frames.encode(message).lower(), message


def crash_on(launch: Launch) -> None:
    """Write the report of a crash on the error that this way leads to, with all its causes."""
    provider = AwsProvider(ProviderOptions(endpoint=launch.endpoint))
    once = Patience()
    once.cancel.set()  # one attempt tells it
    for read in (
        lambda: provider.identify(once),
        lambda: list(provider.pages(Kind.VOLUMES, "us-east-1", once)),
        lambda: list(provider.pages(Kind.STATUSES, "us-east-1", once)),
    ):
        try:
            read()
        except TrainctlError as error:
            crash.write_report(error, os.environ)


def settled_or_refused(following: Following) -> bool:
    refused = {one.lane.kind for one in following.of(SweepFailed) if isinstance(one, SweepFailed)}
    return {Kind.VOLUMES, Kind.SNAPSHOTS, Kind.STATUSES} <= refused


@pytest.mark.parametrize("way", GOOD)
def test_no_secret_of_a_run_that_signs_in(
    way: str, signed_out: Launch, home: Path, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    GOOD[way](home, monkeypatch)
    with Following(signed_out) as following:
        following.wait_settled()
        assert TAKEN.get(way, "GetCallerIdentity") in front.seen
        front.refusals = REFUSED
        following.wait(lambda: settled_or_refused(following), "three refusals")
        row = next(iter(following.news.of(Kind.INSTANCES).values()))
        following.link.send(AskConsole(1, row.region, row.id))
        following.wait(lambda: bool(following.of(ConsoleAnswer)), "the console")
        (answer,) = following.of(ConsoleAnswer)
        assert MARK in str(answer), "the secrets are on their way"
        pid = following.processes[-1].pid
        look_at_processes([pid, *children(pid)])
        following.processes[-1].kill()
        following.wait(lambda: len(following.of(Hello)) == 2, "another collector")
        assert following.of(CollectorLost)
    look_at_commands(home)
    crash_on(signed_out)
    look_at_frames(following)
    look_at_files(home)


@pytest.mark.parametrize("way", BAD)
def test_no_secret_of_a_run_that_cannot_sign_in(
    way: str, signed_out: Launch, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    BAD[way](home, monkeypatch)
    with Following(signed_out) as following:
        following.wait(lambda: bool(following.of(Unidentified)), "the trouble")
        following.wait(lambda: bool(following.of(SweepFailed)), "its lanes")
        pid = following.processes[-1].pid
        look_at_processes([pid, *children(pid)])
    look_at_commands(home)
    crash_on(signed_out)
    look_at_frames(following)
    look_at_files(home)


def test_a_secret_that_comes_in_pieces_is_black_too() -> None:
    out = io.StringIO()
    lines = RedactedLines(out)
    for piece in ("X-Amz-Signature=", secret("in"), secret("pieces"), "\nplain", " words\nnot yet"):
        lines.write(piece)
    assert out.getvalue() == "X-Amz-Signature=[redacted]\nplain words\n"


def test_what_a_collector_says_of_its_own_fault_holds_no_secret(home: Path) -> None:
    code = (
        "import os, logging\nfrom trainctl_tui.link.server import guarded\n"
        "from trainctl_tui.link.pipes import take_pipes\n"
        "def fault():\n"
        "    words = os.environ['AWS_SESSION_TOKEN'] + ' ' + os.environ['WORDS']\n"
        "    logging.getLogger('botocore.credentials').warning('said: %s', words)\n"
        "    print(words)\n"
        "    raise RuntimeError(words)\n"
        "take_pipes()\n"
        "guarded(fault)()\n"
    )
    environment = {**os.environ, "AWS_SESSION_TOKEN": secret("fault", 120), "WORDS": QUOTED}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert "said: " in done.stderr
    assert done.returncode == 70
    assert "RuntimeError" in done.stderr
    assert "in fault" in done.stderr
    assert MARK not in done.stderr.lower()
