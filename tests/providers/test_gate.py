"""Nothing passes the gate but what was confirmed, where it was confirmed, while it holds."""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread

import pytest

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.plans import Approval
from trainctl_tui.providers import gate

IDS = ("i-1", "i-2")
APPROVAL = Approval("hash", Act.STOP, "123456789012", "arn:me", "", IDS, "stop 2", 100.0, 160.0)


def refusal(act: Act = Act.STOP, ids: tuple[str, ...] = IDS, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        gate.check(Order(act), ids, **{"endpoint": "", **more})  # type: ignore[arg-type]
    return caught.value.why


def test_what_was_confirmed_passes_and_a_part_of_it_too() -> None:
    with gate.spend(APPROVAL, 100.0):
        assert gate.check(Order(Act.STOP), IDS, endpoint="") is APPROVAL
        assert gate.check(Order(Act.STOP), ["i-2"], endpoint="") is APPROVAL


def test_without_an_approval_nothing_passes() -> None:
    assert refusal() == "No approval is in force."
    with gate.spend(APPROVAL, 100.0):
        pass
    assert refusal() == "No approval is in force."
    with pytest.raises(ZeroDivisionError), gate.spend(APPROVAL, 100.0):
        raise ZeroDivisionError
    assert refusal() == "No approval is in force."


def test_anything_else_is_refused() -> None:
    with gate.spend(APPROVAL, 100.0):
        assert "is to stop" in refusal(Act.TERMINATE)
        assert refusal(ids=("i-1", "i-3")) == "Not confirmed: i-3."
        assert refusal(ids=("i-1", "i-6", "i-5", "i-4", "i-3")) == "Not confirmed: i-3, i-4, i-5 and 1 more."
        assert refusal(ids=()) == "Not confirmed: nothing."
        assert "another endpoint" in refusal(endpoint="http://127.0.0.1:4")
        assert "read-only" in refusal(read_only=True)


def test_an_approval_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="expired"), gate.spend(APPROVAL, 160.0):
        pass
    now = 5.0
    monkeypatch.setattr(gate, "monotonic", lambda: now)
    with gate.spend(APPROVAL, 159.0):
        now = 5.9
        assert gate.check(Order(Act.STOP), IDS, endpoint="")
        now = 6.0
        assert "expired" in refusal()


def test_two_are_never_spent_at_once() -> None:
    with gate.spend(APPROVAL, 100.0), pytest.raises(Refused, match="Another"), gate.spend(APPROVAL, 100.0):
        pass


def test_another_thread_has_no_part_in_it_unless_it_is_given_the_context() -> None:
    told: list[str] = []

    def ask() -> None:
        try:
            gate.check(Order(Act.STOP), IDS, endpoint="")
            told.append("passed")
        except Refused as error:
            told.append(error.why)

    with gate.spend(APPROVAL, 100.0):
        carried = copy_context()
        for job in (ask, lambda: carried.run(ask)):
            thread = Thread(target=job)
            thread.start()
            thread.join()
    assert told == ["No approval is in force.", "passed"]
