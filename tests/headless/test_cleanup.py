"""``cleanup``: a look and a dry run at first; a saved plan is carried out to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.headless.conftest import Run
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire

DENIED = {"service": "ec2", "effect": "denied"}
HELPER = "trainctl-prewarm-temp"


def _terminated(cloud: SimCloud) -> int:
    """Return how many calls that terminate were answered, rehearsals included."""
    return sum(count for name, count in cloud.calls().items() if name.endswith("TerminateInstances"))


def _leftovers(run: Run, cloud: SimCloud) -> tuple[dict[str, str], list[str], list[str]]:
    """Return the settings of whoever left a helper, all of theirs by id, and the flags that take them in.

    Nothing of anybody is chosen without those settings.
    """
    done = run(cloud.endpoint, "cleanup", "--json")
    assert (done.returncode, "Choose with --include ID." in done.stderr) == (0, True), done.stderr
    told = json.loads(done.stdout)
    assert (told["plan"], [one for one in told["candidates"] if one["chosen"]]) == (None, [])
    helpers = [one for one in told["candidates"] if one["rule"] == "helper"]
    why = next(one["why"] for one in helpers if one["name"] == HELPER)
    user = why.rpartition("; of ")[2]
    ids = [one["id"] for one in helpers if one["why"].endswith(f"; of {user}")]
    return {"TRAINCTL_USER": user}, ids, [word for id in ids for word in ("--include", id)]


def test_it_begins_as_a_look_and_a_dry_run(run: Run, start_cloud: Callable[..., SimCloud]) -> None:
    cloud = start_cloud(seed=7, instances=60, speed=0)
    user, ids, include = _leftovers(run, cloud)
    done = run(cloud.endpoint, "cleanup", "--json", *include, **user)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {one["rule"] for one in told["candidates"]} == {"helper", "stopped", "foreign", "orphan"}
    assert [one["id"] for one in told["candidates"] if one["chosen"]] == ids
    assert [one["id"] for one in told["plan"]["goes"]] == ids
    assert told["dry_run"][0]["allowed"] is True
    assert "leftover helper, " in done.stderr
    assert "This was a dry run." in done.stderr
    assert told["operation"] is None
    # A listing that is not whole is told, and not planned from.
    cloud.faults([{**DENIED, "action": "DescribeVolumes"}])
    done = run(cloud.endpoint, "cleanup", "--json", **user)
    assert done.returncode == 5
    assert "Nothing is planned from a listing that is not whole." in done.stderr
    assert "Clean-up: at least " in done.stderr
    told = json.loads(done.stdout)
    assert told["plan"] is None
    whole = {"instances": True, "volumes": False, "snapshots": True}
    assert {lane["kind"]: lane["complete"] for lane in told["lanes"]} == whole


def test_a_saved_plan_is_confirmed_by_its_phrase_and_carried_out(
    run: Run, start_cloud: Callable[..., SimCloud], tmp_path: Path
) -> None:
    cloud = start_cloud(seed=7, instances=60, speed=100)
    user, ids, include = _leftovers(run, cloud)
    file = tmp_path / "plan.json"
    done = run(cloud.endpoint, "cleanup", "--save-plan", str(file), *include, **user)
    assert done.returncode == 0, done.stderr
    phrase = f"terminate {len(ids)}" if len(ids) > 1 else ids[0][-8:]
    done = run(cloud.endpoint, "cleanup", "--plan", str(file), **user)
    assert done.returncode == 3
    assert phrase in done.stderr
    assert _terminated(cloud) == 0
    done = run(cloud.endpoint, "cleanup", "--plan", str(file), "--confirm", phrase, **user)
    assert done.returncode == 0, done.stderr
    assert all(id in done.stdout for id in ids)
    assert _terminated(cloud) >= 1


@pytest.mark.parametrize(("flags", "code", "words"), [
    (("--include", "i-0123456789abcdef0"), 2, "is no candidate"),
    (("--yes",), 2, "what was seen before"),
    (("--plan", "p.json", "--include", "i-1"), 2, "A plan names its targets"),
])  # fmt: skip
def test_wrong_ways(run: Run, cloud: SimCloud, flags: tuple[str, ...], code: int, words: str) -> None:
    done = run(cloud.endpoint, "cleanup", *flags)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
