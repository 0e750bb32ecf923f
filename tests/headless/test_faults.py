"""R8 without a screen: every fault of a read, on every command: its code, what, why and next step."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from tests.headless.conftest import LIMIT, environment
from tests.support.campaign import LONG
from tests.support.commands import Commands, Ended
from tests.tty.test_credentials_shapes import silence
from trainctl_tui.simcloud.process import SimCloud

__all__ = ["silence"]
pytestmark = [pytest.mark.wire, pytest.mark.campaign, pytest.mark.timeout(240)]

ANSWER_IN = None if LONG else 1.0
"""Seconds that AWS is granted for an answer; None is the program's own patience, 15 s."""

KINDS = ("instances", "volumes", "snapshots")
AGAIN = "Try again in a moment."
EMPTY = re.compile(r"\b0 (instance|volume|snapshot|row|candidate)|Traceback|error of its own")
COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("list", kind, "--output", "json") for kind in KINDS),
    ("list", "instances"),
    ("status",),
    ("status", "--json"),
    ("doctor", "--json"),
)
ACTING: tuple[tuple[str, ...], ...] = (
    ("terminate", "i-0123456789abcdef0", "--dry-run"),
    ("stop", "i-0123456789abcdef0", "--confirm", "stop 1", "--json"),
    ("cleanup",),
    ("cleanup", "--json"),
)
"""Commands that read before they would act."""

TOLD = ("why", "next_step")

Rules = Sequence[Mapping[str, Any]]


class Fault(NamedTuple):
    """What is done to the answers, the class of error, the code of each command, and words that are said."""

    rules: Rules
    kind: str
    code: int
    words: tuple[str, ...]


def every(effect: str, **more: Any) -> Rules:
    """Spoil every answer in one way."""
    return [{"service": ".*", "effect": effect, **more}]


NOT_AWS = ("What answered is not AWS", "login page", f"Check the network and AWS_ENDPOINT_URL. {AGAIN}")
FAULTS = {
    "throttled": Fault(every("throttle"), "Throttled", 1, ("slower calls", AGAIN)),
    "throttled with a wait": Fault(
        every("throttle", retry_after=40), "Throttled", 1, ("slower calls", AGAIN)
    ),
    "503": Fault(every("unavailable"), "OutcomeUnknown", 1, ("fault of its own", AGAIN)),
    "500": Fault(every("internal"), "OutcomeUnknown", 1, ("fault of its own", AGAIN)),
    "dropped": Fault(every("drop"), "OutcomeUnknown", 1, ("line broke", AGAIN)),
    "half a body": Fault(every("half_body"), "InvalidResponse", 1, NOT_AWS),
    "a page of HTML": Fault(every("html"), "InvalidResponse", 1, NOT_AWS),
    "no key": Fault(every("missing_key"), "InvalidResponse", 1, (*NOT_AWS, "It holds no")),
    "wrong content type": Fault(every("wrong_type"), "InvalidResponse", 1, NOT_AWS),
    "expired": Fault(every("expired"), "ExpiredCredentials", 4, ("session has ended", "aws sso login")),
    "denied": Fault(every("denied"), "Denied", 4, ("is not allowed", "Ask for the permission")),
    "not accepted": Fault(every("invalid_auth"), "Denied", 4, ("could not validate", "Check the keys")),
    "region not enabled": Fault(every("no_region"), "Denied", 4, ("no access to this", "Enable it")),
    "clock ahead": Fault(
        [*every("expired"), *every("skew", seconds=-600.0)], "ExpiredCredentials", 4,
        ("10 minutes ahead", "timedatectl"),
    ),
    "clock behind": Fault(
        [*every("invalid_auth"), *every("skew", seconds=600.0)], "Denied", 4,
        ("10 minutes behind", "timedatectl"),
    ),
}  # fmt: skip


def run_all(
    commands: Commands, variables: Mapping[str, str], *more: str, answer_in: float | None = None
) -> dict[tuple[str, ...], Ended]:
    """Run all commands at the same time; see what holds for each of them, whatever has happened."""
    ended = commands.run([((*words, *more), variables) for words in COMMANDS], answer_in)
    for words, one in zip(COMMANDS, ended, strict=True):
        assert one.seconds < LIMIT, words
        assert one.terminal == "", words
        assert EMPTY.search(one.out + one.err) is None, one
    return dict(zip(COMMANDS, ended, strict=True))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_by_every_command(
    commands: Commands, cloud: SimCloud, home: dict[str, str], fault: Fault
) -> None:
    cloud.faults(fault.rules)
    check_told(run_all(commands, environment(cloud.endpoint, home)), fault)
    assert cloud.mutating_calls() == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_ends_every_act_before_its_plan(
    commands: Commands, cloud: SimCloud, home: dict[str, str], fault: Fault
) -> None:
    cloud.faults(fault.rules)
    check_unplanned(commands.run([(words, environment(cloud.endpoint, home)) for words in ACTING]), fault)
    assert cloud.mutating_calls() == []


