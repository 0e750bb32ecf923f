"""The read path on moto, and both parsers on moto's pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.session import Session

from tests.providers.conftest import REGION
from tests.support.bulk_pages import BULK
from tests.support.ec2_xml import AWKWARD
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws.listings import SPECS
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    """Start moto on loopback with a fleet of awkward names; stop it afterwards."""
    patch = pytest.MonkeyPatch()
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
        patch.undo()


@pytest.fixture
def moto_provider(moto_url: str) -> AwsProvider:
    return AwsProvider(ProviderOptions(endpoint=moto_url, loopback_only=True))


def populate(ec2: object) -> None:
    """Fill moto with reservations of several machines, tags of all sorts, volumes and snapshots."""
    for number, name in enumerate(AWKWARD):
        tags = [{"Key": f"k{n}", "Value": name} for n in range((0, 1, 12, 49)[number % 4])]
        ec2.run_instances(  # type: ignore[attr-defined]
            ImageId="ami-12345678",
            InstanceType="m5.large",
            MinCount=1 + number % 3,
            MaxCount=1 + number % 3,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}] if tags else [],
        )
        volume = ec2.create_volume(  # type: ignore[attr-defined]
            AvailabilityZone="us-east-1a",
            Size=8,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}] if tags else [],
        )
        ec2.create_snapshot(VolumeId=volume["VolumeId"], Description=name)  # type: ignore[attr-defined]


def test_both_parsers_agree_on_moto(moto_provider: AwsProvider, moto_url: str) -> None:
    ec2 = Session().create_client(
        "ec2", REGION, endpoint_url=moto_url, aws_access_key_id="a", aws_secret_access_key="b"
    )
    populate(ec2)
    counts = {}
    for kind in BULK:
        spec = SPECS[kind]
        pages = list(moto_provider.pages(kind, REGION, Patience()))
        rows = tuple(row for got in pages for row in got.items)
        method = {
            Kind.INSTANCES: ec2.describe_instances,
            Kind.VOLUMES: ec2.describe_volumes,
            Kind.SNAPSHOTS: ec2.describe_snapshots,
            Kind.STATUSES: ec2.describe_instance_status,
        }[kind]
        assert rows == spec.read(method(**spec.parameters)[spec.key], REGION)
        counts[kind] = len(rows)
        assert len(moto_provider._sweeps[(kind, REGION)].memory) > 0, "the fast road was taken"

    assert counts[Kind.INSTANCES] == counts[Kind.STATUSES] == 19
    assert counts[Kind.SNAPSHOTS] == len(AWKWARD)
    assert counts[Kind.VOLUMES] == len(AWKWARD) + 19


def test_the_rest_of_the_read_path_on_moto(moto_provider: AwsProvider) -> None:
    assert moto_provider.identify(Patience()).account == "123456789012"
    assert moto_provider.alias(Patience()) == ""
    assert "us-east-1" in {region.id for region in moto_provider.regions(Patience())}
    (types,) = moto_provider.pages(Kind.TYPES, REGION, Patience(), only=("p5.48xlarge", "no.such"))
    assert [(row.id, row.gpus) for row in types.items if hasattr(row, "gpus")] == [("p5.48xlarge", 8)]
