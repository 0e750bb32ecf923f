"""Words that nobody would choose, at the places where they once stopped the view."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Input

from tests.support.dashboard import line, until
from tests.support.rows import instance
from tests.tui.conftest import Stage
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.instances import COLUMNS
from trainctl_tui.view_settings import load_view_settings

Staged = Callable[..., Stage]


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("http://localhost:4566/path?x#y", " ENDPOINT localhost:4566 "),
        ("http://[", " ENDPOINT [ "),
        ("http://[::1", " ENDPOINT [::1 "),
        ("no address", " ENDPOINT no address "),
        ("http://", " ENDPOINT http:// "),
        ("http://a\x1b]0;x\x07b", " ENDPOINT a\ufffd]0;x\ufffdb "),
    ],
)
async def test_any_endpoint_has_its_badge(stage: Staged, endpoint: str, shown: str) -> None:
    s = stage(launch=Launch(endpoint=endpoint))
    async with s.app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: shown in line(s, "where"))


@pytest.mark.parametrize(
    "name", ["~nobody-of-this-name/x.csv", "~\x00", "~", "a\x00b.csv", "half\ud800.json", "\x1b[2J.csv"]
)
async def test_any_name_of_a_file_is_previewed_and_written_or_refused(
    stage: Staged, name: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    s = stage()
    async with s.app.run_test(size=(120, 30)) as pilot:
        s.greet()
        s.list(Kind.INSTANCES, [instance(1)])
        await until(pilot, lambda: s.app.dashboard.pane.table.model.total == 1)
        await pilot.press("e")
        s.app.dashboard.query_one(Input).value = name
        await until(pilot, lambda: "1 shown row to" in line(s, "prompt-hint"))
        await pilot.press("enter")
        await until(pilot, lambda: s.app._notifications or "Cannot" in line(s, "prompt-hint"))


@pytest.mark.parametrize("text", ["10.0.0.²", "1.2.3." + "9" * 5000, "1.2.3", "a.b.c.d", "", "10.0.0.1"])
def test_any_address_can_be_ordered_by(text: str) -> None:
    column = next(one for one in COLUMNS if one.key == "private_ip")
    ordered = column.sort(instance(1, private_ip=text), Facts(now=0.0))
    assert ordered == ((10, 0, 0, 1) if text == "10.0.0.1" else None)


def test_a_profile_that_is_not_utf_8_is_a_fault_and_not_a_crash() -> None:
    loaded = load_view_settings({}, {"AWS_PROFILE": "caf\udce9"})
    assert loaded.settings.profile == ""
    assert [fault.key for fault in loaded.faults] == ["profile"]
    assert Launch(profile=loaded.settings.profile).encode()
