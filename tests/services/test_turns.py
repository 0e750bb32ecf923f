"""One holder a lane, whatever happens to it; its word reaches the next one, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.processes import wait_until
from trainctl_tui.services import turns as module
from trainctl_tui.services.turns import Stamp, Turns

WORD = Stamp("this boot", 10.0, 12.0, 1000.0, "abcd")
HOLDER = """
import sys, threading
from pathlib import Path
from trainctl_tui.services.turns import Turns
with Turns(Path(sys.argv[1])).take("lane", threading.Event()) as turn:
    print("held" if turn else "refused", flush=True)
    sys.stdin.read()
"""


def never() -> threading.Event:
    return threading.Event()


def turns(folder: Path) -> Turns:
    return Turns(folder / "turns", boot="this boot")


def test_the_word_of_one_holder_reaches_the_next(tmp_path: Path) -> None:
    with turns(tmp_path).take("lane", never()) as first:
        assert first is not None
        assert first.stamp is None
        first.leave(WORD)
    with turns(tmp_path).take("lane", never()) as second:
        assert second is not None
        assert second.stamp == WORD
        second.leave(Stamp("this boot", 1.0, 2.0, None, ""))
    with turns(tmp_path).take("lane", never()) as third:
        assert third is not None
        assert third.stamp == Stamp("this boot", 1.0, 2.0, None, "")


def test_a_word_of_another_boot_says_nothing(tmp_path: Path) -> None:
    with turns(tmp_path).take("lane", never()) as turn:
        assert turn is not None
        turn.leave(Stamp("another boot", 10.0, 12.0, 1000.0, "abcd"))
    with turns(tmp_path).take("lane", never()) as turn:
        assert turn is not None
        assert turn.stamp is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 40, b"\x93\x01\x02\x03", b"\0" * 5000],
    ids=["empty", "no message", "another message", "zeroes"],
)
def test_a_spoiled_word_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "turns").mkdir()
    (tmp_path / "turns" / "lane").write_bytes(content)
    with turns(tmp_path).take("lane", never()) as turn:
        assert turn is not None
        assert turn.stamp is None


def test_two_lanes_are_held_by_two(tmp_path: Path) -> None:
    with turns(tmp_path).take("one", never()) as one, turns(tmp_path).take("other", never()) as other:
        assert one is not None
        assert other is not None


def test_who_is_cancelled_waits_no_longer(tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with turns(tmp_path).take("lane", never()), turns(tmp_path).take("lane", cancelled) as second:
        assert second is None


def test_nobody_waits_for_a_holder_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with turns(tmp_path).take("lane", never()), turns(tmp_path).take("lane", never()) as second:
        assert second is None


def test_a_killed_holder_lets_go_and_a_stopped_one_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        os.kill(holder.pid, signal.SIGSTOP)
        got: list[bool] = []

        def take() -> None:
            with Turns(folder).take("lane", never()) as turn:
                got.append(turn is not None)

        waiter = threading.Thread(target=take)
        waiter.start()
        waiter.join(0.3)
        assert got == []
        holder.kill()
        wait_until(lambda: got == [True], "the turn of a killed holder")
        waiter.join()


@pytest.mark.parametrize("spoil", ["a file in its place", "a link", "a pipe", "a folder"])
def test_where_the_disk_refuses_everybody_goes_alone(tmp_path: Path, spoil: str) -> None:
    folder = tmp_path / "turns"
    if spoil == "a file in its place":
        folder.write_text("")
    else:
        folder.mkdir()
        place = folder / "lane"
        target = tmp_path / "target"
        target.write_text("untouched")
        {
            "a link": lambda: place.symlink_to(target),
            "a pipe": lambda: os.mkfifo(place),
            "a folder": place.mkdir,
        }[spoil]()
    with turns(tmp_path).take("lane", never()) as turn:
        assert turn is None
    if spoil == "a link":
        assert target.read_text() == "untouched"
