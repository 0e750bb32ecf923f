"""The hook on every client: what only reads passes, what was approved passes marked, nothing else is sent."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from tests.providers.conftest import REGION, MakeProvider
from tests.support.approving import approved
from tests.support.ec2_xml import answer
from tests.support.scripted_aws import Reply, ScriptedAws
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import OutcomeUnknown, Refused
from trainctl_tui.domain.orders import Order
from trainctl_tui.providers.aws.errors import Act as Doing
from trainctl_tui.providers.aws.gated import ACTS, MARK, is_read
from trainctl_tui.providers.aws.listings import SPECS
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions
from trainctl_tui.simcloud.engine.core import OPERATIONS as SIMULATED

SERVICES = ("ec2", "sts", "iam", "s3", "ssm", "pricing", "cloudwatch", "logs", "sagemaker", "batch")
# First words under which some service of AWS changes, makes or sends something.
CHANGES = re.compile(
    "Accept|Add|Allocate|Assign|Associate|Attach|Authorize|Cancel|Complete|Copy|Create|Delete|Deregister|Detach"
    "|Disable|Disassociate|Enable|Import|Invoke|Modify|Move|Put|Reboot|Register|Reject|Release|Remove|Replace"
    "|Request|Reset|Resume|Revoke|Run|Send|Set|Start|Stop|Submit|Tag|Terminate|Unassign|Untag|Update|Upload"
)


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    session = botocore.session.Session()
    return {service: session.get_service_model(service) for service in SERVICES}


def test_what_a_model_itself_calls_a_read_is_one_or_is_not_needed(models: dict[str, Any]) -> None:
    """Some models mark their reads: none of those that the rule lets pass may be unmarked where all are."""
    marked = [
        model.operation_model(name)
        for model in models.values()
        for name in model.operation_names
        if model._service_description["operations"][name].get("readonly")
    ]
    assert len(marked) >= 15
    refused = {operation.name for operation in marked if not is_read(operation)}
    assert refused == {"ValidateCloudConnector"}, "no word of ours; nothing here calls it"


def test_no_word_of_change_passes_in_any_service(models: dict[str, Any]) -> None:
    for service, model in models.items():
        names = [name for name in model.operation_names if CHANGES.match(name)]
        assert names or service in ("sts", "pricing")
        assert [name for name in names if is_read(model.operation_model(name))] == [], service


def test_credentials_are_no_read(models: dict[str, Any]) -> None:
    sts = models["sts"]
    assert [name for name in sts.operation_names if is_read(sts.operation_model(name))] == [
        "GetAccessKeyInfo",
        "GetCallerIdentity",
    ]


def test_all_that_the_program_reads_passes_and_the_engine_agrees(models: dict[str, Any]) -> None:
    ec2 = models["ec2"]
    for spec in SPECS.values():
        assert is_read(ec2.operation_model(spec.operation))
    reads = {name for name in SIMULATED if is_read(ec2.operation_model(name))}
    assert {name for name in SIMULATED if name.startswith(("Describe", "Get"))} == reads
    assert not reads & {name.partition(":")[2] for name in ACTS}


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ec2", "TerminateInstances", {"InstanceIds": ["i-1"]}),
        ("ec2", "DeleteVolume", {"VolumeId": "vol-1"}),
        ("ec2", "DeleteVpc", {"VpcId": "vpc-1", "DryRun": True}),
        ("ec2", "CreateTags", {"Resources": ["i-1"], "Tags": []}),
        ("ec2", "ModifyInstanceAttribute", {"InstanceId": "i-1", "DisableApiStop": {"Value": False}}),
        ("sts", "GetSessionToken", {}),
        ("iam", "CreateUser", {"UserName": "me"}),
        ("s3", "DeleteObject", {"Bucket": "b", "Key": "k"}),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b"x"}),
        ("ssm", "SendCommand", {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1"]}),
    ],
)
def test_no_client_sends_what_is_neither_read_nor_approved(
    aws: ScriptedAws, provider: AwsProvider, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    client = provider._caller.clients.get(service, REGION, Doing("try"))
    with approved(Act.STOP, "i-1", endpoint=aws.url), pytest.raises(Refused):
        getattr(client, xform_name(operation))(**parameters)
    assert aws.seen == []


def test_the_clients_that_sign_in_are_guarded_too(aws: ScriptedAws, provider: AwsProvider) -> None:
    """botocore makes them by the session, as it would for a role."""
    session = provider._caller.clients._opened()
    client = session.create_client("sts", REGION, endpoint_url=aws.url, **KEYS)
    with pytest.raises(Refused):
        client.get_federation_token(Name="me")
    aws.on("AssumeRole", Reply(b"<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"))
    client.assume_role(RoleArn="arn:aws:iam::123456789012:role/reader", RoleSessionName="session")
    assert [request["Action"] for request in aws.seen] == ["AssumeRole"]


KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}


def test_an_approved_act_is_marked_and_goes_once(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("StopInstances", Reply(answer("StopInstances", "instancesSet", [])))
    with approved(Act.STOP, "i-1", endpoint=aws.url):
        assert provider.act(Order(Act.STOP), REGION, ["i-1"], Patience()).states == {}
    assert [request["Action"] for request in aws.seen] == ["StopInstances"]
    assert f"{MARK}0123456789abcdef" in aws.headers[0]["User-Agent"]


def test_of_several_targets_the_one_of_a_call_must_be_said(aws: ScriptedAws, provider: AwsProvider) -> None:
    with approved(Act.DELETE, "vol-1", "vol-2", endpoint=aws.url), pytest.raises(Refused, match="Which of"):
        provider.act(Order(Act.DELETE), REGION, ["vol-1"], Patience())
    assert aws.seen == []


def test_ids_are_judged_as_they_will_be_sent(aws: ScriptedAws, provider: AwsProvider) -> None:
    client = provider._caller.clients.get("ec2", REGION, Doing("try"))

    def add(params: dict[str, Any], **_: Any) -> None:
        params["InstanceIds"] = [*params["InstanceIds"], "i-2"]

    client.meta.events.register("before-parameter-build.ec2.StopInstances", add)
    with approved(Act.STOP, "i-1", endpoint=aws.url), pytest.raises(Refused, match=r"Not confirmed: i-2"):
        client.stop_instances(InstanceIds=["i-1"])
    assert aws.seen == []


def test_an_approval_for_another_endpoint_serves_nothing(aws: ScriptedAws, provider: AwsProvider) -> None:
    with approved(Act.STOP, "i-1", endpoint=""), pytest.raises(Refused, match="another endpoint"):
        provider.act(Order(Act.STOP), REGION, ["i-1"], Patience())
    assert aws.seen == []


def test_read_only_refuses_even_a_rehearsal(aws: ScriptedAws, make_provider: MakeProvider) -> None:
    shut = make_provider(read_only=True)
    with approved(Act.STOP, "i-1", endpoint=aws.url):
        for call in (shut.act, shut.rehearse):
            with pytest.raises(Refused, match="read-only"):
                call(Order(Act.STOP), REGION, ["i-1"], Patience())
    assert aws.seen == []


def test_a_rehearsal_that_was_no_rehearsal_is_told(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("StopInstances", Reply(answer("StopInstances", "instancesSet", [])))
    with pytest.raises(OutcomeUnknown, match="as if it had been no rehearsal"):
        provider.rehearse(Order(Act.STOP), REGION, ["i-1"], Patience())
    assert aws.seen[0]["DryRun"] == "true"


def test_where_nothing_listens_nothing_was_sent() -> None:
    gone = AwsProvider(ProviderOptions(endpoint="http://127.0.0.1:9", loopback_only=True))
    with approved(Act.STOP, "i-1", endpoint="http://127.0.0.1:9"), pytest.raises(Exception) as caught:
        gone.act(Order(Act.STOP), REGION, ["i-1"], Patience())
    assert type(caught.value).__name__ == "NothingSent"


def test_an_answer_without_request_id_proves_nothing(aws: ScriptedAws, provider: AwsProvider) -> None:
    aws.on("RebootInstances", Reply(b"<html><body>Welcome</body></html>"))
    with approved(Act.REBOOT, "i-1", endpoint=aws.url), pytest.raises(OutcomeUnknown):
        provider.act(Order(Act.REBOOT), REGION, ["i-1"], Patience())
    assert aws.count("RebootInstances") == 1
