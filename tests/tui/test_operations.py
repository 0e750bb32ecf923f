"""The Operations pane on a running dashboard: what it tells, what its keys ask for, and of which one."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.support.boards import HOLDER, Told, board_of, operation, target
from tests.support.dashboard import on_screen, until
from tests.support.fleet_app import press
from tests.support.rows import REGION, instance
from tests.tui.conftest import Stage
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import FAILURES, Operation, OpState, Outcome
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import AskFacts, Refresh
from trainctl_tui.tui import operation_text as told
from trainctl_tui.tui.operating import BoardArrived
from trainctl_tui.tui.screens.operations import OperationsScreen
from trainctl_tui.tui.screens.plan import PlanScreen
from trainctl_tui.tui.screens.text import TextScreen

RUNS = operation(1, OpState.RUNNING, target(1, Outcome.DONE, state="stopped"), target(2), target(3))
ORPHAN = operation(2, OpState.RUNNING, target(4), holder="")
FAILED = operation(
    3,
    OpState.DONE_WITH_FAILURES,
    target(5, Outcome.DONE, state="stopped"),
    target(6, Outcome.FAILED, code="UnsupportedOperation", reason="It cannot be stopped."),
    target(7, Outcome.UNCONFIRMED, reason="What became of it was not seen."),
    target(8, Outcome.NOT_ATTEMPTED, attempts=0),
    target(9, Outcome.LEFT_OUT, attempts=0, reason="D1 says so."),
    act=Act.TERMINATE,
)  # fmt: skip
DONE = operation(4, OpState.DONE, target(10, Outcome.DONE, state="stopped"))


def staged(*operations: Operation, launch: Launch | None = None) -> tuple[Stage, Told]:
    journal = Told(*operations)
    return Stage(launch=launch or Launch(profile="ml"), operating=journal), journal


async def greeted(s: Stage, pilot: Pilot[Any]) -> None:
    s.greet()
    s.list(Kind.INSTANCES, [instance(number) for number in range(1, 12)])
    await until(pilot, lambda: s.app.dashboard.pane.table.model.highlighted)


async def opened(s: Stage, pilot: Pilot[Any]) -> OperationsScreen:
    await until(pilot, lambda: s.app.dashboard.board.operations)
    if not isinstance(s.app.screen, OperationsScreen):
        await press(pilot, "4")
    return await back(s, pilot)


async def back(s: Stage, pilot: Pilot[Any]) -> OperationsScreen:
    await until(pilot, lambda: isinstance(s.app.screen, OperationsScreen) and s.app.screen._blocks)
    screen = s.app.screen
    assert isinstance(screen, OperationsScreen)
    await pilot.pause()
    return screen


async def arrive(s: Stage, pilot: Pilot[Any], *operations: Operation) -> None:
    s.app.post_message(BoardArrived(board_of(*operations)))
    await until(pilot, lambda: s.app.dashboard.board.operations == operations)
    await pilot.pause()


def notified(s: Stage) -> str:
    return "\n".join(one.message for one in s.app._notifications)


# ---- what it tells ----


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_another_windows_operation_shows_its_holder_a_bar_and_a_line_for_each_target(
    size: tuple[int, int],
) -> None:
    s, _ = staged(DONE, RUNS)
    async with s.app.run_test(size=size) as pilot:
        screen = await opened(s, pilot)
        shown = on_screen(s)
        assert "4 Operations 2" in shown
        assert "1 operation under way" in shown
        assert "stop 3  ━━━━━━━━━━━━━━━━ 1/3  running  estimating · 60s" in shown
        assert f"01OP1 · {HOLDER} · 2026-09-21 14:12 UTC, 1m ago" in shown
        assert f"✓ {instance(1).id} train-1 done" in shown
        assert f"… {instance(2).id} train-2 stopping" in shown
        # What is over comes after it, however new it is, and in short.
        assert shown.index("01OP1") < shown.index("01OP4")
        assert "1 done" in shown
        assert instance(10).id not in shown
        assert screen.highlighted == RUNS


async def test_it_follows_what_is_settled_until_it_is_over() -> None:
    s, _ = staged(RUNS)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await opened(s, pilot)
        ended = tuple(replace(one, outcome=Outcome.DONE, state="stopped") for one in RUNS.targets)
        await arrive(s, pilot, replace(RUNS, targets=ended))
        assert "3/3  running  3/min · ETA 0s · 60s" in on_screen(s)
        assert Refresh((Kind.INSTANCES,)) in s.link.sent
        done = replace(RUNS, targets=ended, state=OpState.DONE, ended_at=RUNS.began_at + 7, holder="")
        await arrive(s, pilot, done)
        assert "3/3  done  took 7s" in on_screen(s)
        assert "under way" not in on_screen(s)


async def test_what_failed_says_why_and_what_was_left_out_is_not_counted() -> None:
    s, _ = staged(FAILED)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await opened(s, pilot)
        shown = on_screen(s)
        assert "terminate 4" in shown
        assert "4/4  done with failures" in shown
        assert "failed UnsupportedOperation" in shown
        assert "It cannot be stopped." in " ".join(shown.split())
        assert f"- {instance(9).id} train-9 left out" in shown


@pytest.mark.parametrize(("gone", "settled", "words"), [
    (60, 2, "estimating · 60s"), (60, 3, "3/min · ETA 140s"), (2, 4, "2.0/s · ETA 3s · 2s"),
])  # fmt: skip
def test_a_rate_needs_three_samples(gone: float, settled: int, words: str) -> None:
    targets = [target(number, Outcome.DONE if number < settled else None) for number in range(10)]
    one = operation(1, OpState.RUNNING, *targets)
    assert one.began_at is not None
    assert told.pace(one, one.began_at + gone).startswith(words.replace("140s", "2m"))


@pytest.mark.parametrize("one", [ORPHAN, replace(RUNS, state=OpState.WAITING_CREDENTIALS)])
def test_what_stands_still_has_coarse_times_only(one: Operation) -> None:
    assert one.began_at is not None
    assert told.pace(one, one.began_at + 59) == "waits <1m"
    assert told.pace(one, one.began_at + 61) == told.pace(one, one.began_at + 119) == "waits 1m"


def test_the_dashboards_line_names_what_needs_somebody_first() -> None:
    assert not told.banner((), 0.0).plain
    text = told.banner((RUNS, ORPHAN), ORPHAN.made_at).plain
    assert text.startswith("▲ stop 1")
    assert "nobody runs it  1 operation more · 4 shows it" in text


# ---- on start ----


async def test_an_orphan_is_shown_first_on_start_and_resumed_by_a_key() -> None:
    s, journal = staged(DONE, RUNS, ORPHAN)
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await back(s, pilot)
        assert "Nobody runs it: s resumes it, x ends it" in on_screen(s)
        await press(pilot, "s")
        assert "somebody runs it" in notified(s)
        await press(pilot, "j", "s")
        await until(pilot, lambda: journal.asked == [("resume", ORPHAN.id)])
        assert await back(s, pilot) is not screen
        await press(pilot, "escape")
        await arrive(s, pilot, DONE, ORPHAN)
        assert not isinstance(s.app.screen, OperationsScreen), "it is shown once"


async def test_what_another_window_runs_does_not_open_the_pane() -> None:
    s, _ = staged(RUNS)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "4 shows it" in on_screen(s))
        assert s.app.screen is s.app.dashboard
        assert "▶ stop 3" in on_screen(s)


# ---- keys ----


async def test_a_cancelled_operation_stays_under_the_cursor() -> None:
    """A second key must never meet another operation than the first did."""
    others = tuple(operation(number, OpState.RUNNING, target(number)) for number in (1, 2, 3))
    s, journal = staged(*others)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await opened(s, pilot)
        await press(pilot, "G", "x")
        await until(pilot, lambda: journal.asked == [("rollback", "01OP3")])
        screen = await back(s, pilot)
        assert screen.highlighted is not None
        assert screen.highlighted.id == "01OP3"
        await arrive(s, pilot, *others[:2], replace(others[2], cancelled=True))
        assert "cancelling" in on_screen(s)


async def test_what_is_opened_by_a_move_is_brought_into_sight() -> None:
    s, _ = staged(DONE, RUNS, FAILED)
    async with s.app.run_test(size=(80, 16)) as pilot:
        await opened(s, pilot)
        await press(pilot, "G")
        await until(pilot, lambda: f"- {instance(9).id} train-9 left out" in on_screen(s))


async def test_what_is_no_longer_told_gives_the_cursor_away() -> None:
    s, _ = staged(RUNS, DONE)
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        await press(pilot, "j")
        await arrive(s, pilot, RUNS)
        assert screen.highlighted == RUNS


async def test_a_retry_is_a_new_plan_for_the_failures_only() -> None:
    s, _ = staged(FAILED)
    async with s.app.run_test(size=(100, 30)) as pilot:
        await greeted(s, pilot)
        await press(pilot, "2")
        await opened(s, pilot)
        await press(pilot, "f")
        await until(pilot, lambda: isinstance(s.app.screen, PlanScreen))
        (asked,) = (one for one in s.link.sent if isinstance(one, AskFacts))
        failed = [one.id for one in FAILED.targets if one.outcome in FAILURES]
        assert asked.targets == tuple((REGION, id) for id in failed)
        assert len(failed) == 3
        assert "terminate" in on_screen(s).casefold()


async def test_a_retry_of_another_account_plans_nothing() -> None:
    s, _ = staged(replace(FAILED, account="999999999999", profile="other"))
    async with s.app.run_test(size=(100, 30)) as pilot:
        await greeted(s, pilot)
        await opened(s, pilot)
        await press(pilot, "f")
        await until(pilot, lambda: "account 999999999999 (profile other)" in notified(s))
        assert not any(isinstance(one, AskFacts) for one in s.link.sent)


@pytest.mark.parametrize(("one", "key", "words"), [
    (DONE, "x", "It has ended."),
    (DONE, "s", "It has ended, or somebody runs it."),
    (DONE, "f", "Nothing of it has failed"),
    (replace(FAILED, state=OpState.RUNNING, holder=HOLDER), "f", "or it has not ended"),
])  # fmt: skip
async def test_what_cannot_be_had_is_said(one: Operation, key: str, words: str) -> None:
    s, journal = staged(one)
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        await press(pilot, key)
        assert words in notified(s)
        assert s.app.screen is screen
        assert journal.asked == []


async def test_a_read_only_view_offers_and_does_nothing_but_reports() -> None:
    s, journal = staged(ORPHAN, FAILED, launch=Launch(profile="ml", read_only=True))
    async with s.app.run_test(size=(80, 24)) as pilot:
        screen = await opened(s, pilot)
        assert "This view only reads." in on_screen(s)
        assert "cancel" not in on_screen(s)
        await press(pilot, "x", "s", "j", "f", "x")
        assert s.app.screen is screen
        assert journal.asked == []


async def test_a_report_is_read_without_its_colours_and_leads_back_to_its_operation() -> None:
    s, journal = staged(DONE, FAILED)
    async with s.app.run_test(size=(80, 24)) as pilot:
        await opened(s, pilot)
        await press(pilot, "j", "enter")
        await until(pilot, lambda: f"This is what became of {FAILED.id}." in on_screen(s))
        assert isinstance(s.app.screen, TextScreen)
        assert "\x1b" not in on_screen(s)
        await press(pilot, "escape")
        screen = await back(s, pilot)
        assert screen.highlighted == FAILED
        assert journal.asked == [("report", FAILED.id)]
        await press(pilot, "2")
        await until(pilot, lambda: s.app.screen is s.app.dashboard)
        assert s.app.dashboard.pane.spec.kind is Kind.VOLUMES


async def test_nothing_begun_and_a_broken_journal_are_told() -> None:
    s, _ = staged()
    async with s.app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "4")
        await until(pilot, lambda: "Nothing was ever begun here." in on_screen(s))
        await press(pilot, "enter", "x", "j", "pagedown", "escape")
        assert s.app.screen is s.app.dashboard
