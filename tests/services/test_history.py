"""The history of volumes on disk: what it counts, and that nothing spoiled, planted or stale is believed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import ME, NOW, REGION, volume
from trainctl_tui.domain.errors import Throttled
from trainctl_tui.domain.inventory import Lane
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.sightings import LONGEST_GAP, Sighting, Sightings, sighted
from trainctl_tui.services.history import WRITE_AGE, History, noting
from trainctl_tui.services.sweeping import Flight, Outcome

HOUR = 3600.0
ONE, TWO = volume(1), volume(2)


def history(folder: Path, said: Callable[[str], None] = lambda _text: None, endpoint: str = "") -> History:
    return History(lambda: folder, endpoint, said)


def files(folder: Path) -> list[Path]:
    return [one for one in (folder / "history").iterdir() if one.suffix != ".lock"]


def test_it_survives_restarts_and_holds_what_is_available(tmp_path: Path) -> None:
    history(tmp_path).note(ME.account, REGION, [ONE, volume(3, state="in-use")], NOW)
    history(tmp_path).note(ME.account, REGION, [ONE, TWO], NOW + HOUR)
    held = history(tmp_path).read(ME.account, REGION)
    assert held == Sightings(NOW, NOW + HOUR, {ONE.id: Sighting(NOW, HOUR), TWO.id: Sighting(NOW + HOUR)})
    assert history(tmp_path).read(ME.account, "eu-west-1") is None
    assert history(tmp_path, endpoint="http://x").read(ME.account, REGION) is None
    assert files(tmp_path)[0].stat().st_mode & 0o777 == 0o600


def test_what_is_attached_for_a_while_begins_anew(tmp_path: Path) -> None:
    kept = history(tmp_path)
    kept.note(ME.account, REGION, [ONE], NOW)
    kept.note(ME.account, REGION, [], NOW + 10)
    known = kept.note(ME.account, REGION, [ONE], NOW + 20)
    assert known is not None
    assert known.since == {ONE.id: Sighting(NOW + 20)}


def test_an_unchanged_history_is_written_now_and_then(tmp_path: Path) -> None:
    kept = history(tmp_path)
    first = kept.note(ME.account, REGION, [ONE], NOW)
    before = files(tmp_path)[0].read_bytes()
    assert kept.note(ME.account, REGION, [ONE], NOW + WRITE_AGE - 1) is first
    assert files(tmp_path)[0].read_bytes() == before
    kept.note(ME.account, REGION, [ONE], NOW + WRITE_AGE)
    assert files(tmp_path)[0].read_bytes() != before


@pytest.mark.parametrize("spoil", [
    lambda whole: b"", lambda whole: whole[:-1], lambda whole: whole[: len(whole) // 2],
    lambda whole: whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
    lambda whole: bytes([whole[0] ^ 128]) + whole[1:], lambda whole: whole + b" ",
])  # fmt: skip
def test_a_spoiled_file_is_no_history_which_is_said_once(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    history(tmp_path).note(ME.account, REGION, [ONE], NOW)
    (file,) = files(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    said: list[str] = []
    kept = history(tmp_path, said.append)
    assert kept.read(ME.account, REGION) is None
    assert kept.read(ME.account, REGION) is None
    assert len(said) == 1
    assert "cut short or changed" in said[0]
    known = kept.note(ME.account, REGION, [ONE], NOW + HOUR)
    assert (
        known
        == history(tmp_path).read(ME.account, REGION)
        == Sightings(NOW + HOUR, NOW + HOUR, {ONE.id: Sighting(NOW + HOUR)})
    )


def test_every_flipped_bit_is_seen(tmp_path: Path) -> None:
    history(tmp_path).note(ME.account, REGION, [ONE], NOW)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        assert history(tmp_path).read(ME.account, REGION) is None, place


def test_a_link_a_pipe_and_a_full_disk_are_no_history(tmp_path: Path) -> None:
    said: list[str] = []
    kept = history(tmp_path, said.append)
    kept.note(ME.account, REGION, [ONE], NOW)
    (file,) = files(tmp_path)
    file.rename(tmp_path / "else")
    file.symlink_to(tmp_path / "else")
    assert kept.read(ME.account, REGION) is None
    file.unlink()
    os.mkfifo(file)
    assert kept.read(ME.account, REGION) is None
    file.unlink()
    file.mkdir()
    assert kept.note(ME.account, REGION, [TWO], NOW + HOUR) is None
    assert len(said) == 1


def test_two_windows_agree_whoever_writes(tmp_path: Path) -> None:
    ours, theirs = history(tmp_path), history(tmp_path)
    ours.note(ME.account, REGION, [ONE], NOW)
    theirs.note(ME.account, REGION, [ONE, TWO], NOW + 100)
    # An older listing that comes late changes nothing.
    known = ours.note(ME.account, REGION, [], NOW + 50)
    assert known is not None
    assert set(known.since) == {ONE.id, TWO.id}
    together = [threading.Thread(target=one.note, args=(ME.account, REGION, [ONE, TWO], NOW + 400 + at))
                for at, one in enumerate((ours, theirs) * 10)]  # fmt: skip
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    held = history(tmp_path).read(ME.account, REGION)
    assert held is not None
    assert held.since[ONE.id].since == NOW
    assert held.since[TWO.id].since == NOW + 100


_WRITER = """
import sys
from itertools import count
from pathlib import Path
from tests.support.rows import ME, NOW, REGION, volume
from trainctl_tui.services.history import History
kept = History(lambda: Path(sys.argv[1]), "", print)
rows = [volume(number) for number in range(300)]
for number in count(1):
    kept.note(ME.account, REGION, rows[: number % 300 + 1], NOW + number)
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_a_whole_history(tmp_path: Path) -> None:
    for writes in range(1, 9):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        for _ in range(writes):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        said: list[str] = []
        held = history(tmp_path, said.append).read(ME.account, REGION)
        assert (held is not None, said) == (True, [])
        assert held is not None
        assert held.since[volume(0).id].since == NOW + 1


