"""Where the cache lives is ours alone: private directories, plain files, no link and nothing of others."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from trainctl_tui.paths import make_private

DATABASE = "cache.db"
"""Name of the file in a lane's directory; SQLite's own names begin with it."""

_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal")


class SpoiledError(ValueError):
    """What was found is not what was stored. It is moved out of the way, not read again."""


def secure(root: Path, lane: Path) -> None:
    """Make the directories from ``root`` down to ``lane``, and make them and the lane's files private.

    Raise PermissionError for what is a link, belongs to somebody else or can be exchanged by anybody, and
    SpoiledError for a lane that is no directory or whose files are no plain files.
    """
    if not root.is_symlink():
        make_private(root)
    refuse_open_parent(root.parent)
    step = root
    for part in ("", *lane.relative_to(root).parts):
        step = step / part
        with suppress(FileExistsError):
            step.mkdir(mode=0o700)
        if not stat.S_ISDIR(ours(step).st_mode):
            raise SpoiledError(f"{step} is no directory")
        step.chmod(0o700)
    for name in _FILES:
        make_plain(lane / name)


def make_plain(file: Path) -> None:
    """Make a file, if it is there, private; raise SpoiledError for what is no plain file."""
    try:
        facts = ours(file)
    except FileNotFoundError:
        return
    # A pipe would block who opens it, and a file with a second name is also somewhere else.
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
        raise SpoiledError(f"{file} is no plain file")
    file.chmod(0o600)


def ours(path: Path) -> os.stat_result:
    """Return the facts of what is here; raise PermissionError for a link or what is somebody else's."""
    facts = path.lstat()
    if stat.S_ISLNK(facts.st_mode):
        raise PermissionError(f"{path} is a link")
    if facts.st_uid != os.getuid():
        raise PermissionError(f"{path} belongs to another user")
    return facts


def refuse_open_parent(parent: Path) -> None:
    """Refuse a parent in which anybody may exchange our directory for another between two looks."""
    mode = parent.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise PermissionError(f"anybody may write to {parent}")
