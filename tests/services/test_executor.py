"""An execution waits, stops, takes over or sends nothing, as cloud, clock and user want it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.acting_cloud import OnStage
from tests.support.execution import EXPIRED, NOW, Stage, stage, targets
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import (
    CannotRecord,
    Denied,
    Refused,
)
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.domain.resources import Identity
from trainctl_tui.services import executor, journal_lock
from trainctl_tui.services.audit_chain import Entry
from trainctl_tui.services.executor_run import PATIENCE
from trainctl_tui.services.state_dir import NoJournal

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
            assert OpState.WAITING_CREDENTIALS in on.states(op)
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
    assert OpState.ROLLING_BACK in on.states(op)


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


def test_what_changed_since_the_plan_is_refused_by_name(on: Stage) -> None:
    tagged, stopped, plain = (on.machine(zone=zone) for zone in "abc")
    op = on.confirm(Act.TERMINATE, [tagged, stopped, plain])
    on.record(tagged).tags["Owner"] = "bob"
    on.record(stopped).state = "stopped"
    told = targets(on.run(op))
    assert (told[tagged].outcome, told[stopped].outcome) == (Outcome.CHANGED, Outcome.CHANGED)
    assert "tag Owner: ann -> bob" in told[tagged].reason
    assert "state: running -> stopped" in told[stopped].reason
    assert told[plain].outcome is Outcome.DONE
    assert [id for _, id in on.engine.effects] == [plain]
    assert {entry.ids for entry in on.notes.entries if entry.event == "refused"} == {(tagged,), (stopped,)}


def test_read_only_and_another_endpoint_send_nothing(on: Stage) -> None:
    op = on.confirm(Act.STOP, [on.machine()])
    for changed in ({"read_only": True}, {"endpoint": "http://127.0.0.1:9"}):
        with pytest.raises(Refused, match="Nothing was sent"):
            executor.run(op, on.journal, on.tools(**changed))
    assert on.journal.operation(op).state is OpState.CONFIRMED


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
    told = executor.run(op, on.journal, on.tools(clock=wall))
    assert told.state is OpState.DONE
