"""Start a collector, before the view imports Textual, so that the SDK is imported beside it.

Light on purpose: everything imported here is imported before the first frame.
"""

from __future__ import annotations

import os
import subprocess
import sys

from trainctl_tui.launch import Launch, child_environment
from trainctl_tui.paths import make_private, state_dir

VARIABLE = "TRAINCTL_LAUNCH"
"""Environment variable that carries the launch: it holds no secret, and argv is for all to read."""

LOG = "collector.log"
"""Name of the file in the state directory that takes what a collector says on standard error."""

_LOG_BYTES = 2**20


def spawn(launch: Launch, generation: int) -> subprocess.Popen[bytes]:
    """Start a collector with pipes on its standard input and output. May raise OSError.

    It has a session of its own, so that no key pressed at the terminal is a signal to it. ``generation``
    rises with each collector of one view, and so do its sweep numbers. ``-P``: what lies in the directory
    that the user is in, such as another ``boto3.py``, is never imported.
    """
    log = _open_log()
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "trainctl_tui.collector", str(generation)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**child_environment(os.environ), VARIABLE: launch.encode()},
            start_new_session=True,
        )
    finally:
        if log >= 0:
            os.close(log)


def _open_log() -> int:
    """Open the log, begun anew once it is long; where there can be none, complaints are dropped."""
    try:
        path = make_private(state_dir()) / LOG
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return subprocess.DEVNULL
    if os.fstat(log).st_size > _LOG_BYTES:
        os.ftruncate(log, 0)
    return log
