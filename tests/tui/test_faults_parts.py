"""R8 where a part fails: a page of a listing, or one of two regions. The rest stays, and is "at least"."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.cloud import start_cloud
from tests.tui.test_faults_screens import PANES, collectors_words, title
from tests.tui.test_scenarios_wire import Opened, all_live, line, open_app, total, until
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.simcloud.process import SimCloud
from trainctl_tui.tui.app import TrainctlApp

__all__ = ["open_app", "start_cloud"]
pytestmark = [pytest.mark.wire, pytest.mark.timeout(240)]

LONG_PANES = (Kind.INSTANCES, Kind.VOLUMES)
"""Those that have a second page in a fleet of 1,100 machines."""


async def test_a_page_that_fails_takes_no_row_and_is_no_count(
    open_app: Opened, start_cloud: Callable[..., SimCloud]
) -> None:
    """C14: page 2 fails: what page 1 held stays, and the title says "at least"."""
    many = start_cloud(instances=1100)
    fails = [
        {"service": "ec2", "action": f"Describe{kind.value.capitalize()}", "effect": "internal", "page": 2}
        for kind in LONG_PANES
    ]
    many.faults(fails)
    app = open_app(many.endpoint)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: {stands(app, kind) for kind in LONG_PANES} == {Standing.PARTIAL})
        for kind in LONG_PANES:
            first = total(app, kind)
            assert 0 < first < 1100
            assert f"≥{first:,}" in title(app, kind)
            assert title(app, kind).endswith(" partial")
        assert "fault of its own" in line(app, "warning")
        await until(pilot, lambda: stands(app, Kind.SNAPSHOTS) is Standing.LIVE)
        many.clear_faults()
        await pilot.press("r")
        await until(pilot, lambda: all_live(app))
        whole = [set(app.dashboard.pane_of(kind).table.model.rows) for kind in LONG_PANES]
        many.faults(fails)
        await pilot.press("r")
        broken = {Standing.PARTIAL, Standing.STALE}
        await until(pilot, lambda: {stands(app, kind) for kind in LONG_PANES} <= broken)
        assert [set(app.dashboard.pane_of(kind).table.model.rows) for kind in LONG_PANES] == whole
    assert "Traceback" not in collectors_words()


def stands(app: TrainctlApp, kind: Kind) -> Standing | None:
    """Return how the one lane of a pane stands once nothing is under way."""
    lanes = app.dashboard.news.lanes(kind)
    return lanes[0].standing if lanes and not lanes[0].refreshing else None


async def test_one_region_down_darkens_only_its_own_rows(open_app: Opened, cloud: SimCloud) -> None:
    """C12: the other region goes on; the title counts at least, and names the worst."""
    cloud.faults({"service": "ec2", "region": "eu-west-1", "effect": "unavailable"})
    app = open_app(cloud.endpoint)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: all_live(app))
        here = total(app, Kind.INSTANCES)
        app.dashboard._watch("us-east-1,eu-west-1")
        await until(pilot, lambda: len(failed(app)) == len(PANES))
        for kind in PANES:
            assert title(app, kind).endswith(" failed")
            assert "≥" in title(app, kind)
            standings = {lane.lane.region: lane.standing for lane in app.dashboard.news.lanes(kind)}
            assert standings == {"us-east-1": Standing.LIVE, "eu-west-1": Standing.FAILED}
        assert total(app, Kind.INSTANCES) == here
        assert "eu-west-1" in line(app, "warning")
        cloud.clear_faults()
        await pilot.press("r")
        await until(pilot, lambda: all_live(app))
        assert line(app, "warning") == ""


def failed(app: TrainctlApp) -> list[Kind]:
    """Return the panes of which one region has failed."""
    return [
        kind
        for kind in PANES
        if any(
            one.standing is Standing.FAILED and not one.refreshing for one in app.dashboard.news.lanes(kind)
        )
    ]
