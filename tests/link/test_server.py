"""Questions are answered, and what cannot be answered is said."""

from __future__ import annotations

import io
from typing import IO, cast

from tests.support.rows import REGION
from tests.support.scripted_provider import ConsoleProvider, ScriptedProvider
from tests.support.stage import Stage
from trainctl_tui.domain.resources import Console, Kind
from trainctl_tui.link import frames
from trainctl_tui.link.messages import (
    AskConsole,
    AskRaw,
    AskRegions,
    ConsoleAnswer,
    NoAnswer,
    Pause,
    Question,
    Refresh,
    RegionsAnswer,
    ToCollector,
    ToView,
    WatchRegions,
)
from trainctl_tui.link.server import Server, answer
from trainctl_tui.providers.base import Call, Provider
from trainctl_tui.services.prices import load
from trainctl_tui.services.tally import CallTally

CONSOLE = AskConsole(7, REGION, "i-1")


def _answer(provider: Provider | None, question: Question) -> ToView:
    return answer(provider, question, load(None))


class Surprised(ConsoleProvider):
    def console(self, *_: object) -> Console:
        raise ZeroDivisionError


def test_a_question_is_answered_by_its_number() -> None:
    assert isinstance(_answer(ConsoleProvider(), CONSOLE), ConsoleAnswer)
    told = _answer(ScriptedProvider(), AskRegions(8))
    assert isinstance(told, RegionsAnswer)
    assert (told.id, [region.id for region in told.regions]) == (8, [REGION])


def test_a_skill_that_is_missing_is_said() -> None:
    for question in (CONSOLE, AskRaw(7, Kind.VOLUMES, REGION, "vol-1")):
        told = _answer(ScriptedProvider(), question)
        assert isinstance(told, NoAnswer)
        assert (told.id, told.trouble.kind) == (7, "NotFound")
        assert "scripted" in told.trouble.why


def test_nobody_to_ask_and_a_fault_of_ours_are_answers_too() -> None:
    early = _answer(None, CONSOLE)
    broken = _answer(Surprised(), CONSOLE)
    assert isinstance(early, NoAnswer)
    assert isinstance(broken, NoAnswer)
    assert broken.trouble.kind == "Bug"
    assert "ZeroDivisionError" in broken.trouble.why


def listen(data: bytes, stage: Stage) -> list[ToView]:
    said: list[ToView] = []
    server = Server(stage.refresher, said.append, lambda job: job(), load(None))
    server.listen(cast("IO[bytes]", io.BytesIO(data)))
    return said


def test_the_view_is_heard_until_it_ends() -> None:
    stage = Stage(ConsoleProvider())
    stage.work()
    wishes: list[ToCollector] = [Pause(True), WatchRegions(("eu-west-1",)), Refresh((Kind.VOLUMES,)), CONSOLE]
    said = listen(b"".join(map(frames.encode, wishes)), stage)
    stage.work()
    assert [type(one) for one in said] == [ConsoleAnswer]
    assert stage.news.regions == ("eu-west-1",)
    assert stage.provider.count(Kind.VOLUMES, "eu-west-1") == 1
    stage.pass_time(100)
    assert stage.provider.count(Kind.VOLUMES, "eu-west-1") == 1, "it is paused"


def test_what_cannot_be_understood_ends_the_conversation() -> None:
    stage = Stage()
    assert listen(b"\0\0\0\3abc" + frames.encode(CONSOLE), stage) == []


def test_calls_are_counted_by_operation_and_region() -> None:
    tally = CallTally()
    for number in range(1, 101):
        tally.heard(Call("ec2:DescribeVolumes", REGION, float(number), "ok"))
    tally.heard(Call("ec2:DescribeVolumes", REGION, 5.0, "Throttled", attempt=2))
    tally.heard(Call("ec2:DescribeVolumes", "eu-west-1", 5.0, "Denied"))
    west, east = tally.operations()
    assert (west.calls, west.errors, west.throttled, west.retried, west.p50) == (1, 1, 0, 0, 5.0)
    assert (east.calls, east.errors, east.throttled, east.retried) == (101, 1, 1, 1)
    assert 49 <= east.p50 <= 51
    assert 94 <= east.p95 <= 97
