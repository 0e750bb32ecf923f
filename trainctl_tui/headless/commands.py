"""Run one command, and end with its code whatever happens to it."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.headless import codes, output

Command = Callable[[argparse.Namespace], int]


def run(given: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Run the command that was asked for; return its exit code."""
    # A parent that ignores interrupts for itself (a shell's "&") does not mean this command: Ctrl+C ends it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        output.begin()
        return _find(given, parser)(given)
    except TrainctlError as error:
        output.note_trouble("", error.trouble)
        if error.trouble.kind in codes.CREDENTIALS:
            output.note(output.HINT)
        return codes.code_of(error.trouble)
    except BrokenPipeError:
        output.leave_quietly()
        return codes.BROKEN_PIPE


def _find(given: argparse.Namespace, parser: argparse.ArgumentParser) -> Command:
    """Return the command's function; only its own modules are imported."""
    match given.command:
        case "list":
            from trainctl_tui.headless.listed import list_rows

            return list_rows
        case "status":
            from trainctl_tui.headless.status import status

            return status
        case "doctor":
            from trainctl_tui.headless.doctor import doctor

            return doctor
        case _ if hasattr(given, "verb"):
            from trainctl_tui.headless.acting import act

            return act
        case "cleanup":
            from trainctl_tui.headless.cleaning import cleanup

            return cleanup
        case "op":
            from trainctl_tui.headless.operations import operations

            return operations
        case "audit":
            from trainctl_tui.headless.audits import audit

            return audit
        case "config":
            from trainctl_tui.headless.config import config

            return config
        case _:
            from trainctl_tui.headless.completion import completion

            return lambda given: completion(given, parser)
