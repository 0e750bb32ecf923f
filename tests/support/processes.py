"""Look at processes from outside, through /proc: who lives, whose children, how much they used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0
"""Seconds to wait for what must come. No promise: what does not come in that time never comes."""

_TICKS = os.sysconf("SC_CLK_TCK")
_MOST = 20  # times as long as a limit may be waited for, however busy the machine is


def exists(pid: int) -> bool:
    """Whether a process lives. A zombie does not."""
    fields = stat_fields(pid)
    return bool(fields) and fields[0] != "Z"


def state(pid: int) -> str:
    """One letter: R running, S sleeping, T stopped, Z zombie; "" when gone."""
    fields = stat_fields(pid)
    return fields[0] if fields else ""


def children(pid: int) -> list[int]:
    """Return all living descendants of a process."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := stat_fields(int(entry.name))) and fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        mine = parents.get(waiting.pop(), [])
        found += mine
        waiting += mine
    return found


def command(pid: int) -> str:
    """Return the command line of a process, or "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def cpu_seconds(pid: int) -> float:
    """Return user and system time used so far, in seconds; 0.0 when gone."""
    fields = stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def wait_until(holds: Callable[[], bool], what: str = "a condition", timeout: float = PATIENCE) -> float:
    """Wait until a condition holds; return the seconds it took. Raise ``AssertionError`` otherwise."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > timeout:
            raise AssertionError(f"waited {timeout} s for {what}")
        time.sleep(0.01)
    return time.monotonic() - begun


def kept_waiting(pid: int) -> float:
    """Return for how long threads of a process were ready to run and had no processor, in seconds."""
    waited = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            waited += int(file.read_text().split()[1])
    return waited / 1e9


def wait_gone(pids: Iterable[int], timeout: float) -> float:
    """Wait until none of these processes lives; return the seconds it took.

    Raise ``AssertionError`` naming those that still live after ``timeout`` seconds in which they could run:
    what they lost to other processes is not theirs to answer for.
    """
    return watch_end(pids, timeout).seconds


@dataclass(frozen=True)
class End:
    """How processes ended: after how many seconds, and how much CPU they used until then."""

    seconds: float
    cpu: float


def watch_end(pids: Iterable[int], timeout: float) -> End:
    """Wait as ``wait_gone`` does, and add up the CPU seconds that all of them used meanwhile."""
    first = {pid: cpu_seconds(pid) for pid in pids}
    last = dict(first)
    idle = {pid: kept_waiting(pid) for pid in first}
    lost = dict.fromkeys(idle, 0.0)
    begun = time.monotonic()
    while left := [pid for pid in last if exists(pid)]:
        last |= {pid: max(last[pid], cpu_seconds(pid)) for pid in left}
        lost |= {pid: max(lost[pid], kept_waiting(pid) - idle[pid]) for pid in left}
        seconds = time.monotonic() - begun
        if seconds - sum(lost.values()) > timeout or seconds > _MOST * timeout:
            lines = [f"{pid} {state(pid)} {cpu_seconds(pid):.2f} s cpu: {command(pid)}" for pid in left]
            raise AssertionError(f"still alive after {seconds:.1f} s:\n" + "\n".join(lines))
        time.sleep(0.01)
    return End(time.monotonic() - begun, sum(last.values()) - sum(first.values()))


def cpu_share(pid: int, seconds: float) -> float:
    """Return how much of one core a process uses, measured over a stretch of time."""
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds


def stat_fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on, or [] when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()
