"""Executions over HTTP on a clock that only waiting moves: changes, slower calls, a session that ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event
from unittest import mock

import pytest

from tests.support.acting_server import Scene, scene
from tests.support.execution import REGION, Notes, targets
from trainctl_tui import bootstrap
from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.operations import Operation, OpState, Outcome
from trainctl_tui.launch import Launch
from trainctl_tui.services import executor, prices
from trainctl_tui.services.audit_chain import Entry
from trainctl_tui.services.executor_run import Tools
from trainctl_tui.services.facts import gather
from trainctl_tui.simcloud.engine import Clock
from trainctl_tui.simcloud.engine.records import AttachmentRecord, InstanceRecord, VolumeRecord
from trainctl_tui.simcloud.wire.faults import Rule

pytestmark = [pytest.mark.wire, pytest.mark.timeout(120)]

MINUTE = 60.0
SIGNED_IN_AGAIN = "RENEWEDKEY"


class Patient(Event):
    """An event that lets the cloud's time pass instead of ours, and tells of it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.on_wait: Callable[[], None] = lambda: None

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.advance(timeout or 0.0)
        self.on_wait()
        return self.is_set()


class Place:
    """A served cloud, and executions on it in this process with the provider of AWS."""

    def __init__(self, cloud: Scene, clock: Clock) -> None:
        cloud.launch = Launch(endpoint=cloud.launch.endpoint)  # signed with keys, as a demo is not
        self.cloud = cloud
        self.clock = clock
        self.stop = Patient(clock)
        self.notes = Notes()
        self.calls: list[str] = []

    def record(self, id: str) -> InstanceRecord:
        return self.cloud.engine.world(REGION).instances[id]

    def state(self, id: str) -> str:
        self.cloud.engine.settle()
        return self.record(id).state

    def volume(self, machine: str) -> VolumeRecord:
        """Attach a data volume that outlives its machine."""
        world = self.cloud.engine.world(REGION)
        now = self.cloud.engine.settle()
        held = AttachmentRecord(machine, "/dev/sdf", "attached", now)
        made = VolumeRecord(
            *(world.new_id("vol"), world.next_sequence(), f"{REGION}a", "in-use", "gp3", 8, now),
            attachments=[held],
        )
        world.put(made)
        self.record(machine).volumes.append(made.id)
        return made

    def run(self, op: str) -> Operation:
        tools = Tools(
            open_provider=lambda launch: bootstrap.provider(
                launch, lambda call: self.calls.append(call.code)
            ),
            gather=partial(gather, prices=prices.load(None)),
            audit=self.notes,
            stop=self.stop,
            monotonic=self.clock.now,
            endpoint=self.cloud.launch.endpoint,
        )
        return executor.run(op, self.cloud.journal, tools)

    def states(self, op: str) -> dict[str, str]:
        """Return the states that an operation went through, each with the last reason."""
        events = self.cloud.journal.events(op)
        return {event.data["state"]: event.data.get("why", "") for event in events if event.phase == "state"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    clock = Clock()
    with scene(tmp_path, clock) as cloud, mock.patch.dict(os.environ, cloud.environ, clear=True):
        yield Place(cloud, clock)


def test_what_changed_under_the_dialog_is_refused_by_name(place: Place) -> None:
    """A tag, a state and a volume change between plan and act; what stayed as it was goes."""
    tagged, woken, grown, doomed, plain = ids = [place.cloud.machine("stopped") for _ in range(5)]
    kept = place.volume(doomed)
    op = place.cloud.confirm(Act.TERMINATE, ids)
    place.record(tagged).tags["stage"] = "prod"
    place.record(woken).state = "running"
    added = place.volume(grown)
    kept.attachments[0].delete_on_termination = True
    told = targets(place.run(op))
    reasons = {
        tagged: "tag stage: none -> prod",
        woken: "state: stopped -> running",
        grown: f"volume {added.id} attached",
        doomed: f"volume {kept.id} deleted on termination: no -> yes",
    }
    for id, reason in reasons.items():
        assert told[id].outcome is Outcome.CHANGED
        assert reason in told[id].reason
    assert told[plain].outcome is Outcome.DONE
    assert [id for _, id in place.cloud.engine.effects] == [plain]
    assert {entry.ids for entry in place.notes.entries if entry.event == "refused"} == {
        (id,) for id in reasons
    }


def test_e17_a_minute_of_slower_calls_is_waited_out_and_needs_no_key(place: Place) -> None:
    ids = [place.cloud.machine("stopped", zone) for zone in "ab"]
    op = place.cloud.confirm(Act.TERMINATE, ids)
    write, began = place.notes.write, []

    def slower_from_the_first_intent(entry: Entry) -> None:
        write(entry)
        if entry.event == "intent" and not began:
            began.append(place.clock.now())
            place.cloud.faults.replace((Rule("throttle", service="ec2"),), 0)

    def over() -> None:
        if began and place.clock.now() - began[0] > MINUTE:
            place.cloud.faults.replace((), 0)

    place.notes.write = slower_from_the_first_intent  # type: ignore[method-assign]
    place.stop.on_wait = over
    told = place.run(op)
    assert told.state is OpState.DONE
    assert "AWS asks for slower calls" in place.states(op)[OpState.WAITING_THROTTLE]
    assert {one.outcome for one in told.targets} == {Outcome.DONE}
    assert dict(place.cloud.engine.effects) == {(Act.TERMINATE, id): 1 for id in ids}
    # One after the other would be thousands in a minute; the gaps grow.
    assert 3 <= place.calls.count("RequestLimitExceeded") <= 60


def test_e18_a_session_that_ends_between_two_calls_is_waited_for_and_the_targets_stay(place: Place) -> None:
    ids = first, second = [place.cloud.machine("stopped", zone) for zone in "ab"]
    op = place.cloud.confirm(Act.TERMINATE, ids)
    said: list[str] = []

    def expire_then_renew() -> None:
        effects = place.cloud.engine.effects
        if effects and not said:
            place.cloud.faults.replace((Rule("expired", key="SIMULATEDKEY"),), 0)
        now = place.cloud.journal.operation(op)
        if now.state is OpState.WAITING_CREDENTIALS:
            said.append(now.why)
            assert [id for _, id in effects] == [first]
            assert place.state(second) == "stopped"
            os.environ["AWS_ACCESS_KEY_ID"] = SIGNED_IN_AGAIN

    place.stop.on_wait = expire_then_renew
    told = place.run(op)
    assert "aws sso login" in said[0]
    assert told.state is OpState.DONE
    assert {one.id: one.outcome for one in told.targets} == dict.fromkeys(ids, Outcome.DONE)
    assert dict(place.cloud.engine.effects) == {(Act.TERMINATE, id): 1 for id in ids}
