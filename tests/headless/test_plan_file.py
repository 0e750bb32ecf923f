"""A plan in a file is used as it was written, or not at all, with the reason."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.acts import facts, judged, plan_of
from trainctl_tui.domain.acts import Act, Job, JobState, Verdict, VolumeFacts
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.headless.plan_file import load, save

VOLUME = VolumeFacts("vol-1", "/dev/xvda", True, True, 40, "gp3", (("Name", "dätä\x1b[31m"),), monthly=3.2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    plan, _ = plan_of(
        (
            judged(facts(1, volumes=(VOLUME,), job=Job(JobState.IDLE, probed_at=5.0))),
            judged(facts(2, tags=None, launched_at=12.5)),
        ),
        (judged(facts(3), Verdict.REFUSE, "D3"),),
        act=Act.TERMINATE,
        endpoint="http://localhost:4566",
    )
    save(tmp_path / "plan.json", plan)
    return tmp_path / "plan.json"


def test_what_was_saved_is_read_whole_and_is_private(file: Path) -> None:
    plan = load(file)
    assert (plan.act, plan.account, plan.endpoint) == (Act.TERMINATE, "123456789012", "http://localhost:4566")
    assert plan.ids == (facts(1).id, facts(2).id)
    assert plan.verdict is Verdict.WARN
    assert plan.facts[facts(1).id].volumes == (VOLUME,)
    assert plan.facts[facts(2).id].tags is None
    assert file.stat().st_mode & 0o777 == 0o600
    assert "\x1b" not in file.read_text()
    told = json.loads(file.read_text())
    assert list(told)[:9] == [
        "schema",
        "kind",
        "act",
        "account",
        "endpoint",
        "regions",
        "ids",
        "included",
        "verdict",
    ]


def test_people_may_take_ids_out(file: Path) -> None:
    held = json.loads(file.read_text())
    held["ids"] = held["ids"][1:]
    file.write_text(json.dumps(held))
    plan = load(file)
    assert plan.ids == (facts(2).id,)
    assert set(plan.facts) == set(plan.ids)


def edited(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda held: {**held, **changes}


def another_state(held: dict[str, Any]) -> object:
    held["facts"][held["ids"][0]]["state"] = "stopped"
    return held


def facts_of_another_shape(held: dict[str, Any]) -> object:
    held["facts"][held["ids"][0]]["volumes"] = "none"
    return held


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (edited(schema=3), "written by a newer version"),
        (edited(schema=0), "was never written"),
        (edited(schema="1"), "schema"),
        (edited(kind="act"), "kind"),
        (edited(act="destroy"), "act"),
        (edited(account=""), "account"),
        (edited(ids=[]), "ids"),
        (edited(ids=["i-1"]), "i-1 was not in the plan"),
        (edited(included=["i-9"]), "i-9 was not in the plan"),
        (edited(verdict="refuse"), "verdict"),
        (edited(force=True), "force"),
        (edited(facts={}), "not those that were written"),
        (another_state, "not those that were written"),
        (facts_of_another_shape, "facts"),
        (lambda _: [], "the whole"),
        (lambda _: 7, "the whole"),
        (lambda held: {key: value for key, value in held.items() if key != "ids"}, "ids"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(file: Path, edit: Callable[[dict[str, Any]], object], why: str) -> None:
    file.write_text(json.dumps(edit(json.loads(file.read_text()))))
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert why in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b" " * (4 * 2**20 + 1)])
def test_garbage_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="no plan that can be used"):
        load(file)


@given(st.binary(max_size=40))
def test_any_bytes_are_garbage(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(content)
    with pytest.raises(ConfigError):
        load(file)


def test_a_place_that_does_not_serve_is_said(file: Path, tmp_path: Path) -> None:
    plan, _ = plan_of((judged(facts(1)),))
    with pytest.raises(ConfigError, match="exists"):
        save(file, plan)
    with pytest.raises(ConfigError, match="Cannot write"):
        save(tmp_path / "none" / "plan.json", plan)
    os.symlink(tmp_path / "other", tmp_path / "link.json")
    with pytest.raises(ConfigError):
        save(tmp_path / "link.json", plan)
    assert not (tmp_path / "other").exists()
    with pytest.raises(ConfigError, match="Cannot read"):
        load(tmp_path)
