"""The simulated AWS for tests: fixtures to import into a conftest, and clients of it.

- ``sim_cloud``: one process for the whole session, its script frozen; for tests that only read.
- ``cloud``: the same with no faults and no calls counted yet; faults end with the test.
- ``start_cloud(**options)``: one of its own, for tests that change it or want another fleet.
- ``Local``: the same engine in this process, on a clock that stands still.
- ``LocalServer``: that engine behind real HTTP, still in this process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import botocore.session
import pytest
from botocore.config import Config

from trainctl_tui.simcloud.driver import Driver
from trainctl_tui.simcloud.engine import Clock, Engine
from trainctl_tui.simcloud.fleet import Fleet
from trainctl_tui.simcloud.process import SimCloud
from trainctl_tui.simcloud.script import Script
from trainctl_tui.simcloud.server import make
from trainctl_tui.simcloud.wire.application import Application
from trainctl_tui.simcloud.wire.faults import FaultBook

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC


class Reachable(Protocol):
    """Anything with an endpoint: ``SimCloud``, ``Canned``, ``LocalServer``."""

    endpoint: str


class Local:
    """An engine with a fleet in this process. Time moves only by ``advance``."""

    def __init__(self, instances: int = 40, *, seed: int = 1, speed: float = 0.0, now: float = NOW) -> None:
        self.clock = Clock(lambda: now)
        self.engine = Engine(clock=self.clock, seed=seed)
        self.fleet = Fleet(seed, instances)
        self.fleet.populate(self.engine)
        self.script = Script(self.engine, self.fleet, speed)
        self.driver = Driver(self.engine, self.fleet, self.script)

    def call(self, operation: str, region: str = "us-east-1", **params: Any) -> dict[str, Any]:
        """Run one EC2 operation."""
        return self.engine.call(operation, params, region=region)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
        self.engine.settle()


@pytest.fixture(scope="session")
def sim_cloud() -> Iterator[SimCloud]:
    """One simulated AWS for the session: 40 machines, nothing changes by itself."""
    with SimCloud.start(seed=1, instances=40, speed=0) as running:
        yield running


@pytest.fixture
def cloud(sim_cloud: SimCloud) -> Iterator[SimCloud]:
    """The session's simulated AWS with clean counters and no faults."""
    sim_cloud.clear_faults()
    sim_cloud.forget_calls()
    yield sim_cloud
    sim_cloud.clear_faults()


@pytest.fixture
def start_cloud() -> Iterator[Callable[..., SimCloud]]:
    """Start simulated clouds that end with the test."""
    running: list[SimCloud] = []

    def start(**options: Any) -> SimCloud:
        running.append(SimCloud.start(**{"instances": 12, "speed": 0, **options}))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def client(
    cloud: Reachable,
    service: str = "ec2",
    region: str = "us-east-1",
    key: str = "SIMULATEDKEY",
    read_timeout: float = 10,
) -> Any:
    """Return a real botocore client of a simulated cloud, with one attempt and short timeouts."""
    return botocore.session.Session().create_client(
        service,
        region_name=region,
        endpoint_url=cloud.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key="simulated",
        config=Config(
            retries={"total_max_attempts": 1},
            connect_timeout=3,
            read_timeout=read_timeout,
            proxies={},
            s3={"addressing_style": "path"},
        ),
    )


class LocalServer:
    """A ``Local`` behind real HTTP in this process, so that both faces of one engine can be compared.

    Use it as a context manager; ``endpoint`` is where clients go.
    """

    def __init__(self, local: Local, latency: float = 0.0) -> None:
        self.local = local
        self.faults = FaultBook()
        self.application = Application(local.driver, self.faults, latency)
        self._server = make(self.application)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.endpoint = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> LocalServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.application.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
