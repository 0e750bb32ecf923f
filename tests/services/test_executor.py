"""An execution waits, stops, gives up and takes over as it should, whatever the cloud and the user do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.acting_cloud import OnStage
from tests.support.execution import NOW, OTHER, Killed, Stage, killed_at, stage, targets
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import (
    Bug,
    CannotRecord,
    Denied,
    ExpiredCredentials,
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
from trainctl_tui.services import executor, journal_lock
from trainctl_tui.services.audit_chain import Entry
from trainctl_tui.services.executor_run import PATIENCE
from trainctl_tui.services.executor_sender import MOST
from trainctl_tui.services.state_dir import NoJournal

EXPIRED = ExpiredCredentials("Your session has ended.", "", "Run: aws sso login --profile research")


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "state") as made:
        yield made


def phases(on: Stage, op: str) -> list[str]:
    """Return the states that an operation went through."""
    return [event.data["state"] for event in on.journal.events(op) if event.phase == "state"]


# ---- credentials (R15) ----


def test_credentials_that_end_at_any_call_are_waited_for(tmp_path: Path) -> None:
    with stage(tmp_path / "count") as on:
        op = on.confirm(Act.STOP, [on.machine(zone=zone) for zone in "ab"])
        on.run(op)
        calls = on.faults.calls
    assert calls > 8
    for call in range(1, calls + 1):
        with stage(tmp_path / str(call)) as on:
            ids = [on.machine(zone=zone) for zone in "ab"]
            op = on.confirm(Act.STOP, ids)
            on.faults.at = dict.fromkeys(range(call, call + 4), EXPIRED)
            told = on.run(op)
            assert told.state is OpState.DONE
            assert {target.outcome for target in told.targets} == {Outcome.DONE}
            assert OpState.WAITING_CREDENTIALS in phases(on, op)
            assert on.opened > 1
            assert sorted(id for _, id in on.engine.effects) == sorted(ids)
            assert max(on.engine.effects.values()) == 1


def test_what_is_waited_for_names_the_command_that_renews(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    on.faults.at = dict.fromkeys(range(3, 100), EXPIRED)
    said = []

    def wait(_seconds: float) -> bool:
        told = on.journal.operation(op)
        if told.state is OpState.WAITING_CREDENTIALS:
            said.append(told.why)
            on.faults.at.clear()
        return False

    on.on_wait = wait
    assert on.run(op).state is OpState.DONE
    assert "aws sso login --profile research" in said[0]


def test_after_an_hour_without_credentials_the_process_ends_and_resume_goes_on(on: Stage) -> None:
    ids = [on.machine(zone=zone) for zone in "ab"]
    op = on.confirm(Act.STOP, ids)
    on.faults.at = dict.fromkeys(range(7, 5000), EXPIRED)
    told = on.run(op)
    assert (told.state, told.holder) == (OpState.WAITING_CREDENTIALS, "")
    assert on.clock.now() - NOW > PATIENCE
    on.faults.at.clear()
    told = on.run(op)
    assert told.state is OpState.DONE_WITH_FAILURES
    done, late = targets(told).values()
    assert done.outcome is Outcome.DONE
    assert (late.outcome, late.attempts) == (Outcome.NOT_ATTEMPTED, 0)
    assert "Make a new plan" in late.reason
    assert on.engine.effects[Act.STOP, late.id] == 0


def test_credentials_of_another_account_send_nothing(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    ours = OnStage.identify
    monkeypatch.setattr(OnStage, "identify", lambda self, patience: Identity("999999999999", "arn:x", "x"))

    def wait(_seconds: float) -> bool:
        told = on.journal.operation(op)
        if told.state is OpState.WAITING_CREDENTIALS:
            assert "now of 999999999999" in told.why
            assert not on.engine.effects
            monkeypatch.setattr(OnStage, "identify", ours)
        return False

    on.on_wait = wait
    assert on.run(op).state is OpState.DONE


# ---- cancel, stop, take over ----


def test_a_cancel_abandons_what_was_not_sent_and_observes_the_rest(on: Stage) -> None:
    ids = [on.machine(zone=zone) for zone in "abc"]
    op = on.confirm(Act.TERMINATE, ids)

    def wait(_seconds: float) -> bool:
        if on.engine.effects:
            on.journal.cancel(op) if not on.journal.operation(op).cancelled else None
        return False

    on.on_wait = wait
    told = on.run(op)
    assert told.state is OpState.ABORTED
    outcomes = [target.outcome for target in told.targets]
    assert outcomes == [Outcome.DONE, Outcome.NOT_ATTEMPTED, Outcome.NOT_ATTEMPTED]
    assert "cancelled" in told.targets[1].reason
    assert OpState.ROLLING_BACK in phases(on, op)


def test_a_cancel_between_the_last_look_and_the_intent_still_counts(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    write = on.notes.write

    def cancelling(entry: Entry) -> None:
        write(entry)
        if entry.event == "intent":
            on.journal.cancel(op)

    on.notes.write = cancelling  # type: ignore[method-assign]
    told = on.run(op)
    assert (told.state, told.targets[0].outcome) == (OpState.ABORTED, Outcome.NOT_ATTEMPTED)
    assert on.notes.entries[1].outcome == "not sent: cancelled"
    assert not on.engine.effects


def test_a_process_that_is_asked_to_end_leaves_the_operation_to_the_next(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine(zone=zone) for zone in "ab"])
    on.on_wait = lambda _seconds: len(on.engine.effects) == 1
    told = on.run(op)
    assert (told.state, told.holder) == (OpState.RUNNING, "")
    on.on_wait = lambda _seconds: False
    assert on.run(op).state is OpState.DONE
    assert set(on.engine.effects.values()) == {1}


def test_rollback_cancels_and_starts_an_executor(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(executor, "spawn", lambda op, _environ: started.append(op))
    op = on.confirm(Act.STOP, [on.machine()])
    executor.rollback(op[:20], on.journal, {})
    assert started == [op]
    told = on.run(op)
    assert (told.state, told.targets[0].outcome) == (OpState.ABORTED, Outcome.NOT_ATTEMPTED)


def test_one_process_at_a_time_and_the_other_says_who(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    pen = on.journal.take(op)
    with journal_lock.held(on.journal.folder, op, lambda _seconds: False, str):
        assert on.journal.operation(op).holder == pen.op.holder
        with pytest.raises(Exception, match=f"is run by another process \\({pen.op.holder}\\)"):
            on.run(op)
    assert on.journal.operation(op).holder == ""
    assert on.run(op).state is OpState.DONE
    assert on.run(op).state is OpState.DONE
    assert not journal_lock.is_held(on.journal.folder, op)


def test_who_was_overtaken_sends_nothing_more(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    on.on_wait = lambda _seconds: on.journal.take(op) is None
    with pytest.raises(Exception, match="taken over by another process"):
        on.run(op)
    assert not on.engine.effects


# ---- where nothing may be sent ----


def test_read_only_and_another_endpoint_send_nothing(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    for changed in ({"read_only": True}, {"endpoint": "http://127.0.0.1:9"}):
        with pytest.raises(Refused, match="Nothing was sent"):
            executor.run(op, on.journal, _tools(on, **changed))
    assert on.journal.operation(op).state is OpState.CONFIRMED


def _tools(on: Stage, **changed: object) -> executor.Tools:
    from dataclasses import replace as changing

    return changing(on.tools(), **changed)  # type: ignore[arg-type]


def test_what_cannot_be_recorded_is_not_sent(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])

    def full(_entry: Entry) -> None:
        raise CannotRecord("Cannot record.", "No space left on device.")

    on.notes.write = full  # type: ignore[method-assign]
    told = on.run(op)
    assert (told.state, told.targets[0].outcome) == (OpState.DONE_WITH_FAILURES, Outcome.NOT_ATTEMPTED)
    assert "No space left" in told.why
    assert not on.engine.effects


def test_an_audit_log_that_fills_up_after_the_call_is_told(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    write = on.notes.write

    def filling(entry: Entry) -> None:
        if entry.event != "intent":
            raise CannotRecord("Cannot record.", "No space left on device.")
        write(entry)

    on.notes.write = filling  # type: ignore[method-assign]
    told = on.run(op)
    assert (told.state, told.why) == (OpState.DONE, "Cannot record. No space left on device.")


def test_a_disk_that_is_full_before_the_intent_sends_nothing(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    op = on.confirm(Act.STOP, [on.machine()])

    def full(*_: object) -> None:
        raise NoJournal("The journal cannot be used, so nothing is changed.", "disk full")

    with monkeypatch.context() as patch:
        patch.setattr("trainctl_tui.services.journal_pen.Pen.intent", full)
        with pytest.raises(NoJournal):
            on.run(op)
    assert not on.engine.effects
    assert on.run(op).state is OpState.DONE


def test_a_denied_rehearsal_is_told_for_each_and_nothing_is_sent(on: Stage) -> None:
    ids = [on.machine() for _ in range(2)]
    op = on.confirm(Act.STOP, ids)
    denied = Denied("You may not stop.", code="UnauthorizedOperation", permission="ec2:StopInstances")
    on.faults.always = on.faults.rehearsed = denied
    told = on.run(op)
    assert [(one.outcome, one.code) for one in told.targets] == [
        (Outcome.FAILED, "UnauthorizedOperation"),
        (Outcome.FAILED, "UnauthorizedOperation"),
    ]
    assert not on.engine.effects


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
    assert OpState.WAITING_THROTTLE in phases(on, op)


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

    told_op = executor.run(op, on.journal, _tools(on, open_provider=open_reader, gather=told))
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
    assert "then the machine was running" in told[back].reason


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


# ---- time ----


def test_a_clock_that_jumps_has_the_facts_read_again(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    jumps = iter([0.0, 0.0, 0.0, 400.0, -500.0, -500.0, 0.0])
    set_by = [0.0]
    real = on.tools().clock

    def wall() -> float:
        return real() + set_by[0]

    def rehearsed() -> None:
        set_by[0] = next(jumps, 0.0)

    on.faults.on_read = rehearsed
    told = executor.run(op, on.journal, _tools(on, clock=wall))
    assert told.state is OpState.DONE


def test_targets_in_two_regions_are_sent_and_named_by_region(on: Stage) -> None:
    ids = [on.machine(), on.machine(region=OTHER)]
    op = on.confirm(Act.REBOOT, ids)
    with pytest.raises(Killed):
        on.run(op, killed_at(_place(on, Act.REBOOT)))
    on.faults.always = OutcomeUnknown("No answer.")
    told = on.run(op)
    assert "--region us-east-1" in told.why
    assert "--region eu-west-1" in told.why


def _place(on: Stage, act: Act) -> int:
    """Return the place right before the first call of an act on two regions."""
    del on, act
    return 13
