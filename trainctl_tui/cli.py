"""The command line. Light: ``--help`` and ``--version`` import neither Textual nor an SDK.

Opening the view has an order: look at the terminal, start the collector, then import Textual, so that the
collector imports its SDK meanwhile (PERFORMANCE.md, section 8).
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from trainctl_tui import __version__

if TYPE_CHECKING:
    from trainctl_tui.domain.errors import Trouble
    from trainctl_tui.launch import Launch

Number = TypeVar("Number", int, float)

USAGE = 2
"""Exit code of a wrong argument, a wrong setting on the command line, or no terminal (CONTRACTS.md)."""

THEMES = ("dark", "light", "contrast", "ansi")
"""Names of the colours, as ``tui/themes.py`` has them; repeated here because that file imports Textual."""

_EXAMPLES = {
    "profile": "--profile research",
    "regions": "--region us-east-1,eu-west-1",
    "refresh": "--refresh 30",
    "theme": "--theme light",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    words = parser()
    given = words.parse_args(arguments)
    if given.command == "demo" and (given.profile or given.endpoint_url):
        words.error("the demo has an endpoint and credentials of its own: no --profile, no --endpoint-url")
    sys.excepthook = _crashed
    try:
        return open_demo(given) if given.command == "demo" else open_view(given)
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="trainctl-tui",
        description="A keyboard-driven dashboard for machine-learning training resources on AWS. Read-only.",
        epilog="Without a command it opens your account. Without an account: trainctl-tui demo",
    )
    top.add_argument("--version", action="version", version=f"trainctl-tui {__version__}")
    top.add_argument("--profile", metavar="P", help="profile of your AWS configuration files")
    top.add_argument(
        "--endpoint-url", metavar="URL", type=_endpoint, help="talk to this endpoint instead of AWS"
    )
    _add_common(top, None)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    demo = commands.add_parser(
        "demo",
        help="open the dashboard on a simulated AWS; no account is needed or touched",
        description="Open the dashboard on a simulated AWS on this machine. No account is needed or touched.",
    )
    # Suppressed where absent: an option given before the word demo holds.
    _add_common(demo, argparse.SUPPRESS)
    demo.add_argument("--seed", type=int, default=7, metavar="N", help="which fleet (default: 7)")
    many = "instances in the fleet, 0 to 5000 (default: 60)"
    demo.add_argument("--instances", type=_count, default=60, metavar="N", help=many)
    pace = "how fast its time passes, 0 to 100 (default: 1; 0 stands still)"
    demo.add_argument("--speed", type=_speed, default=1.0, metavar="X", help=pace)
    return top


def _add_common(to: argparse.ArgumentParser, absent: str | None) -> None:
    """Add the options that both the account and the demo have."""
    regions = "regions to watch (default: the profile's own)"
    to.add_argument("--region", metavar="R[,R...]", default=absent, help=regions)
    seconds = "seconds between two sweeps, 2 to 3600 (default: 15)"
    to.add_argument("--refresh", metavar="SECONDS", default=absent, help=seconds)
    to.add_argument("--theme", choices=THEMES, default=absent, help="colours (default: as the view was left)")


def open_view(given: argparse.Namespace, demo: bool = False) -> int:
    """Open the view on the account, or on the endpoint that the demo has prepared; return the exit code."""
    if trouble := _look_at_terminal():
        return _refuse(trouble)
    from trainctl_tui.launch import Launch
    from trainctl_tui.view_settings import load_view_settings

    flags = {"regions": given.region, "refresh": given.refresh, "theme": given.theme}
    # The demo has no profile, whatever the environment or a file of the old tool says.
    flags["profile"] = "" if demo else given.profile
    loaded = load_view_settings(flags)
    for fault in loaded.faults:
        if fault.origin.source == "flag":
            return _refuse(fault.error(f"For example: {_EXAMPLES[fault.key]}").trouble)
    if given.theme:
        # The view reads the settings again, in full; this is how the flag reaches it.
        os.environ["TRAINCTL_THEME"] = given.theme
    settings = loaded.settings
    launch = Launch(
        profile=settings.profile,
        regions=settings.regions,
        endpoint=given.endpoint_url or _endpoint_of_environment(),
        refresh=settings.refresh,
        demo=demo,
    )
    return run_view(launch)


def run_view(launch: Launch) -> int:
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

    return bootstrap.run_view(launch, collector)


def open_demo(given: argparse.Namespace) -> int:
    """Start a simulated AWS, open the view on it, and end it; return the exit code."""
    if trouble := _look_at_terminal():
        return _refuse(trouble)
    from trainctl_tui import demo
    from trainctl_tui.domain.errors import ConfigError

    try:
        with demo.running(given.seed, given.instances, given.speed) as endpoint:
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


def _endpoint(text: str) -> str:
    if not _is_address(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an address of an endpoint. It looks like http://localhost:4566"
        )
    return text


def _is_address(text: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable()
    except ValueError:
        return False


def _endpoint_of_environment() -> str:
    """Return the endpoint that the SDK would take from the environment, so that the view can show it."""
    given = os.environ.get("AWS_ENDPOINT_URL_EC2") or os.environ.get("AWS_ENDPOINT_URL") or ""
    return given.encode("utf-8", "replace").decode()


def _count(text: str) -> int:
    return _between(text, int, 0, 5000)


def _speed(text: str) -> float:
    return _between(text, float, 0, 100)


def _between(text: str, kind: type[Number], low: float, high: float) -> Number:
    try:
        value = kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number.") from None
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is out of range: it takes {low:g} to {high:g}.")
    return value
