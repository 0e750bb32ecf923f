"""A report accounts for every target, says what is unknown, and no word in it is Markdown or control."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.acts import facts, journal_at, judged, plan_of
from tests.support.execution import REGION, Stage
from trainctl_tui.domain.acts import Act, Policy, Verdict, VolumeFacts
from trainctl_tui.domain.operations import Operation, OpState, Outcome, Target
from trainctl_tui.launch import Launch
from trainctl_tui.safe import is_safe
from trainctl_tui.services import report as report_module
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.journal_rows import Confirmed
from trainctl_tui.services.report import Report, file_of, keep, leave, make, markdown, report_of, to_json
from trainctl_tui.services.report_text import plain

VOLUMES = (
    VolumeFacts("vol-dies", "/dev/a", True, True, 40, monthly=3.2),
    VolumeFacts("vol-stays", "/dev/b", False, False, 500, monthly=40.0),
    VolumeFacts("vol-perhaps", "/dev/c", False, None),
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return journal_at(tmp_path)


def confirmed(journal: Journal, act: Act = Act.TERMINATE) -> str:
    plan, approval = plan_of(
        (judged(facts(1, hourly=1.5, volumes=VOLUMES)), judged(facts(2, hourly=2.0, state="stopped"))),
        (judged(facts(3), Verdict.REFUSE, "D3"),),
        act=act,
        needs_word=(judged(facts(4), Verdict.TYPE, "D2"),),
    )
    return journal.confirm(plan, approval, policy=Policy(), launch=Launch(profile="research"))


def ended(journal: Journal, id: str, *outcomes: Outcome | None) -> Report:
    """Return the report of an operation whose first targets ended so."""
    operation = journal.operation(id)
    targets = [
        Target(one.id, one.region, one.zone, one.name, outcome or one.outcome, one.state, one.reason,
               request_id="r-1", hourly=one.hourly)
        for one, outcome in zip(operation.targets, (*outcomes, None, None), strict=True)
    ]  # fmt: skip
    values = {name: getattr(operation, name) for name in Operation.__struct_fields__}
    told = Operation(**{**values, "state": OpState.DONE, "ended_at": 5.0, "targets": tuple(targets)})
    return make(told, journal.confirmed(id))


def test_the_counts_add_up_to_the_selection(journal: Journal) -> None:
    id = confirmed(journal)
    begun = report_of(journal, id[:12])
    assert begun.counts == {"protected": 1, "left out": 1, "open": 2}
    assert begun.selected == sum(begun.counts.values()) == len(begun.targets) == 4
    done = ended(journal, id, Outcome.DONE, Outcome.FAILED)
    assert list(done.counts) == ["done", "protected", "left out", "failed"]
    text = markdown(done)
    assert "together 4 of 4" in text
    assert "profile: research" in text
    assert all(text.count(f"| {one.id} |") == 1 for one in done.targets)
    assert "D3 says so." in text
    assert text.count("| r-1 |") == 4


@pytest.mark.parametrize(
    ("act", "outcomes", "saved"),
    [
        (Act.TERMINATE, (Outcome.DONE, Outcome.DONE), 1.5),  # the other was stopped and cost nothing
        (Act.TERMINATE, (Outcome.FAILED, Outcome.DONE), 0.0),
        (Act.STOP, (Outcome.ACCEPTED, Outcome.DONE), 1.5),
        (Act.START, (Outcome.DONE, Outcome.DONE), 0.0),
    ],
)
def test_money_is_saved_where_something_ran_and_ended(
    journal: Journal, act: Act, outcomes: tuple[Outcome, Outcome], saved: float
) -> None:
    assert ended(journal, confirmed(journal, act), *outcomes).hourly_saved == saved


def test_an_unknown_price_makes_the_sum_unknown(journal: Journal) -> None:
    plan, approval = plan_of((judged(facts(1)),), act=Act.STOP)
    id = journal.confirm(plan, approval, policy=Policy(), launch=Launch())
    operation = journal.operation(id)
    (one,) = operation.targets
    done = Target(one.id, one.region, one.zone, one.name, Outcome.DONE)
    values = {name: getattr(operation, name) for name in Operation.__struct_fields__}
    made = make(Operation(**{**values, "targets": (done,)}), journal.confirmed(id))
    assert made.hourly_saved is None
    assert "an unknown amount an hour" in markdown(made)


def test_volumes_have_their_fate(journal: Journal) -> None:
    text = markdown(report_of(journal, confirmed(journal)))
    assert f"vol-dies of {facts(1).id}: 40 GiB, is deleted with it" in text
    assert "500 GiB, stays, and goes on costing (~$40.00 a month)" in text
    assert "size unknown, may be deleted with it" in text
    stopped = report_of(
        journal_at(journal.folder / "other"), confirmed(journal_at(journal.folder / "other"), Act.STOP)
    )
    assert {one.dies for one in stopped.targets[0].volumes or ()} == {False}
    assert "Volumes" not in markdown(stopped)


def test_it_is_kept_whole_and_private(journal: Journal) -> None:
    id = confirmed(journal)
    leave(journal, id)
    file = file_of(journal.folder, id)
    assert file.read_text() == markdown(report_of(journal, id))
    assert json.loads(file.with_suffix(".json").read_text())["id"] == id
    assert {path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == {0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_costs_the_copy_and_no_more(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    id = confirmed(journal)
    monkeypatch.setattr(report_module, "replace_file", full)
    leave(journal, id)
    with pytest.raises(OSError, match="No space"):
        keep(journal.folder, report_of(journal, id))
    assert not file_of(journal.folder, id).exists()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Confirmed:
    journal = journal_at(tmp_path_factory.mktemp("journal"))
    return journal.confirmed(confirmed(journal))


@given(words=st.text(max_size=40))
def test_no_word_from_outside_is_markdown_or_control(kept: Confirmed, words: str) -> None:
    target = Target(facts(1).id, "us-east-1", "", words, Outcome.FAILED, "running", words, words)
    op = Operation(
        "01OP", Act.STOP, "1", words, "", words, OpState.DONE, words, 1.0, None, None, False, "", (target,)
    )
    made = make(op, kept)
    assert all(is_safe(one) or one == "\n" for one in markdown(made) + to_json(made))
    (row,) = [line for line in markdown(made).splitlines() if line.startswith("| i-")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 10
    assert json.loads(to_json(made))["targets"][0]["name"] == words


def test_the_plain_form_tells_every_target_and_what_became_of_its_volumes(
    journal: Journal, tmp_path: Path
) -> None:
    report = ended(journal, confirmed(journal), Outcome.DONE, Outcome.FAILED)
    lines = plain(report, tmp_path / "reports" / "1.md").splitlines()
    assert lines[:3] == [
        "Terminate 4 instances: done",
        "1 done, 1 protected, 1 left out, 1 failed; together 4 of 4",
        "saved: ~$1.50 an hour",
    ]
    assert "  vol-dies  40 GiB: is deleted with it" in lines
    assert {target.id for target in report.targets} == {
        line.split()[0] for line in lines if line.startswith("i-")
    }
    assert lines[-1] == f"kept in {tmp_path}/reports/1.md"
    assert max(map(len, lines[:-1])) < 80


def test_the_plain_form_is_safe(journal: Journal, tmp_path: Path) -> None:
    report = ended(journal, confirmed(journal), None, None)
    hostile = tuple(
        msgspec.structs.replace(
            one, name="\x1b]52;c;x\x07", reason="\u202e\n\x9b", request_id="\x1b[2J", zone=""
        )
        for one in report.targets
    )
    told = plain(msgspec.structs.replace(report, targets=hostile, why="\x1b", cancelled=True), tmp_path)
    assert all(map(is_safe, told.replace("\n", "")))
    assert "cancelled" in told


def test_what_is_stored_is_told_by_its_kind_its_price_and_what_came_of_it(on: Stage) -> None:
    deleted = [on.aims.volume(REGION), on.aims.volume(REGION)]
    told = report_of(on.journal, on.run(on.confirm(Act.DELETE, deleted)).id)
    assert told.monthly_saved is None  # nobody told prices
    lines = plain(told, on.journal.folder)
    for text in (lines, markdown(told)):
        assert "Delete 2 volumes" in text
        assert "saved: an unknown amount a month" in text
        assert "unknown $/month" in text
    copied = report_of(on.journal, on.run(on.confirm(Act.SNAPSHOT, [on.aims.volume(REGION)])).id)
    (target,) = copied.targets
    assert on.engine.world(REGION).snapshots[target.made]
    assert f"made {target.made}" in plain(copied, on.journal.folder)
    assert copied.monthly_saved == 0.0


def test_edited_tags_are_told_as_they_were_and_as_they_were_asked_for(on: Stage) -> None:
    ids = [on.aims.target(Act.TAG, "a", REGION) for _ in range(3)]
    told = report_of(on.journal, on.run(on.confirm(Act.TAG, ids)).id)
    assert "Tag 3 resources" in markdown(told)
    for target in told.targets:
        assert target.tags is not None
        assert target.tags["Owner"] == "ann"
        assert "Team" not in target.tags
        assert target.asked.tags == (("Team", "vision"),)
