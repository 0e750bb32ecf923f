"""Real botocore over real sockets: what is retried, what is refused, and what each attempt reports."""

from __future__ import annotations

import threading
import time

import pytest

from tests.providers.conftest import QUICK, REGION, MakeProvider
from tests.support.ec2_xml import answer, fleet_page, volume_page
from tests.support.scripted_aws import Reply, ScriptedAws, failure
from trainctl_tui.domain import errors as ours
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.aws.retry import Policy
from trainctl_tui.providers.base import Call, Page, Patience

THROTTLE = failure("RequestLimitExceeded", status=503)
THREE_VOLUMES = Reply(volume_page(0, 3))
PORTAL = b"<html><head><title>Welcome to the airport</title></head><body>Log in</body></html>"


def volumes(provider: AwsProvider, patience: Patience | None = None) -> list[Page]:
    return list(provider.pages(Kind.VOLUMES, REGION, patience or Patience()))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (THROTTLE, "Throttled"),
        (failure("SlowDown", status=503), "Throttled"),
        (failure("InternalError", status=500), "OutcomeUnknown"),
        (Reply(b"<html>Bad gateway</html>", 502), "OutcomeUnknown"),
        (Reply(b"", 504), "OutcomeUnknown"),
        (Reply(drop=True), "OutcomeUnknown"),
        (Reply(volume_page(0, 3), cut=900), "InvalidResponse"),
        (Reply(volume_page(0, 3)[:900]), "InvalidResponse"),
        (Reply(PORTAL), "InvalidResponse"),
        (Reply(b"<!DOCTYPE html><p>Log in<br>now", headers={"Content-Type": "text/html"}), "InvalidResponse"),
        (Reply(b'{"Volumes": []}', headers={"Content-Type": "application/json"}), "InvalidResponse"),
        (Reply(b""), "InvalidResponse"),
        (
            Reply(b"<DescribeVolumesResponse><requestId>1</requestId></DescribeVolumesResponse>"),
            "InvalidResponse",
        ),
        (Reply(b"<html><body><volumeSet><item/></volumeSet></body></html>"), "InvalidResponse"),
        (Reply(PORTAL, 302, {"Location": "http://192.0.2.1/login"}), "InvalidResponse"),
        (
            Reply(answer("DescribeVolumes", "volumeSet", [[("volumeId", "v"), ("size", "many")]])),
            "InvalidResponse",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_passing_fault_is_tried_again(
    aws: ScriptedAws, provider: AwsProvider, calls: list[Call], fault: Reply, outcome: str
) -> None:
    aws.on("DescribeVolumes", fault, THREE_VOLUMES)

    (page,) = volumes(provider)

    assert len(page.items) == 3
    assert [(call.outcome, call.attempt) for call in calls] == [(outcome, 1), ("ok", 2)]
    assert {call.operation for call in calls} == {"ec2:DescribeVolumes"}


@pytest.mark.parametrize(
    ("fault", "kind", "attempts"),
    [
        (THROTTLE, ours.Throttled, 5),
        (Reply(drop=True), ours.OutcomeUnknown, 5),
        (Reply(PORTAL), ours.InvalidResponse, 5),
        (Reply(volume_page(0, 3), cut=900), ours.InvalidResponse, 5),
        (failure("UnauthorizedOperation", status=403), ours.Denied, 1),
        (failure("AuthFailure", status=401), ours.Denied, 1),
        (failure("ExpiredToken"), ours.ExpiredCredentials, 1),
        (failure("InvalidNextToken"), ours.Conflict, 1),
        (failure("InvalidParameterCombination"), ours.Bug, 1),
    ],
)
def test_attempts_are_bounded_and_only_for_what_may_pass(
    aws: ScriptedAws, provider: AwsProvider, fault: Reply, kind: type[ours.TrainctlError], attempts: int
) -> None:
    aws.on("DescribeVolumes", fault)

    with pytest.raises(kind):
        volumes(provider)

    assert aws.count("DescribeVolumes") == attempts


def test_botocore_adds_no_attempts_of_its_own(aws: ScriptedAws, make_provider: MakeProvider) -> None:
    aws.on("DescribeVolumes", THROTTLE)

    with pytest.raises(ours.Throttled):
        volumes(make_provider(Policy(attempts=1)))

    assert aws.count("DescribeVolumes") == 1


def test_nothing_listens(make_provider: MakeProvider, calls: list[Call]) -> None:
    with pytest.raises(ours.NothingSent, match="could not be reached"):
        volumes(make_provider(endpoint="http://127.0.0.1:1"))

    assert [call.outcome for call in calls] == ["NothingSent"] * 5


def test_each_pause_is_told_with_its_cause_and_stays_in_bounds(
    aws: ScriptedAws, make_provider: MakeProvider
) -> None:
    told: list[tuple[Trouble, float]] = []
    policy = Policy(first_pause=0.002, longest_pause=0.005)
    bounds = (0.002, 0.004, 0.005, 0.005)
    aws.on("DescribeVolumes", *[THROTTLE] * 4, THREE_VOLUMES)

    volumes(make_provider(policy), Patience(on_wait=lambda trouble, pause: told.append((trouble, pause))))

    assert [trouble.kind for trouble, _ in told] == ["Throttled"] * 4
    assert all(0 <= pause <= bound for (_, pause), bound in zip(told, bounds, strict=True))
    assert len({pause for _, pause in told}) == 4


def test_retry_after_is_waited_for(aws: ScriptedAws, provider: AwsProvider) -> None:
    told: list[float] = []
    aws.on("DescribeVolumes", failure("Throttling", status=503, headers={"Retry-After": "1"}), THREE_VOLUMES)
    begun = time.monotonic()

    volumes(provider, Patience(on_wait=lambda _, pause: told.append(pause)))

    assert told[0] >= 1.0
    assert time.monotonic() - begun >= 1.0


def test_a_long_retry_after_goes_up_instead_of_being_slept(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", failure("Throttling", status=503, headers={"Retry-After": "600"}))

    with pytest.raises(ours.Throttled) as caught:
        volumes(provider)

    assert caught.value.wait == 600
    assert aws.count("DescribeVolumes") == 1


def test_quitting_ends_a_pause_at_once(aws: ScriptedAws, make_provider: MakeProvider) -> None:
    aws.on("DescribeVolumes", failure("Throttling", status=503, headers={"Retry-After": "25"}))
    patience = Patience(on_wait=lambda *_: threading.Timer(0.05, patience.cancel.set).start())
    begun = time.monotonic()

    with pytest.raises(ours.Throttled):
        volumes(make_provider(), patience)

    assert time.monotonic() - begun < 5
    assert aws.count("DescribeVolumes") == 1


def test_after_quitting_nothing_is_sent(aws: ScriptedAws, provider: AwsProvider) -> None:
    patience = Patience()
    patience.cancel.set()

    with pytest.raises(ours.NothingSent):
        volumes(provider, patience)

    assert aws.seen == []


def test_pages_are_followed_to_the_end_each_retried_by_itself(
    aws: ScriptedAws, provider: AwsProvider, calls: list[Call]
) -> None:
    aws.on(
        "DescribeInstances",
        Reply(fleet_page(0, 4, token="two & more")),
        THROTTLE,
        Reply(fleet_page(4, 4, token="three")),
        Reply(drop=True),
        Reply(fleet_page(8, 1)),
    )

    pages = list(provider.pages(Kind.INSTANCES, REGION, Patience()))

    assert [len(page.items) for page in pages] == [4, 4, 1]
    assert [request.get("NextToken") for request in aws.seen] == [None, *["two & more"] * 2, *["three"] * 2]
    assert {request["MaxResults"] for request in aws.seen} == {"1000"}
    assert [call.attempt for call in calls] == [1, 1, 2, 1, 2]
    assert len({item.id for page in pages for item in page.items}) == 9


def test_pages_before_a_failing_one_stand(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on(
        "DescribeInstances",
        Reply(fleet_page(0, 4, token="2")),
        Reply(fleet_page(4, 4, token="3")),
        failure("UnauthorizedOperation", status=403),
    )
    held: list[Page] = []

    with pytest.raises(ours.Denied) as caught:
        held.extend(provider.pages(Kind.INSTANCES, REGION, Patience()))

    assert [len(page.items) for page in held] == [4, 4]
    assert caught.value.permission == "ec2:DescribeInstances"


def test_a_token_that_comes_again_is_not_followed_for_ever(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", Reply(volume_page(0, 3, token="again")))

    with pytest.raises(ours.InvalidResponse, match="same page twice"):
        volumes(provider)

    assert aws.count("DescribeVolumes") == 2


def test_an_empty_fleet_is_an_answer(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", Reply(answer("DescribeVolumes", "volumeSet", [])))
    aws.on(
        "DescribeInstances",
        Reply(b"<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>"),
    )

    assert [page.items for page in volumes(provider)] == [()]
    assert [page.items for page in provider.pages(Kind.INSTANCES, REGION, Patience())] == [()]


def test_the_content_type_is_not_believed_the_body_is(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", Reply(volume_page(0, 3), headers={"Content-Type": "text/html"}))

    assert len(volumes(provider)[0].items) == 3


def test_time_is_the_provider_s(aws: ScriptedAws, provider: AwsProvider) -> None:
    assert provider.clock_offset() == 0.0
    aws.on("DescribeVolumes", Reply(volume_page(0, 1), headers={"Date": "Mon, 21 Sep 2026 14:13:20 GMT"}))

    (page,) = volumes(provider)

    assert page.taken_at == 1_790_000_000
    assert abs(provider.clock_offset() - (1_790_000_000 - time.time())) < 5


def test_a_missing_date_is_unknown(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", Reply(volume_page(0, 1), headers={"Date": "yesterday"}))

    (page,) = volumes(provider)

    assert page.taken_at is None
    assert provider.clock_offset() == 0.0


def test_a_call_carries_its_request_id_and_code(
    aws: ScriptedAws, provider: AwsProvider, calls: list[Call]
) -> None:
    aws.on("DescribeVolumes", THROTTLE, THREE_VOLUMES)

    volumes(provider)

    assert [call.request_id for call in calls] == [
        "req-RequestLimitExceeded",
        "11111111-2222-3333-4444-555555555555",
    ]
    assert [call.code for call in calls] == ["RequestLimitExceeded", ""]
    assert all(call.milliseconds > 0 and call.region == REGION for call in calls)


def test_requests_say_who_sends_them(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", THREE_VOLUMES)

    volumes(provider)

    assert "trainctl-tui/" in aws.headers[0]["User-Agent"]


def test_clients_are_shared_by_threads(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeVolumes", Reply(volume_page(0, 50)))
    aws.on("DescribeInstances", Reply(fleet_page(0, 20)))
    counts: list[int] = []

    def sweep(kind: Kind, region: str) -> None:
        counts.append(sum(len(page.items) for page in provider.pages(kind, region, Patience())))

    threads = [
        threading.Thread(target=sweep, args=(kind, region))
        for region in ("us-east-1", "eu-west-1")
        for kind in (Kind.VOLUMES, Kind.INSTANCES) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [20] * 6 + [50] * 6
    assert len(provider._caller.clients._made) == 2


def test_quick_policy_is_the_real_one_but_for_its_pauses() -> None:
    assert QUICK.attempts == Policy().attempts
    assert QUICK.longest_wait == Policy().longest_wait
