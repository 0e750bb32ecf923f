"""What the view remembers between runs: whatever cannot be read is forgotten, and nothing else is touched."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.services import view_memory
from trainctl_tui.services.view_memory import FILE, PaneMemory, ViewMemory

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
memories = st.builds(
    ViewMemory,
    st.dictionaries(
        words,
        st.builds(PaneMemory, words, st.booleans(), words, st.lists(words, max_size=3).map(tuple)),
        max_size=3,
    ),
    words,
)


def test_the_view_remembers(tmp_path: Path) -> None:
    memory = ViewMemory({"instances": PaneMemory("age", True, "state:running", ("id",))}, "light")
    view_memory.save(tmp_path / "new" / "state", memory)
    assert view_memory.load(tmp_path / "new" / "state") == memory
    assert [file.name for file in (tmp_path / "new" / "state").iterdir()] == [FILE]


def test_nobody_else_may_look(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        view_memory.save(tmp_path / "state", ViewMemory())
    finally:
        os.umask(before)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o777 == 0o600


@given(memories)
def test_any_memory_comes_back(memory: ViewMemory) -> None:
    with tempfile.TemporaryDirectory() as directory:
        view_memory.save(Path(directory), memory)
        view_memory.save(Path(directory), memory)
        assert view_memory.load(Path(directory)) == memory


def test_text_that_is_no_utf8_is_kept_with_a_mark(tmp_path: Path) -> None:
    view_memory.save(tmp_path, ViewMemory({"instances": PaneMemory(filter="a\udcff")}))
    assert view_memory.load(tmp_path).panes["instances"].filter == "a?"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"panes": 3}',
        b'{"panes": {"instances": {"columns": [1]}}}',
        b'{"theme": null}',
        b"\xff\xfe",
        b'{"theme": "\xff"}',
        b"[" * 60_000,
        b'{"x":' + b"[" * 60_000,
        b'{"x":' * 12_000,
        b'{"theme": "' + b"x" * 70_000 + b'"}',
        b"\x00" * 1000,
    ],
    ids=lambda content: repr(content[:24]),
)
def test_a_broken_memory_is_forgotten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert view_memory.load(tmp_path) == ViewMemory()


def test_a_memory_of_another_version_keeps_what_it_shares(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(
        b'{"theme": "light", "new": [1], "panes": {"jobs": {"order": "x", "new": 1}}}'
    )
    assert view_memory.load(tmp_path) == ViewMemory({"jobs": PaneMemory("x")}, "light")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_memory_or_none(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / FILE).write_bytes(content)
        assert isinstance(view_memory.load(Path(directory)), ViewMemory)


@pytest.mark.timeout(20)
def test_a_pipe_in_its_place_delays_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert view_memory.load(tmp_path) == ViewMemory()
    silent = os.open(tmp_path / FILE, os.O_RDWR)
    try:
        assert view_memory.load(tmp_path) == ViewMemory()
    finally:
        os.close(silent)


def test_what_is_no_file_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert view_memory.load(tmp_path) == ViewMemory()
    assert view_memory.load(tmp_path / "nowhere") == ViewMemory()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / FILE).symlink_to("/dev/zero")
    assert view_memory.load(tmp_path / "linked") == ViewMemory()


def test_the_file_of_somebody_else_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view_memory.save(tmp_path, ViewMemory(theme="light"))
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert view_memory.load(tmp_path) == ViewMemory()


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    (tmp_path / f".{FILE}.{os.getpid()}.new").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        view_memory.save(tmp_path, ViewMemory())
    (tmp_path / f".{FILE}.{os.getpid()}.new").unlink()
    (tmp_path / FILE).symlink_to(victim)
    view_memory.save(tmp_path, ViewMemory(theme="light"))
    assert not (tmp_path / FILE).is_symlink()
    assert victim.read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_saved_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(OSError, match="directory"):
        view_memory.save(tmp_path, ViewMemory())
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
