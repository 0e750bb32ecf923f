"""A collector that crashes at any moment: it is said, another comes, no row is lost, nothing stays behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.support.campaign import campaign, seeded
from tests.support.following import Following
from tests.support.processes import children, exists, wait_gone, wait_until
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import CollectorLost, Hello, ToView
from trainctl_tui.listing.news import News, StepLost, fold
from trainctl_tui.simcloud.canned import Canned

pytestmark = [pytest.mark.wire, pytest.mark.campaign, pytest.mark.timeout(campaign(300, 3600))]
CRASHES = campaign(6, 50)
INSTANCES = 2500
WAYS = (signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM)


@pytest.fixture(scope="module")
def canned() -> Iterator[Canned]:
    """Pages of a thousand machines: long enough frames for a crash to cut one."""
    with Canned.start(INSTANCES, latency=0.02) as running:
        yield running


def crash_once(following: Following, chance: Random) -> str:
    """Let the newest collector live for a random while, counted in time or in messages, then end it."""
    generation = len(following.processes)
    following.wait(lambda: len(following.of(Hello)) >= generation - 1, "those before")
    if chance.random() < 0.5:
        moment = chance.uniform(0.0, 0.8)
        threading.Event().wait(moment)
        after = f"{moment:.2f} s"
    else:
        wanted = chance.randrange(1, 40)
        first = len(following.heard)
        following.wait(lambda: len(following.heard) >= first + wanted or following.settled, "messages")
        after = f"{wanted} messages"
    how = chance.choice(WAYS)
    following.processes[generation - 1].send_signal(how)
    following.wait(lambda: len(following.of(CollectorLost)) >= generation, f"its loss by {how.name}")
    return f"{how.name} after {after}"


def replayed(heard: list[ToView]) -> int:
    """Fold what was heard once more, looking at every step; return the number of losses.

    A loss is said until the next collector speaks, and no row that was there is ever missing afterwards.
    """
    news, losses = News(), 0
    seen: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for message in heard:
        try:
            news = fold(news, message, time.time())
        except StepLost:
            continue
        if isinstance(message, CollectorLost):
            losses += 1
            assert news.collector != ""
        elif isinstance(message, Hello):
            assert news.collector == ""
        for kind in (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS):
            held = set(news.of(kind))
            assert seen[kind] <= held, f"{len(seen[kind] - held)} {kind} vanished at {type(message).__name__}"
            seen[kind] = held
    return losses


def one_view(launch: Launch, lives: int, chance: Random) -> list[str]:
    """Follow collectors, of which so many crash, until the next one has listed everything."""
    with Following(launch) as following:
        told = []
        for life in range(1, lives + 1):
            following.wait(partial(_has_started, following, life), "the next collector")
            told.append(crash_once(following, chance))
        following.wait(partial(_has_started, following, lives + 1), "the last collector")
        following.wait_settled()
        assert following.count(Kind.INSTANCES) == INSTANCES, told
        pids = [process.pid for process in following.processes]
        family = [*pids, *children(pids[-1])]
    wait_gone(family, 3)
    assert len(pids) == lives + 1
    assert replayed(following.heard) == lives
    return told


def _has_started(following: Following, number: int) -> bool:
    return len(following.processes) == number


def test_crashes_at_random_moments_lose_nothing_and_leave_nothing(home: Path, canned: Canned) -> None:
    chance = seeded("crashes of the collector")
    launch = Launch(regions=("us-east-1",), endpoint=canned.endpoint, refresh=2.0)
    told: list[str] = []
    while len(told) < CRASHES:
        told += one_view(launch, min(chance.choice([1, 1, 2]), CRASHES - len(told)), chance)
        print(f"{len(told)} crashes, the last: {told[-1]}")


@pytest.mark.parametrize("end", ["crash", "close"])
def test_a_credential_command_that_hangs_ends_with_its_collector(
    end: str, launch: Launch, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, config, noted = home / "keys.sh", home / "config-of-aws", home / "pid"
    command.write_text(f"#!/bin/sh\necho $$ >> {noted}\nsleep 600\n")
    command.chmod(0o700)
    config.write_text(f"[default]\ncredential_process = {command}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with Following(launch) as following:
        wait_until(lambda: noted.exists() and noted.read_text().endswith("\n"), "the command to run")
        collector = following.processes[0].pid
        family = children(collector)
        assert int(noted.read_text()) in family
        assert len(family) == 2, "the shell and its sleep"
        if end == "crash":
            os.kill(collector, signal.SIGKILL)
            following.wait(lambda: bool(following.of(CollectorLost)), "its loss")
            wait_gone(family, 3)
    wait_gone(family, 3)
    assert not any(exists(int(pid)) for pid in noted.read_text().split())
