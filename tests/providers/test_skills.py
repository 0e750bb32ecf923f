"""Who we are, which regions there are, machine types, the console, and the raw answer."""

from __future__ import annotations

import base64
import json
from random import Random

import pytest

from tests.providers.conftest import REGION
from tests.support import ec2_xml
from tests.support.scripted_aws import IDENTITY, Reply, ScriptedAws, failure
from trainctl_tui.domain import errors as ours
from trainctl_tui.domain.resources import Identity, Kind, Region, TypeSpec
from trainctl_tui.providers.aws.provider import CONSOLE_BYTES, AwsProvider
from trainctl_tui.providers.base import Call, Page, Patience

ALIASES = (
    "<ListAccountAliasesResponse><ListAccountAliasesResult><IsTruncated>false</IsTruncated>"
    "<AccountAliases>{}</AccountAliases></ListAccountAliasesResult></ListAccountAliasesResponse>"
)
P5 = [
    ("instanceType", "p5.48xlarge"),
    ("vCpuInfo", [("defaultVCpus", "192")]),
    ("memoryInfo", [("sizeInMiB", "2097152")]),
    ("instanceStorageSupported", "true"),
    ("instanceStorageInfo", [("totalSizeInGB", "30400")]),
    (
        "gpuInfo",
        [
            (
                "gpus",
                [
                    (
                        "item",
                        [
                            ("name", "H100"),
                            ("manufacturer", "NVIDIA"),
                            ("count", "8"),
                            ("memoryInfo", [("sizeInMiB", "81920")]),
                        ],
                    )
                ],
            )
        ],
    ),
]
M7I = [
    ("instanceType", "m7i.large"),
    ("vCpuInfo", [("defaultVCpus", "2")]),
    ("memoryInfo", [("sizeInMiB", "8192")]),
    ("instanceStorageSupported", "false"),
]


def types_answer(*specs: list[ec2_xml.Node]) -> Reply:
    return Reply(ec2_xml.answer("DescribeInstanceTypes", "instanceTypeSet", specs))


def console_answer(text: bytes) -> Reply:
    return Reply(
        b"<GetConsoleOutputResponse><instanceId>i-1</instanceId><timestamp>2026-09-21T14:13:20.000Z</timestamp>"
        b"<output>" + base64.b64encode(text) + b"</output></GetConsoleOutputResponse>"
    )


def list_types(provider: AwsProvider, *names: str) -> list[Page]:
    return list(provider.pages(Kind.TYPES, REGION, Patience(), only=names))


def asked_types(aws: ScriptedAws) -> list[list[str]]:
    return [
        [value for name, value in request.items() if name.startswith("InstanceType")] for request in aws.seen
    ]


def test_identify(aws: ScriptedAws, provider: AwsProvider, calls: list[Call]) -> None:
    aws.on("GetCallerIdentity", IDENTITY)

    assert provider.identify(Patience()) == Identity(
        "123456789012", "arn:aws:iam::123456789012:user/ada", "AIDA"
    )
    assert calls[0].operation == "sts:GetCallerIdentity"


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Log in</body></html>",
        b"<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>",
    ],
)
def test_a_portal_is_nobody(aws: ScriptedAws, provider: AwsProvider, body: bytes) -> None:
    aws.on("GetCallerIdentity", Reply(body))

    with pytest.raises(ours.InvalidResponse):
        provider.identify(Patience())


@pytest.mark.parametrize(("aliases", "alias"), [("<member>lab</member>", "lab"), ("", "")])
def test_alias(aws: ScriptedAws, provider: AwsProvider, aliases: str, alias: str) -> None:
    aws.on("ListAccountAliases", Reply(ALIASES.format(aliases).encode()))

    assert provider.alias(Patience()) == alias


def test_an_alias_that_may_not_be_read_names_the_permission(aws: ScriptedAws, provider: AwsProvider) -> None:
    body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    aws.on("ListAccountAliases", Reply(body, 403))

    with pytest.raises(ours.Denied) as caught:
        provider.alias(Patience())

    assert caught.value.permission == "iam:ListAccountAliases"


def test_regions_are_all_and_in_order(aws: ScriptedAws, provider: AwsProvider) -> None:
    listed = [("us-east-1", "opt-in-not-required"), ("af-south-1", "not-opted-in")]
    items = [[("regionName", id), ("optInStatus", opt_in)] for id, opt_in in listed]
    aws.on("DescribeRegions", Reply(ec2_xml.answer("DescribeRegions", "regionInfo", items)))

    assert provider.regions(Patience()) == tuple(Region(*one) for one in sorted(listed))
    assert aws.seen[0]["AllRegions"] == "true"


