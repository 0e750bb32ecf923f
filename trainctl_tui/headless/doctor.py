"""``doctor``: everything that must hold for the dashboard to work, each failure with its fix."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from trainctl_tui.headless import asked, codes, output, shapes
from trainctl_tui.headless.checks import NOTE, OK, WRONG, Check
from trainctl_tui.headless.cloud_checks import cloud_checks
from trainctl_tui.headless.known import Known, Source
from trainctl_tui.headless.local_checks import local_checks
from trainctl_tui.safe import safe
from trainctl_tui.view_settings import load_view_settings

_MARKS = {OK: "ok   ", WRONG: "WRONG"}
_LONGEST = 1000  # characters of one line


def doctor(given: argparse.Namespace) -> int:
    """Look at everything and say it; return the exit code."""
    # The light road: settings that are wrong are a finding here, and no reason to stop.
    loaded = load_view_settings(asked.flags_of(given))
    launch = asked.launch_of(given, loaded.settings)
    checks = local_checks(loaded, launch, os.environ)
    with asked.observed(given, launch, Source(launch, loaded.settings)) as source:
        found, known = cloud_checks(source)
        checks += found
    checks += [Check("cache", NOTE, warning) for warning in source.warnings]
    if given.json:
        output.say(_json(checks, known))
    else:
        for check in checks:
            output.say("\n".join(_lines(check)))
    return _code(checks)


def _lines(check: Check) -> Iterable[str]:
    yield safe(f"{_MARKS.get(check.verdict, 'note ')}  {check.name:<38}  {check.detail}".rstrip(), _LONGEST)
    if check.fix:
        yield safe(f"       fix: {check.fix}", _LONGEST)


def _json(checks: list[Check], known: Known | None) -> str:
    lanes = known.lanes if known is not None else ()
    document = shapes.document("doctor", known, lanes)
    for lane, told in zip(document["lanes"], lanes, strict=True):
        lane["kind"] = told.kind.value
    names = ("name", "verdict", "detail", "fix")
    items = [{name: getattr(check, name) for name in names} for check in checks]
    return shapes.encode({**document, "items": items})


def _code(checks: list[Check]) -> int:
    wrong = {check.code or codes.FAILED for check in checks if check.verdict == WRONG}
    return next((code for code in codes.WORST_FIRST if code in wrong), codes.DONE)
