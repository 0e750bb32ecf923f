"""Acts on volumes, snapshots and tags without a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.commanding import Stage
from trainctl_tui.simcloud.process import SimCloud

pytestmark = [pytest.mark.wire, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def acted() -> Iterator[SimCloud]:
    with SimCloud.start(seed=5, instances=10, speed=0) as running:
        yield running


def rows(stage: Stage, kind: str, id: str) -> list[dict[str, Any]]:
    told = json.loads(stage.run("list", kind, "--filter", f"id:{id}", "--output", "json").out)
    items: list[dict[str, Any]] = told["items"]
    return items


def done(stage: Stage, *words: str) -> dict[str, Any]:
    """Carry an act out while time passes once it is confirmed, and return its one target."""
    ended = stage.run(*words, "--json", "--detach")
    assert ended.code == 0, ended
    id = json.loads(ended.out)["operation"]["id"]
    told: dict[str, Any] = {}
    while not told.get("ended_at"):
        if any(one["request_id"] for one in told.get("targets", ())):
            stage.cloud.engine_command("advance", seconds=60)  # once it was sent: disks take time
        shown = stage.run("op", "show", id, "--json")
        assert shown.code == 0, shown
        told = json.loads(shown.out)
    (target,) = told["targets"]
    found: dict[str, Any] = target
    assert found["outcome"] == "done", told
    return found


def created(stage: Stage, *more: str) -> str:
    made = done(stage, "volume", "create", "--zone", "us-east-1a", "--size", "20", "--yes", *more)
    return str(made["made"])


def test_the_life_of_a_volume(stage: Stage) -> None:
    """Create, attach, snapshot, modify, detach, delete, restore: each by plan, word and observation."""
    machine = stage.machine("stopped")
    id = created(stage, "--tag", "Name=data")
    (row,) = rows(stage, "volumes", id)
    assert (row["state"], row["size_gib"], row["type"]) == ("available", 20, "gp3")
    tags = dict(map(tuple, row["tags"])) if isinstance(row["tags"], list) else row["tags"]
    assert tags["Name"] == "data"
    assert tags["trainctl:user"] == "ann"
    assert tags["trainctl:op"].endswith("/" + tags["trainctl:op"].rpartition("/")[2])

    shown = stage.run("volume", "attach", id, "--to", machine, "--dry-run")
    assert "as /dev/sd" in shown.out
    assert not rows(stage, "volumes", id)[0]["attachments"]
    done(stage, "volume", "attach", id, "--to", machine, "--yes", "--confirm", id[-8:])
    (held,) = rows(stage, "volumes", id)[0]["attachments"]
    assert (held["instance_id"], held["state"]) == (machine, "attached")

    refused = stage.run("volume", "delete", id, "--yes", "--confirm", id[-8:])
    assert refused.code == 3
    assert "D19" in refused.out
    copy = done(stage, "snapshot", "create", id, "--description", "before", "--yes")["made"]
    assert rows(stage, "snapshots", copy)[0]["volume_id"] == id
    done(stage, "volume", "modify", id, "--size", "40", "--yes")
    assert rows(stage, "volumes", id)[0]["size_gib"] == 40
    done(stage, "volume", "detach", id, "--yes", "--confirm", id[-8:])
    gone = done(stage, "volume", "delete", id, "--yes", "--confirm", id[-8:])
    assert gone["outcome"] == "done"
    assert not rows(stage, "volumes", id)
    restored = done(
        stage, "snapshot", "restore", copy, "--zone", "us-east-1b", "--yes", "--confirm", copy[-8:]
    )
    assert rows(stage, "volumes", restored["made"])[0]["snapshot_id"] == copy


def test_what_is_protected_is_not_deleted_and_unprotecting_locks_it(stage: Stage) -> None:
    """E06 and D3: protect, delete refused by its tag, unprotect by phrase, then a minute of waiting."""
    id = created(stage)
    done(stage, "protect", id, "--yes")
    refused = stage.run("volume", "delete", id, "--confirm", id[-8:])
    assert refused.code == 3
    assert "trainctl:protected" in refused.out
    unconfirmed = stage.run("unprotect", id, "--yes")
    assert unconfirmed.code == 3
    assert "phrase" in unconfirmed.err
    done(stage, "unprotect", id, "--confirm", id[-8:])
    tags = rows(stage, "volumes", id)[0]["tags"]
    assert "trainctl:protected" not in str(tags)


def test_tags_are_set_and_removed_and_those_that_protect_are_not(stage: Stage) -> None:
    machine, id = stage.machine(), created(stage)
    ended = stage.run("tag", machine, id, "--set", "team=nlp", "--confirm", "tag 2", "--include", id)
    assert ended.code == 0, ended
    assert "team" in str(rows(stage, "volumes", id)[0]["tags"])
    assert "team" in str(rows(stage, "instances", machine)[0]["tags"])
    done(stage, "tag", id, "--remove", "team", "--yes")
    assert "team" not in str(rows(stage, "volumes", id)[0]["tags"])
    refused = stage.run("tag", id, "--set", "trainctl:protected=false", "--yes")
    assert refused.code == 3


def test_a_plan_of_a_change_is_saved_and_used_again(stage: Stage, tmp_path: Any) -> None:
    id = created(stage)
    file = str(tmp_path / "plan.json")
    assert stage.run("volume", "modify", id, "--size", "30", "--save-plan", file).code == 0
    wrong = stage.run("volume", "modify", "--plan", file, "--size", "31", "--yes")
    assert wrong.code == 2
    done(stage, "volume", "modify", "--plan", file, "--yes")
    assert rows(stage, "volumes", id)[0]["size_gib"] == 30


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("volume", "delete", "i-0123456789abcdef0"), "no id of a volume"),
        (("snapshot", "delete", "vol-0123456789abcdef0"), "no id of a snapshot"),
        (("volume", "attach", "vol-0123456789abcdef0"), "--to INSTANCE"),
        (("volume", "create", "--size", "1"), "--zone"),
        (("volume", "create", "--zone", "us-east-1a"), "--size"),
        (("volume", "create", "--zone", "eu-north-1a", "--size", "1"), "no region that is watched"),
        (("volume", "modify", "vol-0123456789abcdef0"), "--type"),
        (("tag", "vol-0123456789abcdef0"), "--set"),
        (("tag", "vol-0123456789abcdef0", "--set", "nothing"), "KEY=VALUE"),
        (("volume", "delete"), "by their ids"),
        (("volume", "modify", "vol-0123456789abcdef0", "--size", "many"), "--size"),
    ],
)
def test_bad_input_is_named_before_anything_is_asked(stage: Stage, words: tuple[str, ...], says: str) -> None:
    ended = stage.run(*words)
    assert ended.code == 2, ended
    assert says in ended.err
