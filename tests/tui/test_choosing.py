"""Keys that act on volumes, snapshots and tags: what they mean, what they ask, and what never confirms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from tests.support import judging
from tests.support.campaign import campaign, seeded
from tests.support.dashboard import on_screen, until
from tests.support.fleet_app import calm
from tests.support.rows import ME, NOW, REGION, attached, instance, snapshot, volume
from tests.tui.test_plan_screen import FLEET, Scene, press
from trainctl_tui.domain.acts import Act, Facts
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import FactsAnswer
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.screens.form import FormScreen
from trainctl_tui.tui.screens.pick import PickScreen
from trainctl_tui.tui.screens.plan import PlanScreen

MACHINES = [instance(n, launched_at=NOW - n) for n in range(1, 4)]
VOLUMES = [volume(n) for n in range(1, 6)]
SNAPSHOTS = [snapshot(n) for n in range(1, 4)]


class Stored(Scene):
    """A dashboard with machines, volumes and snapshots, on the pane of one kind."""

    async def at(self, pilot: Pilot[Any], pane: str) -> None:
        self.stage.greet()
        self.stage.list(Kind.INSTANCES, MACHINES)
        self.stage.list(Kind.VOLUMES, VOLUMES)
        self.stage.list(Kind.SNAPSHOTS, SNAPSHOTS)
        await until(pilot, lambda: self.stage.app.dashboard.panes[2].table.model.highlighted)
        await press(pilot, pane)

    @property
    def here(self) -> str:
        key = self.stage.app.dashboard.pane.table.model.cursor
        assert key is not None
        return str(key[1])

    async def told(self, pilot: Pilot[Any], *facts: Facts) -> None:
        """Answer the last question with these facts, of whatever is asked for."""
        question = self.questions[-1]
        ids = [id for _, id in question.targets]
        read = [replace(one, id=id, read_at=self.stage.clock.now) for one, id in zip(facts, ids, strict=True)]
        self.stage.link.say(FactsAnswer(question.id, ME, tuple(read), (FLEET,), self.stage.clock.now))
        await until(pilot, lambda: not self.screen.planning.is_reading)
        await calm(pilot)

    @property
    def toasts(self) -> str:
        return " ".join(one.message for one in self.stage.app._notifications)


def uncopied(**given: Any) -> Facts:
    """Return facts of an old, available volume of the user's that has no snapshot."""
    disk = replace(judging.DISK, snapshots=0, snapshot_at=None)
    return judging.volume(disk=disk, launched_at=NOW - 9e6, **given)


async def test_delete_asks_for_the_highlighted_id_alone_and_a_wrong_paste_confirms_nothing() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        meant = s.here
        await press(pilot, "D")
        assert [id for _, id in s.questions[-1].targets] == [meant]
        await s.told(pilot, uncopied())
        assert s.phrase == meant[-8:]
        text = on_screen(s.stage)
        assert "Delete 1 volume" in text
        assert text.count("AWS has no undo") == 1
        assert "p snapshot first" in text
        for wrong in ("vol-00000000000000099", VOLUMES[0].id if meant != VOLUMES[0].id else VOLUMES[1].id):
            s.screen.post_message(events.Paste(f"{wrong[-8:]}\n"))
            await calm(pilot)
            await press(pilot, "enter")
            assert s.begun.plans == []
            await press(pilot, "ctrl+u")
        await press(pilot, *meant[-8:], "enter")
        await until(pilot, lambda: s.begun.plans)
        assert (s.begun.plans[0][1].act, s.begun.plans[0][1].ids) == (Act.DELETE, (meant,))


async def test_snapshot_first_opens_their_plan_and_comes_back_to_read_all_again() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        meant = s.here
        await press(pilot, "D")
        await s.told(pilot, uncopied())
        await press(pilot, "p")
        await until(pilot, lambda: s.screen.planning.wish.act is Act.SNAPSHOT)
        assert [id for _, id in s.questions[-1].targets] == [meant]
        await s.told(pilot, uncopied())
        await press(pilot, "y")
        await until(pilot, lambda: s.begun.plans)
        assert s.begun.plans[0][0].act is Act.SNAPSHOT
        await until(pilot, lambda: len(s.questions) == 3)
        assert s.screen.planning.wish.act is Act.DELETE
        assert s.screen.planning.is_reading


async def test_a_volume_that_has_a_snapshot_is_offered_none() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        await press(pilot, "D")
        copied = replace(judging.DISK, snapshot_at=NOW - 60)
        await s.told(pilot, judging.volume(disk=copied, launched_at=NOW - 9e6))
        assert "p snapshot first" not in on_screen(s.stage)
        await press(pilot, "p")
        assert len(s.questions) == 1


async def test_attach_picks_a_machine_of_the_zone_and_gives_the_next_free_device() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        meant = s.here
        await press(pilot, "A")
        assert isinstance(s.screen, PickScreen)
        assert all(one.id in on_screen(s.stage) for one in MACHINES)
        await press(pilot, "enter")
        question = s.questions[-1]
        taker = question.changes[meant].instance
        assert taker in {one.id for one in MACHINES}
        host = replace(judging.HOST, id=taker, devices=("/dev/xvda", "/dev/sdf"))
        await s.told(pilot, judging.volume(host=host, launched_at=NOW - 9e6))
        assert "/dev/sdg" in on_screen(s.stage)
        await press(pilot, "y")
        await until(pilot, lambda: s.begun.plans)
        change = s.begun.plans[0][1].changes[meant]
        assert (change.instance, change.device) == (taker, "/dev/sdg")


