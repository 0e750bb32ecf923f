"""The question at the end (D38): stay, leave, cancel; and the demo, whose operations end with it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.support.boards import Told, board_of, operation, target
from tests.support.dashboard import on_screen, until
from tests.support.fleet_app import press
from tests.tui.conftest import Stage
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.operations import Operation, OpState, Outcome
from trainctl_tui.launch import Launch
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.operating import BoardArrived
from trainctl_tui.tui.screens.pick import PickScreen

FIRST, SECOND = (operation(number, OpState.RUNNING, target(number)) for number in (1, 2))
DONE = operation(3, OpState.DONE, target(3, Outcome.DONE))
BROKEN = Trouble("NoJournal", "The journal cannot be read.", "", "", False)


def staged(*operations: Operation, demo: bool = False) -> tuple[Stage, Told]:
    journal = Told(*operations)
    return Stage(launch=Launch(profile="ml", demo=demo), operating=journal), journal


async def asked(s: Stage, pilot: Pilot[Any], key: str = "q") -> None:
    await until(pilot, lambda: s.app.dashboard.board.operations)
    await press(pilot, key)
    await until(pilot, lambda: isinstance(s.app.screen, PickScreen))
    await pilot.pause()


async def arrive(s: Stage, pilot: Pilot[Any], board: Board) -> None:
    s.app.post_message(BoardArrived(board))
    await until(pilot, lambda: s.app.dashboard.board is board)


async def gone(s: Stage, pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: s.app._exit)


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_nothing_under_way_asks_nothing(key: str) -> None:
    s, _ = staged(DONE)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: s.app.dashboard.board.operations)
        await press(pilot, key)
        await gone(s, pilot)


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_every_key_that_leaves_asks_and_enter_stays(key: str) -> None:
    s, journal = staged(FIRST, SECOND, DONE)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await asked(s, pilot, key)
        assert "2 operations under way. They go on without this window" in " ".join(on_screen(s).split())
        if key != "q":
            await press(pilot, key, key)
            assert len(s.app.screen_stack) == 2, "a key that is held does not ask twice"
        await press(pilot, "enter")
        await until(pilot, lambda: s.app.screen is s.app.dashboard)
        assert not s.app._exit
        assert journal.asked == []


async def test_it_asks_over_the_operations_too() -> None:
    s, _ = staged(FIRST)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: s.app.dashboard.board.operations)
        await press(pilot, "4")
        await asked(s, pilot, "ctrl+c")
        assert not s.app._exit


async def test_leaving_touches_no_operation() -> None:
    s, journal = staged(FIRST)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await asked(s, pilot)
        await press(pilot, "j", "enter")
        await gone(s, pilot)
        assert journal.asked == []


async def test_cancelling_cancels_all_even_where_one_has_just_ended() -> None:
    s, journal = staged(FIRST, SECOND, DONE)
    journal.ended.add(FIRST.id)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await asked(s, pilot)
        await press(pilot, "j", "j", "enter")
        await gone(s, pilot)
        assert journal.asked == [("rollback", SECOND.id)]


@pytest.mark.parametrize(("unfinished", "words"), [
    ((FIRST,), "1 operation under way. It goes on without this window"),
    ((replace(FIRST, holder=""),), "1 operation under way. Nobody runs it"),
    ((FIRST, replace(SECOND, holder="")), "2 operations under way. Nobody runs 1 of them"),
])  # fmt: skip
async def test_it_promises_only_what_holds(unfinished: tuple[Operation, ...], words: str) -> None:
    s, _ = staged(*unfinished)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: s.app.dashboard.board.operations)
        await asked(s, pilot, "ctrl+c")
        assert words in " ".join(on_screen(s).replace("│", " ").split())


async def test_the_demo_waits_for_the_end_or_abandons() -> None:
    s, journal = staged(FIRST, demo=True)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await asked(s, pilot)
        assert "The demo's cloud ends with this window" in on_screen(s)
        assert "cancel" not in on_screen(s)
        await press(pilot, "j", "enter")
        # Not to know is no end.
        await arrive(s, pilot, Board(trouble=BROKEN))
        await arrive(s, pilot, board_of(FIRST))
        assert not s.app._exit
        await arrive(s, pilot, board_of(DONE))
        await gone(s, pilot)
        assert journal.asked == []


async def test_who_stays_after_all_is_not_thrown_out_at_the_end() -> None:
    s, _ = staged(FIRST, demo=True)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await asked(s, pilot)
        await press(pilot, "j", "enter")
        await until(pilot, lambda: s.app.screen is s.app.dashboard)
        await asked(s, pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: s.app.screen is s.app.dashboard)
        await arrive(s, pilot, board_of(DONE))
        await pilot.pause()
        assert not s.app._exit


async def test_an_end_that_came_while_the_question_was_read_is_seen() -> None:
    s, _ = staged(FIRST, demo=True)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await asked(s, pilot)
        await arrive(s, pilot, board_of(DONE))
        await press(pilot, "j", "enter")
        await gone(s, pilot)
