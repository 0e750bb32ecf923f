"""One call to AWS and its attempts: signed by botocore, retried by us, judged, counted and dated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from time import perf_counter, time
from typing import Any
from xml.etree.ElementTree import ParseError

from botocore import xform_name
from botocore.exceptions import ClientError
from msgspec.structs import replace

from trainctl_tui.domain.errors import CredentialsError, NothingSent, TrainctlError
from trainctl_tui.domain.resources import Row
from trainctl_tui.providers.aws.clients import Clients
from trainctl_tui.providers.aws.errors import Act, invalid_response, translate
from trainctl_tui.providers.aws.page_order import PageOrder
from trainctl_tui.providers.aws.retry import Policy, read_patiently
from trainctl_tui.providers.aws.sweep import NotOurShape, Sweep
from trainctl_tui.providers.aws.words import http_date
from trainctl_tui.providers.base import Call, Patience, ProviderOptions

log = logging.getLogger(__name__)

# Whatever a parser can raise on a strange body; botocore then reads the same body and has the last word.
_DECLINED = (NotOurShape, ParseError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Question:
    """What to ask. ``expect`` is the key without which an answer is not one; ``sweep`` reads it fast.

    An ``urgent`` answer is read before others that have come; a ``first`` one before others that come
    a moment earlier.
    """

    service: str
    operation: str
    region: str
    expect: str
    doing: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sweep: Sweep | None = None
    urgent: bool = False
    first: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back. ``rows`` is None where botocore parsed; ``taken_at`` is the provider's clock."""

    parsed: Mapping[str, Any]
    rows: tuple[Row, ...] | None
    taken_at: float | None
    request_id: str = ""


@dataclass
class _Attempt:
    """What one attempt has seen so far. The hook runs in the caller's thread and finds it by context."""

    sweep: Sweep | None
    urgent: bool
    answered: bool = False
    rows: tuple[Row, ...] | None = None


_ORDER = PageOrder()
_ATTEMPT: ContextVar[_Attempt | None] = ContextVar("attempt", default=None)


def before_parse(response_dict: dict[str, Any], **_: Any) -> None:
    """Take the rows out of a bulk answer before botocore parses it (its event ``before-parse``)."""
    attempt = _ATTEMPT.get()
    if attempt is None:
        return
    attempt.answered = True
    if attempt.sweep is None or response_dict["status_code"] != 200:
        return
    try:
        with _ORDER.turn(attempt.urgent):
            attempt.rows, response_dict["body"] = attempt.sweep.read(response_dict["body"])
    except _DECLINED as error:
        log.info("botocore reads this answer: %s: %s", type(error).__name__, error)


class Caller:
    """Asks AWS. Safe to use from several threads."""

    def __init__(
        self,
        options: ProviderOptions,
        *,
        policy: Policy = Policy(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time,
        random: Random | None = None,
    ) -> None:
        self.clients = Clients(options, before_parse)
        self._on_call = options.on_call
        self._policy = policy
        self._clock = clock
        self._random = random if random is not None else Random()  # noqa: S311 - spreads pauses, no secret
        self.clock_offset = 0.0

    def ask(self, question: Question, patience: Patience) -> Answer:
        """Return the answer, after as many attempts as the policy allows, or raise our errors."""
        return read_patiently(
            lambda attempt: self._once(question, patience, attempt), patience, self._policy, self._random
        )

    def ask_once(self, question: Question, patience: Patience) -> Answer:
        """Return the answer of a single attempt, whatever comes of it: for what must not be repeated."""
        return self._once(question, patience, 1)

    def now(self) -> float:
        """Return the time by the provider's clock, in seconds."""
        return self._clock() + self.clock_offset

    def _once(self, question: Question, patience: Patience, number: int) -> Answer:
        act = Act(
            question.doing,
            service=question.service,
            operation=question.operation,
            region=question.region,
            profile=self.clients.profile,
            now=self._clock(),
        )
        if patience.cancel.is_set():
            raise NothingSent(f"Did not {act.doing}.", "The program is ending.", "Start it again.")
        client = self._client(question, act)
        attempt = _Attempt(question.sweep, question.urgent)
        begun = perf_counter()
        with self._counted(question, act, attempt, number, begun) as note:
            try:
                with _ORDER.ahead() if question.first else nullcontext():
                    parsed = getattr(client, xform_name(question.operation))(**question.parameters)
            except Exception as error:
                self._note_date(getattr(error, "response", None))
                note["request_id"] = _request_id(getattr(error, "response", None))
                told = translate(error, replace(act, answered=attempt.answered))
                if isinstance(told, CredentialsError):
                    self.clients.forget(client)
                raise told from error
            note["request_id"] = _request_id(parsed)
            taken_at = self._note_date(parsed)
            if question.expect not in parsed:
                raise invalid_response(act, question.expect)
        return Answer(parsed, attempt.rows, taken_at, note["request_id"])

    def _client(self, question: Question, act: Act) -> Any:
        try:
            return self.clients.get(question.service, question.region, act)
        except Exception as error:
            raise translate(error, act) from error

    @contextmanager
    def _counted(
        self, question: Question, act: Act, attempt: _Attempt, number: int, begun: float
    ) -> Iterator[dict[str, str]]:
        """Tell ``on_call`` of an attempt, however it ends."""
        note: dict[str, str] = {}
        outcome, code = "ok", ""
        token = _ATTEMPT.set(attempt)
        try:
            yield note
        except TrainctlError as error:
            outcome, code = type(error).__name__, error.code
            raise
        finally:
            _ATTEMPT.reset(token)
            self._on_call(
                Call(
                    operation=act.permission,
                    region=question.region,
                    milliseconds=(perf_counter() - begun) * 1000,
                    outcome=outcome,
                    code=code,
                    request_id=note.get("request_id", ""),
                    attempt=number,
                )
            )

    def _note_date(self, response: Any) -> float | None:
        """Learn the provider's clock from an answer's Date header, which counts whole seconds."""
        taken_at = http_date(_metadata(response).get("HTTPHeaders", {}).get("date", ""))
        if taken_at is not None:
            self.clock_offset = taken_at + 0.5 - self._clock()
        return taken_at


def _metadata(response: Any) -> Mapping[str, Any]:
    return response.get("ResponseMetadata", {}) if isinstance(response, Mapping) else {}


def _request_id(response: Any) -> str:
    metadata = _metadata(response)
    return str(metadata.get("RequestId") or metadata.get("HTTPHeaders", {}).get("x-amzn-requestid") or "")


def is_code(error: TrainctlError, code: str) -> bool:
    """Say whether AWS used this word for an error."""
    return error.code == code and isinstance(error.__cause__, ClientError)
