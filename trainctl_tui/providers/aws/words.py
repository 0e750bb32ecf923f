"""Small readings of AWS words, shared by the two parsers so that they cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_TRANSITION = re.compile(r"\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)\Z", re.ASCII)


def seconds(text: str | None) -> float | None:
    """Read an ISO 8601 time as seconds since 1970; None where there is none.

    A time without a zone is UTC. Raise ValueError for anything else.
    """
    return of_datetime(datetime.fromisoformat(text)) if text else None


def of_datetime(moment: datetime | None) -> float | None:
    """Return a moment as seconds since 1970; one without a zone is UTC."""
    if moment is None:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def http_date(text: str) -> float | None:
    """Read a Date header as seconds since 1970; None where it is not one."""
    try:
        return of_datetime(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def transition_time(reason: str | None) -> float | None:
    """Read when a state changed: "User initiated (2026-11-20 12:01:33 GMT)". None where it is not told."""
    match = _TRANSITION.search(reason or "")
    try:
        return seconds(f"{match[1]}T{match[2]}") if match else None
    except ValueError:
        return None


def percent(text: str | None) -> int | None:
    """Read "45%" as 45; None where there is no number."""
    digits = (text or "").strip().removesuffix("%")
    return int(digits) if digits.isdecimal() else None


def failed_checks(checks: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """Name the failed ones among (whose, check, status): "system reachability"."""
    return tuple(f"{whose} {name}".strip() for whose, name, status in checks if status == "failed")


def is_primary(device_index: int | None, card_index: int | None) -> bool:
    """Say whether a network interface is the one that a machine is born with."""
    return device_index == 0 and card_index in (0, None)
