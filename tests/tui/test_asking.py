"""What the dashboard asks and shows: filters, details, pickers, commands, exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input, OptionList

from tests.support.dashboard import cursor, line, on_screen, until
from tests.support.rows import NOW, REGION, attached, instance, spec, status, volume
from tests.tui.conftest import Stage
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.resources import Console, Kind, Region
from trainctl_tui.launch import Launch
from trainctl_tui.link import messages as m
from trainctl_tui.services.view_memory import PaneMemory, ViewMemory
from trainctl_tui.tui.screens.first_run import FirstRun
from trainctl_tui.tui.screens.text import TextScreen
from trainctl_tui.tui.widgets.drawer import Drawer
from trainctl_tui.view_settings import ViewSettings

Staged = Callable[..., Stage]


async def test_filter_applies_as_it_is_typed_and_escape_undoes(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2, state="stopped")])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 2)
        await pilot.press("slash", *"state:stopped")
        await until(pilot, lambda: s.app.dashboard.pane.table.model.shown_count == 1)
        await pilot.press("escape")
        await until(pilot, lambda: s.app.dashboard.pane.table.model.shown_count == 2)
        await pilot.press("slash", *"state:stopped", "enter")
        assert s.app.focused is s.app.dashboard.pane.table
        assert s.app.dashboard.pane.query_text == "state:stopped"
        await pilot.press("escape")
        assert s.app.dashboard.pane.query_text == ""


async def test_an_invalid_filter_says_why_and_shows_nothing_new(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2, state="stopped")])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 2)
        await pilot.press("slash", *"state:stopped", "enter", "slash")
        s.app.dashboard.query_one(Input).value = "state:stopped aeg>3d"
        await pilot.press("enter")
        await until(pilot, lambda: "age" in line(s, "prompt-hint"))
        assert s.app.dashboard.pane.table.model.shown_count == 1
        assert isinstance(s.app.focused, Input)


async def test_a_filter_completes_from_what_is_listed(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1, type="p5.48xlarge")])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        await pilot.press("slash", *"type:p", "tab")
        await until(pilot, lambda: s.app.dashboard.query_one(Input).value == "type:p5.48xlarge")


async def test_the_order_and_filter_of_a_pane_are_remembered(stage: Staged) -> None:
    memory = ViewMemory({"instances": PaneMemory("id", True, "state:stopped", ("id", "state"))})
    s = stage(memory=memory)
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1, state="stopped"), instance(2, state="stopped"), instance(3)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.shown_count == 2)
        shown = [key[1] for key in s.app.dashboard.pane.table.model.shown]
        assert shown == [instance(2).id, instance(1).id]
    assert s.app.dashboard.memory("dark").panes["instances"] == memory.panes["instances"]


async def test_terminated_rows_are_hidden_until_asked_for(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2, state="terminated")])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.shown_count == 1)
        await pilot.press("H")
        await until(pilot, lambda: s.app.dashboard.pane.table.model.shown_count == 2)


async def test_details_lead_to_the_volumes_and_back(stage: Staged) -> None:
    host = instance(1, attachments=(attached("vol-00000000000000001", instance(1).id),))
    disk = volume(1, attachments=(attached("vol-00000000000000001", instance(1).id),), state="in-use")
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [host])
        s.list(Kind.VOLUMES, [disk, volume(2)])
        await until(pilot, lambda: s.app.dashboard.panes[1].table.model.total == 2)
        await pilot.press("g", "enter")
        await until(pilot, lambda: isinstance(s.app.focused, OptionList))
        assert "Identity" in on_screen(s)
        await pilot.press("enter")
        await until(pilot, lambda: s.app.dashboard.active == 1)
        assert cursor(s) == disk.id
        await pilot.press("escape")
        await until(pilot, lambda: s.app.dashboard.active == 0)
        assert cursor(s) == host.id
        await pilot.press("escape")
        assert not s.app.dashboard.query_one(Drawer).display


async def test_details_show_health_events_and_hostile_tags_as_text(stage: Staged) -> None:
    evil = instance(1, tags=(("Name", "[@click=app.quit]x[/]\x1b]0;y\x07"), ("k", "[/nope]")))
    s = stage()
    async with s.app.run_test(size=(120, 50)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [evil])
        s.list(Kind.STATUSES, [status(1, system="impaired", failed=("reachability",))])
        s.list(Kind.TYPES, [spec()])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        await pilot.press("g", "enter")
        await until(pilot, lambda: "impaired" in on_screen(s))
        text = on_screen(s)
        assert "[@click=app.quit]x[/]" in text
        assert "[/nope]" in text
        assert "\x1b" not in text
        assert "A10G" in text


async def test_console_and_raw_are_asked_for_and_shown_safely(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        await pilot.press("g", "l")
        ask = next(sent for sent in s.link.sent if isinstance(sent, m.AskConsole))
        s.link.say(m.ConsoleAnswer(ask.id, Console(instance(1).id, "boot\nstep \x1b[31m7\n", NOW)))
        await until(pilot, lambda: "step" in on_screen(s))
        assert "\x1b" not in on_screen(s)
        assert "step 7" in on_screen(s)
        await pilot.press("escape", "J")
        raw = next(sent for sent in s.link.sent if isinstance(sent, m.AskRaw))
        s.link.say(
            m.NoAnswer(raw.id, Trouble("Denied", "Not allowed.", "No right.", "Ask.", retryable=False))
        )
        await until(pilot, lambda: "Not allowed." in on_screen(s))


async def test_regions_are_picked_from_what_the_account_has(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await pilot.press("R")
        await until(pilot, lambda: any(isinstance(sent, m.AskRegions) for sent in s.link.sent))
        ask = next(sent for sent in s.link.sent if isinstance(sent, m.AskRegions))
        answer = (Region(REGION, "opt-in-not-required"), Region("eu-west-1", "opt-in-not-required"))
        s.link.say(m.RegionsAnswer(ask.id, answer))
        await until(pilot, lambda: "Regions to watch" in on_screen(s))
        await pilot.press("j", "space", "enter")
        await until(pilot, lambda: any(isinstance(sent, m.WatchRegions) for sent in s.link.sent))
        chosen = next(sent for sent in s.link.sent if isinstance(sent, m.WatchRegions))
        assert set(chosen.regions) == {REGION, "eu-west-1"}


async def test_another_profile_is_another_session(
    stage: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile ml]\n[profile other]\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    launch = Launch(profile="ml", regions=(REGION,), refresh=60.0, log_level="debug", debug_unsafe=True)
    s = stage(launch=launch)
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        first = s.link
        s.settings = ViewSettings(user="ada")
        await pilot.press("P", "j", "enter")
        await until(pilot, lambda: len(s.links) == 2)
        assert first.closed
        assert s.launches[-1] == replace(launch, profile="other", regions=())
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 0)
        assert "profile other" in line(s, "where")
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2, tags=(("trainctl:user", "bob"),))])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 2)
        await pilot.press("slash", *"is:mine", "enter")
        await until(pilot, lambda: s.app.dashboard.pane.table.model.shown_count == 1)


async def test_export_writes_what_is_shown(stage: Staged, tmp_path: Path) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1), instance(2, state="stopped")])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 2)
        await pilot.press("slash", *"state:stopped", "enter", "e")
        s.app.dashboard.query_one(Input).value = str(tmp_path / "rows.json")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "rows.json").exists())
        rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
        assert [row["id"] for row in rows] == [instance(2).id]


async def test_what_is_not_known_is_not_exported_as_nothing(stage: Staged, tmp_path: Path) -> None:
    s = stage()
    file = tmp_path / "rows.csv"
    async with s.app.run_test(size=(100, 30), notifications=True) as pilot:
        s.greet("us-east-1", "eu-west-1")
        await until(pilot, lambda: s.app.dashboard.news.regions)
        assert not s.app.dashboard.export_to(str(file))
        assert not file.exists()
        s.list(Kind.INSTANCES, [instance(1)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        assert s.app.dashboard.export_to(str(file))
        assert len(file.read_text(encoding="utf-8").splitlines()) == 2
        await until(pilot, lambda: "1 row (more are not listed yet)" in " ".join(on_screen(s).split()))


async def test_what_is_said_never_covers_what_is_typed(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(47, 12), notifications=True) as pilot:
        s.greet()
        await pilot.press("colon", *"volumes")
        s.app.tell("A long word of warning that takes several lines of a small terminal. " * 3)
        await until(pilot, lambda: "A long word" in on_screen(s))
        *_, typed, hint, footer = on_screen(s).splitlines()
        assert typed.rstrip() == ":volumes"
        assert hint.rstrip() == "→ Go to Volumes. Enter goes."
        assert footer.rstrip().endswith("q quit")


async def test_command_bar_previews_and_goes(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await pilot.press("colon", *"volumes state:available")
        await until(pilot, lambda: "Go to Volumes" in line(s, "prompt-hint"))
        await pilot.press("enter")
        await until(pilot, lambda: s.app.dashboard.active == 1)
        assert s.app.dashboard.pane.query_text == "state:available"


async def test_pause_refresh_and_help(stage: Staged) -> None:
    s = stage()
    async with s.app.run_test(size=(100, 30)) as pilot:
        s.greet()
        await pilot.press("z", "r")
        await until(pilot, lambda: m.Pause(True) in s.link.sent and m.Refresh() in s.link.sent)
        await until(pilot, lambda: "PAUSED" in line(s, "where"))
        await pilot.press("question_mark")
        assert isinstance(s.app.screen, TextScreen)
        await pilot.press("escape")
        assert s.app.screen is s.app.dashboard


async def test_first_run_explains_and_offers_ways_on(stage: Staged) -> None:
    trouble = Trouble(
        "NoCredentials", "No credentials.", "Nothing is configured.", "Run `aws configure`.", False
    )
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.link.say(m.Hello(7, ()))
        s.link.say(m.Unidentified(trouble))
        await until(pilot, lambda: isinstance(s.app.screen, FirstRun))
        text = on_screen(s)
        for part in ("No credentials.", "aws configure", "demo", "profile"):
            assert part in text
        for key, title in (("m", "Messages"), ("question_mark", "Help")):
            await pilot.press(key)
            await until(pilot, lambda title=title: on_screen(s).startswith(title))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(s.app.screen, FirstRun))
        await pilot.press("r")
        await until(pilot, lambda: m.Refresh() in s.link.sent)


async def test_a_region_that_is_missing_is_said_where_nobody_could_be_asked(stage: Staged) -> None:
    unreachable = Trouble("TransportError", "Could not ask.", "It could not be reached.", "Wait.", True)
    no_region = Trouble("ConfigError", "There is no region to watch.", "None is named.", "Choose one.", False)
    s = stage()
    async with s.app.run_test(size=(80, 24)) as pilot:
        s.link.say(m.Unidentified(unreachable))
        s.link.say(m.Watching((), no_region))
        await until(pilot, lambda: isinstance(s.app.screen, FirstRun))
        assert "There is no region to watch." in on_screen(s)
