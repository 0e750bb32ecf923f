"""Pictures of the dashboard in each state it can be in, at both sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.rows import ME, NOW, REGION, attached, instance, snapshot, spec, status, volume
from tests.support.waste import FLEET
from tests.tui.conftest import Stage
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link import messages as m
from trainctl_tui.tui.screens.first_run import FirstRun

SIZES = [(80, 24), (120, 36)]
LANE = Lane(ME.account, REGION, Kind.INSTANCES)
NO_LINE = Trouble(
    "NothingSent", "AWS could not be reached.", "The host name has no address.", "Check the network.", True
)
SLOW = Trouble("Throttled", "AWS asks for slower calls.", "RequestLimitExceeded.", "Nothing is needed.", True)
DENIED = Trouble(
    "Denied",
    "Not allowed to list volumes.",
    "This identity lacks ec2:DescribeVolumes.",
    "Ask for it, then press r.",
    retryable=False,
    permission="ec2:DescribeVolumes",
)
NOBODY = Trouble(
    "NoCredentials", "There are no credentials.", "No profile is configured.", "Run aws configure.", False
)


def fleet(stage: Stage) -> None:
    """Tell a small fleet with something of everything."""
    host = instance(1, attachments=(attached("vol-00000000000000001", instance(1).id, dies=True),))
    rows = [
        host,
        instance(
            2,
            state="stopped",
            type="p5.48xlarge",
            tags=(("Name", "[prod] x [a=b]"), ("trainctl:protected", "")),
        ),
        instance(3, lifecycle="spot", tags=(("Name", "日本語 🚀 sweep"), ("Owner", "grace"))),
        instance(4, tags=(("Name", "esc \x1b[31m \u202e"),), public_ip="203.0.113.7"),
        *(instance(n) for n in range(5, 30)),
    ]
    stage.greet()
    stage.list(Kind.INSTANCES, rows)
    stage.list(
        Kind.VOLUMES, [volume(1, state="in-use", attachments=host.attachments), *map(volume, range(2, 9))]
    )
    stage.list(Kind.SNAPSHOTS, [snapshot(1), snapshot(2, volume_id="vol-0gone")])
    stage.list(Kind.STATUSES, [status(1), status(3, system="impaired")])
    stage.list(Kind.TYPES, [spec(), spec("p5.48xlarge", gpus=8, gpu_name="H100")])


async def settled(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    for _ in range(500):
        await pilot.pause()
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError("the state never came")


def how(stage: Stage) -> str:
    return stage.app.dashboard.query_one("#how").text.plain  # type: ignore[attr-defined]


async def live(stage: Stage, pilot: Pilot[Any]) -> None:
    fleet(stage)
    await settled(pilot, lambda: bool(stage.app.dashboard.news.of(Kind.TYPES)))
    await pilot.press("g", "j", "space")


async def details(stage: Stage, pilot: Pilot[Any]) -> None:
    await live(stage, pilot)
    await pilot.press("g", "enter")


async def empty(stage: Stage, pilot: Pilot[Any]) -> None:
    stage.greet()
    for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS):
        stage.list(kind, [])
    await settled(pilot, lambda: "snap live" in how(stage))


async def error(stage: Stage, pilot: Pilot[Any]) -> None:
    stage.greet()
    for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS):
        stage.link.say(m.SweepFailed(Lane(ME.account, REGION, kind), 1, NO_LINE, 30.0, 1))
    await settled(pilot, lambda: "snap failed" in how(stage))


async def stale(stage: Stage, pilot: Pilot[Any]) -> None:
    await live(stage, pilot)
    stage.clock.now += 600
    stage.link.say(m.SweepFailed(LANE, 2, NO_LINE, 30.0, 3))
    await settled(pilot, lambda: "stale 10m" in how(stage))


async def partial(stage: Stage, pilot: Pilot[Any]) -> None:
    stage.greet()
    stage.link.say(m.Listed(Listing(LANE, 1, tuple(map(instance, range(5))), NOW, complete=False), 0.0))
    stage.link.say(m.SweepFailed(LANE, 1, NO_LINE, 15.0, 1))
    stage.link.say(m.SweepFailed(Lane(ME.account, REGION, Kind.VOLUMES), 1, DENIED, None, 1))
    await settled(pilot, lambda: "partial" in how(stage) and "vol failed" in how(stage))


async def throttled(stage: Stage, pilot: Pilot[Any]) -> None:
    await live(stage, pilot)
    stage.link.say(m.SweepStarted(LANE, 2))
    stage.link.say(m.SweepWaiting(LANE, SLOW, 12.0))
    await settled(pilot, lambda: "throttled" in how(stage))


async def first_run(stage: Stage, pilot: Pilot[Any]) -> None:
    stage.link.say(m.Hello(7, ()))
    stage.link.say(m.Unidentified(NOBODY))
    await settled(pilot, lambda: isinstance(stage.app.screen, FirstRun))


async def filtered(stage: Stage, pilot: Pilot[Any]) -> None:
    await live(stage, pilot)
    await pilot.press("slash", *"state:stopped | gpus>4")


async def helped(stage: Stage, pilot: Pilot[Any]) -> None:
    await live(stage, pilot)
    await pilot.press("question_mark")


async def cleanup(stage: Stage, pilot: Pilot[Any]) -> None:
    stage.greet()
    stage.list(Kind.INSTANCES, FLEET)
    stage.list(Kind.VOLUMES, (volume(1, size_gib=500),))
    await settled(pilot, lambda: "vol live" in how(stage))
    await pilot.press("C", "j", "j")


SCENES = [live, details, empty, error, stale, partial, throttled, first_run, filtered, helped, cleanup]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_picture(
    scene: Callable[[Stage, Pilot[Any]], Any],
    size: tuple[int, int],
    stage: Callable[..., Stage],
    snap_compare: Callable[..., bool],
) -> None:
    made = stage()

    async def run_before(pilot: Pilot[Any]) -> None:
        await scene(made, pilot)
        # Pauses the beat, so that nothing turns between the state and its picture.
        await pilot.pause()

    assert snap_compare(made.app, terminal_size=size, run_before=run_before)
