"""Executors as real processes over real HTTP, cheap enough to be killed by the dozen.

``python -m tests.support.executor_farm`` imports everything once and forks an executor, in a session of its
own, for each line "OPERATION PLACE" that it reads; it answers each with how that process has ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from trainctl_tui.services.crashpoint import VARIABLE

ROOT = Path(__file__).parents[2]
HASTE = 60.0
"""How much less an executor waits here, for a cloud whose machines are as much faster."""


class Farm:
    """The farm as its owner sees it. Use it as a context manager."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "tests.support.executor_farm"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=dict(environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, op: str, kill_at: int = 0) -> int:
        """Run an executor to its end; return its exit code, negative for a signal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{op} {kill_at}\n")
        self._process.stdin.flush()
        return os.waitstatus_to_exitcode(int(self._process.stdout.readline()))

    def __enter__(self) -> Farm:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def _serve() -> None:
    import trainctl_tui.providers.aws.provider
    import trainctl_tui.services.executor
    import trainctl_tui.services.facts
    from trainctl_tui import bootstrap

    assert trainctl_tui.providers.aws.provider
    _hurry()
    for line in sys.stdin:
        op, kill_at = line.split()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.environ[VARIABLE] = kill_at
            code = 1
            try:
                bootstrap.run_executor(op)
                code = 0
            except Exception:  # noqa: BLE001 - the parent must be told, whatever it was
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        print(status, flush=True)


def _hurry() -> None:
    from trainctl_tui.services import executor_settler
    from trainctl_tui.services.executor_run import Run

    pause = Run.pause
    Run.pause = lambda run, seconds: pause(run, seconds / HASTE)  # type: ignore[method-assign]
    for name in ("LAG", "GONE_FOR"):
        setattr(executor_settler, name, getattr(executor_settler, name) / HASTE)


if __name__ == "__main__":
    _serve()
