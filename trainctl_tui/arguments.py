"""What the command line takes. Light: ``--help`` and completion import nothing else of the program."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TypeVar

from trainctl_tui import __version__
from trainctl_tui.arguments_acts import add_acts, add_audit, add_cleanup, add_op
from trainctl_tui.arguments_disks import add_snapshot, add_tags, add_volume

Number = TypeVar("Number", int, float)

THEMES = ("dark", "light", "contrast", "ansi")
"""Names of the colours, as ``tui/themes.py`` has them; repeated here because that file imports Textual."""

LOG_LEVELS = ("error", "warning", "info", "debug")
"""As ``view_settings.LogLevel`` has them; repeated here because that file imports msgspec."""

OUTPUTS = ("table", "json", "csv", "ids")
"""Forms of a list."""

SHELLS = ("bash", "zsh", "fish")
"""Shells that can complete."""

SORT_KEYS: Mapping[str, tuple[str, ...]] = {
    "instances": (
        *("name", "id", "state", "type", "gpus", "zone", "age", "health", "spot", "owner", "protected"),
        *("private_ip", "public_ip", "cost", "region", "vcpus", "memory", "image", "key", "vpc"),
    ),
    "volumes": (
        *("name", "id", "state", "size", "cost", "age", "snapshots", "instance", "fate", "iops"),
        *("protected", "type", "zone", "owner", "region", "throughput", "copied", "encrypted", "snapshot"),
    ),
    "snapshots": (
        *("name", "id", "state", "size", "cost", "age", "lineage", "progress", "volume", "protected"),
        *("owner", "description", "region", "tier", "encrypted"),
    ),
}
"""Columns of each list, as ``listing/`` has them; repeated here for the same reason."""

UNSAFE = (
    "The log files named -unsafe now take what the SDK sends and signs with, secrets included. "
    "Delete them when you are done: `trainctl-tui doctor` names the state directory."
)
"""Said when the SDK may log everything."""

_FILTER = (
    'The language of --filter is that of the dashboard: word, "two words", /regex/, !x, state:running, type: '
    "az: region: owner: name: id:, tag:team=nlp, age>7d (s m h d w), size> iops> gpus> vcpus> cost>, is:mine "
    "is:ours is:protected is:spot is:attached is:encrypted is:healthy is:waste "
    "is:orphan is:dies; a space is and, | is or. What is not known matches neither x nor !x."
)
_EXIT_CODES = (
    "Exit codes: 0 done, 1 failure, 2 usage, settings or no terminal, 3 refused, "
    "4 credentials or permission, 5 partial, 6 outcome unknown or still waiting, 128+n ended by signal n."
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="trainctl-tui",
        description="A keyboard-driven dashboard for machine-learning training resources on AWS.",
        epilog="Without a command it opens your account. Without an account: trainctl-tui demo",
    )
    top.add_argument("--version", action="version", version=f"trainctl-tui {__version__}")
    _add_account(top, None)
    _add_region(top, None)
    _add_guard(top, None)
    _add_dry_run(top, False)
    _add_view(top, None)
    _add_log(top, None)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_demo(commands)
    _add_list(commands)
    _add_status(commands)
    _add_doctor(commands)
    add_acts(commands, _command, _add_run)
    add_volume(commands, _command, _add_run)
    add_snapshot(commands, _command, _add_run)
    add_tags(commands, _command, _add_run)
    add_cleanup(commands, _command, _add_run)
    add_op(commands, _command)
    add_audit(commands, _command)
    _add_config(commands)
    _add_completion(commands)
    return top


_Commands = argparse._SubParsersAction  # what add_subparsers returns has no public name


def _command(commands: _Commands[argparse.ArgumentParser], name: str, about: str) -> argparse.ArgumentParser:
    """Add a command. Help begins small, a description is a sentence."""
    return commands.add_parser(
        name, help=about, description=f"{about[:1].upper()}{about[1:]}.", epilog=_EXIT_CODES
    )


def _add_account(to: argparse.ArgumentParser, absent: str | None) -> None:
    to.add_argument("--profile", metavar="P", default=absent, help="profile of your AWS configuration files")
    endpoint = "talk to this endpoint instead of AWS"
    to.add_argument("--endpoint-url", metavar="URL", type=_endpoint, default=absent, help=endpoint)


def _add_region(to: argparse.ArgumentParser, absent: str | None) -> None:
    regions = "regions to watch (default: the profile's own)"
    to.add_argument("--region", metavar="R[,R...]", default=absent, help=regions)


def _add_guard(to: argparse.ArgumentParser, absent: str | None) -> None:
    guard = "refuse whatever would change anything"
    to.add_argument("--read-only", action="store_true", default=absent, help=guard)


def _add_dry_run(to: argparse.ArgumentParser, absent: bool | str) -> None:
    rehearse = "show every plan, and only ask whether it would be allowed"
    to.add_argument("--dry-run", dest="rehearse", action="store_true", default=absent, help=rehearse)


def _add_view(to: argparse.ArgumentParser, absent: str | None) -> None:
    seconds = "seconds between two sweeps, 2 to 3600 (default: 15)"
    to.add_argument("--refresh", metavar="SECONDS", default=absent, help=seconds)
    to.add_argument("--theme", choices=THEMES, default=absent, help="colours (default: as the view was left)")


def _add_log(to: argparse.ArgumentParser, absent: str | None) -> None:
    level = "how much goes to the log files (default: info)"
    to.add_argument("--log-level", choices=LOG_LEVELS, default=absent, help=level)
    unsafe = "let the SDK log what it sends, SECRETS INCLUDED; delete the files afterwards"
    to.add_argument(
        "--debug-unsafe", action="store_true", default=False if absent is None else absent, help=unsafe
    )
    metrics = "keep counters in this file, as Prometheus text"
    to.add_argument("--metrics", metavar="FILE", default=absent, help=metrics)


def _add_demo(commands: _Commands[argparse.ArgumentParser]) -> None:
    about = "open the dashboard on a simulated AWS; no account is needed or touched"
    demo = commands.add_parser(
        "demo",
        help=about,
        description="Open the dashboard on a simulated AWS on this machine. No account is needed or touched.",
    )
    # Suppressed where absent: an option given before the word demo holds.
    _add_region(demo, argparse.SUPPRESS)
    _add_guard(demo, argparse.SUPPRESS)
    _add_dry_run(demo, argparse.SUPPRESS)
    _add_view(demo, argparse.SUPPRESS)
    _add_log(demo, argparse.SUPPRESS)
    demo.add_argument("--seed", type=int, default=7, metavar="N", help="which fleet (default: 7)")
    many = "instances in the fleet, 0 to 5000 (default: 60)"
    demo.add_argument("--instances", type=_count, default=60, metavar="N", help=many)
    pace = "how fast its time passes, 0 to 100 (default: 1; 0 stands still)"
    demo.add_argument("--speed", type=_speed, default=1.0, metavar="X", help=pace)
    faults = "let it behave badly, as this fault script says (docs/faults.md)"
    demo.add_argument("--faults", default="", metavar="FILE", help=faults)


def _add_list(commands: _Commands[argparse.ArgumentParser]) -> None:
    lists = _command(commands, "list", "list resources, without a terminal")
    lists.epilog = f"{_FILTER} {_EXIT_CODES}"
    kinds = lists.add_subparsers(dest="kind", metavar="KIND", title="kinds", required=True)
    for kind, columns in SORT_KEYS.items():
        one = _command(kinds, kind, f"list the {kind} of the watched regions")
        one.epilog = lists.epilog
        language = "show only these, in the language of the dashboard: 'state:running age>7d'"
        one.add_argument("--filter", metavar="Q", default="", help=language)
        by = f"order by this column (default: age): {', '.join(columns)}"
        one.add_argument("--sort", metavar="COLUMN", choices=columns, default="age", help=by)
        one.add_argument("--reverse", action="store_true", help="the other way round")
        one.add_argument("--output", choices=OUTPUTS, default="table", help="form (default: table)")
        _add_reading(one)


def _add_run(to: argparse.ArgumentParser) -> None:
    _add_account(to, argparse.SUPPRESS)
    _add_region(to, argparse.SUPPRESS)
    _add_log(to, argparse.SUPPRESS)


def _add_reading(to: argparse.ArgumentParser) -> None:
    to.add_argument("--cached", action="store_true", help="say what was read last, and call nobody")
    _add_run(to)


def _add_status(commands: _Commands[argparse.ArgumentParser]) -> None:
    status = _command(commands, "status", "say who you are, and what there is in each region")
    status.add_argument("--json", action="store_true", help="as JSON")
    _add_reading(status)


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    doctor = _command(commands, "doctor", "look for whatever keeps it from working, and say how to mend it")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    _add_run(doctor)


def _add_config(commands: _Commands[argparse.ArgumentParser]) -> None:
    config = _command(commands, "config", "show, begin or check the settings")
    acts = config.add_subparsers(dest="act", metavar="ACT", title="acts", required=True)
    show = _command(acts, "show", "print every setting in force, and where it came from")
    _add_account(show, argparse.SUPPRESS)
    _add_region(show, argparse.SUPPRESS)
    _add_guard(show, argparse.SUPPRESS)
    _command(acts, "init", "write a file with every setting in comments; never over another file")
    _command(acts, "path", "print where the file of settings is, or would be")
    _command(acts, "check", "look for mistakes in every source of settings")


def _add_completion(commands: _Commands[argparse.ArgumentParser]) -> None:
    completion = _command(commands, "completion", "print a script that completes in your shell")
    completion.add_argument("shell", choices=SHELLS, help="your shell")


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
