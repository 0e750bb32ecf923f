"""How busy others keep this machine, from /proc: measurements wait for a quiet moment."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import children, stat_fields

BUSY = 0.5
"""Cores that others may use on average before a figure is called noisy (PERFORMANCE.md, section 10)."""

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_LOOK = 0.5  # seconds of one look
_CPU_FIELDS = (1, 2, 3, 6, 7, 8)  # user, nice, system, irq, softirq, steal


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time used by the machine and by this process with its children, at a moment."""

    at: float
    machine: float
    ours: float


def usage() -> Usage:
    """Return the counters of now."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    machine = sum(int(fields[number]) for number in _CPU_FIELDS) * _TICK
    return Usage(time.monotonic(), machine, sum(os.times()[:4]) + sum(map(_spent, children(os.getpid()))))


def others(before: Usage) -> float:
    """Return how many cores everybody else used on average since ``before``."""
    now = usage()
    spent = (now.machine - before.machine) - (now.ours - before.ours)
    return max(0.0, spent / max(now.at - before.at, 1e-9))


def wait_quiet(timeout: float) -> bool:
    """Wait until others leave the machine alone; say whether that was within the time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        before = usage()
        time.sleep(_LOOK)
        if others(before) < BUSY:
            return True
    return False


def _spent(pid: int) -> float:
    """Return the seconds of a process and of its children that have ended."""
    fields = stat_fields(pid)
    return sum(int(field) for field in fields[11:15]) * _TICK if fields else 0.0
