"""Conversations with the refresher on a clock that stands still: what is told, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rows import ME, instance, spec, status, volume
from tests.support.scripted_provider import ScriptedProvider
from tests.support.stage import EAST, Kept, Stage
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link.messages import Identified, SweepFailed, SweepStarted, Watching
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.scope import Scope

WEST = "eu-west-1"


@pytest.fixture
def stage() -> Stage:
    provider = ScriptedProvider()
    provider.holds(Kind.INSTANCES, [instance(1), instance(2)], [instance(3)])
    provider.holds(Kind.VOLUMES, [volume(1)])
    provider.holds(Kind.STATUSES, [status(1)])
    return Stage(provider)


def test_the_first_sweep_streams_pages_and_their_end(stage: Stage) -> None:
    stage.work()
    pages = stage.listings(Kind.INSTANCES)
    assert [(len(page.items), page.complete) for page in pages] == [(2, False), (1, False), (0, True)]
    assert pages[-1].base == pages[-1].sweep == pages[0].sweep > 1_000_000
    assert stage.rows(Kind.INSTANCES) == {instance(1), instance(2), instance(3)}
    assert {stage.lane(kind).standing for kind in Kind} == {Standing.LIVE}


def test_the_identity_comes_before_any_row(stage: Stage) -> None:
    stage.work()
    kinds = [type(message) for message in stage.said]
    assert kinds.index(Identified) < kinds.index(SweepStarted)
    assert {lane.account for lane in stage.news.inventory.lanes} == {ME.account}
    assert stage.memory.identity == ME


def test_the_alias_follows_and_delays_nothing() -> None:
    stage = Stage(ScriptedProvider(alias_answer="acme"))
    stage.work()
    first, second = stage.of(Identified)
    assert first == Identified(ME)
    assert isinstance(second, Identified)
    assert second.identity.alias == "acme"
    assert type(stage.said[2]) is SweepStarted


def test_later_sweeps_tell_only_what_changed(stage: Stage) -> None:
    stage.work()
    first = stage.listings(Kind.INSTANCES)[-1].sweep
    stage.provider.holds(Kind.INSTANCES, [instance(1, state="stopped"), instance(2), instance(4)])
    stage.forget()
    stage.pass_time(15)
    (told,) = stage.listings(Kind.INSTANCES)
    assert (told.complete, told.base, set(told.gone)) == (True, first, {instance(3).id})
    assert set(told.items) == {instance(1, state="stopped"), instance(4)}
    assert stage.rows(Kind.INSTANCES) == {instance(1, state="stopped"), instance(2), instance(4)}


def test_equal_rows_are_not_told_again(stage: Stage) -> None:
    stage.work()
    stage.provider.holds(Kind.INSTANCES, [instance(1), instance(2), instance(3)])
    stage.forget()
    stage.pass_time(15)
    assert [(one.items, one.gone) for one in stage.listings(Kind.INSTANCES)] == [((), ())]


def test_whole_tells_everything_again(stage: Stage) -> None:
    stage.work()
    stage.forget()
    stage.refresher.refresh(whole=True)
    stage.work()
    pages = stage.listings(Kind.INSTANCES)
    assert [len(page.items) for page in pages] == [2, 1, 0]
    assert [len(page.items) for page in stage.listings(Kind.TYPES)] == [1, 0]
    assert stage.provider.asked[-1] == (Kind.TYPES, EAST, ()), "types are known: none is asked for"


def test_whole_during_a_sweep_of_differences_is_kept(stage: Stage) -> None:
    stage.work()
    stage.forget()
    stage.refresher.refresh((Kind.INSTANCES,))
    stage.turn()
    stage.refresher.refresh((Kind.INSTANCES,), whole=True)
    stage.work()
    assert [len(one.items) for one in stage.listings(Kind.INSTANCES)] == [0, 2, 1, 0]


def test_a_refresh_joins_the_sweep_under_way(stage: Stage) -> None:
    stage.until_sweeps()
    for _ in range(5):
        stage.refresher.refresh()
    stage.work()
    assert stage.provider.count(Kind.INSTANCES) == 1


def test_a_refresh_of_some_kinds_leaves_the_others(stage: Stage) -> None:
    stage.work()
    stage.refresher.refresh((Kind.VOLUMES,))
    stage.work()
    assert [stage.provider.count(kind) for kind in Kind] == [1, 2, 1, 1, 1]


def test_the_next_sweep_is_set_when_this_one_ends(stage: Stage) -> None:
    stage.until_sweeps()
    stage.now += 100
    stage.work()
    assert stage.refresher.next_due() == 1000 + 100 + 15


def test_waits_are_spread_by_a_tenth() -> None:
    dues = set()
    for seed in range(40):
        stage = Stage(jitter=0.1, seed=seed)
        stage.work()
        dues.add(stage.refresher.next_due() - stage.now)
    assert all(13.5 <= due <= 16.5 for due in dues)
    assert len(dues) > 20


def test_rows_about_to_change_are_read_sooner(stage: Stage) -> None:
    stage.provider.holds(Kind.INSTANCES, [instance(1, state="stopping")])
    stage.work()
    stage.pass_time(9)
    assert stage.provider.count(Kind.INSTANCES) == 4
    assert stage.provider.count(Kind.VOLUMES) == 1


def test_rows_that_never_settle_do_not_hurry_for_ever(stage: Stage) -> None:
    stage.provider.holds(Kind.INSTANCES, [instance(1, state="stopping")])
    stage.work()
    stage.pass_time(3600)
    assert stage.provider.count(Kind.INSTANCES) < 60 + 3600 / 15 + 2


def test_types_are_asked_for_once(stage: Stage) -> None:
    stage.work()
    stage.pass_time(60)
    stage.refresher.refresh()
    stage.work()
    stage.provider.holds(Kind.INSTANCES, [instance(1), instance(9, type="p5.48xlarge")])
    stage.pass_time(60)
    asked = [only for kind, _, only in stage.provider.asked if kind is Kind.TYPES]
    assert asked == [("g5.xlarge",), ("p5.48xlarge",)]
    assert stage.rows(Kind.TYPES) == {spec("g5.xlarge"), spec("p5.48xlarge")}


def test_remembered_types_are_not_asked_for(stage: Stage) -> None:
    stage.work()
    again = Stage(stage.provider, memory=stage.memory)
    stage.provider.asked.clear()
    again.work()
    assert (Kind.TYPES, EAST, ()) in stage.provider.asked
    assert again.rows(Kind.TYPES) == {spec("g5.xlarge")}
    assert again.lane(Kind.TYPES).standing is Standing.LIVE


def test_whole_listings_are_remembered(stage: Stage, tmp_path: Path) -> None:
    stage.work()
    warnings: list[str] = []
    real = Cache(tmp_path, Scope("", "", ""), warnings.append)
    for listing in stage.memory.saved:
        real.save(ME, listing, 1.5)
    found = real.load(ME, EAST, Kind.INSTANCES)
    real.close()
    assert warnings == []
    assert found is not None
    assert set(found.listing.items) == {instance(1), instance(2), instance(3)}


def test_an_unchanged_listing_is_remembered_anew_only_for_its_age(stage: Stage) -> None:
    stage.work()
    stage.pass_time(120)
    assert sum(one.lane.kind is Kind.VOLUMES for one in stage.memory.saved) == 1
    stage.pass_time(240)
    assert sum(one.lane.kind is Kind.VOLUMES for one in stage.memory.saved) == 2


def test_a_pause_stops_the_clock_but_not_the_key(stage: Stage) -> None:
    stage.work()
    stage.refresher.pause(True)
    stage.work()
    stage.pass_time(3600)
    assert stage.provider.count(Kind.VOLUMES) == 1
    stage.refresher.refresh()
    stage.work()
    assert stage.provider.count(Kind.VOLUMES) == 2
    stage.refresher.pause(False)
    stage.pass_time(0)
    stage.work()
    assert stage.provider.count(Kind.VOLUMES) == 2
    stage.pass_time(15)
    assert stage.provider.count(Kind.VOLUMES) == 3


def test_other_regions_are_watched_and_remembered(stage: Stage) -> None:
    stage.work()
    stage.provider.holds(Kind.INSTANCES, [instance(7, region=WEST)], region=WEST)
    stage.refresher.watch((WEST, EAST, WEST))
    stage.work()
    assert stage.of(Watching)[-1] == Watching((WEST, EAST))
    assert stage.memory.regions == (WEST, EAST)
    assert stage.rows(Kind.INSTANCES, WEST) == {instance(7, region=WEST)}
    assert stage.provider.count(Kind.INSTANCES) == 1, "a region that stays is not read again"


def test_a_region_left_and_watched_again_waits_for_its_old_sweep(stage: Stage) -> None:
    stage.until_sweeps()
    stage.refresher.watch((WEST,))
    stage.turn()
    stage.refresher.watch((EAST,))
    stage.work()
    assert stage.rows(Kind.INSTANCES) == {instance(1), instance(2), instance(3)}
    assert stage.news.regions == (EAST,)


def test_the_providers_own_region_is_watched_where_none_is_named() -> None:
    stage = Stage(ScriptedProvider(region=WEST), regions=())
    stage.work()
    assert stage.of(Watching) == [Watching((WEST,))]


def test_no_region_is_said_and_a_refresh_looks_again() -> None:
    stage = Stage(ScriptedProvider(region=""), regions=())
    stage.work()
    (told,) = stage.of(Watching)
    assert isinstance(told, Watching)
    assert told.regions == ()
    assert told.trouble is not None
    assert told.trouble.kind == "ConfigError"
    stage.provider.region = EAST
    stage.refresher.refresh()
    stage.work()
    assert stage.news.regions == (EAST,)
    assert stage.lane(Kind.VOLUMES).standing is Standing.LIVE


def test_a_provider_that_does_not_open_is_said_everywhere_and_opened_again() -> None:
    broken = [True]

    def open_provider() -> ScriptedProvider:
        if broken[0]:
            raise ConfigError("The profile 'x' does not exist.")
        return ScriptedProvider()

    stage = Stage(open_provider=open_provider)
    stage.work()
    assert stage.news.unidentified is not None
    assert len(stage.of(SweepFailed)) == len(Kind)
    assert stage.lane(Kind.VOLUMES).standing is Standing.FAILED
    broken[0] = False
    stage.refresher.refresh()
    stage.work()
    assert stage.lane(Kind.VOLUMES).standing is Standing.LIVE


def test_generations_number_their_sweeps_apart() -> None:
    numbers = [message.sweep for message in _swept().of(SweepStarted) if isinstance(message, SweepStarted)]
    assert numbers == sorted(set(numbers))
    assert 1_000_000 < min(numbers) <= max(numbers) < 2_000_000


def _swept() -> Stage:
    stage = Stage(memory=Kept())
    stage.work()
    stage.pass_time(100)
    return stage
