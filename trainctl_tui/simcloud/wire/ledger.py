"""Who asked for a change, and whether the program's gate had let it pass: a line for each such call.

The program says who it is in its User-Agent, and an approved act names its plan there. Whoever else drives
the simulated cloud is somebody else and may do as they like.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from trainctl_tui.simcloud.wire.question import Question

VARIABLE = "SIMCLOUD_LEDGER"
"""The environment variable that names a file to which all simulated clouds of a test session write."""

_PROGRAM, _PLAN = "trainctl-tui/", "md/trainctl-plan#"


class Entry(Struct, frozen=True):
    """One call that would change something."""

    call: str
    by_program: bool
    plan: str
    rehearsal: bool

    @property
    def ungated(self) -> bool:
        """Whether the program sent it past its own gate."""
        return self.by_program and not self.plan and not self.rehearsal


class Ledger:
    """The calls that would change something, in order. Safe to use from several threads."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._file = environ.get(VARIABLE, "")
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def clear(self) -> None:
        """Forget the calls so far; the file keeps them."""
        with self._lock:
            self._entries.clear()

    def add(self, question: Question) -> None:
        """Note one call, if it would change something."""
        if not question.mutating:
            return
        agent = question.agent
        plan = agent.partition(_PLAN)[2].split(" ")[0]
        rehearsal = question.form.get("DryRun", "").lower() == "true"
        entry = Entry(question.name, _PROGRAM in agent, plan, rehearsal)
        with self._lock:
            self._entries.append(entry)
            if self._file:
                # One short write at the end of the file: lines of several processes do not mix.
                with open(self._file, "ab", buffering=0) as file:
                    file.write(msgspec.json.encode(entry) + b"\n")

    def entries(self) -> tuple[Entry, ...]:
        """Return the calls so far."""
        with self._lock:
            return tuple(self._entries)
