"""Both faces of one engine as a provider, for the contracts of what acts: in this process, and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from tests.providers.conftest import QUICK
from tests.support.cloud import Local, LocalServer
from trainctl_tui.domain.acts import Facts
from trainctl_tui.providers.aws.calls import Caller
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.process import simulated_environment
from trainctl_tui.simcloud.provider import EngineProvider
from trainctl_tui.simcloud.wire.faults import FaultBook

REGION = "us-east-1"
UNKNOWN = "i-0123456789abcdef0"
NOBODY_WAITS = Patience()


@pytest.fixture
def local() -> Local:
    return Local(20)


class Face(Protocol):
    """A provider with every skill of this contract."""

    facts: Any
    act: Any
    rehearse: Any
    observe: Any


@dataclass
class Sides:
    """One engine, the face that is under test, and what spoils its calls."""

    local: Local
    faults: FaultBook
    opened: Callable[[ProviderOptions], Face]


@pytest.fixture(params=["inside", pytest.param("wire", marks=pytest.mark.wire)])
def sides(request: pytest.FixtureRequest, local: Local, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sides]:
    if request.param == "inside":
        book = FaultBook()
        yield Sides(local, book, lambda options: EngineProvider(local.engine, options, faults=book))
        return
    with LocalServer(local) as server:
        for name, value in simulated_environment(server.endpoint).items():
            monkeypatch.setenv(name, value)
        for gone in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(gone, raising=False)
        yield Sides(local, server.faults, lambda options: AwsProvider(options, Caller(options, policy=QUICK)))


@pytest.fixture
def provider(sides: Sides) -> Face:
    return sides.opened(ProviderOptions())


def one(local: Local, state: str = "running", **more: object) -> InstanceRecord:
    """Return a machine in a state, with these attributes."""
    wanted = {"state": state, "terminate_protected": False, "stop_protected": False, "lifecycle": "", **more}
    return next(
        record
        for record in local.engine.world(REGION).instances.values()
        if all(getattr(record, name) == value for name, value in wanted.items())
    )


def facts(provider: Face, *ids: str) -> tuple[Facts, ...]:
    return provider.facts(REGION, ids, NOBODY_WAITS)
