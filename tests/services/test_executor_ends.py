"""An execution tells what became of every target, whatever the calls answered and whatever is observed."""

from __future__ import annotations

import pytest

from tests.support.acting_cloud import OnStage
from tests.support.execution import EXPIRED, NOW, OTHER, REGION, Stage, targets
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import (
    Bug,
    Conflict,
    Denied,
    InvalidResponse,
    NothingSent,
    OutcomeUnknown,
    Refused,
    Throttled,
)
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.domain.resources import Identity
from trainctl_tui.launch import Launch
from trainctl_tui.providers.base import Patience
from trainctl_tui.services import executor
from trainctl_tui.services.executor_sender import MOST

# ---- failures ----


def test_three_failures_in_a_row_end_the_sending(on: Stage) -> None:
    ids = [on.machine(terminate_protected=True) for _ in range(5)]
    on.blind.update(ids)
    op = on.confirm(Act.TERMINATE, ids)
    told = on.run(op)
    outcomes = [target.outcome for target in told.targets]
    assert outcomes == [Outcome.FAILED] * 3 + [Outcome.NOT_ATTEMPTED] * 2
    assert told.targets[0].code == "OperationNotPermitted"
    assert "3 others failed one after the other (OperationNotPermitted)" in told.targets[4].reason
    assert told.state is OpState.DONE_WITH_FAILURES


def test_so_do_three_volumes_that_are_looked_at_and_have_not_moved(on: Stage) -> None:
    op = on.confirm(Act.DELETE, [on.aims.volume(REGION) for _ in range(4)])
    on.faults.always = Conflict("In use.", code="VolumeInUse")
    told = on.run(op)
    outcomes = [target.outcome for target in told.targets]
    assert outcomes == [Outcome.FAILED] * 3 + [Outcome.NOT_ATTEMPTED]
    assert not on.engine.effects


def test_protection_that_comes_into_sight_after_the_call_is_named(on: Stage) -> None:
    id = on.machine(terminate_protected=True)
    on.blind.add(id)
    op = on.confirm(Act.TERMINATE, [id])
    on.faults.on_act = on.blind.clear
    (target,) = on.run(op).targets
    assert target.outcome is Outcome.PROTECTED


def test_an_id_that_goes_before_the_call_is_unknown(on: Stage) -> None:
    id = on.machine()
    op = on.confirm(Act.STOP, [id])
    on.faults.on_act = lambda: on.engine.world("us-east-1").drop(id)
    (target,) = on.run(op).targets
    assert target.outcome is Outcome.UNKNOWN_ID


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Throttled("Slower.", code="RequestLimitExceeded"), Outcome.DONE),
        (NothingSent("No line."), Outcome.DONE),
        (OutcomeUnknown("No answer."), Outcome.DONE),
        (InvalidResponse("A portal."), Outcome.DONE),
        (EXPIRED, Outcome.DONE),
        (Bug("Strange.", code="Strange"), Outcome.FAILED),
        (Denied("No.", code="UnauthorizedOperation"), Outcome.FAILED),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_of_a_call_has_its_way(on: Stage, error: Exception, outcome: Outcome) -> None:
    id = on.machine()
    op = on.confirm(Act.STOP, [id])
    on.faults.once = error
    told = on.run(op)
    assert told.targets[0].outcome is outcome
    assert on.engine.effects[Act.STOP, id] == (outcome is Outcome.DONE)


def test_a_refusal_at_the_gate_ends_it(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine(zone=zone) for zone in "ab"])
    on.faults.once = Refused("Did not stop.", "Another approval is being spent.")
    told = on.run(op)
    assert {target.outcome for target in told.targets} == {Outcome.NOT_ATTEMPTED}
    assert "Another approval" in told.why


def test_a_line_that_never_answers_is_left_after_many_tries(on: Stage) -> None:
    id = on.machine()
    op = on.confirm(Act.STOP, [id])
    on.faults.always = OutcomeUnknown("No answer.")
    told = on.run(op)
    (target,) = told.targets
    assert (target.outcome, target.attempts) == (Outcome.UNCONFIRMED, MOST)
    assert told.state is OpState.NEEDS_HUMAN
    assert f"aws ec2 describe-instances --region us-east-1 --instance-ids {id}" in told.why


