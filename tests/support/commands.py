"""Many commands for the price of one import: a process that has loaded everything forks one for each.

Each command has a terminal of its own as standard input and as controlling terminal, so that whatever would
ask a person could; its output goes to files. Started as a program it reads lines of JSON, each the seconds
granted for an answer and a list of (arguments, variables), runs the commands of a list at the same time, and
answers with a line. Outside the long form of campaigns a command that tries again does so almost at once.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, NamedTuple, NoReturn, Self

from tests.support.campaign import LONG
from tests.support.hasty import hasten, hurry


class Ended(NamedTuple):
    """How a command ended: its code, what it wrote, what its terminal was sent, and the seconds it took."""

    code: int
    out: str
    err: str
    terminal: str
    seconds: float


class Commands:
    """The process that forks. Use it as a context manager."""

    def __init__(self, limit: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.commands", str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(
        self, jobs: Sequence[tuple[Sequence[str], Mapping[str, str]]], answer_in: float | None = None
    ) -> list[Ended]:
        """Run commands at the same time, each (arguments, variables); return how they ended, in order.

        ``answer_in`` seconds are what they grant AWS for an answer, in place of the program's own patience.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([answer_in, jobs], default=dict) + "\n")
        self._process.stdin.flush()
        return [Ended(*one) for one in json.loads(self._process.stdout.readline())]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)


class _Running:
    """One command under way."""

    def __init__(
        self, arguments: Sequence[str], variables: Mapping[str, str], answer_in: float | None
    ) -> None:
        self._master, slave = os.openpty()
        self._files: tuple[IO[bytes], IO[bytes]] = (tempfile.TemporaryFile(), tempfile.TemporaryFile())  # noqa: SIM115
        self._begun = time.monotonic()
        self._pid = os.fork()
        if not self._pid:
            _become(arguments, variables, answer_in, slave, self._files)
        os.close(slave)

    def ended(self, deadline: float) -> Ended:
        """Wait for its end, at most until the deadline; it is killed then."""
        watched = os.pidfd_open(self._pid)
        if not select.select([watched], [], [], max(0.0, deadline - time.monotonic()))[0]:
            os.killpg(self._pid, signal.SIGKILL)
        seconds = time.monotonic() - self._begun
        code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        os.close(watched)
        said = [_text(file) for file in self._files]
        return Ended(code, *said, self._asked(), seconds)

    def _asked(self) -> str:
        os.set_blocking(self._master, False)
        sent = b""
        with suppress(OSError):  # EIO: nobody holds the other end any more
            while part := os.read(self._master, 65536):
                sent += part
        os.close(self._master)
        return sent.decode("utf-8", "replace")


def _text(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode()


def _become(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    answer_in: float | None,
    terminal: int,
    files: Sequence[IO[bytes]],
) -> NoReturn:
    """Be the command, in the child."""
    code = 99
    try:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for number, source in enumerate((terminal, *(file.fileno() for file in files))):
            os.dup2(source, number)
        os.environ.clear()
        os.environ.update(variables)
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding=variables.get("PYTHONIOENCODING", "utf-8"))
        if answer_in is not None:
            hasten(answer_in)
        code = _outcome(arguments)
        sys.stdout.flush()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


def _outcome(arguments: Sequence[str]) -> int:
    from trainctl_tui.cli import main

    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def _load() -> None:
    """Import what commands import, so that the children need not."""
    for package in ("trainctl_tui.headless", "trainctl_tui.providers", "trainctl_tui.services"):
        paths = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(paths, f"{package}."):
            importlib.import_module(found.name)
    for module in ("trainctl_tui.cli", "trainctl_tui.settings"):
        importlib.import_module(module)


def _serve(limit: float) -> None:
    _load()
    if not LONG:
        hurry()
    for line in sys.stdin:
        answer_in, jobs = json.loads(line)
        running = [_Running(*job, answer_in) for job in jobs]
        deadline = time.monotonic() + limit
        print(json.dumps([one.ended(deadline) for one in running]), flush=True)


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
