"""``config``: what is in force and from where, a file to begin with, and what is wrong with one."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from tests.headless.conftest import Run
from trainctl_tui.headless.config import template
from trainctl_tui.settings import load_settings
from trainctl_tui.settings_layers import Files, written
from trainctl_tui.view_settings import TYPES, ViewSettings


@pytest.fixture
def file(home: dict[str, str]) -> Path:
    """Return the place of the file of settings, its directory made."""
    path = Path(home["XDG_CONFIG_HOME"]) / "trainctl-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_path_says_where(run: Run, file: Path) -> None:
    done = run("", "config", "path")
    assert (done.returncode, done.stdout) == (0, f"{file}\n")


def test_show_names_every_value_and_its_origin(run: Run, file: Path) -> None:
    file.write_text('refresh = 20\n[profiles.work]\nuser = "ada"\n')
    done = run("", "config", "show", "--profile", "work", TRAINCTL_THEME="light", AWS_REGION="eu-west-1")
    assert done.returncode == 0
    origins = {line.split(" = ")[0]: line.partition("  # ")[2].strip() for line in done.stdout.splitlines()}
    assert list(origins) == [written(name) for name in TYPES]
    assert origins["profile"] == "--profile"
    assert origins["refresh"] == f"{file}:1"
    assert origins["safety.user"] == f"{file}:3"
    assert origins["theme"] == "TRAINCTL_THEME"
    assert origins["regions"] == "AWS_REGION"
    assert origins["hide_terminated"] == "default"
    values = tomllib.loads(done.stdout)
    assert (values["refresh"], values["regions"], values["safety"]["user"]) == (20, ["eu-west-1"], "ada")


@pytest.mark.parametrize("act", ["show", "check"])
def test_a_mistake_is_named_with_file_line_key_and_the_nearest_name(run: Run, file: Path, act: str) -> None:
    file.write_text('refresh = 20\n\nrefesh = 30\ntheme = "mauve"\n')
    done = run("", "config", act)
    assert done.returncode == 2
    assert f"{file}:3" in done.stderr
    assert "'refesh'" in done.stderr
    assert "did you mean 'refresh'?" in done.stderr
    assert f"{file}:4" in done.stderr
    assert "dark, light" in done.stderr


@pytest.mark.parametrize("content", [b"refresh = ", b"\xff\xfe", b"x" * 70_000, b"[profiles]\nwork = 3\n"])
def test_a_file_that_cannot_be_read_is_named(run: Run, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    done = run("", "config", "check")
    assert done.returncode == 2
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_that_nothing_is_wrong(run: Run, file: Path) -> None:
    assert "none is needed" in run("", "config", "check").stdout
    file.write_text("refresh = 20\n")
    done = run("", "config", "check")
    assert (done.returncode, done.stdout) == (0, f"Nothing is wrong: {file} is right.\n")


def test_init_writes_a_private_file_of_comments_once(run: Run, file: Path) -> None:
    done = run("", "config", "init")
    assert (done.returncode, done.stdout) == (0, f"{file}\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tomllib.loads(file.read_text()) == {}
    file.write_text("refresh = 20\n")
    again = run("", "config", "init")
    assert (again.returncode, again.stdout) == (3, "")
    assert "never overwritten" in again.stderr
    assert file.read_text() == "refresh = 20\n"


def test_init_writes_through_no_link(run: Run, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    file.symlink_to(target)
    assert run("", "config", "init").returncode == 3
    assert not target.exists()


def test_the_comments_are_the_settings_with_their_defaults(tmp_path: Path) -> None:
    lines = template().splitlines()
    names = {written(name) for name in TYPES}
    settings = [line[2:] for line in lines if line.startswith("# ") and line[2:].split(" = ")[0] in names]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(settings[: len(TYPES)]))
    loaded = load_settings({}, {}, Files(path))
    assert loaded.settings == ViewSettings()
    assert {name for name, origin in loaded.origins.items() if origin.source == "file"} == set(TYPES)
    assert "Seconds from the end of one sweep" in template()
