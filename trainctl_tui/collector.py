"""The collector's process: ``python -m trainctl_tui.collector GENERATION``, started by ``link.spawn``."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from contextlib import suppress

from trainctl_tui.heap import keep_small
from trainctl_tui.launch import Launch
from trainctl_tui.link.pipes import take_pipes
from trainctl_tui.link.spawn import VARIABLE

_NICE = 10
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Read the cloud for the view at the other end of the pipes. Returns never: ends with the view."""
    incoming, outgoing = take_pipes()
    _settle()
    launch, generation = Launch.decode(os.environ.pop(VARIABLE)), int(sys.argv[1])
    from trainctl_tui import bootstrap

    bootstrap.run_collector(launch, generation, incoming, outgoing)


def _settle() -> None:
    """Give way to the view, ignore its terminal's signals, and end with it even if the pipes would not."""
    with suppress(OSError):
        os.nice(_NICE)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(OSError, AttributeError):  # Linux only; elsewhere the end of the pipe has to do
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    keep_small()
    # Rows are not tracked by the collector of garbage; what is tracked lives long.
    gc.set_threshold(50_000, 20, 50)


if __name__ == "__main__":
    main()
