"""Each fault, and what real botocore makes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.parsers import ResponseParserError

from tests.support.cloud import NOW, Local, LocalServer, client
from trainctl_tui.simcloud.wire.faults import FaultBook, read_rules

pytestmark = pytest.mark.wire
ASK = {
    "ec2": lambda c: c.describe_volumes(MaxResults=5),
    "sts": lambda c: c.get_caller_identity(),
    "logs": lambda c: c.describe_log_groups(),
    "s3": lambda c: c.list_buckets(),
}


@pytest.fixture(scope="module")
def running() -> Iterator[LocalServer]:
    with LocalServer(Local(30)) as server:
        yield server


@pytest.fixture
def server(running: LocalServer) -> LocalServer:
    running.faults.replace((), 0)
    running.application.counts.clear()
    return running


def rules(server: LocalServer, *told: dict[str, Any], seed: int = 0) -> None:
    server.faults.replace(*read_rules(json.dumps({"rules": told, "seed": seed}).encode()))


@pytest.mark.parametrize(
    ("effect", "codes"),
    [
        (
            "throttle",
            {
                "ec2": "RequestLimitExceeded",
                "sts": "Throttling",
                "logs": "ThrottlingException",
                "s3": "SlowDown",
            },
        ),
        ("unavailable", {"ec2": "Unavailable", "sts": "ServiceUnavailable", "logs": "ServiceUnavailable"}),
        ("internal", {"ec2": "InternalError", "sts": "InternalFailure", "s3": "InternalError"}),
        (
            "expired",
            {
                "ec2": "RequestExpired",
                "sts": "ExpiredToken",
                "logs": "ExpiredTokenException",
                "s3": "ExpiredToken",
            },
        ),
        (
            "denied",
            {
                "ec2": "UnauthorizedOperation",
                "sts": "AccessDenied",
                "logs": "AccessDeniedException",
                "s3": "AccessDenied",
            },
        ),
        (
            "invalid_auth",
            {
                "ec2": "AuthFailure",
                "sts": "InvalidClientTokenId",
                "logs": "UnrecognizedClientException",
                "s3": "InvalidAccessKeyId",
            },
        ),
        ("no_region", {"ec2": "OptInRequired"}),
    ],
)
def test_refusals_speak_each_protocol(server: LocalServer, effect: str, codes: dict[str, str]) -> None:
    rules(server, {"effect": effect})
    for service, code in codes.items():
        with pytest.raises(ClientError) as caught:
            ASK[service](client(server, service))
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("effect", "service", "raised"),
    [
        ("drop", "ec2", ConnectionClosedError),
        ("drop", "s3", ConnectionClosedError),
        ("lost", "ec2", ConnectionClosedError),
        (
            "half_body",
            "ec2",
            (ResponseStreamingError, IncompleteReadError, ConnectionClosedError, ResponseParserError),
        ),
        ("wrong_type", "ec2", ResponseParserError),
    ],
)
def test_broken_answers_raise(server: LocalServer, effect: str, service: str, raised: Any) -> None:
    rules(server, {"effect": effect})
    with pytest.raises(raised):
        ASK[service](client(server, service))


@pytest.mark.parametrize("effect", ["missing_key", "html"])
def test_an_answer_without_its_set_looks_like_an_empty_fleet_to_botocore(
    server: LocalServer, effect: str
) -> None:
    rules(server, {"effect": effect})
    told = client(server).describe_volumes()
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "Volumes" not in told, "this is the trap: no error, and no rows"


def test_json_without_its_key_looks_like_an_empty_answer(server: LocalServer) -> None:
    rules(server, {"effect": "missing_key", "service": "logs"})
    assert "logGroups" not in client(server, "logs").describe_log_groups()


def test_lost_has_done_the_act_and_drop_has_not(server: LocalServer) -> None:
    ec2 = client(server)
    world = server.local.engine.world("us-east-1")
    for effect, made in (("drop", 0), ("lost", 1)):
        before = len(world.volumes)
        rules(server, {"effect": effect, "action": "CreateVolume"})
        with pytest.raises(ConnectionClosedError):
            ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, VolumeType="gp3")
        assert len(world.volumes) - before == made


def test_throttle_can_name_a_wait(server: LocalServer) -> None:
    rules(server, {"effect": "throttle", "retry_after": 1.5})
    with pytest.raises(ClientError) as caught:
        ASK["ec2"](client(server))
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1.5"


def test_denied_names_the_permission(server: LocalServer) -> None:
    rules(server, {"effect": "denied", "action": "DescribeVolumes"})
    with pytest.raises(ClientError, match="not authorized to perform: ec2:DescribeVolumes"):
        ASK["ec2"](client(server))
    client(server).describe_snapshots()


def test_the_third_page_alone_can_fail(server: LocalServer) -> None:
    rules(server, {"effect": "internal", "action": "DescribeInstances", "page": 3})
    ec2 = client(server)
    first = ec2.describe_instances(MaxResults=5)
    second = ec2.describe_instances(MaxResults=5, NextToken=first["NextToken"])
    with pytest.raises(ClientError):
        ec2.describe_instances(MaxResults=5, NextToken=second["NextToken"])
    assert [entry["page"] for entry in server.faults.told()["log"]] == [3]


def test_latency_delays_and_skew_moves_the_date(server: LocalServer) -> None:
    rules(server, {"effect": "latency", "seconds": 0.3}, {"effect": "skew", "seconds": -600})
    began = time.monotonic()
    meta = ASK["ec2"](client(server))["ResponseMetadata"]
    assert time.monotonic() - began >= 0.3
    assert parsedate_to_datetime(meta["HTTPHeaders"]["date"]).timestamp() == NOW - 600


def test_latency_over_the_read_timeout_is_a_timeout(server: LocalServer) -> None:
    rules(server, {"effect": "latency", "seconds": 1.0})
    with pytest.raises(ReadTimeoutError):
        ASK["ec2"](client(server, read_timeout=0.2))


def test_rules_count_skip_and_end(server: LocalServer) -> None:
    rules(server, {"effect": "throttle", "after": 1, "times": 2})
    outcomes = []
    for _ in range(5):
        try:
            ASK["ec2"](client(server))
            outcomes.append("ok")
        except ClientError:
            outcomes.append("throttled")
    assert outcomes == ["ok", "throttled", "throttled", "ok", "ok"]
    assert server.faults.told()["rules"][0]["hits"] == 2


def test_regions_and_actions_are_matched_whole(server: LocalServer) -> None:
    rules(server, {"effect": "throttle", "region": "eu-.*", "action": "Describe(Volumes|Tags)"})
    ASK["ec2"](client(server))
    client(server, region="eu-west-1").describe_snapshots()
    with pytest.raises(ClientError):
        ASK["ec2"](client(server, region="eu-west-1"))


def test_chance_is_drawn_from_the_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        book = FaultBook(
            *read_rules(
                json.dumps({"rules": [{"effect": "throttle", "probability": 0.5}], "seed": seed}).encode()
            )
        )
        asked: Any = type(
            "Asked",
            (),
            {"service": "ec2", "action": "A", "region": "r", "page": 1, "access_key": "", "name": ""},
        )
        return [bool(book.hit(asked)) for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 70 < sum(drawn(1)) < 130


def test_a_fault_can_end_for_whoever_signs_in_again(server: LocalServer) -> None:
    rules(server, {"effect": "expired", "service": "ec2", "key": "OLD", "after": 1})
    old, new = client(server, key="OLD"), client(server, key="NEW")
    ASK["ec2"](old)
    with pytest.raises(ClientError, match="RequestExpired"):
        ASK["ec2"](old)
    ASK["ec2"](new)


@pytest.mark.parametrize(
    "bad", ['{"effect": "explode"}', '{"effect": "drop", "tims": 1}', '{"effect": "drop", "action": "("}']
)
def test_a_bad_rule_is_refused(bad: str) -> None:
    with pytest.raises(ValueError):
        read_rules(bad.encode())