@given(st.lists(st.tuples(st.floats(-2 * LONGEST_GAP, 2 * LONGEST_GAP), st.booleans()), max_size=12))
def test_a_sighting_never_claims_more_than_was_seen(looks: list[tuple[float, bool]]) -> None:
    """Since its first moment, a volume was there at each look that counted, with no gap longer than told."""
    held, at, seen = None, NOW, []
    for step, is_there in looks:
        at += step
        before, held = held, sighted(held, [ONE.id] if is_there else [], at)
        if held is not before:
            seen = [*seen, (at, is_there)] if held.last == at else seen
    if held is None or ONE.id not in held.since:
        return
    sighting = held.since[ONE.id]
    counted = [(moment, there) for moment, there in seen if sighting.since <= moment <= held.last]
    run = counted[next(i for i in range(len(counted)) if all(there for _, there in counted[i:])) :]
    assert sighting.since in [moment for moment, _ in run]
    assert sighting.gap <= LONGEST_GAP


def test_only_a_complete_listing_of_volumes_is_noted(tmp_path: Path) -> None:
    told: list[tuple[str, str, Sightings]] = []
    outcomes = iter([
        Outcome({ONE.id: ONE}, NOW, True, trouble=Throttled("Slow down.").trouble),
        Outcome({ONE.id: ONE}, None, True),
        Outcome({ONE.id: ONE}, NOW, True),
        Outcome({ONE.id: ONE}, NOW + 15, False),
        Outcome({ONE.id: ONE, TWO.id: TWO}, NOW + 30, True),
    ])  # fmt: skip
    fly = noting(lambda *_: next(outcomes), history(tmp_path), lambda *known: told.append(known))
    flight = Flight(Lane(ME.account, REGION, Kind.VOLUMES), 1, None, {}, False, identity=ME)
    for _ in range(5):
        fly(flight, None, None)  # type: ignore[arg-type]
    assert [(account, region, set(one.since)) for account, region, one in told] == [
        (ME.account, REGION, {ONE.id}),
        (ME.account, REGION, {ONE.id, TWO.id}),
    ]
