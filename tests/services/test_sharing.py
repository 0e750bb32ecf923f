"""Several refreshers on one disk and one clock: who sweeps, who takes over, and who must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rows import ME, volume
from tests.support.scripted_provider import ScriptedProvider
from tests.support.stage import EAST, Stage
from trainctl_tui.domain.errors import Denied, Throttled
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Identity, Kind
from trainctl_tui.launch import Launch
from trainctl_tui.services import cache as cache_module
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.scope import Scope
from trainctl_tui.services.sharing import Sharing
from trainctl_tui.services.turns import Turns

OTHER_ROLE = Identity(ME.account, "arn:aws:iam::123456789012:user/weak", "AIDAWEAK")


class Bastion:
    """Windows of one user: each a refresher of its own; their cloud, disk and clock are the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1000.0
        self.windows: list[Stage] = []

    def window(self, identity: Identity = ME) -> Stage:
        provider = ScriptedProvider(identity=identity)
        cache = Cache(self.folder, Scope.of(Launch(), {}), lambda text: pytest.fail(text))
        sharing = Sharing(cache, Turns(cache.turns_dir, lambda: self.now, "boot"), lambda: self.now)
        stage = Stage(provider, memory=cache, fly=sharing.fly)
        stage.now = self.now
        self.windows.append(stage)
        return stage

    def holds(self, kind: Kind, *rows: object) -> None:
        """Let every provider answer so."""
        for stage in self.windows:
            stage.provider.holds(kind, *rows)

    def pass_time(self, seconds: float) -> None:
        """Let time pass by tenths of a second, each window working when it is due."""
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            for stage in self.windows:
                stage.now = self.now
                if stage.refresher.next_due() <= self.now:
                    stage.work()

    def sweeps(self, kind: Kind) -> int:
        """Return how often the cloud was asked."""
        return sum(one[0] is kind for stage in self.windows for one in stage.provider.asked)


@pytest.fixture
def bastion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bastion:
    # A disk that is slow just now costs calls; how many, another test says.
    monkeypatch.setattr(cache_module, "BUDGET", 10.0)
    return Bastion(tmp_path / "cache")


def test_six_windows_ask_as_often_as_one(bastion: Bastion) -> None:
    for _ in range(6):
        bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1), volume(2)])
    for stage in bastion.windows:
        stage.work()
    assert bastion.sweeps(Kind.VOLUMES) == 1
    bastion.pass_time(150)
    assert 9 <= bastion.sweeps(Kind.VOLUMES) <= 11
    for stage in bastion.windows:
        assert stage.rows(Kind.VOLUMES) == {volume(1), volume(2)}
        assert stage.lane(Kind.VOLUMES).standing is Standing.LIVE


def test_what_one_window_finds_all_show(bastion: Bastion) -> None:
    first, second = bastion.window(), bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1)])
    first.work()
    second.work()
    bastion.holds(Kind.VOLUMES, [volume(1), volume(3)])
    bastion.pass_time(17)
    assert first.rows(Kind.VOLUMES) == second.rows(Kind.VOLUMES) == {volume(1), volume(3)}


def test_a_key_press_accepts_no_sweep_from_before(bastion: Bastion) -> None:
    first, second = bastion.window(), bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1)])
    first.work()
    second.work()
    assert bastion.sweeps(Kind.VOLUMES) == 1
    bastion.now += 1
    first.now = second.now = bastion.now
    bastion.holds(Kind.VOLUMES, [volume(2)])
    second.refresher.refresh()
    second.work()
    assert bastion.sweeps(Kind.VOLUMES) == 2
    assert second.rows(Kind.VOLUMES) == {volume(2)}


def test_the_age_is_that_of_the_sweep_and_not_of_its_taking_over(bastion: Bastion) -> None:
    first, second = bastion.window(), bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1)])
    first.work()
    bastion.now += 9
    second.now = bastion.now
    second.work()
    assert bastion.sweeps(Kind.VOLUMES) == 1
    assert second.lane(Kind.VOLUMES).taken_at == first.lane(Kind.VOLUMES).taken_at
    assert second.refresher.next_due() <= first.refresher.next_due() + 2


def test_an_old_sweep_is_not_taken_over(bastion: Bastion) -> None:
    first = bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1)])
    first.work()
    bastion.now += 16
    second = bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(2)])
    second.work()
    assert second.rows(Kind.VOLUMES) == {volume(2)}


def test_another_role_never_sees_the_rows(bastion: Bastion) -> None:
    strong, weak = bastion.window(), bastion.window(OTHER_ROLE)
    strong.provider.holds(Kind.VOLUMES, [volume(1)])
    weak.provider.holds(Kind.VOLUMES, Denied("No."))
    strong.work()
    weak.work()
    assert strong.rows(Kind.VOLUMES) == {volume(1)}
    assert weak.rows(Kind.VOLUMES) == set()
    assert weak.lane(Kind.VOLUMES).standing is Standing.FAILED


def test_a_throttled_lane_is_left_alone_by_all(bastion: Bastion) -> None:
    for _ in range(6):
        bastion.window()
    bastion.holds(Kind.VOLUMES, Throttled("Too many calls.", wait=20.0))
    for stage in bastion.windows:
        stage.work()
    assert bastion.sweeps(Kind.VOLUMES) == 1
    for stage in bastion.windows:
        trouble = stage.lane(Kind.VOLUMES).trouble
        assert trouble is not None
        assert trouble.kind == "Throttled"


def test_a_lost_cache_costs_calls_and_nothing_else(bastion: Bastion) -> None:
    first, second = bastion.window(), bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1)])
    first.work()
    for database in bastion.folder.rglob("cache.db*"):
        database.unlink()
    second.work()
    assert second.rows(Kind.VOLUMES) == {volume(1)}
    assert bastion.sweeps(Kind.VOLUMES) == 2


def test_one_region_s_sweep_says_nothing_of_another(bastion: Bastion) -> None:
    stage = bastion.window()
    bastion.holds(Kind.VOLUMES, [volume(1)])
    stage.work()
    stage.refresher.watch((EAST, "eu-west-1"))
    stage.work()
    assert bastion.sweeps(Kind.VOLUMES) == 2