def test_types_by_name(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeInstanceTypes", types_answer(P5, M7I))

    (page,) = list_types(provider, "p5.48xlarge", "m7i.large", "p5.48xlarge")

    assert page.items == (
        TypeSpec("p5.48xlarge", REGION, 192, 2097152, "NVIDIA H100", 8, 81920, 30400),
        TypeSpec("m7i.large", REGION, 2, 8192, "", 0, None, 0),
    )
    assert asked_types(aws) == [["m7i.large", "p5.48xlarge"]]


def test_types_are_asked_for_in_hundreds(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeInstanceTypes", types_answer(M7I))

    pages = list_types(provider, *(f"t{number}.large" for number in range(250)))

    assert [len(names) for names in asked_types(aws)] == [100, 100, 50]
    assert len(pages) == 3


def test_no_types_wanted_is_no_call(aws: ScriptedAws, provider: AwsProvider) -> None:
    assert list_types(provider) == [Page((), None)]
    assert aws.seen == []


def test_unknown_types_lose_no_others(aws: ScriptedAws, provider: AwsProvider) -> None:
    words = "The following supplied instance types do not exist: [q1.nano, q2.nano]"
    aws.on("DescribeInstanceTypes", failure("InvalidInstanceType", words), types_answer(M7I))

    (page,) = list_types(provider, "q1.nano", "m7i.large", "q2.nano")

    assert [item.id for item in page.items] == ["m7i.large"]
    assert asked_types(aws)[1] == ["m7i.large"]


def test_unknown_types_that_are_not_named_are_found_by_halves(
    aws: ScriptedAws, provider: AwsProvider
) -> None:
    nameless = failure("InvalidInstanceType", "One of them does not exist.")
    # [m7i, p5, q1]: no. [m7i]: yes. [p5, q1]: no. [p5]: yes. [q1]: no.
    aws.on("DescribeInstanceTypes", nameless, types_answer(M7I), nameless, types_answer(P5), nameless)

    (page,) = list_types(provider, "q1.nano", "m7i.large", "p5.48xlarge")

    assert [item.id for item in page.items] == ["m7i.large", "p5.48xlarge"]
    assert aws.count("DescribeInstanceTypes") == 5


def test_only_unknown_types_is_an_empty_page(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeInstanceTypes", failure("InvalidInstanceType", "do not exist: [q1.nano]"))

    assert [page.items for page in list_types(provider, "q1.nano")] == [()]


def test_a_denied_list_of_types_is_not_taken_for_unknown_names(
    aws: ScriptedAws, provider: AwsProvider
) -> None:
    aws.on("DescribeInstanceTypes", failure("UnauthorizedOperation", status=403))

    with pytest.raises(ours.Denied):
        list_types(provider, "m7i.large")


def test_console_is_the_latest_where_it_can_be(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("GetConsoleOutput", console_answer("boot \u2713\x1b[31m\n".encode()))

    console = provider.console(REGION, "i-1", Patience())

    assert (console.instance_id, console.text) == ("i-1", "boot \u2713\x1b[31m\n")
    assert console.taken_at == 1_790_000_000
    assert aws.seen[0]["Latest"] == "true"


def test_console_falls_back_where_there_is_no_latest(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("GetConsoleOutput", failure("UnsupportedOperation"), console_answer(b"old"))

    assert provider.console(REGION, "i-1", Patience()).text == "old"
    assert "Latest" not in aws.seen[1]


def test_console_is_bounded_and_cut_between_characters(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("GetConsoleOutput", console_answer(b"x" + "é".encode() * 100_000))

    text = provider.console(REGION, "i-1", Patience()).text

    assert CONSOLE_BYTES - 1 <= len(text.encode()) <= CONSOLE_BYTES
    assert set(text) == {"é"}


def test_console_without_output_is_empty(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on(
        "GetConsoleOutput",
        Reply(b"<GetConsoleOutputResponse><instanceId>i-1</instanceId></GetConsoleOutputResponse>"),
    )

    console = provider.console(REGION, "i-1", Patience())

    assert (console.text, console.taken_at) == ("", None)


def test_console_of_an_unknown_machine(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("GetConsoleOutput", failure("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist"))

    with pytest.raises(ours.NotFound, match="i-1"):
        provider.console(REGION, "i-1", Patience())


def test_raw_is_the_whole_answer_for_one_resource(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("DescribeInstances", Reply(ec2_xml.fleet_page(3, 1)))
    id = f"i-{3:017x}"

    told = json.loads(provider.raw(Kind.INSTANCES, REGION, id, Patience()))

    assert aws.seen[0]["InstanceId.1"] == id
    assert "MaxResults" not in aws.seen[0]
    assert told["InstanceId"] == id
    assert told["LaunchTime"] == "2026-10-04T08:15:03+00:00"
    assert told["MetadataOptions"]["HttpTokens"] == "required"


def test_raw_of_a_volume_keeps_its_letters(aws: ScriptedAws, provider: AwsProvider) -> None:
    nodes = [*ec2_xml.volume(1, Random(1), tags=0), ec2_xml.tag_set([("Name", "日本 \U0001f680")])]
    aws.on("DescribeVolumes", Reply(ec2_xml.answer("DescribeVolumes", "volumeSet", [nodes[:7] + nodes[8:]])))

    text = provider.raw(Kind.VOLUMES, REGION, "vol-1", Patience())

    assert "日本 \U0001f680" in text
    assert text.startswith('{\n  "')


@pytest.mark.parametrize("kind", list(Kind))
def test_raw_asks_for_exactly_one(aws: ScriptedAws, provider: AwsProvider, kind: Kind) -> None:
    for operation, set_name in (
        ("DescribeInstances", "reservationSet"),
        ("DescribeVolumes", "volumeSet"),
        ("DescribeSnapshots", "snapshotSet"),
        ("DescribeInstanceStatus", "instanceStatusSet"),
        ("DescribeInstanceTypes", "instanceTypeSet"),
    ):
        aws.on(operation, Reply(ec2_xml.answer(operation, set_name, [])))

    with pytest.raises(ours.NotFound, match="one-id"):
        provider.raw(kind, REGION, "one-id", Patience())

    assert list(aws.seen[0].values()).count("one-id") == 1
