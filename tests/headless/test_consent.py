"""Who may confirm a plan without a screen, and which code an act ends with."""

from __future__ import annotations

import io

import pytest

from tests.support.acts import facts, judged, plan_of
from trainctl_tui.domain.acts import Act, Verdict
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.operations import Operation, OpState, Outcome, Target
from trainctl_tui.domain.plans import Plan
from trainctl_tui.headless import codes, consent, output
from trainctl_tui.headless.consent import Ways, Word
from trainctl_tui.headless.following import code_of, outcome_lines


def plan(verdict: Verdict, phrase: str = "", targets: int = 1) -> Plan:
    made, _ = plan_of(tuple(judged(facts(number)) for number in range(targets)))
    values = {name: getattr(made, name) for name in Plan.__struct_fields__}
    return Plan(**{**values, "verdict": verdict, "phrase": phrase})


WARNS = plan(Verdict.WARN)
ONE = plan(Verdict.TYPE, "12345678")
MANY = plan(Verdict.TYPE, "stop 3", 3)


@pytest.mark.parametrize(
    ("asked", "ways", "word"),
    [
        (WARNS, Ways(True, yes=True), Word("y", "--yes")),
        (WARNS, Ways(True, yes=True, confirm="stop 3"), Word("y", "--yes")),
        (ONE, Ways(False, confirm="12345678"), Word("12345678")),
        (MANY, Ways(True, confirm="stop 3"), Word("stop 3")),
        (MANY, Ways(True, confirm="stop 4"), Word("stop 4")),  # the plan itself refuses it
    ],
)
def test_a_flag_confirms(asked: Plan, ways: Ways, word: Word) -> None:
    assert consent.consent(asked, ways) == word


@pytest.mark.parametrize(
    ("asked", "ways", "why"),
    [
        (WARNS, Ways(True), "Add --yes"),
        (WARNS, Ways(True, confirm="y"), "Add --yes"),
        (ONE, Ways(True, yes=True), "Add --confirm '12345678'"),
        (MANY, Ways(True, yes=True), "Add --confirm 'stop 3'"),
        (MANY, Ways(False, confirm="stop 3"), "--plan FILE"),
    ],
)
def test_a_flag_that_does_not_fit_confirms_nothing(asked: Plan, ways: Ways, why: str) -> None:
    with pytest.raises(Refused, match=why):
        consent.consent(asked, ways)


@pytest.mark.parametrize(
    ("asked", "answer", "word"),
    [
        (WARNS, "y\n", Word("y")),
        (WARNS, "\n", None),
        (WARNS, "n\n", None),
        (WARNS, "", None),
        (ONE, " 12345678 \n", Word("12345678")),
        (ONE, "\n", None),
        (ONE, "", None),
    ],
)
def test_a_person_confirms(
    monkeypatch: pytest.MonkeyPatch, asked: Plan, answer: str, word: Word | None
) -> None:
    monkeypatch.setattr(output, "is_attended", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    if word is not None:
        assert consent.consent(asked, Ways(True)) == word
        return
    with pytest.raises(Refused, match="Not confirmed"):
        consent.consent(asked, Ways(True))


def ended(state: OpState, *outcomes: Outcome | None) -> Operation:
    targets = tuple(Target(f"i-{at}", "us-east-1", "", "", one) for at, one in enumerate(outcomes))
    return Operation("01", Act.STOP, "1", "a", "", "", state, "", 1.0, None, None, False, "", targets)


D, F = Outcome.DONE, Outcome.FAILED


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (ended(OpState.DONE, D, Outcome.ACCEPTED, Outcome.ALREADY), codes.DONE),
        (ended(OpState.DONE, D, Outcome.LEFT_OUT), codes.PARTIAL),
        (ended(OpState.DONE, D, Outcome.CHANGED), codes.PARTIAL),
        (ended(OpState.DONE_WITH_FAILURES, Outcome.CHANGED), codes.REFUSED),
        (ended(OpState.DONE_WITH_FAILURES, D, Outcome.CHANGED), codes.PARTIAL),
        (ended(OpState.DONE_WITH_FAILURES, D, F), codes.FAILED),
        (ended(OpState.ABORTED, D, Outcome.NOT_ATTEMPTED), codes.FAILED),
        (ended(OpState.DONE_WITH_FAILURES, F, Outcome.UNCONFIRMED), codes.UNKNOWN),
        (ended(OpState.NEEDS_HUMAN, D), codes.UNKNOWN),
        (ended(OpState.RUNNING, D, None), codes.UNKNOWN),
        (ended(OpState.WAITING_CREDENTIALS, F, None), codes.UNKNOWN),
    ],
)
def test_the_code_is_the_worst_that_holds(operation: Operation, code: int) -> None:
    assert code_of(operation) == code


def test_every_target_and_the_sum_are_told() -> None:
    lines = list(outcome_lines(ended(OpState.RUNNING, D, F, None)))
    assert lines[0].startswith("i-0")
    assert lines[2].endswith("open")
    assert lines[3].startswith("running: 1 done, 1 failed, 1 open")
