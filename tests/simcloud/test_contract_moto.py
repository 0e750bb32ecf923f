"""The contract of acts on moto, for its shape: another's reading of EC2, and where it is known to differ.

Each difference is asserted, so that one that goes away is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.approving import approved
from tests.support.cloud import Local, LocalServer, client
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Conflict, NotFound, Refused
from trainctl_tui.domain.orders import Order
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Observed, Patience, ProviderOptions

pytestmark = pytest.mark.wire
REGION = "us-east-1"
UNKNOWN = "i-0123456789abcdef0"
LAUNCH = {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "InstanceType": "g4dn.xlarge"}
NOBODY_WAITS = Patience()


@pytest.fixture(scope="module")
def moto() -> Iterator[tuple[AwsProvider, Any]]:
    """The product's provider and a plain client, on a moto of their own."""
    with LocalServer(Local(0)) as server, pytest.MonkeyPatch.context() as patch:
        rest = server.application.rest
        patch.setattr(
            server.application,
            "_reply",
            lambda environ, body, asked, hit: rest.reply(environ, body, asked, "x"),
        )
        yield AwsProvider(ProviderOptions(endpoint=server.endpoint, loopback_only=True)), client(server)


def launched(ec2: Any, zone: str = "us-east-1a", **more: Any) -> str:
    place = {"AvailabilityZone": zone}
    id: str = ec2.run_instances(**LAUNCH, Placement=place, **more)["Instances"][0]["InstanceId"]
    return id


def act(provider: AwsProvider, deed: Act, *ids: str) -> dict[str, str]:
    with approved(deed, *ids, endpoint=provider._caller.clients._options.endpoint):
        return provider.act(Order(deed), REGION, ids, NOBODY_WAITS).states


def test_facts_have_moto_s_shape(moto: tuple[AwsProvider, Any]) -> None:
    provider, ec2 = moto
    id = launched(ec2)
    ec2.modify_instance_attribute(InstanceId=id, DisableApiTermination={"Value": True})
    told, absent = provider.facts(REGION, [id, UNKNOWN], NOBODY_WAITS)
    assert (told.state, told.zone, told.terminate_protected, told.stop_protected) == (
        "running", "us-east-1a", True, False,
    )  # fmt: skip
    assert told.instance_store is True
    assert told.volumes is not None
    assert [
        (volume.is_root, volume.delete_on_termination, volume.snapshots_known) for volume in told.volumes
    ] == [(True, True, True)]
    assert not absent.is_known


def test_acts_rehearsals_and_refusals_are_alike(moto: tuple[AwsProvider, Any]) -> None:
    provider, ec2 = moto
    id = launched(ec2)
    for deed in (Act.STOP, Act.REBOOT, Act.TERMINATE):
        provider.rehearse(Order(deed), REGION, [id], NOBODY_WAITS)
    assert provider.observe(Order(Act.STOP), REGION, [id, UNKNOWN], NOBODY_WAITS) == {id: Observed("running")}
    assert act(provider, Act.REBOOT, id) == {}
    assert act(provider, Act.STOP, id) == {id: "stopping"}
    assert act(provider, Act.START, id) == {id: "pending"}
    assert act(provider, Act.TERMINATE, id) == {id: "shutting-down"}
    with pytest.raises(NotFound):
        act(provider, Act.TERMINATE, UNKNOWN)
    with pytest.raises(Refused):
        provider.act(Order(Act.TERMINATE), REGION, [id], NOBODY_WAITS)


def test_moto_differs_zones_after_the_protected_one_are_spared_too(moto: tuple[AwsProvider, Any]) -> None:
    provider, ec2 = moto
    first, later = launched(ec2, "us-east-1c"), launched(ec2, "us-east-1b")
    saved, near = launched(ec2), launched(ec2)
    ec2.modify_instance_attribute(InstanceId=saved, DisableApiTermination={"Value": True})
    with pytest.raises(Conflict) as caught:
        act(provider, Act.TERMINATE, first, saved, near, later)
    assert caught.value.code == "OperationNotPermitted"
    looks = provider.observe(Order(Act.TERMINATE), REGION, [first, saved, near, later], NOBODY_WAITS)
    assert {id: look.state for id, look in looks.items()} == {
        first: "terminated", saved: "running", near: "running", later: "running",
    }  # fmt: skip


def test_moto_differs_states_change_at_once(moto: tuple[AwsProvider, Any]) -> None:
    provider, ec2 = moto
    id = launched(ec2)
    act(provider, Act.STOP, id)
    assert provider.observe(Order(Act.STOP), REGION, [id], NOBODY_WAITS) == {id: Observed("stopped")}


def test_moto_differs_illegal_transitions_are_accepted(moto: tuple[AwsProvider, Any]) -> None:
    provider, ec2 = moto
    id = launched(ec2)
    act(provider, Act.TERMINATE, id)
    assert act(provider, Act.START, id) == {id: "pending"}


def test_moto_differs_client_tokens_are_ignored(moto: tuple[AwsProvider, Any]) -> None:
    _, ec2 = moto
    assert launched(ec2, ClientToken="the same") != launched(ec2, ClientToken="the same")


def test_moto_differs_protection_at_launch_is_dropped(moto: tuple[AwsProvider, Any]) -> None:
    provider, ec2 = moto
    (told,) = provider.facts(REGION, [launched(ec2, DisableApiTermination=True)], NOBODY_WAITS)
    assert told.terminate_protected is False
