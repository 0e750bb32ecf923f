"""Credentials in every shape in which they fail, on every command: told with a next step, nobody asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.headless.conftest import environment
from tests.headless.test_faults import EMPTY
from tests.support.commands import Commands, Ended
from tests.tty.test_credentials_shapes import SHAPES, Shape, configure, silence

__all__ = ["silence"]
pytestmark = [pytest.mark.wire, pytest.mark.campaign, pytest.mark.timeout(120)]

USAGE = {"no such profile", "a file that cannot be read"}
"""Shapes of which the settings are at fault; all others are of credentials."""

NOWHERE = "http://127.0.0.1:9"
COMMANDS = (
    ("list", "instances", "--output", "json"),
    ("list", "volumes", "--output", "ids"),
    ("list", "snapshots"),
    ("status", "--json"),
    ("doctor", "--json"),
)


@pytest.fixture
def surroundings(home: dict[str, str]) -> dict[str, str]:
    """Nothing but a region, and an endpoint where nobody is: nothing may leave this machine."""
    bare = environment("", home)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        del bare[name]
    Path(home["HOME"], ".aws").mkdir()
    return {**bare, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": NOWHERE}


def check(words: tuple[str, ...], one: Ended, code: int, said: tuple[str, ...]) -> None:
    """See that a command has told what is wrong, and has asked nobody."""
    assert one.code == code, one
    assert one.terminal == "", one
    assert EMPTY.search(one.out + one.err) is None, one
    assert "hunter2" not in one.out + one.err
    told = one.out if words[0] == "doctor" else one.err
    assert [word for word in said if word not in told] == [], one
    if "json" not in words and "--json" not in words:
        assert one.out == ""
        return
    document = json.loads(one.out)
    if words[0] == "doctor":
        wrong = {item["name"]: item for item in document["items"] if item["verdict"] == "wrong"}
        assert "credentials" in wrong
        assert all(item["fix"] for item in wrong.values())
        return
    assert document["items"] == []
    assert {lane["complete"] for lane in document["lanes"]} == {False}
    assert all(lane["error"]["why"] in one.err for lane in document["lanes"])


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_told_by_every_command(
    commands: Commands, surroundings: dict[str, str], tmp_path: Path, name: str
) -> None:
    shape: Shape = SHAPES[name]
    configure(tmp_path, shape.config, shape.command)
    variables = {**surroundings, **shape.variables}
    ended = commands.run([(words, variables) for words in COMMANDS])
    for words, one in zip(COMMANDS, ended, strict=True):
        check(words, one, 2 if name in USAGE else 4, shape.words)


def test_a_metadata_service_that_hangs_is_waited_for_a_moment(
    commands: Commands, surroundings: dict[str, str], silence: str
) -> None:
    del surroundings["AWS_EC2_METADATA_DISABLED"]
    variables = {**surroundings, "AWS_EC2_METADATA_SERVICE_ENDPOINT": silence}
    ended = commands.run([(words, variables) for words in COMMANDS])
    for words, one in zip(COMMANDS, ended, strict=True):
        check(words, one, 4, ("No AWS credentials were found.", "aws configure"))
        assert one.seconds < 15, words
