"""The AWS provider over HTTP and the in-process provider give equal values for one engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cloud import Local, LocalServer
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions
from trainctl_tui.simcloud.process import simulated_environment
from trainctl_tui.simcloud.provider import EngineProvider

pytestmark = pytest.mark.wire


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[AwsProvider, EngineProvider]]:
    local = Local(40)
    with LocalServer(local) as server:
        for name, value in simulated_environment(server.endpoint).items():
            monkeypatch.setenv(name, value)
        for gone in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(gone, raising=False)
        options = ProviderOptions(loopback_only=True)
        yield AwsProvider(options), EngineProvider(local.engine)


@pytest.mark.parametrize("kind", list(Kind))
def test_rows_are_equal(doors: tuple[AwsProvider, EngineProvider], kind: Kind) -> None:
    only = ["g5.xlarge", "p5.48xlarge", "t3.micro"] if kind is Kind.TYPES else ()
    over_http, inside = (
        {row.id: row for page in door.pages(kind, "us-east-1", Patience(), only) for row in page.items}
        for door in doors
    )
    assert over_http == inside
    assert over_http


def test_who_we_are_is_equal(doors: tuple[AwsProvider, EngineProvider]) -> None:
    aws, inside = doors
    assert aws.identify(Patience()) == inside.identify(Patience())
    assert aws.alias(Patience()) == inside.alias(Patience())
    assert aws.regions(Patience()) == inside.regions(Patience())


def test_the_console_is_equal(doors: tuple[AwsProvider, EngineProvider]) -> None:
    aws, inside = doors
    (page,) = inside.pages(Kind.INSTANCES, "us-east-1", Patience())
    id = page.items[0].id
    assert aws.console("us-east-1", id, Patience()) == inside.console("us-east-1", id, Patience())
