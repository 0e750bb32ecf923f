"""Export, profiles and the view's memory."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from tests.support.rows import instance
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.services import view_memory
from trainctl_tui.services.export import formula_safe, write
from trainctl_tui.services.profiles import profiles
from trainctl_tui.services.view_memory import PaneMemory, ViewMemory


def test_csv_cells_are_never_formulas(tmp_path: Path) -> None:
    evil = instance(1, tags=(("Name", '=HYPERLINK("http://x")'),))
    path = tmp_path / "out.csv"
    write(path, ["Name", "Id"], [['=HYPERLINK("http://x")', evil.id], ["-2", "@x"]], [evil])
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert lines == [["Name", "Id"], ['\'=HYPERLINK("http://x")', evil.id], ["'-2", "'@x"]]
    assert formula_safe("plain") == "plain"


def test_json_keeps_every_field(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write(path, [], [], [instance(1)])
    (row,) = json.loads(path.read_text(encoding="utf-8"))
    assert row["id"] == instance(1).id
    assert row["tags"] == {"Name": "train-1", "trainctl:user": "ada"}
    assert row["security_groups"] == [{"id": "sg-1", "name": "default"}]


@pytest.mark.parametrize("name", ["out.xlsx", "out", "missing/out.csv", "exists.csv", "nul\0.csv"])
def test_an_export_that_cannot_be_written_says_why_and_changes_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "exists.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        write(tmp_path / name, [], [], [])
    assert error.value.what
    assert error.value.why
    assert error.value.next_step
    assert (tmp_path / "exists.csv").read_text(encoding="utf-8") == "mine"


def test_exported_files_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "out.csv", ["Id"], [], [])
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600


def test_profiles_come_from_both_files_once(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        '[default]\nregion=x\n[profile ml-team]\n[sso-session corp]\n[profile "odd name"]\n[services s]\n',
        encoding="utf-8",
    )
    credentials = tmp_path / "credentials"
    credentials.write_text("[default]\naws_secret_access_key=x\n[old]\n", encoding="utf-8")
    environ = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "HOME": str(tmp_path),
    }
    assert profiles(environ) == ("default", "ml-team", "odd name", "old")
    assert profiles({"HOME": str(tmp_path / "nowhere")}) == ()


def test_the_view_remembers(tmp_path: Path) -> None:
    memory = ViewMemory({"instances": PaneMemory("age", True, "state:running", ("id",))}, "light")
    view_memory.save(tmp_path / "state", memory)
    assert view_memory.load(tmp_path / "state") == memory
    assert (tmp_path / "state" / view_memory.FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b'{"panes": 3}', b"\xff\xfe", b"[" * 100_000])
def test_a_broken_memory_is_forgotten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / view_memory.FILE).write_bytes(content)
    assert view_memory.load(tmp_path) == ViewMemory()


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    (tmp_path / f"{view_memory.FILE}.{os.getpid()}.new").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        view_memory.save(tmp_path, ViewMemory())
    assert victim.read_text(encoding="utf-8") == "mine"
