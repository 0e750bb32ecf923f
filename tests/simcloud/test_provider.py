"""The in-process face: a whole provider, equal to what the wire says."""

from __future__ import annotations

import json

import pytest

from tests.support.cloud import NOW, Local
from trainctl_tui.domain.errors import Denied, NotFound, Throttled
from trainctl_tui.domain.resources import ROW_TYPES, Instance, Kind, TypeSpec
from trainctl_tui.providers.base import Call, CanReadConsole, CanShowRaw, Patience, Provider, ProviderOptions
from trainctl_tui.simcloud.engine import Engine
from trainctl_tui.simcloud.provider import EngineProvider

NOBODY_WAITS = Patience()


def made(local: Local, **options: object) -> EngineProvider:
    return EngineProvider(local.engine, **options)  # type: ignore[arg-type]


def test_it_has_every_skill_of_a_reader() -> None:
    provider: Provider = made(Local(1))
    assert isinstance(provider, CanReadConsole)
    assert isinstance(provider, CanShowRaw)
    assert provider.default_region() == "us-east-1"
    assert provider.identify(NOBODY_WAITS).account == "123456789012"
    assert provider.alias(NOBODY_WAITS) == "acme-ml-research"
    assert {"opted-in", "not-opted-in"} <= {region.opt_in for region in provider.regions(NOBODY_WAITS)}


@pytest.mark.parametrize("kind", list(Kind))
def test_pages_of_every_kind_hold_its_rows(kind: Kind) -> None:
    provider = made(Local(20), page_size=5)
    only = ["g5.xlarge", "p5.48xlarge"] if kind is Kind.TYPES else ()
    pages = list(provider.pages(kind, "us-east-1", NOBODY_WAITS, only))
    rows = [row for page in pages for row in page.items]
    assert rows
    assert all(type(row) is ROW_TYPES[kind] for row in rows)
    assert len({row.id for row in rows}) == len(rows)
    assert {page.taken_at for page in pages} == {NOW}
    assert kind is Kind.TYPES or len(pages) > 1


def test_values_are_what_the_engine_holds() -> None:
    local = Local(20)
    (page,) = made(local).pages(Kind.INSTANCES, "us-east-1", NOBODY_WAITS)
    row = next(row for row in page.items if isinstance(row, Instance) and row.attachments[1:])
    record = local.engine.world("us-east-1").instances[row.id]
    assert (row.state, row.type, row.zone) == (record.state, record.type, record.zone)
    assert row.launched_at == int(record.launched_at)
    assert dict(row.tags) == record.tags
    assert [held.volume_id for held in row.attachments] == record.volumes
    assert row.iam_profile == record.profile
    (types,) = made(local).pages(Kind.TYPES, "us-east-1", NOBODY_WAITS, ["p5.48xlarge"])
    assert types.items == (
        TypeSpec("p5.48xlarge", "us-east-1", 192, 2_097_152, "NVIDIA H100", 8, 81_920, 30_400),
    )


def test_health_names_failed_checks_and_events() -> None:
    (page,) = made(Local(20)).pages(Kind.STATUSES, "us-east-1", NOBODY_WAITS)
    assert [row.failed for row in page.items if row.failed] == [("instance reachability",)]  # type: ignore[union-attr]
    assert [row.events[0].code for row in page.items if row.events] == ["instance-retirement"]  # type: ignore[union-attr]


def test_console_and_raw_are_told() -> None:
    local = Local(5)
    provider = made(local)
    (id, *_) = local.engine.world("us-east-1").instances
    assert "login:" in provider.console("us-east-1", id, NOBODY_WAITS).text
    for kind, each in ((Kind.INSTANCES, id), (Kind.STATUSES, id), (Kind.TYPES, "g5.xlarge")):
        assert each in json.loads(provider.raw(kind, "us-east-1", each, NOBODY_WAITS)).values()
    volume = next(iter(local.engine.world("us-east-1").volumes))
    assert json.loads(provider.raw(Kind.VOLUMES, "us-east-1", volume, NOBODY_WAITS))["VolumeId"] == volume
    with pytest.raises(NotFound) as caught:
        provider.raw(Kind.INSTANCES, "us-east-1", "i-0123456789abcdef0", NOBODY_WAITS)
    assert caught.value.code == "InvalidInstanceID.NotFound"


def test_errors_and_calls_are_told() -> None:
    heard: list[Call] = []

    def refuse(operation: str, region: str) -> None:
        if operation == "DescribeVolumes":
            raise Throttled("Slow down.", code="RequestLimitExceeded")

    provider = made(Local(3), options=ProviderOptions(on_call=heard.append), before=refuse)
    with pytest.raises(Throttled):
        list(provider.pages(Kind.VOLUMES, "us-east-1", NOBODY_WAITS))
    with pytest.raises(Denied):
        list(provider.pages(Kind.INSTANCES, "af-south-1", NOBODY_WAITS))
    list(provider.pages(Kind.INSTANCES, "us-east-1", NOBODY_WAITS))
    assert [(call.operation, call.outcome, call.code) for call in heard] == [
        ("ec2:DescribeVolumes", "Throttled", "RequestLimitExceeded"),
        ("ec2:DescribeInstances", "Denied", "AuthFailure"),
        ("ec2:DescribeInstances", "ok", ""),
    ]


def test_the_clock_offset_is_the_engines() -> None:
    engine = Engine()
    engine.clock.advance(500)
    assert 499 < EngineProvider(engine).clock_offset() < 501
