"""Scenarios end to end: the real app, collector, botocore and HTTP; only AWS itself is simulated."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support import hasty
from tests.support.campaign import campaign
from tests.support.cloud import client
from trainctl_tui import bootstrap, paths
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.listing.remember import remembered
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.scope import Scope
from trainctl_tui.simcloud.canned import Canned
from trainctl_tui.simcloud.process import Child, SimCloud, simulated_environment
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.widgets.line import Line
from trainctl_tui.view_settings import load_view_settings

pytestmark = pytest.mark.wire

REGION = "us-east-1"
Opened = Callable[..., TrainctlApp]


@pytest.fixture
def open_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Make apps on an endpoint, all with the same private directories."""
    apps: list[TrainctlApp] = []

    def make(endpoint: str, refresh: float = 3600.0, answer_in: float = 0.0) -> TrainctlApp:
        environment = simulated_environment(endpoint, os.environ)
        for name in set(os.environ) - set(environment):
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for kind in ("CONFIG", "CACHE", "STATE"):
            monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
        launch = Launch(endpoint=endpoint, regions=(REGION,), refresh=refresh)
        collector = hasty.spawn(launch, answer_in) if answer_in else None
        apps.append(bootstrap.view(launch, load_view_settings(), collector))
        return apps[-1]

    yield make
    for app in apps:
        app.session.close()


async def until(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
    for _ in range(campaign(3000, 30_000)):
        await pilot.pause()
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never held")


def line(app: TrainctlApp, name: str) -> str:
    return app.dashboard.query_one(f"#{name}", Line).text.plain


def total(app: TrainctlApp, kind: Kind) -> int:
    return app.dashboard.pane_of(kind).table.model.total


def all_live(app: TrainctlApp) -> bool:
    return app.dashboard.news.settled and all(
        lane.standing is Standing.LIVE for kind in Kind for lane in app.dashboard.news.lanes(kind)
    )


def all_remembered(app: TrainctlApp) -> bool:
    """Say whether the collector has written every lane to the cache."""
    launch = app.session.launch
    cache = Cache(paths.cache_dir(), Scope.of(launch, os.environ), lambda _text: None)
    news = remembered(cache, launch)
    cache.close()
    return all(news.of(kind) for kind in Kind)


def ids(where: Child, operation: str, key: str) -> set[str]:
    """Ask the simulated AWS as plain botocore does: what is really there."""
    pages = client(where).get_paginator(operation).paginate(PaginationConfig={"PageSize": 1000})
    found = set()
    for page in pages:
        for item in page[key]:
            found |= (
                {one["InstanceId"] for one in item["Instances"]}
                if key == "Reservations"
                else {item["VolumeId"]}
            )
    return found


async def test_e02_volume_of_data(open_app: Opened) -> None:
    with Canned.start(1250) as many:
        app = open_app(many.endpoint)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: all_live(app))
            instances = ids(many, "describe_instances", "Reservations")
            assert total(app, Kind.INSTANCES) == len(instances) == 1250
            assert total(app, Kind.VOLUMES) == len(ids(many, "describe_volumes", "Volumes"))
            last = max(instances)
            await pilot.press("slash", *last, "enter")
            await until(pilot, lambda: app.dashboard.pane.table.model.shown_count == 1)
            assert app.dashboard.pane.table.model.shown[0] == (REGION, last)


async def test_e01_old_rows_before_any_answer_then_live(open_app: Opened, cloud: SimCloud) -> None:
    app = open_app(cloud.endpoint)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: all_live(app))
        seen = total(app, Kind.INSTANCES)
        await until(pilot, lambda: all_remembered(app))
    cloud.faults([{"service": ".*", "effect": "latency", "seconds": 3.0}])
    cloud.forget_calls()
    again = open_app(cloud.endpoint)
    async with again.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert total(again, Kind.INSTANCES) == seen
        assert "unverified" in line(again, "where")
        await pilot.press("j", "j")
        at = again.dashboard.pane.table.model.cursor
        assert at is not None
        await until(pilot, lambda: all_live(again))
        assert again.dashboard.pane.table.model.cursor == at
        assert "unverified" not in line(again, "where")


async def test_e18_missing_permission_then_expiry_then_renewal(open_app: Opened, cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "action": "DescribeVolumes", "effect": "denied"}])
    app = open_app(cloud.endpoint)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "vol failed" in line(app, "how") and "inst live" in line(app, "how"))
        assert "ec2:DescribeVolumes" in line(app, "warning")
        assert [lane.standing for lane in app.dashboard.news.lanes(Kind.SNAPSHOTS)] == [Standing.LIVE]
        cloud.faults([{"service": ".*", "effect": "expired"}])
        await pilot.press("r")
        await until(pilot, lambda: "inst stale" in line(app, "how"))
        assert total(app, Kind.INSTANCES)
        cloud.clear_faults()
        await pilot.press("r")
        await until(pilot, lambda: all_live(app))


async def test_e19_offline_with_a_broken_cache(open_app: Opened, cloud: SimCloud) -> None:
    app = open_app(cloud.endpoint)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: all_live(app) and all_remembered(app))
    files = sorted(Path(os.environ["XDG_CACHE_HOME"]).rglob("cache.db"), key=lambda path: path.stat().st_size)
    biggest = files[-1]
    # Cut where the value must be: half of a small database may hold only free pages. The log of what was
    # not yet moved into it would mend it.
    biggest.write_bytes(biggest.read_bytes()[:8192])
    for beside in biggest.parent.glob("cache.db-*"):
        beside.unlink()
    cloud.faults([{"service": ".*", "effect": "drop"}])
    again = open_app(cloud.endpoint)
    async with again.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        held = [kind for kind in Kind if again.dashboard.news.of(kind)]
        assert len(held) == len(Kind) - 1
        assert len([text for text in again.dashboard.news.warnings if "cache" in text]) == 1
        await until(pilot, lambda: again.dashboard.news.unidentified is not None)
        assert all(again.dashboard.news.of(kind) for kind in held)
    assert not again.return_code


async def test_a_region_that_was_never_read_is_not_empty(open_app: Opened) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        app = open_app(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: "inst failed" in line(app, "how"))
            assert "0 instances" not in app.dashboard.pane.table.empty_text
            assert app.dashboard.pane.table.empty_text.startswith("Instances are not known")
