"""Exports: nothing that a spreadsheet runs, nothing overwritten, and a reason where it cannot be written."""

from __future__ import annotations

import csv
import json
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import attached, instance, snapshot, spec, status, volume
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.services.export import formula_safe, to_json, write

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def refusal(path: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        write(path, ["Id"], [["i-1"]], [instance(1)])
    assert caught.value.what
    assert caught.value.why
    assert caught.value.next_step
    return caught.value


# ---- CSV ----


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("rest", ["cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "1+1", "=2"])
def test_no_cell_is_a_formula(tmp_path: Path, start: str, rest: str) -> None:
    write(tmp_path / "out.csv", ["Name"], [[f"{start}{rest}"]], [])
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["Name"], [f"'{start}{rest}"]]


@pytest.mark.parametrize(
    "text", ["", "-", "plain", "a=b", "1-2", "i-0abc", " =1", "'=1", "é", "a\nb", "?", "~"]
)
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert formula_safe(text) == text


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), min_size=1), max_size=5)
)
def test_every_cell_comes_back_and_none_begins_a_formula(lines: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "out.csv"
        write(path, ["A"], lines, [])
        with path.open(newline="", encoding="utf-8") as file:
            found = list(csv.reader(file))[1:]
    assert len(found) == len(lines)
    for line, wanted in zip(found, lines, strict=True):
        assert [cell.removeprefix("'") for cell in line] == [cell.removeprefix("'") for cell in wanted]
        assert all(cell == "-" or not cell.startswith(FORMULA_STARTS) for cell in line)


# ---- JSON ----


def test_json_keeps_every_field_by_name(tmp_path: Path) -> None:
    path = tmp_path / "OUT.JSON"
    write(path, [], [], [instance(1, launched_at=None, attachments=(attached("vol-1", "i-1"),))])
    text = path.read_text(encoding="utf-8")
    (row,) = json.loads(text)
    assert set(row) == set(instance(1).__struct_fields__)
    assert row["tags"] == {"Name": "train-1", "trainctl:user": "ada"}
    assert row["security_groups"] == [{"id": "sg-1", "name": "default"}]
    assert row["launched_at"] is None
    assert row["attachments"][0]["volume_id"] == "vol-1"
    assert text.endswith("]\n")


def test_json_takes_rows_of_every_kind_and_none() -> None:
    rows = json.loads(to_json([instance(), volume(), snapshot(), status(), spec()]))
    assert [row["id"][:2] for row in rows] == ["i-", "vo", "sn", "i-", "g5"]
    assert json.loads(to_json([])) == []


def test_json_escapes_what_would_end_a_string(tmp_path: Path) -> None:
    name = 'a"b\\c\n\x00\x1b[31m\u2028'
    write(tmp_path / "out.json", [], [], [instance(1, tags=(("Name", name),))])
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert json.loads(text)[0]["tags"] == {"Name": name}


# ---- where ----


@pytest.mark.parametrize("name", ["out.xlsx", "out", ".csv", "out.csv.", "out.json/x", "csv"])
def test_an_unknown_ending_says_which_there_are(tmp_path: Path, name: str) -> None:
    assert ".csv or .json" in refusal(tmp_path / name).next_step
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "json"])
@pytest.mark.parametrize("there", ["file", "link", "dangling link", "directory", "pipe"])
def test_what_is_there_stays_as_it_is(tmp_path: Path, ending: str, there: str) -> None:
    path, victim = tmp_path / f"out.{ending}", tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    match there:
        case "file":
            path.write_text("mine", encoding="utf-8")
        case "link":
            path.symlink_to(victim)
        case "dangling link":
            path.symlink_to(tmp_path / "nowhere")
        case "directory":
            path.mkdir()
        case _:
            os.mkfifo(path)
    before = path.lstat()
    assert "exists" in refusal(path).what
    assert path.lstat() == before
    assert victim.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/out.csv", "No such file"),
        ("file/out.csv", "Not a directory"),
        ("n" * 300 + ".csv", "too long"),
        ("nul\0.csv", "null"),
    ],
)
def test_a_place_that_does_not_serve_says_why(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert why in refusal(tmp_path / name).why


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into any directory")
def test_a_directory_without_leave_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "Permission denied" in refusal(tmp_path / "out.csv").why
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not os.path.ismount("/sys"), reason="no /sys on this machine")
def test_a_filesystem_that_takes_no_file_says_so() -> None:
    assert refusal(Path("/sys/out.csv")).what == "Cannot write /sys/out.csv."


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow over ``size`` bytes: a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_a_full_disk_leaves_no_half_file(tmp_path: Path, name: str) -> None:
    rows = [instance(number) for number in range(400)]
    with room_for(1000), pytest.raises(ConfigError, match="Cannot write") as caught:
        write(tmp_path / name, ["Id"], ([row.id] for row in rows), rows)
    assert "too large" in caught.value.why
    assert list(tmp_path.iterdir()) == []


def test_exported_files_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "out.csv", ["Id"], [], [])
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600


def test_odd_names_are_only_names(tmp_path: Path) -> None:
    for name in ("-rf.csv", "a b;$(x).csv", "é\u202e.csv", "\x1b[31m.csv", "..csv.csv"):
        write(tmp_path / name, ["Id"], [["i-1"]], [])
        assert (tmp_path / name).read_text(encoding="utf-8") == "Id\ni-1\n"
