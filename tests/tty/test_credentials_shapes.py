"""L7: credentials in every shape in which they fail, in a terminal: told what to do next, never asked."""

from __future__ import annotations

import json
import re
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.processes import wait_gone
from tests.support.pty import Terminal
from tests.support.view import PROGRAM, family, live
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.listing.remember import remembered
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.scope import Scope
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.timeout(120)

PROMPTS = ("MFA code", "Enter ", "assword", "passphrase", "Traceback")
MFA = """
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret
[profile wanted]
role_arn = arn:aws:iam::123456789012:role/trainer
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/ada
"""
SSO = """
[profile wanted]
sso_session = corporate
sso_account_id = 123456789012
sso_role_name = trainer
[sso-session corporate]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
"""
ROLE = """
[profile base]
credential_process = {command}
[profile wanted]
role_arn = arn:aws:iam::123456789012:role/trainer
source_profile = base
"""
METADATA = """
[profile wanted]
role_arn = arn:aws:iam::123456789012:role/trainer
credential_source = Ec2InstanceMetadata
"""
PROCESS = "[profile wanted]\ncredential_process = {command}\n"
ASKING = "printf 'Enter passphrase: ' > /dev/tty; read answer < /dev/tty; echo refused >&2; exit 3"


class Shape(NamedTuple):
    """The AWS configuration file, the variables, the credential command, and what must be said."""

    config: str
    variables: dict[str, str]
    command: str
    words: tuple[str, ...]


WANTED = {"AWS_PROFILE": "wanted"}
SHAPES = {
    "none": Shape("", {}, "", ("No AWS credentials were found.", "aws configure", "trainctl-tui demo")),
    "half a pair of keys": Shape(
        "", {"AWS_ACCESS_KEY_ID": "AKIAHALF"}, "", ("incomplete", "AWS_SECRET_ACCESS_KEY", "secret key of")
    ),
    "no such profile": Shape(
        "", {"AWS_PROFILE": "nobody"}, "", ("no such profile", "'nobody'", "list-profiles")
    ),
    "a file that cannot be read": Shape("this is\n[[[\n", WANTED, "", ("cannot be read", "~/.aws")),
    "a command that says no JSON": Shape(
        PROCESS, WANTED, "echo token=hunter2", ("(credential_process)", "by hand")
    ),
    "a command that asks": Shape(PROCESS, WANTED, ASKING, ("The source of the", "by hand")),
    "a role's command that asks": Shape(ROLE, WANTED, ASKING, ("The source of the", "by hand")),
    "no saved sign-in": Shape(SSO, WANTED, "", ("saved sign-in", "aws sso login --profile wanted")),
    "an MFA code": Shape(MFA, WANTED, "", ("MFA code", "export-credentials")),
}


