"""Plans: three groups, a phrase, limits of batches (D30 to D32), and the one road to an approval."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.judging import (
    DATA,
    FLEET,
    MINE,
    NOW,
    POLICY,
    ROOT,
    RUNNING,
    SITUATION,
    UNKNOWN,
    machine,
    ready,
    stopped,
)
from trainctl_tui.domain.acts import Act, Facts, Fleet, Verdict
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.orders import NO_CHANGES, Change
from trainctl_tui.domain.plans import APPROVED, DIALOG, Plan, make

START, STOP, REBOOT, TERMINATE = Act.START, Act.STOP, Act.REBOOT, Act.TERMINATE
MANY = Fleet("us-east-1", active=400, visible=400, hourly=400.0)
BOB = (("Owner", "bob"),)


def plan(
    act: Act,
    facts: Sequence[Facts],
    fleets: Sequence[Fleet] = (MANY,),
    included: Collection[str] = (),
    changes: Mapping[str, Change] = NO_CHANGES,
    **policy: Any,
) -> Plan:
    return make(
        act,
        facts,
        replace(POLICY, **policy),
        SITUATION,
        fleets,
        actor="arn:aws:iam::123456789012:user/ann",
        endpoint="",
        included=included,
        changes=changes,
    )


def ids(judgements: Sequence[Any]) -> list[str]:
    return [one.facts.id for one in judgements]


def machines(count: int, **given: Any) -> list[Facts]:
    return [machine(number, **given) for number in range(count)]


def test_e07_a_batch_of_twelve_of_forty_shows_three_groups() -> None:
    fine = machines(8)
    kept = [machine(number, tags=(*MINE, ("trainctl:protected", "true"))) for number in (8, 9)]
    works, unknown = machine(10, job=RUNNING), machine(11, job=UNKNOWN)
    selection = [unknown, *fine, *kept, works]
    made = plan(TERMINATE, selection, [Fleet("us-east-1", 40, 40, 40.0)])
    assert made.phrase == "terminate 8"
    assert ids(made.goes) == ids([type("J", (), {"facts": one}) for one in fine])
    assert ids(made.needs_word) == [unknown.id]
    assert ids(made.left_out) == [kept[0].id, kept[1].id, works.id]
    assert made.ids == tuple(one.id for one in fine)
    assert (made.verdict, made.included, made.hourly_saved) == (Verdict.TYPE, (), 8.0)
    assert [(found.row, found.verdict) for found in made.findings] == [("D30", Verdict.TYPE)]
    assert sorted(ids(made.judgements)) == sorted(one.id for one in selection)
    assert all(one.reasons for one in made.judgements)

    word_given = plan(TERMINATE, selection, [Fleet("us-east-1", 40, 40)], included=[unknown.id, kept[0].id])
    assert word_given.phrase == "terminate 9"
    assert word_given.included == (unknown.id,)
    assert ids(word_given.goes)[0] == unknown.id
    assert ids(word_given.left_out) == ids(made.left_out)


@pytest.mark.parametrize("act", list(Act))
def test_every_verb_has_its_phrase(act: Act) -> None:
    asked = [ready(act, number) for number in (1, 2)]
    made = plan(act, [facts for facts, _ in asked], [FLEET], changes={facts.id: it for facts, it in asked})
    assert (made.phrase, made.verdict) == (f"{act} 2", Verdict.TYPE)


@pytest.mark.parametrize("act", [STOP, REBOOT, TERMINATE])
@pytest.mark.parametrize("doubt", [{"job": UNKNOWN}, {"tags": BOB}, {"tags": ()}])
def test_a_batch_leaves_out_what_needs_a_word_of_its_own(act: Act, doubt: dict[str, Any]) -> None:
    doubtful = machine(2, **doubt)
    made = plan(act, [machine(1), doubtful])
    assert (made.ids, ids(made.needs_word)) == ((machine(1).id,), [doubtful.id])
    given = plan(act, [machine(1), doubtful], included=[doubtful.id])
    assert (given.ids, given.included, given.phrase) == ((*made.ids, doubtful.id), (doubtful.id,), f"{act} 2")


def test_what_is_ours_and_names_nobody_goes_with_the_phrase() -> None:
    assert plan(STOP, [machine(1), machine(2, tags=(("CreatedBy", "trainctl"),))]).phrase == "stop 2"


def test_one_target_is_warned_of_or_typed_by_the_end_of_its_id() -> None:
    warned = plan(STOP, [machine()])
    assert (warned.verdict, warned.phrase, warned.findings) == (Verdict.WARN, "", ())
    typed = plan(STOP, [machine(0xABC, tags=BOB)])
    assert (typed.verdict, typed.phrase) == (Verdict.TYPE, "00000abc")
    assert typed.included == ()
    assert plan(STOP, [machine(id="i-0a", tags=BOB)]).phrase == "i-0a"


def test_to_force_is_typed_in_full_and_never_in_a_batch() -> None:
    works = machine(1, job=RUNNING)
    assert plan(TERMINATE, [works]).verdict is Verdict.REFUSE
    forced = plan(TERMINATE, [works], allow_force=True)
    assert (forced.verdict, forced.phrase) == (Verdict.TYPE, f"FORCE {works.id}")
    assert plan(TERMINATE, [works, machine(2)], allow_force=True).ids == (machine(2).id,)
    assert plan(TERMINATE, [replace(works, stop_protected=True)], allow_force=True).verdict is Verdict.REFUSE


def test_what_may_not_go_leaves_nothing_to_type() -> None:
    made = plan(TERMINATE, [machine(1, state="terminated"), machine(2, job=RUNNING)])
    assert (made.verdict, made.phrase, made.ids, made.findings) == (Verdict.REFUSE, "", (), ())
    assert plan(STOP, []).verdict is Verdict.REFUSE


def test_one_that_is_left_of_a_batch_is_typed_as_a_batch() -> None:
    made = plan(TERMINATE, [machine(1), machine(2, job=RUNNING)])
    assert (made.verdict, made.phrase) == (Verdict.TYPE, "terminate 1")
    assert made.findings[0].reason == "1 machine at once."


def test_who_is_named_twice_goes_once() -> None:
    made = plan(STOP, [machine(1), machine(1)])
    assert (made.verdict, made.ids) == (Verdict.WARN, (machine(1).id,))


def test_who_is_included_must_be_selected() -> None:
    with pytest.raises(Refused, match="i-strange is not among the targets"):
        plan(STOP, machines(2), included=["i-strange"])


@pytest.mark.parametrize(
    ("count", "fleet", "policy", "rows", "verdict"),
    [
        (2, MANY, {}, "D30", Verdict.TYPE),
        (10, Fleet("us-east-1", None, None), {}, "D30", Verdict.TYPE),
        (10, Fleet("us-east-1", 10, 10), {}, "D30", Verdict.TYPE),
        (11, MANY, {}, "D31", Verdict.TYPE),
        (50, MANY, {}, "D31", Verdict.TYPE),
        (51, MANY, {}, "D31 D32", Verdict.REFUSE),
        (51, MANY, {"max_batch": 51}, "D31", Verdict.TYPE),
        (3, MANY, {"max_batch": 2}, "D30 D32", Verdict.REFUSE),
        (11, Fleet("us-east-1", 22, 22), {}, "D31", Verdict.TYPE),
        (11, Fleet("us-east-1", 22, 21), {}, "D31 D32", Verdict.REFUSE),
        (11, Fleet("us-east-1", 21, 22), {}, "D31 D32", Verdict.REFUSE),
        (11, Fleet("us-east-1", 22, 21), {"max_percent": 60.0}, "D31", Verdict.TYPE),
        (11, Fleet("us-east-1", None, 22), {}, "D31 D32", Verdict.REFUSE),
        (11, Fleet("us-east-1", 22, None), {}, "D31 D32", Verdict.REFUSE),
        (11, Fleet("eu-west-1", 22, 22), {}, "D31 D32", Verdict.REFUSE),
    ],
)
def test_limits_of_a_batch(
    count: int, fleet: Fleet, policy: dict[str, Any], rows: str, verdict: Verdict
) -> None:
    made = plan(TERMINATE, machines(count), [fleet], **policy)
    assert (" ".join(found.row for found in made.findings), made.verdict) == (rows, verdict)
    assert made.phrase == (f"terminate {count}" if verdict is Verdict.TYPE else "")


def test_what_is_stopped_is_no_share_of_what_runs() -> None:
    assert (
        plan(TERMINATE, [stopped(n) for n in range(11)], [Fleet("us-east-1", 0, 22)]).verdict is Verdict.TYPE
    )


def test_shares_count_all_regions_of_the_targets_and_no_others() -> None:
    west = [machine(n, region="us-west-2") for n in range(20, 26)]
    east = machines(6)
    both = [Fleet("us-east-1", 12, 12), Fleet("us-west-2", 12, 12)]
    assert plan(TERMINATE, east + west, both).verdict is Verdict.TYPE
    both[1] = Fleet("us-west-2", 11, 11)
    elsewhere = Fleet("eu-west-1", 900, 900)
    assert plan(TERMINATE, east + west, [*both, elsewhere]).verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("count", "active", "policy", "rows"),
    [
        (3, 7, {}, "D30"),
        (3, 8, {}, "D29 D30"),
        (3, 47, {}, "D29 D30"),
        (3, 48, {}, "D28 D29 D30"),
        (3, 48, {"max_instances": None}, "D29 D30"),
        (3, None, {}, "D28 D29 D30"),
        (3, 7, {"hourly_budget": 10.0}, "D30"),
        (3, 7, {"hourly_budget": 9.99}, "D29 D30"),
    ],
)
def test_limits_of_a_start(count: int, active: int | None, policy: dict[str, Any], rows: str) -> None:
    made = plan(START, [stopped(n) for n in range(count)], [Fleet("us-east-1", active, 99, 7.0)], **policy)
    assert set(rows.split()) >= {found.row for found in made.findings}
    if "D28" not in rows:
        assert " ".join(found.row for found in made.findings) == rows
    assert (made.verdict is Verdict.REFUSE) == ("D28" in rows)


def test_what_is_saved_is_known_or_not() -> None:
    idle, off = machine(1, hourly=2.5), stopped(2, hourly=9.0)
    assert plan(TERMINATE, [idle, off]).hourly_saved == 2.5
    assert plan(STOP, [machine(3, hourly=None)]).hourly_saved is None
    assert plan(TERMINATE, [stopped(hourly=None)]).hourly_saved == 0
    assert plan(START, [off], [FLEET]).hourly_saved == 0
    assert plan(REBOOT, [idle]).hourly_saved == 0
    assert plan(TERMINATE, [machine(state="pending")]).hourly_saved == 1.0


def test_what_becomes_of_volumes_is_counted_apart() -> None:
    kept = replace(DATA, id="vol-kept", delete_on_termination=False, monthly=8.0)
    told = plan(TERMINATE, [machine(1, volumes=(ROOT, kept)), machine(2, volumes=(ROOT,))]).volumes
    assert (told.dying, told.staying, told.monthly, told.unread) == (2, 1, 8.0, 0)
    assert plan(STOP, [machine(volumes=None)]).volumes.unread == 1
    assert plan(TERMINATE, [machine(1, volumes=(replace(kept, monthly=None),))]).volumes.monthly is None


# ---- approvals ----


def test_an_approval_holds_what_was_decided() -> None:
    made = plan(STOP, [machine()])
    approval = made.approve("y", NOW + 5, word="--yes")
    assert (approval.plan_hash, approval.ids, approval.act) == (made.hash(), made.ids, STOP)
    assert (approval.account, approval.actor, approval.endpoint) == (made.account, made.actor, made.endpoint)
    assert (approval.phrase, approval.made_at, approval.expires_at) == ("--yes", NOW + 5, NOW + 5 + APPROVED)
    assert made.approve("y", NOW).phrase == "y"


@pytest.mark.parametrize("typed", ["", "Y", "yes", "stop 1", "00000001", " y"])
def test_a_warning_wants_y_alone(typed: str) -> None:
    with pytest.raises(Refused, match="Type y"):
        plan(STOP, [machine()]).approve(typed, NOW)


@pytest.mark.parametrize(
    "typed", ["", "y", "terminate", "terminate 3", "Terminate 2", "terminate 2 ", "stop 2"]
)
def test_a_phrase_is_typed_exactly(typed: str) -> None:
    made = plan(TERMINATE, machines(2))
    with pytest.raises(Refused, match="Type terminate 2 to go ahead"):
        made.approve(typed, NOW)
    assert made.approve("terminate 2", NOW).ids == made.ids


def test_nothing_opens_what_is_refused() -> None:
    for typed in ("", "y", "terminate 0", "00000001"):
        with pytest.raises(Refused, match=re.escape("It is already terminated.")):
            plan(TERMINATE, [machine(state="terminated")]).approve(typed, NOW)
    with pytest.raises(Refused, match="more than 50 at once"):
        plan(TERMINATE, machines(51)).approve("terminate 51", NOW)
    with pytest.raises(Refused, match="Nothing is selected"):
        plan(TERMINATE, []).approve("", NOW)
    with pytest.raises(Refused, match="Could not check"):
        plan(TERMINATE, [machine(n, job=UNKNOWN) for n in (1, 2)]).approve("", NOW)


def test_a_plan_lasts_a_minute() -> None:
    assert (DIALOG, APPROVED) == (60.0, 3600.0)  # CONTRACTS.md
    made = plan(STOP, [machine()])
    assert made.approve("y", NOW + DIALOG).expires_at == NOW + DIALOG + APPROVED
    assert made.approve("y", NOW - 1)  # a clock may be set by a second
    for late in (NOW + DIALOG + 0.1, NOW - 2, float("nan")):
        with pytest.raises(Refused, match="too old"):
            made.approve("y", late)


def test_the_hash_is_of_what_is_decided_and_of_nothing_else() -> None:
    first = plan(TERMINATE, [machine(1), machine(2)])
    again = plan(TERMINATE, [machine(2, read_at=NOW, hourly=None), machine(1)])
    assert first.hash() == again.hash()
    others = [
        plan(STOP, [machine(1), machine(2)]),
        plan(TERMINATE, [machine(1), machine(3)]),
        plan(TERMINATE, [machine(1), machine(2, tags=(*MINE, ("a", "b")))]),
        plan(TERMINATE, [machine(1), machine(2, volumes=(ROOT, DATA))]),
        plan(TERMINATE, [machine(1), machine(2, region="us-east-2")]),
        replace(first, account="9"),
        replace(first, endpoint="http://localhost"),
        replace(first, included=(machine(1).id,)),
        replace(first, phrase="terminate 3"),
    ]
    assert len({first.hash(), *(other.hash() for other in others)}) == 1 + len(others)
