"""The state directory is ours, on a disk of this machine, and refused with every reason where none serves."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from trainctl_tui.services import state_dir
from trainctl_tui.services.state_dir import NoJournal


@pytest.fixture(autouse=True)
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRAINCTL_STATE_DIR", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    (tmp_path / "var").mkdir(mode=0o700)
    monkeypatch.setattr(state_dir, "TEMPORARY", tmp_path / "var")


def test_the_chosen_one_then_the_xdg_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_dir.find() == tmp_path / "xdg" / "trainctl-tui"
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path / "mine"))
    assert state_dir.find() == tmp_path / "mine"
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o700


def test_another_place_is_told_with_its_reason(tmp_path: Path) -> None:
    assert state_dir.elsewhere() == ""
    shutil.rmtree(tmp_path / "xdg")
    (tmp_path / "xdg").write_text("no directory")
    assert str(tmp_path / "var") in state_dir.elsewhere()
    assert "because" in state_dir.elsewhere()


def on_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"21 1 0:5 / /proc rw - proc proc rw\n36 35 {number} / /home rw - nfs4 server:/home rw\n"
    )
    monkeypatch.setattr(state_dir, "MOUNTS", mounts)


def test_a_network_file_system_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_dir.shared_kind(tmp_path) == ""
    on_network(tmp_path, monkeypatch)
    assert state_dir.shared_kind(tmp_path) == "nfs4"
    with pytest.raises(NoJournal, match="network file system \\(nfs4\\)") as refused:
        state_dir.find()
    assert str(refused.value).count("(nfs4)") == 2
    monkeypatch.setattr(state_dir, "MOUNTS", tmp_path / "absent")
    assert state_dir.shared_kind(tmp_path) == ""


def test_what_cannot_be_made_falls_back_under_the_temporary_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xdg").write_text("a file where a directory should be")
    assert state_dir.find() == tmp_path / "var" / f"trainctl-tui-{os.getuid()}"
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path / "xdg" / "below"))
    with pytest.raises(NoJournal, match="Set TRAINCTL_STATE_DIR"):
        state_dir.find()


def test_what_others_may_exchange_or_own_does_not_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert state_dir.why_not(tmp_path / "link").endswith("is a link")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert "anybody may write" in state_dir.why_not(tmp_path / "open" / "state")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert state_dir.why_not(tmp_path / "real").endswith("cannot be written")
