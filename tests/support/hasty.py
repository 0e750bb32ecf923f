"""A program that tries again almost at once: no test need wait for what five attempts wait in between.

``spawn`` starts a collector of that kind; ``python -m tests.support.hasty SECONDS GENERATION`` is one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from trainctl_tui import collector
from trainctl_tui.launch import Launch
from trainctl_tui.link.spawn import LOG, VARIABLE, child_environment
from trainctl_tui.paths import make_private, state_dir

PATIENT = 15.0
"""Seconds for which the program waits for an answer."""


def hurry() -> None:
    """Let this process pause for hundredths of a second between the attempts of a read."""
    from msgspec.structs import replace

    from trainctl_tui.providers.aws import calls

    patiently = calls.read_patiently

    def hurriedly(once: Any, patience: Any, policy: Any, random: Any) -> Any:
        return patiently(once, patience, replace(policy, first_pause=0.01, longest_pause=0.05), random)

    calls.read_patiently = hurriedly


def hasten(seconds: float) -> None:
    """Let every client of this process that is made from now on wait so long for an answer."""
    from botocore.config import Config

    from trainctl_tui.providers.aws import session

    patient = session._client_config
    session._client_config = lambda options: patient(options).merge(Config(read_timeout=seconds))


def spawn(launch: Launch, seconds: float = PATIENT) -> subprocess.Popen[bytes]:
    """Start a collector as ``link.spawn`` does, but one in a hurry that waits so long for an answer."""
    with (make_private(state_dir()) / LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.hasty", str(seconds), "1"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**child_environment(os.environ), VARIABLE: launch.encode()},
            start_new_session=True,
        )


if __name__ == "__main__":
    hurry()
    hasten(float(sys.argv.pop(1)))
    collector.main()
