"""Credentials that end, are renewed, or turn out to be somebody else's."""

from __future__ import annotations

from tests.support.rows import ME, volume
from tests.support.scripted_provider import ScriptedProvider
from tests.support.stage import Stage
from trainctl_tui.domain.errors import ConfigError, Denied, ExpiredCredentials, NothingSent
from trainctl_tui.domain.inventory import Lane, Standing
from trainctl_tui.domain.resources import Identity, Kind
from trainctl_tui.link.messages import Identified, SweepStarted

OTHER = Identity("999999999999", "arn:aws:iam::999999999999:user/eve", "AIDAOTHER")


def renewable() -> tuple[Stage, list[ScriptedProvider]]:
    """A stage whose provider is another each time that it is opened."""
    made: list[ScriptedProvider] = []

    def open_provider() -> ScriptedProvider:
        made.append(ScriptedProvider())
        made[-1].holds(Kind.VOLUMES, [volume(len(made))])
        return made[-1]

    stage = Stage(open_provider=open_provider)
    stage.work()
    return stage, made


def expire(provider: ScriptedProvider) -> None:
    for kind in Kind:
        provider.holds(kind, ExpiredCredentials("The session has ended."))


def test_renewed_credentials_are_picked_up_by_a_refresh() -> None:
    stage, made = renewable()
    expire(made[0])
    stage.pass_time(15)
    assert stage.lane(Kind.VOLUMES).standing is Standing.STALE
    assert len(made) == 1
    stage.refresher.refresh()
    stage.work()
    assert len(made) == 2
    assert stage.lane(Kind.VOLUMES).standing is Standing.LIVE
    assert stage.rows(Kind.VOLUMES) == {volume(2)}
    stage.refresher.refresh()
    stage.work()
    assert len(made) == 2, "what works is not opened again"


def test_renewed_credentials_are_found_without_a_key_within_minutes() -> None:
    stage, made = renewable()
    expire(made[0])
    stage.pass_time(15 + 301)
    assert len(made) == 2
    assert stage.rows(Kind.VOLUMES) == {volume(2)}


def test_another_account_takes_no_row_over() -> None:
    stage, made = renewable()
    expire(made[0])
    stage.pass_time(15)

    def open_provider() -> ScriptedProvider:
        made.append(ScriptedProvider(identity=OTHER))
        return made[-1]

    stage.open_provider = open_provider
    stage.refresher.refresh()
    stage.work()
    assert stage.of(Identified)[-1] == Identified(OTHER)
    assert stage.rows(Kind.VOLUMES) == set()
    assert {lane.account for lane in stage.news.inventory.lanes} == {OTHER.account}


def test_unproven_credentials_write_nothing_under_the_old_name() -> None:
    stage, made = renewable()
    expire(made[0])
    stage.pass_time(15)
    saved = len(stage.memory.saved)

    def open_provider() -> ScriptedProvider:
        made.append(ScriptedProvider(identity=Denied("No.")))
        made[-1].holds(Kind.VOLUMES, [volume(9)])
        return made[-1]

    stage.open_provider = open_provider
    stage.refresher.refresh()
    stage.work()
    assert len(stage.memory.saved) == saved
    assert {one.lane.account for one in stage.news.lanes(Kind.VOLUMES)} == {""}


def test_settings_that_break_for_a_while_take_no_name_away() -> None:
    stage, made = renewable()
    expire(made[0])
    stage.pass_time(15)

    def open_provider() -> ScriptedProvider:
        raise ConfigError("The profile 'x' does not exist.")

    stage.open_provider = open_provider
    stage.refresher.refresh()
    stage.work()
    assert stage.news.unidentified is not None
    assert stage.news.account == ME.account
    assert stage.rows(Kind.VOLUMES) == {volume(1)}
    assert {flight.account for flight in lanes_begun(stage)} == {ME.account}


def test_a_sweep_begun_without_a_name_gives_its_rows_to_nobody() -> None:
    stage = Stage(ScriptedProvider(identity=NothingSent("No line.")))
    stage.provider.holds(Kind.VOLUMES, [volume(1)])
    stage.until_sweeps()
    nameless = list(stage.jobs)
    stage.jobs.clear()
    stage.provider.identity = ME
    stage.now += 6
    stage.work()
    assert stage.news.account == ME.account
    assert lanes_begun(stage)[-1].account == "", "the lane waits for the sweep that is under way"
    stage.provider.holds(Kind.VOLUMES, [volume(2)])
    stage.jobs += nameless
    stage.work()
    assert stage.rows(Kind.VOLUMES) == {volume(2)}
    assert stage.lane(Kind.VOLUMES).standing is Standing.LIVE
    assert {one.lane.account for one in stage.memory.saved} == {ME.account}
    assert stage.provider.count(Kind.VOLUMES) == 2
    told = [one for one in stage.listings(Kind.VOLUMES) if one.lane.account == ""]
    assert told == [], "a sweep that was called off says nothing more"


def lanes_begun(stage: Stage) -> list[Lane]:
    return [one.lane for one in stage.said if isinstance(one, SweepStarted)]
