"""What the measurements stand on: servers, homes, programs on terminals, and rounds that take turns."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.bench.figures import Figures, Rounds
from tests.support.processes import children, wait_gone
from tests.support.stillness import others, usage, wait_quiet
from tests.support.view import PROGRAM
from tests.support.wire import Wire
from trainctl_tui.simcloud.canned import Canned
from trainctl_tui.simcloud.process import simulated_environment

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "tests" / "bench" / "results"
WIDE = (160, 50)
ROW = rb"i-0[0-9a-f]{16}"
SPINNER = 1200
"""Bytes that a settled view may still write in two seconds: a resource on screen is about to change."""

Side = Callable[[], Figures]


def clean_environment(home: Path) -> dict[str, str]:
    """Return this process's environment without settings of AWS and ours, in a home of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "XDG_", "TRAINCTL_", "TEXTUAL", "COV_", "COVERAGE_"))
        # It falsifies the first import of everything (PERFORMANCE.md, traps).
        and name != "PYTHONDONTWRITEBYTECODE"
    }
    own = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "CACHE", "STATE")}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return {**kept, **own, **terminal, "HOME": str(home), "PYTHONPATH": str(ROOT)}


@dataclass
class Rig:
    """One run of the bench. Use it in a ``with`` statement: it ends what it started.

    ``patience`` is how many seconds all rounds together may wait for a quiet machine.
    """

    rounds: int = 5
    patience: float = 180.0
    scale: int = 10_000
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="trainctl-bench-")))
    _servers: dict[int, Canned] = field(default_factory=dict)
    _homes: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def server(self, instances: int) -> Canned:
        """Return the canned EC2 of a fleet of this size; nothing in it changes."""
        if instances not in self._servers:
            self._servers[instances] = Canned.start(instances)
        return self._servers[instances]

    def new_home(self) -> Path:
        """Return an empty home."""
        self._homes += 1
        home = self.home / f"home-{self._homes}"
        home.mkdir()
        return home

    def account(self, instances: int, home: Path) -> dict[str, str]:
        """Return an environment that is signed in to a canned fleet."""
        return simulated_environment(self.server(instances).endpoint, clean_environment(home))

    def view(self, environment: Mapping[str, str], size: tuple[int, int] = WIDE) -> Wire:
        """Open the installed program; it sweeps once and then rests."""
        return Wire([PROGRAM, "--refresh", "3600"], size=size, env=environment, cwd=str(self.home))

    def python(self, *arguments: str, env: Mapping[str, str], size: tuple[int, int] = WIDE) -> Wire:
        """Run this Python on a terminal."""
        return Wire([sys.executable, *arguments], size=size, env=env, cwd=str(self.home))

    def turns(self, sides: Mapping[str, Side]) -> dict[str, Rounds]:
        """Let every side run once a round, in turn, each when the machine is quiet or patience has ended."""
        found = {name: Rounds() for name in sides}
        for _ in range(self.rounds):
            for name, side in sides.items():
                begun = time.monotonic()
                wait_quiet(self.patience)
                self.patience -= time.monotonic() - begun
                before = usage()
                figures = side()
                found[name].add(figures, others(before))
        return found


@contextmanager
def told(app: str, rows: int, rig: Rig, size: tuple[int, int]) -> Iterator[tuple[Wire, Commands]]:
    """Run ``apps.ours`` or ``apps.stock`` on a script, once it has settled."""
    home = rig.new_home()
    pipe = home / "commands"
    os.mkfifo(pipe)
    argv = ("-m", f"tests.bench.apps.{app}", str(rows), str(pipe))
    with rig.python(*argv, env=clean_environment(home), size=size) as wire, Commands(pipe) as commands:
        wire.see(re.compile(ROW))
        wire.quiet(1.0)
        yield wire, commands
        quit_view(wire)


class Commands:
    """The pipe of commands to a scripted app; ``round`` counts as the app does."""

    def __init__(self, path: Path) -> None:
        # Opened for both, or it would wait for a reader that may have died.
        self._pipe: IO[str] = os.fdopen(os.open(path, os.O_RDWR), "w")
        self.round = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()

    def say(self, command: str) -> int:
        """Give a command; return the round that names end with after it."""
        self.round += 1
        self._pipe.write(f"{command}\n")
        self._pipe.flush()
        return self.round


def quit_view(wire: Wire) -> None:
    """Leave a program by its key, and see that nothing of it is left."""
    family = [wire.pid, *children(wire.pid)]
    wire.send("ctrl+q")
    wire.wait_exit(20)
    wait_gone(family, 5)
