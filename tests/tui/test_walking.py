"""From a machine to its volumes, on to their snapshots, and back to where one came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from tests.support.dashboard import on_screen, until
from tests.support.rows import NOW, attached, instance, snapshot, volume
from tests.tui.conftest import Stage
from trainctl_tui.domain.resources import Kind

Staged = Callable[..., Stage]
BOX = instance(1).id
DISKS = tuple(
    volume(number, state="in-use", attachments=(attached(volume(number).id, BOX),)) for number in (1, 2)
)
HOST = instance(1, attachments=tuple(disk.attachments[0] for disk in DISKS))
OTHER = volume(3)
COPIES = (snapshot(1, volume_id=DISKS[0].id), snapshot(2, volume_id="vol-gone"))


async def listed(s: Stage, pilot: Pilot[Any]) -> None:
    s.greet()
    s.list(Kind.INSTANCES, (HOST, instance(2)))
    s.list(Kind.VOLUMES, (*DISKS, OTHER))
    s.list(Kind.SNAPSHOTS, COPIES)
    await until(pilot, lambda: len(s.app.dashboard.news.whole) == 2)
    await pilot.pause()
    s.app.dashboard.pane.table.select((HOST.region, HOST.id))


def here(s: Stage) -> tuple[Kind, str]:
    pane = s.app.dashboard.pane
    return pane.spec.kind, (pane.table.model.cursor or ("", ""))[1]


async def test_down_to_volumes_and_snapshots_and_back_step_by_step(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        await listed(s, pilot)
        await pilot.press("2", "slash", *"state:a", "enter", "1")
        await pilot.press(">")
        await until(pilot, lambda: here(s) == (Kind.VOLUMES, DISKS[0].id))
        model = s.app.dashboard.pane.table.model
        assert {id for _, id in model.shown} == {disk.id for disk in DISKS}
        await pilot.press(">")
        await until(pilot, lambda: here(s) == (Kind.SNAPSHOTS, COPIES[0].id))
        assert s.app.dashboard.pane.query_text == ""
        await pilot.press("escape")
        await until(pilot, lambda: here(s) == (Kind.VOLUMES, DISKS[0].id))
        await pilot.press("escape")
        await until(pilot, lambda: here(s) == (Kind.INSTANCES, HOST.id))
        # The filter that the pane had is there again.
        assert s.app.dashboard.panes[1].query_text == "state:a"


async def test_up_from_a_snapshot_to_the_machine(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        await listed(s, pilot)
        await pilot.press("3")
        s.app.dashboard.pane.table.select((COPIES[0].region, COPIES[0].id))
        await pilot.press("<")
        await until(pilot, lambda: here(s) == (Kind.VOLUMES, DISKS[0].id))
        await pilot.press("<")
        await until(pilot, lambda: here(s) == (Kind.INSTANCES, HOST.id))


async def test_what_leads_nowhere_is_said(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        await listed(s, pilot)
        await pilot.press("3")
        s.app.dashboard.pane.table.select((COPIES[1].region, COPIES[1].id))
        await pilot.press("<")
        await until(pilot, lambda: [n for n in s.app._notifications if "is gone." in n.message])
        assert here(s) == (Kind.SNAPSHOTS, COPIES[1].id)


async def test_columns_of_storage_fit_and_tell_the_unknown(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.list(Kind.VOLUMES, (*DISKS, OTHER))
        await until(pilot, lambda: s.app.dashboard.news.of(Kind.VOLUMES))
        await pilot.press("2")
        await until(pilot, lambda: "Snaps" in on_screen(s))
        for label in ("$/month", "Age", "Snaps", "Attached to", "Fate", "IOPS", "Protected"):
            assert label in on_screen(s), label
        line = next(line for line in on_screen(s).splitlines() if OTHER.id in line)
        assert " ? " in line  # snapshots are not listed yet
        s.list(Kind.SNAPSHOTS, COPIES)
        await until(pilot, lambda: "1, 10d" in on_screen(s))
        line = next(line for line in on_screen(s).splitlines() if OTHER.id in line)
        assert " 0 " in line
        await pilot.press("3")
        await until(pilot, lambda: "gone" in on_screen(s))


async def test_storage_is_marked_and_planned_by_kind(stage: Staged) -> None:
    from trainctl_tui.domain.sightings import Sighting, Sightings
    from trainctl_tui.launch import Launch
    from trainctl_tui.link import messages as m
    from trainctl_tui.tui.screens.cleanup import CleanupScreen

    mine = (("trainctl:user", "ada"),)
    disk = volume(5, created_at=NOW - 9 * 86_400, tags=mine)
    s = stage(launch=Launch(profile="ml", read_only=False))
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, ())
        s.list(Kind.SNAPSHOTS, (snapshot(7, started_at=NOW - 60 * 86_400, volume_id="vol-gone", tags=mine),))
        s.list(Kind.VOLUMES, (disk,))
        await until(pilot, lambda: len(s.app.dashboard.news.whole) == 2)
        await pilot.press("C")
        await until(pilot, lambda: "1 not counted, because we have not watched them" in on_screen(s))
        account = s.app.dashboard.news.account
        seen = Sightings(NOW - 172_800, NOW, {disk.id: Sighting(NOW - 172_800, 7200.0)})
        s.link.say(m.Sighted(account, disk.region, seen))
        await until(pilot, lambda: "seen available for 2d" in on_screen(s))
        shown = on_screen(s)
        assert "seen available for 2d, not looked at for up to 2h" in shown
        assert "60d old, its volume is gone; " in shown
        screen = s.app.screen
        assert isinstance(screen, CleanupScreen)
        # What comes later is never marked by itself.
        assert not screen.marks
        await pilot.press("asterisk", "D")
        await until(pilot, lambda: [one for one in s.link.sent if isinstance(one, m.AskFacts)])
        (asked,) = [one for one in s.link.sent if isinstance(one, m.AskFacts)]
        assert len({id.partition("-")[0] for _, id in asked.targets}) == 1
