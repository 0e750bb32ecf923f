"""Exit codes, the same for every command (docs/headless.md)."""

from __future__ import annotations

from collections.abc import Iterable

from trainctl_tui.domain.errors import TrainctlError, Trouble

DONE = 0
FAILED = 1
USAGE = 2
REFUSED = 3
NOT_ALLOWED = 4
PARTIAL = 5
UNKNOWN = 6
BROKEN_PIPE = 141

CREDENTIALS = frozenset({"CredentialsError", "NoCredentials", "ExpiredCredentials"})
"""Kinds of trouble that are about who we are."""

WORST_FIRST = (NOT_ALLOWED, USAGE, FAILED)
"""Which of several codes a command ends with."""

_OF_KIND = {
    **dict.fromkeys(CREDENTIALS, NOT_ALLOWED),
    "Denied": NOT_ALLOWED,
    "Refused": REFUSED,
    "ConfigError": USAGE,
    "InvalidQuery": USAGE,
}


def code_of(trouble: Trouble) -> int:
    """Return the code of a command that this trouble has ended."""
    return _OF_KIND.get(trouble.kind, FAILED)


def worst(errors: Iterable[TrainctlError]) -> int:
    """Return the code of a command that several errors have failed, but not ended."""
    found = {code_of(error.trouble) for error in errors}
    return next((code for code in WORST_FIRST if code in found), FAILED)


def code_of_lanes(troubles: Iterable[Trouble | None], anything_read: bool) -> int:
    """Return the code of a reading. None stands for a lane that is complete.

    Where something was read but not all of it, that is partial, whatever the reason.
    """
    found = list(troubles)
    failed = [trouble for trouble in found if trouble is not None]
    if not failed:
        return DONE
    if anything_read or len(failed) < len(found):
        return PARTIAL
    codes = {code_of(trouble) for trouble in failed}
    return next(code for code in WORST_FIRST if code in codes)
