"""Where things live on this machine: the XDG directories, how they are made private, files written whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

APP = "trainctl-tui"


def config_dir() -> Path:
    """Return the directory of the file of settings."""
    return _xdg("XDG_CONFIG_HOME", ".config") / APP


def config_file() -> Path:
    """Return where the file of settings is, or would be."""
    return config_dir() / "config.toml"


def prices_file() -> Path:
    """Return where the user's own prices are, or would be."""
    return config_dir() / "prices.toml"


def cache_dir() -> Path:
    """Return the directory of remembered listings."""
    return _xdg("XDG_CACHE_HOME", ".cache") / APP


def state_dir() -> Path:
    """Return the directory of logs, crash reports and, later, the journal."""
    if chosen := os.environ.get("TRAINCTL_STATE_DIR"):
        return Path(chosen)
    return _xdg("XDG_STATE_HOME", ".local/state") / APP


def make_private(directory: Path) -> Path:
    """Make a directory, and its missing parents, that only this user can enter (0700). May raise OSError."""
    # Step by step: ``parents=True`` would leave the mode of the parents to the umask.
    for step in reversed([step for step in (directory, *directory.parents) if not step.exists()]):
        step.mkdir(mode=0o700, exist_ok=True)
    if directory.stat().st_uid == os.getuid():
        directory.chmod(0o700)
    return directory


def replace_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file whole, in place of what was there: no reader sees half of it.

    A link at its place is replaced, never followed. May raise OSError, or ValueError for what is no name.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    # The XDG specification: a relative path here is invalid and must be ignored.
    return Path(value) if value.startswith("/") else Path.home() / fallback
