"""The Plan dialog on a running dashboard: what opens it, what confirms, and what never does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from tests.support.campaign import campaign, seeded
from tests.support.dashboard import on_screen, until
from tests.support.fleet_app import calm
from tests.support.judging import DATA, MINE, ROOT, RUNNING, UNKNOWN, machine, stopped
from tests.support.rows import ME, NOW, REGION, instance
from tests.tui.conftest import Stage
from trainctl_tui.domain.acts import Act, Facts, Fleet, Policy
from trainctl_tui.domain.plans import Approval, Plan
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import AskFacts, AskRehearsal, FactsAnswer, RehearsalAnswer, Rehearsed
from trainctl_tui.services.operating import Operating
from trainctl_tui.tui.screens.plan import PlanScreen
from trainctl_tui.view_settings import ViewSettings

ROWS = [instance(n, launched_at=NOW - n) for n in range(1, 13)]
FLEET = Fleet(REGION, active=20, visible=40, hourly=20.0)


class Begun(Operating):
    """Keeps what would be begun."""

    def __init__(self) -> None:
        super().__init__(lambda: Path("/nowhere"), {})
        self.plans: list[tuple[Plan, Approval]] = []

    def begin(self, plan: Plan, approval: Approval, policy: Policy, launch: Launch) -> str:
        self.plans.append((plan, approval))
        return "01OP"


class Scene:
    """A dashboard with twelve machines, whose facts are what the test says."""

    def __init__(self, launch: Launch | None = None) -> None:
        self.begun = Begun()
        self.stage = Stage(launch=launch, operating=self.begun, settings=ViewSettings(user="ann"))

    async def begin(self, pilot: Pilot[Any]) -> None:
        self.stage.greet()
        self.stage.list(Kind.INSTANCES, ROWS)
        await until(pilot, lambda: self.stage.app.dashboard.pane.table.model.highlighted)

    @property
    def questions(self) -> list[AskFacts]:
        return [one for one in self.stage.link.sent if isinstance(one, AskFacts)]

    async def answer(self, pilot: Pilot[Any], *facts: Facts, **changes: Any) -> None:
        """Answer the last question; facts not given are those of a fine machine that is stopped."""
        question = self.questions[-1]
        given = {one.id: one for one in facts}
        read = tuple(
            replace(
                given.get(id) or stopped(int(id[2:], 16)), read_at=self.stage.clock.now, launched_at=NOW - 9e4
            )
            for _, id in question.targets
        )
        answer = FactsAnswer(question.id, ME, read, (FLEET,), self.stage.clock.now)
        self.stage.link.say(replace(answer, **changes))
        await until(
            pilot, lambda: isinstance(self.screen, PlanScreen) and self.screen.planning.plan is not None
        )
        await calm(pilot)

    @property
    def screen(self) -> Any:
        return self.stage.app.screen

    @property
    def phrase(self) -> str:
        assert self.screen.planning.plan is not None
        return str(self.screen.planning.plan.phrase)


async def press(pilot: Pilot[Any], *names: str, after: float = 5.0) -> None:
    """Press keys, each ``after`` seconds from now as far as the dialog can tell."""
    driver = pilot.app._driver
    assert driver is not None
    for name in names:
        character = {"space": " ", "slash": "/"}.get(name, name if len(name) == 1 else None)
        event = events.Key({"+": "plus", " ": "space"}.get(name, name), character)
        event.time += after
        event.set_sender(pilot.app)
        driver.send_message(event)
        await calm(pilot)


async def test_it_opens_at_once_with_frozen_ids_and_nothing_confirms_until_they_are_checked() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, "t")
        assert [id for _, id in s.questions[0].targets] == [ROWS[0].id]
        assert f"{ROWS[0].id}  checking" in on_screen(s.stage)
        await press(pilot, "y", "enter", "enter")
        assert isinstance(s.screen, PlanScreen)
        assert s.begun.plans == []


async def test_a_warning_wants_a_fresh_y_and_enter_does_nothing() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, "t")
        await s.answer(pilot)
        assert "Press y" in on_screen(s.stage)
        await press(pilot, "enter", "enter")
        await press(pilot, "y", after=-100.0)  # typed ahead: it was not read
        assert "too quick" in on_screen(s.stage)
        assert isinstance(s.screen, PlanScreen)
        assert s.begun.plans == []
        await press(pilot, "y", after=9.0)
        await until(pilot, lambda: s.begun.plans)
        assert s.begun.plans[0][1].ids == (ROWS[0].id,)
        assert s.begun.plans[0][1].phrase == "y"


async def test_a_wrong_id_never_confirms_typed_or_pasted() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, "t")
        await s.answer(pilot, stopped(1, volumes=(ROOT, replace(DATA, delete_on_termination=True))))
        assert DATA.id in on_screen(s.stage)
        assert s.phrase == ROWS[0].id[-8:]
        for wrong in (ROWS[1].id[-8:], ROWS[0].id, f"{s.phrase}0", "y"):
            s.screen.post_message(events.Paste(f"{wrong}\n"))
            await calm(pilot)
            await press(pilot, "enter")
            assert isinstance(s.screen, PlanScreen)
            await press(pilot, "ctrl+u")
        assert s.begun.plans == []
        s.screen.post_message(events.Paste(s.phrase))
        await calm(pilot)
        assert s.begun.plans == []
        await press(pilot, "enter")
        await until(pilot, lambda: s.begun.plans)


async def test_e07_three_groups_ask_for_the_number_that_goes_and_include_one_by_one() -> None:
    s = Scene()
    protected = (*MINE, ("trainctl:protected", "true"))
    odd = (
        stopped(9, tags=protected),
        stopped(10, tags=protected),
        machine(11, job=RUNNING),
        machine(12, job=UNKNOWN),
    )
    async with s.stage.app.run_test(size=(100, 60)) as pilot:
        await s.begin(pilot)
        await press(pilot, "asterisk", "t")
        await s.answer(pilot, *odd)
        shown = on_screen(s.stage)
        assert "8 go · 1 need your word · 3 left out" in shown
        assert s.phrase == "terminate 8"
        await press(pilot, *"terminate 8", "+")
        assert s.phrase == "terminate 9"
        await press(pilot, "enter")  # what was typed was for another plan
        assert s.begun.plans == []
        await press(pilot, "+", *"terminate 8", "enter")
        await until(pilot, lambda: s.begun.plans)
        plan, approval = s.begun.plans[0]
        assert approval.ids == tuple(row.id for row in ROWS[:8])
        assert {one.facts.id for one in plan.left_out} == {row.id for row in ROWS[8:11]}
        await until(pilot, lambda: len(s.stage.app.dashboard.pane.table.model.marks) == 4)


async def test_facts_that_are_a_minute_old_are_read_again() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, "t")
        await s.answer(pilot)
        s.stage.clock.now += 61
        await press(pilot, "y")
        assert len(s.questions) == 2
        assert s.begun.plans == []
        await s.answer(pilot)
        await press(pilot, "y", after=9.0)
        await until(pilot, lambda: s.begun.plans)


async def test_a_small_terminal_plans_nothing() -> None:
    s = Scene()
    async with s.stage.app.run_test(size=(59, 20)) as pilot:
        await s.begin(pilot)
        await press(pilot, "t")
        assert s.questions == []


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 36)])
async def test_question_and_way_out_are_in_sight_at_any_size(size: tuple[int, int]) -> None:
    s = Scene()
    async with s.stage.app.run_test(size=size) as pilot:
        await s.begin(pilot)
        await press(pilot, "asterisk", "t")
        await s.answer(pilot)
        shown = on_screen(s.stage)
        assert "Type terminate 12" in shown
        assert "Esc Cancel" in shown
        await press(pilot, "end")
        assert ROWS[-1].id in on_screen(s.stage)


async def test_a_dry_run_asks_and_changes_nothing() -> None:
    s = Scene(Launch(profile="ml", dry_run=True))
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, "S")
        await s.answer(pilot)
        assert "DRY RUN" in on_screen(s.stage)
        await press(pilot, "y")
        asked = next(one for one in s.stage.link.sent if isinstance(one, AskRehearsal))
        assert (asked.order.act, asked.targets) == (Act.START, ((REGION, ROWS[0].id),))
        s.stage.link.say(RehearsalAnswer(asked.id, (Rehearsed(REGION, (ROWS[0].id,), None),)))
        await until(pilot, lambda: "would be allowed" in on_screen(s.stage))
        assert s.begun.plans == []


HINDRANCES: dict[str, tuple[Launch, Sequence[str], str]] = {
    "read-only": (Launch(read_only=True), ("t",), "read-only"),
    "another pane": (Launch(), ("2", "t"), "Only instances"),
    "a filter under way": (Launch(), (), "The filter is being edited"),
}


@pytest.mark.parametrize("name", HINDRANCES)
async def test_what_hinders_is_said(name: str) -> None:
    launch, keys, words = HINDRANCES[name]
    s = Scene(launch)
    async with s.stage.app.run_test(size=(100, 30)) as pilot:
        await s.begin(pilot)
        await press(pilot, *keys)
        if not keys:
            await press(pilot, "slash", "(")
            s.stage.app.dashboard.action_terminate()
        await until(pilot, lambda: any(words in one.message for one in s.stage.app._notifications))
        assert s.questions == []


async def test_two_hundred_interleavings_act_on_what_was_highlighted_when_the_key_went_down() -> None:
    """News, orders and filters go on underneath; the plan is of the id under the cursor, or there is none."""
    chance = seeded("act keys")
    s = Scene()
    app = s.stage.app
    async with app.run_test(size=(80, 24)) as pilot:
        await s.begin(pilot)
        sweep, acted = 1, 0
        for _ in range(campaign(200, 2000)):
            table = app.dashboard.pane.table
            for _ in range(chance.randrange(1, 3)):
                step = chance.randrange(6)
                if step == 0:
                    sweep += 1
                    some = chance.sample(ROWS, chance.randrange(1, len(ROWS) + 1))
                    s.stage.list(Kind.INSTANCES, some, sweep)
                elif step == 1:
                    await press(pilot, "O")
                elif step == 2:
                    await press(pilot, chance.choice("jkgG"))
                elif step == 3:
                    app.dashboard.pane.set_query(chance.choice(("", "train-1", "!train-2")))
                elif step == 4:
                    await press(pilot, "space")
                else:
                    await press(pilot, "backslash")
            meant = table.model.target()
            before = len(s.questions)
            await press(pilot, chance.choice("txS"))
            told = s.questions[before:]
            # What the news in between removed is no longer meant; what took its line never is.
            assert not told or set(told[0].targets) <= set(meant)
            assert len(told) <= 1
            acted += len(told)
            await press(pilot, chance.choice(("t", "enter", "y")))
            if isinstance(s.screen, PlanScreen):
                await press(pilot, "escape")
        assert acted > 20
        assert s.begun.plans == []