def check_unplanned(ended: Sequence[Ended], fault: Fault) -> None:
    """Every act ends with the code of the fault, says what, why and what next, and has planned nothing."""
    for words, one in zip(ACTING, ended, strict=True):
        assert (one.code, one.terminal, EMPTY.search(one.out + one.err)) == (fault.code, "", None), one
        assert "Could not ask AWS who you are" in one.err, one
        if "--json" not in words:
            assert one.out == "", words
            continue
        told = json.loads(one.out)
        assert (told["plan"], told["operation"], told.get("candidates", [])) == (None, None, []), told
        errors = [told["error"]] if words[0] == "stop" else [lane["error"] for lane in told["lanes"]]
        assert errors
        assert all(error[part] and error[part] in one.err for error in errors for part in TOLD), told


def test_an_endpoint_that_never_answers_is_told_by_every_command(
    commands: Commands, home: dict[str, str], silence: str
) -> None:
    fault = Fault([], "OutcomeUnknown", 1, ("No answer came in time", AGAIN))
    ended = run_all(commands, environment(silence, home), answer_in=ANSWER_IN)
    check_told(ended, fault)
    # Where nobody has answered, nobody is asked once more: that would take as long again.
    assert "ec2:DescribeRegions" not in ended["doctor", "--json"].out


def check_told(ended: Mapping[tuple[str, ...], Ended], fault: Fault) -> None:
    """Every command ends with the code of the fault, says what is wrong, and lists nothing."""
    for words, one in ended.items():
        assert one.code == fault.code, one
        told = one.out if "doctor" in words else one.err
        assert [word for word in fault.words if word not in told] == [], one
        if "--json" in words or "json" in words:
            check_document(words, one, fault.kind)
        else:
            assert one.out == "", words


def check_document(words: tuple[str, ...], one: Ended, kind: str) -> None:
    """The document is whole, nothing in it is complete, and each lane says why, as standard error does."""
    told = json.loads(one.out)
    lanes = told["lanes"]
    assert {lane["complete"] for lane in lanes} == {False}
    assert {lane["error"]["kind"] for lane in lanes} == {kind}
    assert {lane["taken_at"] for lane in lanes} == {None}
    for error in (lane["error"] for lane in lanes):
        assert all(error[part] for part in ("what", "why", "next_step")), error
    if words[0] == "doctor":
        wrong = [item for item in told["items"] if item["verdict"] == "wrong"]
        assert {"identity", "permission ec2:DescribeVolumes"} <= {item["name"] for item in wrong}
        assert all(item["detail"] and item["fix"] for item in wrong)
        (region,) = (item for item in told["items"] if item["name"] == "region")
        assert region["verdict"] == "note"  # nobody has said that it exists
        return
    assert told["items"] == []
    for error in (lane["error"] for lane in lanes):
        assert error["why"] in one.err
        assert error["next_step"] in one.err


@pytest.mark.parametrize("down", ["eu-west-1", "us-east-1"])
def test_one_region_down_is_partial_for_every_command(
    commands: Commands, cloud: SimCloud, home: dict[str, str], down: str
) -> None:
    cloud.faults([{"service": "ec2", "region": down, "effect": "unavailable"}])
    variables = environment(cloud.endpoint, home)
    for words, one in run_all(commands, variables, "--region", "us-east-1,eu-west-1").items():
        assert one.code == (1 if words[0] == "doctor" else 5), one
        if "--json" in words or "json" in words:
            lanes = json.loads(one.out)["lanes"]
            assert {(lane["region"] == down) for lane in lanes if not lane["complete"]} == {True}
            assert {(lane["region"] == down) for lane in lanes if lane["complete"]} == {False}
        if words[0] == "doctor":
            continue
        assert "fault of its own" in one.err
        missing = KINDS if words[0] == "status" else words[1:2]
        assert [kind for kind in missing if f"{kind} {down}" not in one.err] == []
        assert one.out


def test_a_page_that_fails_is_partial_for_every_command(
    commands: Commands, start_cloud: Any, home: dict[str, str]
) -> None:
    many = start_cloud(instances=1100)
    many.faults([{"service": "ec2", "page": 2, "effect": "denied"}])
    ended = run_all(commands, environment(many.endpoint, home))
    for words in (("list", "instances", "--output", "json"), ("list", "volumes", "--output", "json")):
        told = json.loads(ended[words].out)
        (lane,) = told["lanes"]
        assert (ended[words].code, lane["complete"], len(told["items"])) == (5, False, 1000)
        assert lane["error"]["permission"] in ended[words].err
    assert ended["status",].code == 5
    assert re.search(r"instances +us-east-1 +≥1,000  partial", ended["status",].out)
    doctor = ended["doctor", "--json"]
    assert doctor.code == 4
    wrong = {one["name"] for one in json.loads(doctor.out)["items"] if one["verdict"] == "wrong"}
    assert {"permission ec2:DescribeInstances", "permission ec2:DescribeVolumes"} <= wrong


def test_a_wrong_clock_alone_is_the_doctors_to_tell(
    commands: Commands, cloud: SimCloud, home: dict[str, str]
) -> None:
    cloud.faults(every("skew", seconds=600.0))
    for words, one in run_all(commands, environment(cloud.endpoint, home)).items():
        assert one.code == (1 if words[0] == "doctor" else 0), one
        if words[0] == "doctor":
            (clock,) = (item for item in json.loads(one.out)["items"] if item["name"] == "clock")
            assert clock["verdict"] == "wrong"
            assert "behind" in clock["detail"]
            assert clock["fix"]
