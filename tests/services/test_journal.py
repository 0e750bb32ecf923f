"""The journal keeps what was confirmed, tells it to every process, and refuses with words when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.acts import NOW, confirmed, facts, journal_at, judged, plan_of
from trainctl_tui.domain.acts import Finding, Judgement, Policy, Verdict
from trainctl_tui.domain.errors import Conflict, NotFound, Refused
from trainctl_tui.domain.operations import Operation, OpState, Outcome
from trainctl_tui.launch import Launch
from trainctl_tui.services.journal import SHOWN, Journal
from trainctl_tui.services.journal_pen import Overtaken
from trainctl_tui.services.journal_rows import Sent


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = journal_at(tmp_path / "state")
    yield made
    made.close()


def test_before_anything_was_confirmed_there_is_nothing_and_no_file(journal: Journal) -> None:
    assert (journal.operations(), journal.busy(), journal.version()) == ((), {}, 0)
    with pytest.raises(NotFound, match="None was ever confirmed here"):
        journal.operation("01")
    assert not journal.folder.exists()


def test_what_is_confirmed_is_told_whole(journal: Journal) -> None:
    gone = facts(2, state="", zone="")
    plan, approval = plan_of(
        (judged(facts(1, hourly=0.5)),),
        (
            judged(gone, Verdict.REFUSE, "state"),
            judged(facts(3), Verdict.REFUSE, "D3"),
            judged(facts(4), Verdict.ALLOW, "D5"),
        ),
        needs_word=(judged(facts(5), Verdict.TYPE, "D9"),),
    )
    id = journal.confirm(plan, approval, policy=Policy(user="ann"), launch=Launch(profile="research"))
    told = journal.operation(id)
    assert (told.id, told.act, told.account, told.actor) == (id, plan.act, plan.account, plan.actor)
    assert (told.state, told.profile, told.made_at, told.holder) == (OpState.CONFIRMED, "research", NOW, "")
    assert [(one.name, one.outcome, one.reason) for one in told.targets] == [
        ("worker-1", None, ""),
        ("worker-5", Outcome.LEFT_OUT, "D9 says so."),
        ("worker-2", Outcome.UNKNOWN_ID, "state says so."),
        ("worker-3", Outcome.PROTECTED, "D3 says so."),
        ("worker-4", Outcome.ALREADY, "D5 says so."),
    ]
    assert told.targets[0].hourly == 0.5
    assert journal.busy() == {facts(1).id: id}
    kept = journal.confirmed(id)
    assert (kept.approval, kept.op.policy.user) == (approval, "ann")
    assert kept.planned[gone.id] == gone
    assert [event.phase for event in journal.events(id)] == ["confirmed"]


def test_what_is_left_out_is_not_told_what_would_have_happened(journal: Journal) -> None:
    ours = facts(2)
    why = Finding("D4", Verdict.REFUSE, "Another service manages it.")
    would = Finding("default", Verdict.WARN, "It is shut down; its volumes stay, and cost.")
    plan, approval = plan_of((judged(facts(1)),), (Judgement(ours, Verdict.REFUSE, (would, why)),))
    told = journal.operation(journal.confirm(plan, approval, policy=Policy(), launch=Launch()))
    assert [one.reason for one in told.targets] == ["", "Another service manages it."]


def test_another_process_sees_it_and_every_write_changes_the_version(journal: Journal) -> None:
    other = journal_at(journal.folder)
    seen = {journal.version(), confirmed(journal, 1) and journal.version()}
    assert len(seen) == 2
    assert other.operations() == journal.operations()
    before, mine = journal.version(), other.version()
    assert (journal.version(), other.version()) == (before, mine)
    other.cancel(other.operations()[0].id)
    assert journal.version() != before
    assert other.version() != mine
    assert journal.operations()[0].cancelled
    other.close()


def test_the_beginning_of_an_id_will_do_if_only_one_fits(journal: Journal) -> None:
    first, second = confirmed(journal, 1), confirmed(journal, 2)
    assert journal.operation(first.lower()).id == first
    assert journal.operation(second[:20]).id == second
    for unclear in (first[:8], "", " ", "ZZ"):
        with pytest.raises(NotFound, match="There is no operation"):
            journal.operation(unclear)


def test_an_approval_serves_its_own_plan_alone(journal: Journal) -> None:
    plan, approval = plan_of((judged(facts(1)),))
    others = [
        replace(approval, ids=(facts(2).id,)),
        replace(approval, account="2"),
        replace(approval, endpoint="http://127.0.0.1:1"),
    ]
    for other in others:
        with pytest.raises(Refused, match="not for this plan"):
            journal.confirm(plan, other, policy=Policy(), launch=Launch())
    with pytest.raises(Refused, match="not for this plan"):
        journal.confirm(*plan_of(()), policy=Policy(), launch=Launch())
    assert journal.operations() == ()


def test_a_target_of_an_unfinished_operation_is_refused_to_all_others(journal: Journal) -> None:
    id = confirmed(journal, 1, 2)
    with pytest.raises(Refused, match=f"{facts(1).id} belongs to operation {id}") as refused:
        confirmed(journal, 3, 1, 2)
    assert "So do 1 more" in str(refused.value)
    journal.take(id).state(OpState.ABORTED)
    assert journal.busy() == {}
    assert confirmed(journal, 1)


def ended(journal: Journal, number: int) -> Operation:
    id = confirmed(journal, number)
    journal.take(id).state(OpState.DONE)
    return journal.operation(id)


def test_the_unfinished_are_all_told_and_of_the_finished_the_newest(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainctl_tui.services.journal.SHOWN", 2)
    assert SHOWN > 2
    open_one = confirmed(journal, 9)
    finished = sorted((ended(journal, number).id for number in range(3)), reverse=True)
    assert {one.id for one in journal.operations()} == {open_one, *finished[:2]}
    assert [one.id for one in journal.operations(unfinished=True)] == [open_one]


def test_what_has_ended_cannot_be_cancelled_and_twice_is_once(journal: Journal) -> None:
    id = confirmed(journal, 1)
    journal.cancel(id)
    journal.cancel(id)
    pen = journal.take(id)
    pen.state(OpState.ABORTED)
    with pytest.raises(Conflict, match="has ended"):
        journal.cancel(id)
    assert [event.phase for event in journal.events(id)] == ["confirmed", "cancelled", "taken", "state"]


def test_three_writes_surround_a_call(journal: Journal) -> None:
    id = confirmed(journal, 1, 2)
    ids = [facts(1).id, facts(2).id]
    pen = journal.take(id)
    assert pen.intent(ids, {"call": "StopInstances"})
    assert {one.sent for one in journal.take(id).tracked.values()} == {Sent.OPEN}
    pen = journal.take(id)
    assert pen.intent(ids, {})
    pen.result(ids, Sent.ACCEPTED, {"request_id": "r-1"}, {ids[0]: "stopping"})
    settled = pen.tracked[ids[0]].having(outcome=Outcome.DONE, state="stopped")
    pen.observed([settled, pen.tracked[ids[1]]])
    pen.observed([pen.tracked[ids[1]]])
    pen.state(OpState.RUNNING)
    pen.state(OpState.RUNNING)
    first, second = journal.operation(id).targets
    assert (first.outcome, first.state, first.request_id, first.attempts) == ("done", "stopped", "r-1", 2)
    assert (second.outcome, second.state) == (None, "running")
    phases = [event.phase for event in journal.events(id)]
    calls = ["intent", "taken", "taken", "intent", "result"]
    assert phases == ["confirmed", "taken", *calls, "observed", "state"]


def test_after_a_cancel_no_intent_is_written(journal: Journal) -> None:
    id = confirmed(journal, 1)
    pen = journal.take(id)
    assert not pen.is_cancelled()
    journal.cancel(id)
    assert not pen.intent([facts(1).id], {})
    assert pen.is_cancelled()
    assert journal.operation(id).targets[0].attempts == 0


def test_who_was_overtaken_writes_no_more(journal: Journal) -> None:
    id = confirmed(journal, 1)
    stale = journal.take(id)
    fresh = journal.take(id)
    for write in (
        lambda: stale.intent([facts(1).id], {}),
        lambda: stale.state(OpState.DONE),
        stale.let_go,
        stale.is_cancelled,
    ):
        with pytest.raises(Overtaken, match="taken over"):
            write()
    assert fresh.intent([facts(1).id], {})
    fresh.let_go()
    assert journal.operation(id).holder == ""
