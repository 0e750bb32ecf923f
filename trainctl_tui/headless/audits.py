"""``audit``: who did what, and whether that log is what was written."""

from __future__ import annotations

import argparse
import csv
import io
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from trainctl_tui import bootstrap
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.headless import codes, output, shapes
from trainctl_tui.listing.format import plural
from trainctl_tui.safe import safe
from trainctl_tui.services.audit_chain import Checked, Recorded
from trainctl_tui.services.export import SCHEMA, formula_safe, is_json, write_new
from trainctl_tui.services.report_words import moment

_LONGEST = 400  # characters of one line
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_AGO = re.compile(r"([0-9]{1,9})([smhdw])")


def audit(given: argparse.Namespace) -> int:
    """Do one thing with the audit log; return the exit code."""
    acts = {"show": _show, "export": _export, "verify": _verify}
    return acts[given.audit_command](given)


def _show(given: argparse.Namespace) -> int:
    since = _since(given.since)
    found, _ = bootstrap.audit().check()
    chosen = _choose(given, found.entries, since)
    if given.json:
        output.say(_json(chosen).rstrip())
    for one in () if given.json else chosen:
        output.say(_line(one))
    if not chosen and not given.json:
        empty = "Nothing was ever confirmed or refused here."
        output.note("The log has no such line." if found.entries else empty)
    return _complain(found)


def _export(given: argparse.Namespace) -> int:
    file, since = Path(given.file), _since(given.since)
    form = _json if is_json(file) else _csv
    found, _ = bootstrap.audit().check()
    chosen = _choose(given, found.entries, since)
    write_new(file, form(chosen))
    output.say(safe(f"{plural(len(chosen), 'line')} in {file}", 4096))
    return _complain(found)


def _verify(given: argparse.Namespace) -> int:
    log = bootstrap.audit()
    found, end_is_known = log.check()
    if given.json:
        told = {"schema": SCHEMA, "kind": "audit-verify", "file": str(log.file),
                "entries": len(found.entries), "whole": found.broken is None, "broken_line": found.broken,
                "why": found.why, "torn_lines": found.mended, "end_is_known": end_is_known,
                "last_hash": found.head.hash}  # fmt: skip
        output.say(shapes.encode(told))
    elif found.broken is None and not found.entries:
        output.say(safe(f"Empty: nothing is written in {log.file}", 4096))
    elif found.broken is None:
        output.say(
            safe(f"Whole: {len(found.entries):,} entries in {log.file}, the last {found.head.hash}", 4096)
        )
    for line in found.mended:
        output.note(f"Line {line} was torn by a crash; the chain goes on after it.")
    if not end_is_known:
        output.note(f"{log.file.parent} does not tell which entry is the last: a cut at the end is not seen.")
    if code := _complain(found):
        return code
    return codes.DONE if end_is_known else codes.PARTIAL


def _complain(found: Checked) -> int:
    if found.broken is None:
        return codes.DONE
    output.note(
        f"The log is not what was written: line {found.broken} is the first that is wrong; {found.why}."
    )
    return codes.FAILED


def _choose(given: argparse.Namespace, entries: Sequence[Recorded], since: float | None) -> list[Recorded]:
    return [
        one
        for one in entries
        if one.op.startswith(given.op)
        and (not given.id or given.id in one.ids)
        and (since is None or one.at >= since)
    ]


def _since(words: str) -> float | None:
    """Return the moment that is meant, on our clock; None for no words. Raise ConfigError for others."""
    if not words:
        return None
    if found := _AGO.fullmatch(words):
        return time.time() - int(found[1]) * _UNITS[found[2]]
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise ConfigError(
            f"--since {safe(words, 80)} is no moment.", "", "For example: 7d, 2026-11-25, 2026-11-25T08:30"
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _line(one: Recorded) -> str:
    named = f"{one.ids[0]} and {len(one.ids) - 1} more" if len(one.ids) > 1 else "".join(one.ids)
    words = (moment(one.at), one.op or "-", one.event, one.act, one.region, named, one.outcome, one.actor)
    return safe("  ".join(word for word in words if word), _LONGEST)


def _json(entries: Sequence[Recorded]) -> str:
    return shapes.encode({"schema": SCHEMA, "kind": "audit", "lanes": [], "items": entries}) + "\n"


def _csv(entries: Sequence[Recorded]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(Recorded.__struct_fields__)
    for one in entries:
        writer.writerow(_cell(getattr(one, name)) for name in Recorded.__struct_fields__)
    return buffer.getvalue()


def _cell(value: object) -> str:
    """Return a cell: ids by spaces, what is told by id as JSON."""
    if isinstance(value, tuple):
        return formula_safe(safe(" ".join(value), 65_536))
    if isinstance(value, dict):
        return formula_safe(safe(msgspec.json.encode(value).decode(), 65_536)) if value else ""
    return formula_safe(safe(value, 1000))
