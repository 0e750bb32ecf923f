"""The rows of the dashboard under the user's hands: marks, sleep, signs, what a filter hides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.dashboard import cursor, line, on_screen, until
from tests.support.fleet_app import calm, press, texts
from tests.support.rows import ME, NOW, REGION, attached, instance, spec, volume
from tests.tui.conftest import Stage
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link import messages as m
from trainctl_tui.tui.screens.dashboard import Dashboard
from trainctl_tui.tui.widgets.pane_view import PaneView

Staged = Callable[..., Stage]
FIVE = [instance(n) for n in range(5)]
ASLEEP = "No row is highlighted."


def pane(s: Stage, kind: Kind = Kind.INSTANCES) -> PaneView:
    return s.app.dashboard.pane_of(kind)


def title(s: Stage) -> str:
    return line(s, "title-instances")


def row_lines(s: Stage) -> list[str]:
    """Return the lines of the instances that have a row."""
    return [text for text in texts(pane(s).table)[1:] if " i-" in text]


def signs(s: Stage) -> dict[str, str]:
    """Return the sign of each row on screen by its number."""
    return {text.split("train-")[1].split()[0]: text[1] for text in row_lines(s)}


async def listed(s: Stage, pilot: Pilot[Any], rows: list[Any], sweep: int = 1, **more: str) -> None:
    """Tell a listing, and wait until it is in view."""
    s.list(Kind.INSTANCES, rows, sweep, **more)
    region = more.get("region", REGION)
    lane = Lane(ME.account, region, Kind.INSTANCES)
    await until(pilot, lambda: s.app.dashboard.news.inventory.state(lane).sweep == sweep)
    await calm(pilot)


def said(s: Stage) -> list[str]:
    return [one.message for one in s.app._notifications]


async def test_the_keys_of_marks(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await listed(s, pilot, FIVE)
        await press(pilot, "g", "space")
        assert cursor(s) == FIVE[1].id
        assert "1 marked" in title(s)
        assert [text[0] for text in row_lines(s)] == ["●", " ", " ", " ", " "]
        await press(pilot, "j", "j", "V")
        assert [text[0] for text in row_lines(s)] == ["●", "●", "●", "●", " "]
        await press(pilot, "backslash")
        assert "marked" not in title(s)
        await press(pilot, "asterisk")
        assert "5 marked" in title(s)
        await press(pilot, "G", "space", "space")  # the last row: it stays, and is marked again
        assert "5 marked" in title(s)
        assert cursor(s) == FIVE[4].id


async def test_marks_that_a_filter_hides_are_said(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await listed(s, pilot, FIVE)
        await press(pilot, "asterisk", "slash", *"train-3", "enter")
        await until(pilot, lambda: "1 of 5" in title(s))
        assert "5 marked (4 hidden)" in title(s)
        await press(pilot, "y")
        assert "Sent 5 ids to the terminal's clipboard." in said(s)


@pytest.mark.parametrize("key", ["y", "Y", "l", "J", "enter"])
async def test_acts_sleep_and_say_so_until_the_user_moves(stage: Staged, key: str) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await listed(s, pilot, FIVE)
        await press(pilot, "g", "j")
        await listed(s, pilot, [FIVE[0], *FIVE[2:]], sweep=2)
        sent = list(s.link.sent)
        await press(pilot, key)
        assert [text.startswith(ASLEEP) for text in said(s)] == [True]
        assert s.link.sent == sent
        assert s.app.screen is s.app.dashboard
        assert not s.app.dashboard.query_one("#drawer").display
        await press(pilot, "j")
        assert cursor(s) == FIVE[2].id  # the row that took the place
        await press(pilot, key)
        assert sum(text.startswith(ASLEEP) for text in said(s)) == 1


async def test_escape_goes_back_then_closes_then_clears(stage: Staged) -> None:
    host = instance(1, attachments=(attached(volume(1).id, instance(1).id),))
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.list(Kind.VOLUMES, [volume(1, attachments=host.attachments), volume(2)])
        await listed(s, pilot, [host, instance(2)])
        await press(pilot, "slash", *"train-1", "enter", "g", "enter", "enter")
        dashboard = s.app.dashboard
        await until(pilot, lambda: dashboard.pane.spec.kind is Kind.VOLUMES)
        assert cursor(s) == volume(1).id
        await press(pilot, "escape")
        assert (dashboard.pane.spec.kind, cursor(s)) == (Kind.INSTANCES, host.id)
        assert dashboard.query_one("#drawer").display
        await press(pilot, "escape")
        assert not dashboard.query_one("#drawer").display
        assert dashboard.pane.query_text == "train-1"
        await press(pilot, "escape")
        assert dashboard.pane.query_text == ""
        assert cursor(s) == host.id


async def test_a_filter_belongs_to_the_pane_it_was_begun_in(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        s.list(Kind.VOLUMES, [volume(1), volume(2)])
        await listed(s, pilot, FIVE)
        await press(pilot, "slash", *"train-3")
        await pilot.click(pane(s, Kind.VOLUMES).table, offset=(5, 1))
        await until(pilot, lambda: s.app.dashboard.pane.spec.kind is Kind.VOLUMES)
        assert cursor(s) == volume(1).id
        await pilot.click("#prompt-input")
        await press(pilot, "end", "backspace", "1")
        assert len(row_lines(s)) == 1
        assert "train-1" in row_lines(s)[0]
        await press(pilot, "escape")
        assert (len(row_lines(s)), pane(s, Kind.VOLUMES).query_text) == (5, "")


async def test_equal_ids_in_two_regions_are_two_rows(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet(REGION, "eu-west-1")
        await listed(s, pilot, [instance(1)])
        await listed(s, pilot, [instance(1, region="eu-west-1")], region="eu-west-1")
        assert len(row_lines(s)) == 2
        await press(pilot, "g", "space")
        assert "1 marked" in title(s)
        await listed(s, pilot, [], sweep=2, region="eu-west-1")
        assert "marked" not in title(s)
        assert len(row_lines(s)) == 1


async def test_terminated_ones_are_hidden_until_they_are_asked_for(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await listed(s, pilot, [*FIVE, instance(9, state="terminated")])
        assert len(row_lines(s)) == 5
        assert "5 of 6" in title(s)
        await press(pilot, "H")
        assert "terminated" in on_screen(s)
        await press(pilot, "G", "H")
        assert len(row_lines(s)) == 5
        assert pane(s).table.model.highlighted is None


async def test_what_came_or_changed_is_signed_for_one_refresh(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet(REGION, "eu-west-1")
        lane = Lane(ME.account, REGION, Kind.INSTANCES)
        s.link.say(m.Listed(Listing(lane, 1, tuple(FIVE[:2]), NOW, complete=False), 0.0))
        s.link.say(m.Listed(Listing(lane, 1, tuple(FIVE[2:]), NOW, complete=False), 0.0))
        s.link.say(m.Listed(Listing(lane, 1, (), NOW, complete=True, base=1), 0.0))
        await until(pilot, lambda: len(row_lines(s)) == 5)
        assert set(signs(s).values()) == {" "}  # a first listing is no news, not even its second page
        await listed(s, pilot, [*FIVE[:4], instance(4, state="stopped"), instance(7)], sweep=2)
        now = {"0": " ", "1": " ", "2": " ", "3": " ", "4": "~", "7": "+"}
        assert signs(s) == now
        s.link.say(m.SweepStarted(lane, 3))
        await listed(s, pilot, [instance(8, region="eu-west-1")], region="eu-west-1")
        assert signs(s) == {**now, "8": " "}  # another region's first listing changes no sign here
        s.link.say(m.Listed(Listing(lane, 3, (), NOW, complete=True, base=2), 0.0))
        await until(pilot, lambda: set(signs(s).values()) == {" "})


async def test_a_filter_and_an_order_hear_of_what_is_read_later(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        await listed(s, pilot, [instance(1), instance(2, type="p5.48xlarge"), instance(3)])
        pane(s).order_by("gpus", reverse=True)
        await press(pilot, "slash", *"gpus>0", "enter")
        assert (len(row_lines(s)), "3 unknown" in title(s)) == (0, True)
        s.list(Kind.TYPES, [spec(), spec("p5.48xlarge", gpus=8)])
        await until(pilot, lambda: len(row_lines(s)) == 3)
        assert list(signs(s)) == ["2", "3", "1"]
        s.clock.now += 1
        await press(pilot, "slash", *["backspace"] * 6, *"age>3h", "enter")
        assert len(row_lines(s)) == 0
        s.clock.now += 3600
        await until(pilot, lambda: len(row_lines(s)) == 3)


async def test_the_drawer_says_when_no_row_is_meant(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(120, 36)) as pilot:
        s.greet()
        await listed(s, pilot, FIVE)
        await press(pilot, "g", "enter")
        assert "train-0" in on_screen(s)
        await press(pilot, "3")
        assert "No row is highlighted" in on_screen(s)
        assert "Not listed" not in on_screen(s)
        await press(pilot, "1")
        await listed(s, pilot, FIVE[1:], sweep=2)
        assert "Not listed any more" in on_screen(s)


async def test_columns_chosen_behind_the_drawer_have_the_room_of_the_table(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.greet()
        await listed(s, pilot, FIVE)
        before = row_lines(s)
        await press(pilot, "g", "enter")
        assert not pane(s).table.is_on_screen
        pane(s).set_columns(())
        await press(pilot, "escape")
        await until(pilot, lambda: row_lines(s) == before)


async def test_thousands_of_rows_are_counted_when_they_are_in_view(
    stage: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dashboard, "_beat", lambda _self: None)  # so that no tick sets it right
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await listed(s, pilot, [instance(n) for n in range(4000)])
        await until(pilot, lambda: "Instances 4,000" in title(s))
        await until(pilot, lambda: "Instances 4,000" in line(s, "tabs"))
        await press(pilot, "slash", *"train-399")
        await until(pilot, lambda: "11 of 4,000 shown" in line(s, "prompt-hint"))
        assert "11 of 4,000" in title(s)
