"""E04 and E07 in a real terminal: marks, plan, phrase, an executor, and the end that was observed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.tmux import Tmux
from tests.support.view import PROGRAM
from trainctl_tui.simcloud.process import SimCloud, simulated_environment
from trainctl_tui.tui.gesture import QUIET

MINE = {"trainctl:user": "ann"}
ENDS = 60.0  # seconds for an operation to end on a busy machine


@pytest.fixture
def own_cloud() -> Iterator[SimCloud]:
    """A simulated AWS that this test may change; nothing in it changes by itself."""
    with SimCloud.start(seed=3, instances=28, speed=0, regions=("us-east-1",)) as running:
        yield running


def add(cloud: SimCloud, name: str, state: str = "stopped", **tags: str) -> str:
    (id,) = cloud.engine_command("add", tags={"Name": name, **MINE, **tags}, state=state)["ids"]
    cloud.engine_command("attribute", id=id, name="zone", value="us-east-1a")  # one batch of them all
    return str(id)


def state_of(cloud: SimCloud, id: str) -> str:
    return str(cloud.engine_command("ids")["instances"].get(id, "gone"))


def opened(cloud: SimCloud, home: dict[str, str], size: tuple[int, int] = (80, 24)) -> Tmux:
    environment = {**simulated_environment(cloud.endpoint, home), "TRAINCTL_USER": "ann"}
    return Tmux([PROGRAM, "--region", "us-east-1"], size=size, env=environment)


def read(terminal: Tmux) -> None:
    """Take the time that a person needs at least."""
    rested = time.monotonic() + QUIET
    terminal.wait_for(lambda _: time.monotonic() > rested)


def filtered(terminal: Tmux, text: str, count: int) -> None:
    """Show only some rows, by their names."""
    terminal.wait_for("inst live", 40)
    terminal.type(f"/{text}")
    terminal.send("Enter")
    terminal.wait_for(f"1 Instances {count} of", 20)
    terminal.send("g")


def test_e04_one_machine_is_terminated_once_and_stays_to_its_end(
    own_cloud: SimCloud, home: dict[str, str]
) -> None:
    id = add(own_cloud, "lonely")
    own_cloud.engine_command("advance", seconds=3 * 3600)
    with opened(own_cloud, home) as terminal:
        filtered(terminal, "lonely", 1)
        terminal.send("t", "Enter", "Enter")
        terminal.wait_for(lambda text: "Press y" in text or f"Type {id[-8:]}" in text, 20)
        terminal.send("Enter")
        assert [name for name in own_cloud.mutating_calls() if "Terminate" in name] == []
        if "Press y" in terminal.text:
            terminal.send("y")  # at once: nobody can have read it
            terminal.wait_for("too quick", 10)
            read(terminal)
            terminal.send("y")
        else:
            terminal.type(id[-8:])
            terminal.send("Enter")
        terminal.wait_for("4 shows it", 20)
        terminal.wait_for(lambda text: id in text and "terminated" in text, ENDS)
        # One that asks whether it may (DryRun), and one that acts.
        assert own_cloud.mutating_calls().count("ec2:TerminateInstances") == 2
        assert state_of(own_cloud, id) == "terminated"
        terminal.send("4")
        terminal.wait_for("done", 10)
        terminal.send("Enter")
        terminal.wait_for("Report of", 10)
        terminal.send("Escape")
        terminal.wait_for("4 Operations 1", 10)
        terminal.send("Escape")
        terminal.wait_for("inst ", 10)
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_e07_a_batch_in_three_groups_with_one_included_by_key(
    own_cloud: SimCloud, home: dict[str, str]
) -> None:
    """12 of a fleet of 40: 8 go (one by key), 2 are protected, 2 wait for a word; one of the 8 fails."""
    fine = [add(own_cloud, f"batch-{number}") for number in range(7)]
    # A job cannot be looked for yet, so that every machine that runs is one that may have a job.
    included, busy = (add(own_cloud, f"batch-runs-{number}", state="running") for number in range(2))
    kept = [
        add(own_cloud, f"batch-kept-{key}", **{key: "true"})
        for key in ("trainctl:protected", "runctl:important")
    ]
    lent = add(own_cloud, "batch-lent", **{"trainctl:user": "bob"})
    assert len(own_cloud.engine_command("ids")["instances"]) == 40
    own_cloud.engine_command("advance", seconds=3 * 3600)
    with opened(own_cloud, home, (120, 36)) as terminal:
        filtered(terminal, "batch", 12)
        terminal.send("*", "t")
        shown = terminal.wait_for("Type terminate 7", 20)
        assert "7 go · 3 need your word · 2 left out" in shown
        # From one that waits to the next, as far as the one that is included by key.
        while (before := here(terminal)) != included:
            terminal.send("Tab")
            terminal.wait_for(lambda _, before=before: here(terminal) not in ("", before), 10)
        terminal.send("+")
        terminal.wait_for("Type terminate 8", 10)
        # The rehearsal passes; then 8, 4, 2 and 1 are denied, and the rest is not.
        own_cloud.faults([{"action": "TerminateInstances", "effect": "denied", "after": 1, "times": 4}])
        read(terminal)
        terminal.type("terminate 8")
        terminal.send("Enter")
        terminal.wait_for("4 shows it", 20)
        terminal.send("4")
        terminal.wait_for(lambda text: "8/8" in text and "done with failures" in text, ENDS)
        terminal.send("Enter")
        terminal.wait_for("Report of", 10)
    accounted(own_cloud, home, (*fine, included), kept, (busy, lent))


def accounted(
    cloud: SimCloud, home: dict[str, str], going: Sequence[str], kept: Sequence[str], waiting: Sequence[str]
) -> None:
    """Check the report against the cloud: 7 done, 1 failed, 4 left with reasons."""
    (kept_as,) = (Path(home["XDG_STATE_HOME"]) / "trainctl-tui" / "reports").glob("*.json")
    report = json.loads(kept_as.read_text())
    assert report["counts"] == {"done": 7, "failed": 1, "protected": 2, "left out": 2}
    assert sum(report["counts"].values()) == report["selected"] == 12
    told = {one["id"]: one for one in report["targets"]}
    (failed,) = (id for id, one in told.items() if one["outcome"] == "failed")
    assert told[failed]["code"] == "UnauthorizedOperation"
    assert {told[id]["outcome"] for id in kept} == {"protected"}
    assert {told[id]["outcome"] for id in waiting} == {"left out"}
    assert all(told[id]["reason"] for id in (failed, *kept, *waiting))
    ended = {id for id in told if state_of(cloud, id) == "terminated"}
    assert ended == {*going} - {failed}
    assert [state_of(cloud, id) for id in waiting] == ["running", "stopped"]


def here(terminal: Tmux) -> str:
    """Return the id that the key would include."""
    found = re.search(r"▸\[.\] (i-\w+)", terminal.text)
    return found[1] if found else ""
