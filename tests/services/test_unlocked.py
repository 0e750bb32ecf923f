"""For a minute after its protection was removed nothing is destroyed: at the plan, and at the act (D3)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.execution import NOW, REGION, Stage
from tests.support.killsweep import scratch
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import OutcomeUnknown
from trainctl_tui.domain.operations import OpState, Outcome
from trainctl_tui.domain.plans import APPROVED
from trainctl_tui.domain.rules_tags import LOCK
from trainctl_tui.domain.tags import PROTECTION
from trainctl_tui.services.journal import Journal


@pytest.fixture
def on() -> Iterator[Stage]:
    """A stage whose journal goes by the same clock."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        clock = [lambda: NOW]
        journal = Journal(Path(folder) / "state", lambda: clock[0]())
        stage = Stage(journal)
        clock[0] = stage.clock.now
        yield stage
        journal.close()


def unprotected(on: Stage) -> str:
    """Return a volume whose protection was removed just now."""
    id = on.aims.volume(REGION, dict([PROTECTION]))
    assert on.run(on.confirm(Act.UNPROTECT, [id])).state is OpState.DONE
    return id


def test_what_was_unprotected_is_not_deleted_for_a_minute(on: Stage) -> None:
    id = unprotected(on)
    (refused,) = on.plan(Act.DELETE, [id]).left_out
    assert any("removed less than 60 s ago" in reason for reason in refused.reasons)
    assert on.plan(Act.SNAPSHOT, [id]).goes
    on.clock.advance(LOCK)
    assert on.run(on.confirm(Act.DELETE, [id])).targets[0].outcome is Outcome.DONE


def test_a_machine_stays_with_the_volume_that_was_unprotected(on: Stage) -> None:
    machine = on.aims.host(REGION)
    volume = on.aims.volume(REGION, dict([PROTECTION]), held=True)
    on.run(on.confirm(Act.UNPROTECT, [volume]))
    (refused,) = on.plan(Act.TERMINATE, [machine]).left_out
    assert any(f"protection of {volume} was removed" in reason for reason in refused.reasons)


def test_a_call_without_an_answer_counts_from_its_end_and_until_then_always(on: Stage) -> None:
    id = on.aims.volume(REGION, dict([PROTECTION]))
    op = on.confirm(Act.UNPROTECT, [id])
    assert on.journal.unlocked(on.clock.now()) == {}
    on.faults.once_after = OutcomeUnknown("No answer.")
    seen: list[dict[str, float]] = []

    def wait(_seconds: float) -> bool:
        seen.append({id: at - on.clock.now() for id, at in on.journal.unlocked(on.clock.now()).items()})
        return False

    on.on_wait = wait
    told = on.run(op)
    assert {id: 0.0} in seen
    assert on.journal.unlocked(on.clock.now() - LOCK) == {id: told.ended_at}


def test_only_what_was_touched_by_an_unprotect_of_late_is_told(on: Stage) -> None:
    assert on.journal.unlocked(0.0) == {}
    first = unprotected(on)
    tagged, spared = on.aims.volume(REGION), on.aims.volume(REGION)
    on.run(on.confirm(Act.TAG, [tagged]))
    op = on.confirm(Act.UNPROTECT, [on.aims.volume(REGION, dict([PROTECTION])), spared])
    assert set(on.journal.unlocked(on.clock.now() - LOCK)) == {first}
    on.journal.cancel(op)
    on.run(op)
    on.clock.advance(APPROVED + LOCK)
    assert on.journal.unlocked(on.clock.now() - LOCK) == {}


def test_the_act_itself_is_held_to_it(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    id = on.aims.volume(REGION)
    op = on.confirm(Act.DELETE, [id])
    monkeypatch.setattr(on.journal, "unlocked", lambda since: {id: since + LOCK - 1})
    (target,) = on.run(op).targets
    assert (target.outcome, target.attempts) == (Outcome.PROTECTED, 0)
    assert id in on.engine.world(REGION).volumes
