"""The one retry policy, for reads only.

Full jitter, Retry-After honoured, few attempts, and no wait that holds up quitting;
botocore's own retries are set to one attempt, so that what is counted here is what goes over the wire.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

from msgspec import Struct
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from trainctl_tui.domain.errors import TrainctlError
from trainctl_tui.providers.base import Patience

Result = TypeVar("Result")


class Policy(Struct, frozen=True):
    """How long a read is tried: pauses in seconds, each drawn between 0 and a bound that doubles.

    A provider that asks for more than ``longest_wait`` ends the attempts: its wish goes up with the error.
    """

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 8.0
    longest_wait: float = 30.0


def read_patiently(
    once: Callable[[int], Result], patience: Patience, policy: Policy, random: Random
) -> Result:
    """Return what ``once(attempt)`` returns, trying again after errors that are ``retryable``.

    Attempts count from 1. ``patience.on_wait`` hears of each pause before it begins, and
    ``patience.cancel`` ends it at once; then the last error is raised.
    """

    def pause(state: RetryCallState) -> float:
        bound = min(policy.longest_pause, policy.first_pause * 2.0 ** (state.attempt_number - 1))
        error = _error(state)
        return random.uniform(0.0, bound) + (error.wait or 0.0 if error else 0.0)

    def enough(state: RetryCallState) -> bool:
        error = _error(state)
        return patience.cancel.is_set() or (error is not None and (error.wait or 0.0) > policy.longest_wait)

    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, TrainctlError) and error.retryable),
        stop=lambda state: enough(state) or stop_after_attempt(policy.attempts)(state),
        wait=pause,
        sleep=lambda seconds: _sleep(patience, seconds),
        before_sleep=lambda state: _tell(patience, state),
        reraise=True,
    )
    last: TrainctlError | None = None
    for attempt in retrying:
        if last is not None and patience.cancel.is_set():
            raise last
        with attempt:
            try:
                return once(attempt.retry_state.attempt_number)
            except TrainctlError as error:
                last = error
                raise
    raise AssertionError("tenacity returns or raises")


def _sleep(patience: Patience, seconds: float) -> None:
    patience.cancel.wait(seconds)


def _tell(patience: Patience, state: RetryCallState) -> None:
    if (error := _error(state)) is not None:
        patience.on_wait(error.trouble, state.upcoming_sleep)


def _error(state: RetryCallState) -> TrainctlError | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, TrainctlError) else None