@pytest.fixture
def surroundings(home: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Nothing but a region, and an endpoint where nobody is: nothing may leave this machine."""
    (tmp_path / ".aws").mkdir()
    return {
        **home,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def configure(folder: Path, config: str, command: str) -> None:
    """Write ~/.aws/config, and the command that it names."""
    script = folder / "keys.sh"
    script.write_text(f"#!/bin/sh\n{command}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    (folder / ".aws" / "config").write_text(config.replace("{command}", str(script)))


def says(text: str, *words: str) -> bool:
    """Say whether a screen holds all these words, wherever its lines break."""
    told = words_of(text)
    return all(word in told for word in words)


def words_of(text: str) -> str:
    """Return a screen without line breaks and borders."""
    return " ".join(re.sub("[│┌┐└┘─]", " ", text).split())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_shape_is_told_with_its_next_step(
    surroundings: dict[str, str], tmp_path: Path, shape: Shape
) -> None:
    configure(tmp_path, shape.config, shape.command)
    with Terminal([PROGRAM], env={**surroundings, **shape.variables}, cwd=str(tmp_path)) as terminal:
        terminal.wait_for(lambda text: says(text, "Nothing to show yet", *shape.words))
        terminal.send("escape")
        for number, noun in enumerate(("instances", "volumes", "snapshots"), 1):
            terminal.send(str(number))
            terminal.wait_for(
                lambda text, noun=noun: says(text, f"{noun.capitalize()} are not known.", *shape.words), 20
            )
            assert f"0 {noun}" not in terminal.text
        pids = family(terminal.pid)
        terminal.send("ctrl+q")
        assert terminal.wait_exit(5) == 0
        wait_gone(pids, 3)
        written = bytes(terminal.raw).decode()
    allowed = "MFA code" if shape.config == MFA else ""
    assert [word for word in PROMPTS if word in written and word != allowed] == []
    assert "hunter2" not in written


@pytest.fixture
def silence() -> Iterator[str]:
    """The address of a service that takes any number of questions and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


def test_a_metadata_service_that_hangs_holds_up_neither_frame_nor_keys(
    surroundings: dict[str, str], tmp_path: Path, silence: str
) -> None:
    del surroundings["AWS_EC2_METADATA_DISABLED"]
    environment = {**surroundings, "AWS_EC2_METADATA_SERVICE_ENDPOINT": silence}
    with Terminal([PROGRAM], env=environment, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("1 Instances ?")
        terminal.send("?")
        terminal.wait_for("Move down a row.")
        terminal.send("escape")
        terminal.wait_for("No AWS credentials were found.")
        terminal.send("escape")
        for number, noun in enumerate(("instances", "volumes", "snapshots"), 1):
            terminal.send(str(number))
            words = (f"{noun.capitalize()} are not known.", "No AWS credentials", "aws configure")
            terminal.wait_for(lambda text, words=words: says(text, *words), 20)
            assert f"0 {noun}" not in terminal.text
        terminal.send("ctrl+q")
        assert terminal.wait_exit(5) == 0
        asked = set(PROMPTS) - {"Enter "}  # the help says what Enter does
        assert [word for word in asked if word in bytes(terminal.raw).decode()] == []


TITLES = re.compile(r"[123] (Instances|Volumes|Snapshots) ([0-9]+)(?: (as of|stale))?")

GOOD = json.dumps({"Version": 1, "AccessKeyId": "SIMULATEDKEY", "SecretAccessKey": "simulated"})


BREAKS = {
    "the credential command breaks": (PROCESS, "echo vault is sealed >&2; exit 3"),
    "the metadata service hangs": (METADATA, ""),
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
def test_rows_stay_with_their_age_when(
    surroundings: dict[str, str], tmp_path: Path, tty_cloud: SimCloud, silence: str, broken: tuple[str, str]
) -> None:
    environment = {**surroundings, **WANTED, "AWS_ENDPOINT_URL": tty_cloud.endpoint}
    environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = silence
    del environment["AWS_EC2_METADATA_DISABLED"]
    configure(tmp_path, PROCESS, f"echo '{GOOD}'")
    with Terminal([PROGRAM], env=environment, cwd=str(tmp_path), size=(120, 36)) as terminal:
        terminal.wait_for(live)
        terminal.wait_for(lambda _: is_remembered(tmp_path, environment))
        rows = counts(terminal.text)
        assert len(rows) == 3
        terminal.send("ctrl+q")
        assert terminal.wait_exit(5) == 0
    configure(tmp_path, *broken)
    with Terminal([PROGRAM], env=environment, cwd=str(tmp_path), size=(120, 36)) as terminal:
        terminal.wait_for(lambda text: says(text, "Could not ask AWS who you are", "The source of the"))
        assert counts(terminal.text) == rows, terminal.picture()
        assert {one[2] for one in TITLES.findall(terminal.text)} <= {"as of", "stale"}, terminal.picture()
        assert len(re.findall(r"(inst|vol|snap) (?:as of|stale)", terminal.text)) == 3, terminal.picture()
        assert "unverified" in terminal.text
        assert "Nothing to show yet" not in terminal.text
        terminal.send("ctrl+q")
        assert terminal.wait_exit(5) == 0


def counts(text: str) -> dict[str, int]:
    """Return how many rows each pane says that it has."""
    return {name: int(rows) for name, rows, _ in TITLES.findall(text)}


def is_remembered(folder: Path, environment: dict[str, str]) -> bool:
    """Say whether the collector has written every pane to the cache."""
    launch = Launch(profile="wanted", regions=("us-east-1",), endpoint=environment["AWS_ENDPOINT_URL"])
    # A copy: who opens the cache itself, again and again, keeps the collector from writing.
    copy = Path(tempfile.mkdtemp(dir=folder))
    try:
        shutil.copytree(folder / "cache", copy, dirs_exist_ok=True)
    except shutil.Error:
        return False  # a file went while it was copied
    cache = Cache(copy / "trainctl-tui", Scope.of(launch, environment), lambda _text: None)
    try:
        news = remembered(cache, launch)
    finally:
        cache.close()
    return all(news.of(kind) for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS))
