"""A step: what is sent (do), what proves that it was (observe), and what taking it back means (undo)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from msgspec import Struct

from trainctl_tui.domain.acts import Act, Facts
from trainctl_tui.domain.rule import MACHINE_ACTS
from trainctl_tui.providers.requests import is_single


class Seen(StrEnum):
    """What a state says about a step that may have been sent."""

    BEFORE = "unchanged"  # as if nothing had been sent; where reads lag, this proves nothing yet
    GOING = "on its way"
    DONE = "done"
    ELSEWHERE = "in a state that this step does not lead to"
    TRACELESS = "as it would be either way"  # the step leaves nothing to see


def unprotected(_facts: Facts) -> bool:
    """Say that no protection of the provider's forbids this step."""
    return False


class Step(Struct, frozen=True):
    """One call and how it is known to have had its effect.

    ``resend``: may be sent again once it was observed that nothing changed. ``partial``: an error may hide
    that some of the targets were acted on (EC2 developer guide, TerminateInstances across zones).
    ``limit``: seconds until a target that is still on its way is left so. ``absence_is_done``: a target
    that is no longer listed, after our own accepted call, is at its end; ``unanswered_too``: after one
    without an answer, too, because it was there when it was sent. ``absent`` says what it means that nothing
    is listed. ``protection`` says whether the provider forbids it.
    """

    do: Act
    observe: Callable[[str], Seen]
    undo: str
    resend: bool
    protection: Callable[[Facts], bool | None] = unprotected
    partial: bool = False
    limit: float = 900.0
    absence_is_done: bool = False
    unanswered_too: bool = False
    absent: str = "It is no longer listed."

    @property
    def single(self) -> bool:
        """Whether a call names one target."""
        return is_single(self.do)

    @property
    def looks(self) -> bool:
        """Whether the facts of a target do not tell how it stands, so that it is looked at."""
        return self.do not in MACHINE_ACTS


def by_state(*, before: str, going: str, done: str) -> Callable[[str], Seen]:
    """Return what observes a step by the state of the machine; states are separated by spaces."""
    table = {
        **dict.fromkeys(before.split(), Seen.BEFORE),
        **dict.fromkeys(going.split(), Seen.GOING),
        **dict.fromkeys(done.split(), Seen.DONE),
    }
    return lambda state: table.get(state, Seen.ELSEWHERE)


def by_word(table: Mapping[str, Seen]) -> Callable[[str], Seen]:
    """Return what observes a step by the word that a provider has for it."""
    return lambda word: table.get(word, Seen.ELSEWHERE)
