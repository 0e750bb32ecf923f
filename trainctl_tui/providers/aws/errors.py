"""Turn whatever botocore raises into one error of ours that names the thing, the cause and the next step."""

from __future__ import annotations

import os
import re
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from typing import Any

from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointProviderError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.parsers import ResponseParserError
from msgspec import Struct

from trainctl_tui.domain.errors import CredentialsError, Denied, TrainctlError
from trainctl_tui.providers.aws import reasons
from trainctl_tui.providers.aws.reasons import CODES, EXCEPTIONS, NOT_AWS, Reason
from trainctl_tui.providers.aws.words import http_date
from trainctl_tui.providers.base import bug
from trainctl_tui.redact import redact

SKEW = 240.0  # seconds; AWS refuses signatures that are more than 300 s off
_QUOTE = 300
_PERMISSION = re.compile(r"perform:?\s+`?([a-z0-9-]+:[A-Za-z0-9*]+)")
_TIMED = frozenset({"AuthFailure", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException"})
_CARRY_BODIES = (ResponseParserError, JSONDecodeError)
_STATUS: tuple[tuple[range, Reason], ...] = (
    (range(300, 400), NOT_AWS),
    (range(401, 402), reasons.NOT_ACCEPTED),
    (range(403, 404), reasons.DENIED),
    (range(404, 405), reasons.UNKNOWN_ID),
    (range(407, 408), reasons.PROXY),
    (range(409, 410), reasons.IN_USE),
    (range(429, 430), reasons.SLOWER),
    (range(500, 600), reasons.SERVER),
)
_ENDINGS: tuple[tuple[tuple[str, ...], Reason], ...] = (
    ((".NotFound", "NotFoundException"), reasons.UNKNOWN_ID),
    ((".InUse", "InUseException", "State", "Conflict"), reasons.IN_USE),
    (("LimitExceeded", "QuotaExceeded", "InsufficientCapacity"), reasons.LIMIT),
    ((".Malformed",), reasons.ARGUMENT),
)


class Act(Struct, frozen=True):
    """What was being done when it failed: enough to name it in an error.

    ``doing`` completes "Could not ..."; ``answered`` says that a reply had come when it failed.
    """

    doing: str
    service: str = ""
    operation: str = ""  # "DescribeVolumes"
    region: str = ""
    profile: str = ""
    now: float | None = None
    answered: bool = False

    @property
    def permission(self) -> str:
        """Name the permission that this call needs. A few operations differ from it; none that we use."""
        return f"{self.service}:{self.operation}" if self.operation else ""


def translate(error: Exception, act: Act) -> TrainctlError:
    """Return our error for one of botocore's, by the one table. A TrainctlError is returned as it is."""
    if isinstance(error, TrainctlError):
        return error
    if isinstance(error, ClientError):
        return _from_answer(error, act)
    for kind in type(error).__mro__:
        if reason := EXCEPTIONS.get(kind):
            return _tell(reason, act, code=type(error).__name__, words=_words(error))
    if act.answered:
        return _tell(NOT_AWS, act, code=type(error).__name__)
    if isinstance(error, ValueError) and "endpoint" in str(error).lower():
        return _tell(EXCEPTIONS[EndpointProviderError], act, words=_words(error))
    return bug(error, act.doing)


def credentials_failed(error: Exception, act: Act) -> TrainctlError:
    """Translate a failure to load credentials: there, even an error no table knows is the source's fault."""
    told = translate(error, act)
    if type(told).__name__ != "Bug":
        return told
    source = EXCEPTIONS[CredentialRetrievalError]
    return _tell(source, act, code=type(error).__name__)


def invalid_response(act: Act, missing: str) -> TrainctlError:
    """Return the error for an answer that lacks what it must hold."""
    return _tell(NOT_AWS, act, words=f"It holds no {missing}.")


def _from_answer(error: ClientError, act: Act) -> TrainctlError:
    response: dict[str, Any] = error.response
    detail = response.get("Error", {})
    code, message = str(detail.get("Code") or ""), str(detail.get("Message") or "")
    metadata = response.get("ResponseMetadata", {})
    headers = metadata.get("HTTPHeaders", {})
    reason = _reason(code, int(metadata.get("HTTPStatusCode") or 0), "Error" in response)
    if code in _TIMED and (skew := _skew(headers, act)) is not None and abs(skew) > SKEW:
        minutes, way = round(abs(skew) / 60), "behind" if skew > 0 else "ahead of"
        clock = Reason(
            reason.error if issubclass(reason.error, CredentialsError | Denied) else CredentialsError,
            f"The clock of this machine is {minutes} minutes {way} that of AWS.",
            reasons.CLOCK.next_step,
        )
        return _tell(clock, act, code=code)
    permission = ""
    if reason is reasons.DENIED:
        found = _PERMISSION.search(message)
        permission = found[1] if found else act.permission
    return _tell(
        reason,
        act,
        code=code,
        words=message,
        permission=permission,
        wait=_retry_after(headers, act),
    )


def _reason(code: str, status: int, described: bool) -> Reason:
    bare = code.removeprefix("Client.").removeprefix("Server.")
    if reason := CODES.get(code) or CODES.get(bare):
        return reason
    if not described and status < 500:
        return NOT_AWS
    for endings, reason in _ENDINGS:
        if bare.endswith(endings):
            return reason
    if "Throttl" in bare:
        return reasons.SLOWER
    for statuses, reason in _STATUS:
        if status in statuses:
            return reason
    return reasons.ARGUMENT if bare.startswith("Invalid") else reasons.OURS


def _tell(
    reason: Reason,
    act: Act,
    *,
    code: str = "",
    words: str = "",
    permission: str = "",
    wait: float | None = None,
) -> TrainctlError:
    profile = f"profile {act.profile!r}" if act.profile else "the default profile"
    login = f"aws sso login --profile {act.profile}" if act.profile else "aws sso login"
    why, next_step = reason.why, reason.next_step
    if permission:
        why = f"You are signed in, but {permission} is not allowed."
        next_step = f"Ask for the permission {permission}."
    elif words and (reason.quote or reason is NOT_AWS):
        why = f"{why} {_bounded(words)}"
    where = f" in {act.region}" if act.region else ""
    return reason.error(
        f"Could not {act.doing}{where}.",
        _fill(why, profile, login),
        _fill(next_step, profile, login),
        code=code,
        permission=permission,
        wait=wait,
    )


def _fill(text: str, profile: str, login: str) -> str:
    filled = text.replace("{login}", login).replace("{profile}", profile)
    return filled[:1].upper() + filled[1:]


def _words(error: Exception) -> str:
    """Return what an exception says. Those of the parser carry whole bodies: they stay silent."""
    if isinstance(error, ProfileNotFound):
        return f"It was asked for as {error.kwargs.get('profile')!r}."
    if isinstance(error, PartialCredentialsError):
        return f"Missing: {error.kwargs.get('cred_var')}."
    if isinstance(error, _CARRY_BODIES):
        return ""
    return str(error)


def _bounded(words: str) -> str:
    """Return foreign words as they may be shown: short, and without the secrets that such words quote."""
    told = " ".join(words.partition("Encoded authorization failure message")[0].split())
    told = redact(told, os.environ)
    return told if len(told) <= _QUOTE else told[: _QUOTE - 1] + "…"


def _skew(headers: dict[str, str], act: Act) -> float | None:
    theirs = http_date(headers.get("date", ""))
    return None if theirs is None or act.now is None else theirs - act.now


def _retry_after(headers: dict[str, str], act: Act) -> float | None:
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return None if act.now is None else max(0.0, moment - (http_date(headers.get("date", "")) or act.now))
