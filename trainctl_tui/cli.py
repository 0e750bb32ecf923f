"""The command line. Light: ``--help`` and ``--version`` import neither Textual nor an SDK.

Opening the view has an order: look at the terminal, start the collector, then import Textual, so that the
collector imports its SDK meanwhile (PERFORMANCE.md, section 8).
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from trainctl_tui.arguments import UNSAFE, parser

if TYPE_CHECKING:
    from trainctl_tui.domain.errors import Trouble
    from trainctl_tui.launch import Launch
    from trainctl_tui.view_settings import Loaded

USAGE = 2
"""Exit code of a wrong argument, a wrong setting on the command line, or no terminal (CONTRACTS.md)."""

_EXAMPLES = {
    "profile": "--profile research",
    "regions": "--region us-east-1,eu-west-1",
    "refresh": "--refresh 30",
    "theme": "--theme light",
    "log_level": "--log-level debug",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    words = parser()
    given = words.parse_args(arguments)
    if given.command == "demo" and (given.profile or given.endpoint_url):
        words.error("the demo has an endpoint and credentials of its own: no --profile, no --endpoint-url")
    sys.excepthook = _crashed
    # Before there is a log, Python would write warnings across the screen, and tracebacks unredacted.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        if given.command not in (None, "demo"):
            from trainctl_tui.headless import commands

            return commands.run(given, words)
        return open_demo(given) if given.command == "demo" else open_view(given)
    except KeyboardInterrupt:
        return 130


def open_view(given: argparse.Namespace, demo: bool = False) -> int:
    """Open the view on the account, or on the endpoint that the demo has prepared; return the exit code."""
    if trouble := _look_at_terminal():
        return _refuse(trouble)
    from trainctl_tui.launch import Launch, endpoint_of
    from trainctl_tui.view_settings import load_view_settings

    flags = {
        "regions": given.region,
        "refresh": given.refresh,
        "theme": given.theme,
        "log_level": given.log_level,
        "read_only": given.read_only,
    }
    # The demo has no profile, whatever the environment or a file of the old tool says.
    flags["profile"] = "" if demo else given.profile
    loaded = load_view_settings(flags)
    for fault in loaded.faults:
        if fault.origin.source == "flag":
            return _refuse(fault.error(f"For example: {_EXAMPLES[fault.key]}").trouble)
    settings = loaded.settings
    launch = Launch(
        profile=settings.profile,
        regions=settings.regions,
        endpoint=given.endpoint_url or endpoint_of(os.environ),
        refresh=settings.refresh,
        read_only=settings.read_only,
        demo=demo,
        log_level=settings.log_level,
        debug_unsafe=given.debug_unsafe,
        dry_run=given.rehearse,
    )
    if given.metrics and (trouble := _try_metrics(given.metrics)):
        return _refuse(trouble)
    if given.debug_unsafe:
        print(UNSAFE, file=sys.stderr)
    return run_view(launch, loaded, given.metrics or "")


def _try_metrics(file: str) -> Trouble | None:
    """Write metrics without a count, before the terminal is taken; return why that cannot be done."""
    from pathlib import Path

    from trainctl_tui.domain.errors import ConfigError
    from trainctl_tui.services.metrics import Metrics, write

    try:
        write(Path(file), Metrics())
    except ConfigError as error:
        return error.trouble
    return None


def run_view(launch: Launch, loaded: Loaded, metrics_file: str) -> int:
    """Start the collector, then import and run the view; return the exit code."""
    from trainctl_tui.link.spawn import spawn

    collector = spawn(launch, 1)
    # Nothing of the import is garbage; collecting meanwhile costs a fifth of it (PERFORMANCE.md, section 1).
    gc.disable()
    from trainctl_tui.tui.terminal import note, prepare

    prepare(os.environ)
    if line := note(sys.stderr.encoding):
        print(line, file=sys.stderr)
    from trainctl_tui import bootstrap

    return bootstrap.run_view(launch, loaded, collector, metrics_file)


def open_demo(given: argparse.Namespace) -> int:
    """Start a simulated AWS, open the view on it, and end it; return the exit code."""
    if trouble := _look_at_terminal():
        return _refuse(trouble)
    from trainctl_tui import demo
    from trainctl_tui.domain.errors import ConfigError

    try:
        with demo.running(given.seed, given.instances, given.speed, given.faults) as endpoint:
            given.endpoint_url = endpoint
            return open_view(given, demo=True)
    except ConfigError as error:
        return _refuse(error.trouble)


def _look_at_terminal() -> Trouble | None:
    from trainctl_tui.tui.terminal import check

    return check(sys.stdin, sys.stdout, sys.stderr, os.environ)


def _refuse(trouble: Trouble) -> int:
    print(trouble, file=sys.stderr)
    return USAGE


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report an error outside the app as one inside it. Python then exits with 1."""
    del kind, trace
    from trainctl_tui.tui.crash import notice

    print(notice(error), file=sys.stderr)