async def test_a_form_says_by_field_what_is_wrong_and_what_it_costs() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        meant = s.here
        s.stage.app.dashboard._choose(Act.MODIFY, ((REGION, meant),))
        await until(pilot, lambda: isinstance(s.screen, FormScreen))
        await press(pilot, "tab", "ctrl+u", *"2x", "enter")
        assert "2x is no whole number" in on_screen(s.stage)
        await press(pilot, "ctrl+u", *"1", "enter")
        assert "cannot get smaller" in on_screen(s.stage)
        await press(pilot, "ctrl+u", *"500")
        assert "a month" in on_screen(s.stage)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(s.screen, PlanScreen))
        await s.told(pilot, judging.volume(launched_at=NOW - 9e6))
        assert "100 -> 500 GiB" in on_screen(s.stage)


async def test_a_volume_is_created_in_a_zone_of_a_watched_region_only() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        s.stage.app.dashboard._choose(Act.CREATE, ())
        await until(pilot, lambda: isinstance(s.screen, FormScreen))
        await press(pilot, *"mars-1a", "enter")
        assert "No zone of us-east-1" in on_screen(s.stage)
        await press(pilot, "ctrl+u", *"us-east-1a", "tab", "tab", *"10", "enter")
        await until(pilot, lambda: isinstance(s.screen, PlanScreen))
        region, id = s.questions[-1].targets[0]
        assert (region, id[:4]) == (REGION, "new-")
        await s.told(pilot, judging.new())
        await press(pilot, "y")
        await until(pilot, lambda: s.begun.plans)
        assert s.begun.plans[0][1].changes[id].size_gib == 10


async def test_v_is_chosen_by_what_the_rows_are_and_asks_where_they_differ() -> None:
    s = Stored()
    guarded = volume(1, tags=(("trainctl:protected", "true"),))
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        s.stage.list(Kind.VOLUMES, [guarded, *VOLUMES[1:]], 2)
        await calm(pilot)
        dashboard = s.stage.app.dashboard
        for ids, act in (([guarded.id], Act.UNPROTECT), ([VOLUMES[1].id], Act.PROTECT)):
            await press(pilot, "backslash")
            dashboard.pane.table.mark([(REGION, id) for id in ids])
            await press(pilot, "v")
            assert s.screen.planning.wish.act is act
            await press(pilot, "escape")
        await press(pilot, "asterisk", "v")
        assert isinstance(s.screen, PickScreen)
        assert "some are not" in on_screen(s.stage)


async def test_a_lock_counts_down_in_the_plan() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        meant = s.here
        s.stage.app.dashboard.show_board(Board(unlocked={meant: s.stage.clock.now - 20}))
        await press(pilot, "D")
        await s.told(pilot, judging.volume(launched_at=NOW - 9e6))
        assert "40 s more, then press r" in " ".join(on_screen(s.stage).split())


@pytest.mark.parametrize(
    ("pane", "key", "words"),
    [
        ("1", "D", "t terminates instances"),
        ("1", "A", "Only volumes can be attached"),
        ("3", "d", "Only volumes can be detached"),
        ("3", "p", "Only volumes can be snapshotted"),
        ("2", "t", "D deletes these"),
    ],
)
async def test_a_key_that_does_not_fit_says_why(pane: str, key: str, words: str) -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, pane)
        await press(pilot, key)
        assert words in s.toasts
        assert s.questions == []


async def test_a_key_that_repeats_itself_confirms_nothing() -> None:
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        await press(pilot, *"ppp", after=0.0)
        await s.told(pilot, judging.volume(launched_at=NOW - 9e6))
        await press(pilot, *"ppyyy", after=-100.0)
        assert s.begun.plans == []
        assert len(s.questions) == 1


async def test_no_act_is_planned_on_another_id_than_was_highlighted() -> None:
    """Listings, orders and moves go on; what a key asks about is what was meant when it went down."""
    chance = seeded("disk keys")
    s = Stored()
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        sweep, acted = 1, 0
        for _ in range(campaign(40, 1000)):
            for _ in range(chance.randrange(1, 3)):
                if chance.random() < 0.5:
                    sweep += 1
                    some = chance.sample(VOLUMES, chance.randrange(1, len(VOLUMES) + 1))
                    s.stage.list(Kind.VOLUMES, some, sweep)
                else:
                    await press(pilot, chance.choice(["j", "k", "O", "space", "backslash"]))
            meant: Sequence[Any] = s.stage.app.dashboard.pane.table.model.target()
            before = len(s.questions)
            await press(pilot, chance.choice("Ddpv"))
            told = s.questions[before:]
            assert not told or set(told[0].targets) <= set(meant)
            acted += len(told)
            await press(pilot, "D", "y", "enter")
            while len(s.stage.app.screen_stack) > 1:
                await press(pilot, "escape")
        assert acted > 5
        assert s.begun.plans == []


async def test_read_only_plans_nothing() -> None:
    s = Stored(Launch(read_only=True))
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        await press(pilot, "D", "v", "a", "p")
        assert s.questions == []
        assert len(s.stage.app.screen_stack) == 1


async def test_detach_of_one_of_several_machines_asks_which() -> None:
    s = Stored()
    shared = volume(9, attachments=(attached("vol-9", MACHINES[0].id), attached("vol-9", MACHINES[1].id)))
    async with s.stage.app.run_test(size=(80, 24)) as pilot:
        await s.at(pilot, "2")
        s.stage.list(Kind.VOLUMES, [shared], 2)
        await calm(pilot)
        s.stage.app.dashboard._choose(Act.DETACH, ((REGION, shared.id),))
        await until(pilot, lambda: isinstance(s.screen, PickScreen))
        await press(pilot, "j", "enter")
        assert s.questions[-1].changes[shared.id].instance == MACHINES[1].id
