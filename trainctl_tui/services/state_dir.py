"""Where journal and audit lie: ours alone, on a disk of this machine, and there after a reboot.

``TRAINCTL_STATE_DIR`` if it is set, else the XDG state directory, else, where that is on a network file
system or cannot be written, ``trainctl-tui-UID`` under the persistent temporary directory (CONTRACTS.md).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.paths import APP, make_private, state_dir
from trainctl_tui.services.cache_guard import ours, refuse_open_parent

TEMPORARY = Path("/var/tmp")  # noqa: S108 - it outlives a reboot; owner and mode are checked below
"""The system's persistent temporary directory (Filesystem Hierarchy Standard 3.0, section 5.15)."""

MOUNTS = Path("/proc/self/mountinfo")
"""Which file system is mounted where, on Linux."""

# Locks and SQLite's WAL do not hold across hosts (sqlite.org/wal.html, "all processes on one computer").
_SHARED = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs"),
        *("fuse.sshfs", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph", "ocfs2", "gfs2"),
    }
)


class NoJournal(TrainctlError):
    """There is no journal to rely on; no act may begin without one."""


def find() -> Path:
    """Return the directory, made and private. Raises NoJournal where none serves, with every reason."""
    candidates = [state_dir()]
    if not os.environ.get("TRAINCTL_STATE_DIR"):
        candidates.append(TEMPORARY / f"{APP}-{os.getuid()}")
    reasons = []
    for folder in candidates:
        if not (reason := why_not(folder)):
            return folder
        reasons.append(reason)
    raise NoJournal(
        "There is no place for the journal, so nothing can be changed.",
        " ".join(f"{reason}." for reason in reasons),
        "Set TRAINCTL_STATE_DIR to a directory of your own on a local disk.",
    )


def elsewhere() -> str:
    """Say where the journal is and why, if it is not in the state directory; else "".

    What another program keeps in the state directory is then not seen: whoever acts is to know.
    """
    folder, usual = find(), state_dir()
    return "" if folder == usual else f"The journal is kept in {folder}, because {why_not(usual)}."


def why_not(folder: Path) -> str:
    """Make a directory private and say why it does not serve, or ""."""
    try:
        guard(folder)
        if kind := shared_kind(folder):
            return f"{folder} is on a network file system ({kind})"
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"{folder} cannot be written"
    except OSError as error:
        return str(error) if error.errno is None else f"{folder}: {error.strerror}"
    return ""


def guard(folder: Path) -> None:
    """Make a directory (0700). Raises PermissionError for a link, or what others own or may exchange."""
    if not folder.is_symlink():
        make_private(folder)
    refuse_open_parent(folder.parent)
    ours(folder)
    folder.chmod(0o700)


def shared_kind(folder: Path) -> str:
    """Return the kind of the network file system that a directory is on; "" for a disk of this machine."""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    lines: list[str] = []
    with suppress(OSError):  # no such file: not Linux
        lines = MOUNTS.read_text("utf-8", "replace").splitlines()
    for line in lines:
        fields, _, rest = line.partition(" - ")
        kind = rest.split(" ", 1)[0]
        if kind in _SHARED and fields.split()[2:3] == [number]:
            return kind
    return ""
