"""``config``: every setting and where it came from; a file to begin with; what is wrong."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import os
import textwrap
from itertools import pairwise

from trainctl_tui import view_settings
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.headless import codes, output
from trainctl_tui.paths import config_file, make_private, prices_file
from trainctl_tui.safe import safe
from trainctl_tui.services import prices
from trainctl_tui.settings_layers import Fault, written
from trainctl_tui.view_settings import TYPES, ViewSettings, load_view_settings

_WIDTH = 100


def config(given: argparse.Namespace) -> int:
    """Do one act with the settings; return the exit code."""
    acts = {"show": _show, "init": _init, "path": _path, "check": _check}
    return acts[given.act](given)


def _path(_given: argparse.Namespace) -> int:
    output.say(safe(config_file(), 4096))
    return codes.DONE


def _show(given: argparse.Namespace) -> int:
    from trainctl_tui.headless.asked import flags_of

    loaded = load_view_settings(flags_of(given))
    lines = [f"{written(name)} = {literal(getattr(loaded.settings, name))}" for name in TYPES]
    width = max(map(len, lines))
    for line, name in zip(lines, TYPES, strict=True):
        output.say(safe(f"{line:<{width}}  # {loaded.origins[name]}", 4096))
    return _complain(loaded.faults)


def _check(given: argparse.Namespace) -> int:
    from trainctl_tui.headless.asked import flags_of
    from trainctl_tui.settings import load_settings

    book = prices.load(prices_file())
    for trouble in book.faults:
        output.note_trouble("", trouble)
    # The light road tells every fault; the strict one has the last word.
    if code := _complain(load_view_settings(flags_of(given)).faults) or codes.USAGE * bool(book.faults):
        return code
    load_settings(flags_of(given))
    file = config_file()
    where = f"{file} is right" if file.exists() else f"there is no {file}, and none is needed"
    output.say(safe(f"Nothing is wrong: {where}.", 4096))
    return codes.DONE


def _complain(faults: tuple[Fault, ...]) -> int:
    for fault in faults:
        output.note(str(fault.error()))
    return codes.USAGE if faults else codes.DONE


def _init(_given: argparse.Namespace) -> int:
    file = config_file()
    try:
        make_private(file.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(file, flags, 0o600)
    except FileExistsError:
        output.note(f"{file} exists. It is never overwritten. Edit it, or move it away first.")
        return codes.REFUSED
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"Cannot write {file}.", f"{reason}.", "Make its directory writable.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as begun:
        begun.write(template())
    output.say(safe(file, 4096))
    return codes.DONE


def template() -> str:
    """Return a file of settings in which every setting stands in a comment, with its default."""
    about = described()
    parts = [
        "# Settings of trainctl-tui. Everything here is a comment: take the # away from what you want.\n"
        "# Flags win over the environment (TRAINCTL_REFRESH=30), which wins over this file.\n"
        "# A table [profiles.NAME] holds what differs for one profile; its own [profiles.NAME.safety] too.\n"
        "# `trainctl-tui config check` says whether all of it is right.\n"
    ]
    for name in TYPES:
        words = f"{about.get(name, '')} ({view_settings.expected(name)})"
        comment = textwrap.fill(
            words, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
        )
        parts.append(f"{comment}\n# {written(name)} = {literal(getattr(ViewSettings(), name))}\n")
    parts.append('# [profiles.research]\n# regions = ["us-west-2"]\n# refresh = 30.0\n')
    return "\n".join(parts)


def described() -> dict[str, str]:
    """Return what the source says under each setting: its one description."""
    source = ast.parse(inspect.getsource(view_settings))
    body = next(
        node.body for node in source.body if isinstance(node, ast.ClassDef) and node.name == "ViewSettings"
    )
    found = {}
    for field, under in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(under, ast.Expr):
            found[ast.unparse(field.target)] = ast.literal_eval(under.value).replace("``", "")
    return found


def literal(value: object) -> str:
    """Return a value as TOML writes it. Its strings are those of JSON."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value, ensure_ascii=False)
