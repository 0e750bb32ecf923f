"""Garbage is collected in the pauses between keys, and what lives is not looked at twice."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from weakref import ref

import pytest

from tests.support.dashboard import until
from tests.support.fleet_app import press
from tests.tui.conftest import Stage
from trainctl_tui.tui import gc_policy
from trainctl_tui.tui.gc_policy import PAUSE, GcPolicy


class Knot(list[object]):
    """An object that only a collection can end."""

    def __init__(self) -> None:
        super().__init__([self])


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def policy(time: Time) -> Iterator[GcPolicy]:
    made = GcPolicy(time)
    yield made
    made.close()


def test_nothing_is_collected_by_itself(policy: GcPolicy) -> None:
    assert not gc.isenabled()
    lost = ref(Knot())
    kept = [[number] for number in range(5000)]
    assert lost() is not None
    assert len(kept) == 5000
    policy.close()
    assert gc.isenabled()


def test_a_pause_is_used_and_keys_are_left_alone(policy: GcPolicy, time: Time) -> None:
    lost = ref(Knot())
    for _ in range(100):
        time.now += PAUSE * 0.9
        policy.key()
        assert not policy.beat()
    assert lost() is not None
    time.now += PAUSE
    assert policy.beat()
    assert lost() is None


def test_a_long_pause_is_not_all_collections(policy: GcPolicy, time: Time) -> None:
    runs = 0
    for _ in range(240):  # a minute of beats
        time.now += 0.25
        runs += policy.beat()
    assert 5 <= runs <= 6


def test_what_lives_is_frozen_and_what_is_dead_is_not(policy: GcPolicy, time: Time) -> None:
    time.now += 10
    policy.beat()
    gc.freeze()
    before = gc.get_freeze_count()
    few = [[number] for number in range(1000)]
    time.now += 10
    policy.beat()
    assert gc.get_freeze_count() == before  # too little to be worth it
    many = [[number] for number in range(gc_policy._FREEZE_GROWTH)]
    lost = ref(Knot())
    time.now += 10
    policy.beat()
    assert lost() is None
    assert gc.get_freeze_count() >= before + len(many) + len(few)
    assert len(gc.get_objects()) < gc_policy._FREEZE_GROWTH


def test_what_dies_frozen_goes_at_the_next_thaw(policy: GcPolicy, time: Time) -> None:
    knot = Knot()
    lost = ref(knot)
    gc.freeze()
    del knot
    time.now += 10
    assert policy.beat()
    assert lost() is not None
    time.now += gc_policy._THAW
    assert policy.beat()
    assert lost() is None


async def test_the_app_tells_it_of_keys_and_beats(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(GcPolicy, "key", lambda _self: told.append("key"))
    monkeypatch.setattr(GcPolicy, "beat", lambda _self: bool(told.append("beat")))
    s = stage()
    async with s.app.run_test() as pilot:
        assert not gc.isenabled()
        await press(pilot, "j")
        assert "key" in told
        await until(pilot, lambda: "beat" in told)
        told.clear()
        await pilot.click()
        assert "key" in told
    assert gc.isenabled()