def test_slower_calls_that_never_end_fail_after_many_tries(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    on.faults.always = Throttled("Slower.", code="RequestLimitExceeded")
    (target,) = on.run(op).targets
    assert (target.outcome, target.attempts) == (Outcome.FAILED, MOST)
    assert OpState.WAITING_THROTTLE in on.states(op)


def test_what_trainctl_does_not_know_is_told_and_raised(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [on.machine(zone=zone) for zone in "ab"]
    op = on.confirm(Act.STOP, ids)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(OnStage, "observe", broken)
    with pytest.raises(ZeroDivisionError):
        on.run(op)
    told = on.journal.operation(op)
    assert told.state is OpState.NEEDS_HUMAN
    assert {target.outcome for target in told.targets} == {Outcome.UNCONFIRMED}
    assert "ZeroDivisionError" in told.why
    assert all(id in told.why for id in ids)


def test_reads_that_are_denied_need_a_human(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    op = on.confirm(Act.STOP, [on.machine()])

    def denied(*_: object) -> None:
        raise Denied("You may not look.")

    monkeypatch.setattr(OnStage, "observe", denied)
    told = on.run(op)
    assert (told.state, told.targets[0].outcome) == (OpState.NEEDS_HUMAN, Outcome.UNCONFIRMED)
    assert told.why.startswith("You may not look.")


def test_a_provider_that_cannot_act_sends_nothing(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])

    class Reader:
        name = "reader"

        def identify(self, patience: Patience) -> Identity:
            return Identity(on.engine.account, "arn:x", "x")

        def clock_offset(self) -> float:
            return 0.0

    def open_reader(_launch: Launch) -> Reader:
        return Reader()

    def told(_provider: object, targets: object, patience: Patience) -> object:
        return on.gather(targets)

    told_op = executor.run(op, on.journal, on.tools(open_provider=open_reader, gather=told))
    assert told_op.targets[0].outcome is Outcome.NOT_ATTEMPTED
    assert "cannot act" in told_op.why


# ---- observing ----


def test_terminated_and_gone_is_done_only_after_three_reads_and_a_minute(on: Stage) -> None:
    id = on.machine()
    op = on.confirm(Act.TERMINATE, [id])
    on.on_wait = lambda _seconds: (on.engine.effects and on.engine.world("us-east-1").drop(id)) and False
    begun = on.clock.now()
    (target,) = on.run(op).targets
    assert (target.outcome, target.state) == (Outcome.DONE, "")
    assert on.clock.now() - begun >= 60


def test_absence_without_our_accepted_call_proves_nothing(on: Stage) -> None:
    id = on.machine()
    op = on.confirm(Act.TERMINATE, [id])
    on.faults.on_act = lambda: on.engine.world("us-east-1").drop(id)
    on.faults.always = OutcomeUnknown("No answer.")
    told = on.run(op)
    assert told.targets[0].outcome is Outcome.UNCONFIRMED
    assert told.state is OpState.NEEDS_HUMAN


def test_a_machine_that_lingers_is_accepted_and_one_that_falls_back_failed(on: Stage) -> None:
    slow, back = on.machine(zone="a"), on.machine("running", zone="b")
    op = on.confirm(Act.STOP, [slow, back])

    def wait(_seconds: float) -> bool:
        if len(on.engine.effects) == 2:
            lasted = on.clock.now() - NOW
            on.record(slow).state = "stopping"
            on.record(back).state = "stopping" if lasted < 30 else "running"
            on.record(slow).turn += 1
            on.record(back).turn += 1
        return False

    on.on_wait = wait
    told = targets(on.run(op))
    assert (told[slow].outcome, told[slow].reason) == (
        Outcome.ACCEPTED,
        "After 30 minutes it was still stopping.",
    )
    assert told[back].outcome is Outcome.FAILED
    assert "then it was running" in told[back].reason


def test_a_machine_that_went_elsewhere_failed_and_one_that_never_moved_is_unconfirmed(on: Stage) -> None:
    ended, still = on.machine(zone="a"), on.machine(zone="b")
    op = on.confirm(Act.STOP, [ended, still])

    def wait(_seconds: float) -> bool:
        if len(on.engine.effects) == 2:
            on.record(ended).state, on.record(still).state = "terminated", "running"
            on.record(ended).turn += 1
            on.record(still).turn += 1
        return False

    on.on_wait = wait
    told = targets(on.run(op))
    assert (told[ended].outcome, told[ended].state) == (Outcome.FAILED, "terminated")
    assert told[still].outcome is Outcome.UNCONFIRMED
    assert "no effect was seen" in told[still].reason


def test_a_reboot_is_accepted_and_never_more_and_never_sent_twice(on: Stage) -> None:
    first, second = on.machine(zone="a"), on.machine(zone="b")
    op = on.confirm(Act.REBOOT, [first, second])
    on.faults.once_after = OutcomeUnknown("No answer.")
    told = on.run(op)
    assert targets(told)[first].outcome is Outcome.UNCONFIRMED
    assert targets(told)[second].outcome is Outcome.ACCEPTED
    assert set(on.engine.effects.values()) == {1}


def test_a_provider_that_waits_between_reads_says_so_in_the_journal(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    slower = Throttled("Slower.", code="RequestLimitExceeded").trouble
    said = []

    def reading() -> None:
        on.heard(slower, 3.0)
        said.append(on.journal.operation(op).state)
        on.heard(NothingSent("No line.").trouble, 3.0)
        said.append(on.journal.operation(op).why)

    on.faults.on_read = reading
    assert on.run(op).state is OpState.DONE
    assert OpState.WAITING_THROTTLE in said
    assert "No line." in said


def test_a_target_that_changed_after_a_lost_call_is_not_sent_again(on: Stage) -> None:
    id = on.machine()
    op = on.confirm(Act.STOP, [id])
    on.faults.once = OutcomeUnknown("No answer.")
    on.faults.on_act = lambda: on.record(id).tags.update(Owner="bob")
    (target,) = on.run(op).targets
    assert (target.outcome, target.attempts) == (Outcome.UNCONFIRMED, 1)


def test_slower_reads_and_a_lost_line_are_waited_for(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    slower = Throttled("Slower.", code="RequestLimitExceeded")
    on.faults.at = dict.fromkeys((1, 3, 6, 9), slower) | {4: NothingSent("No line."), 7: InvalidResponse("?")}
    assert on.run(op).state is OpState.DONE
    assert OpState.WAITING_THROTTLE in on.states(op)


def test_a_rehearsal_that_fails_for_other_reasons_than_rights_lets_the_call_tell(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    on.faults.rehearsed = Bug("Strange.", code="Strange")
    assert on.run(op).state is OpState.DONE


def test_unclear_targets_in_two_regions_are_named_by_region(on: Stage) -> None:
    ids = [on.machine(), on.machine(region=OTHER)]
    op = on.confirm(Act.REBOOT, ids)
    on.faults.always = OutcomeUnknown("No answer.")
    told = on.run(op)
    for id, region in zip(ids, ("us-east-1", "eu-west-1"), strict=True):
        assert f"--region {region} --instance-ids {id}" in told.why
