"""R17: a journal that is torn, newer, foreign or full is refused with words; nothing wrong is read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.support.acts import confirmed, facts, journal_at
from tests.support.campaign import campaign, seeded
from tests.support.killsweep import scratch
from tests.support.small_disk import small_disk
from trainctl_tui.domain.errors import NotFound
from trainctl_tui.domain.operations import OpState
from trainctl_tui.services import journal_file
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.journal_file import NAME, SCHEMA, DamagedError, sealed, unsealed
from trainctl_tui.services.journal_pen import Pen
from trainctl_tui.services.journal_rows import Sent
from trainctl_tui.services.state_dir import NoJournal

BENT = campaign(500, 5000)


def written(folder: Path) -> str:
    """Write a journal with one operation under way, in one file; return its id."""
    journal = journal_at(folder)
    id = confirmed(journal, 1, 2, 3)
    pen = journal.take(id)
    pen.intent([facts(1).id], {})
    pen.result([facts(1).id], Sent.ACCEPTED, {"request_id": "r-1"}, {})
    journal.close()
    return id


def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal = journal_at(tmp_path / "state")
        confirmed(journal, 1)
        files = [file for file in (tmp_path / "state").iterdir() if file.is_file()]
        assert len(files) == 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
        journal.close()
    finally:
        os.umask(old)


def test_the_tables_are_made_once_whoever_comes_first(tmp_path: Path) -> None:
    id = written(tmp_path)
    connection = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    journal_file._lay_out(connection)
    connection.close()
    assert journal_at(tmp_path).operation(id).id == id


def test_every_write_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    journal = journal_at(tmp_path / "state")
    id = confirmed(journal, 1)
    with journal._file.reading() as connection:
        told = [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]
        assert told == ["wal", 2]
        for change in ("UPDATE event SET op = 'x'", "DELETE FROM event"):
            with pytest.raises(sqlite3.IntegrityError, match="events stay"):
                connection.execute(change)
    shutil.copytree(tmp_path / "state", tmp_path / "copy")
    assert journal_at(tmp_path / "copy").operation(id).id == id
    journal.close()


def test_a_newer_layout_is_not_touched(tmp_path: Path) -> None:
    id = written(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA + 1}")
    connection.close()
    before = (tmp_path / NAME).read_bytes()
    journal = journal_at(tmp_path)
    with pytest.raises(NoJournal, match="written by a newer trainctl-tui"):
        journal.take(id)
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize("what", ["link", "directory", "pipe", "second name", "garbage", "text", "no rights"])
def test_what_is_no_journal_of_ours_is_refused_with_words(tmp_path: Path, what: str) -> None:
    file = tmp_path / NAME
    if what == "link":
        file.symlink_to(tmp_path / "elsewhere")
    elif what == "directory":
        file.mkdir()
    elif what == "pipe":
        os.mkfifo(file)
    elif what == "second name":
        (tmp_path / "other").touch()
        file.hardlink_to(tmp_path / "other")
    elif what == "garbage":
        file.write_bytes(bytes(range(256)) * 64)
    elif what == "text":
        file.write_text("SQLite format 3\0" + "x" * 5000)
    else:
        (tmp_path / "locks").touch()
        file.symlink_to("/proc/1/mem")
    journal = journal_at(tmp_path)
    with pytest.raises(NoJournal, match=r"nothing is changed.*journal\.db|journal\.db"):
        confirmed(journal, 1)
    for look in (journal.operations, journal.busy, journal.version):
        with pytest.raises(NoJournal):
            look()
    journal.close()


def test_a_missing_row_and_a_moved_row_are_found(tmp_path: Path) -> None:
    id = written(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("DELETE FROM target WHERE number = 1")
    connection.close()
    with pytest.raises(NoJournal, match=r"targets of operation .* are missing"):
        journal_at(tmp_path).operation(id)
    shutil.rmtree(tmp_path)
    id = written(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("UPDATE target SET number = 65 WHERE number = 1")
    connection.close()
    with pytest.raises(NoJournal, match=r"targets of operation .* are missing"):
        journal_at(tmp_path).operation(id)
    shutil.rmtree(tmp_path)
    id = written(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as connection:
        rows = connection.execute("SELECT number, body, sum FROM target ORDER BY number").fetchall()
        for number in (0, 1):
            connection.execute(
                "UPDATE target SET body = ?, sum = ? WHERE number = ?", (*rows[1 - number][1:], number)
            )
        connection.execute("DELETE FROM approval")
    connection.close()
    journal = journal_at(tmp_path)
    with pytest.raises(NoJournal, match="is damaged"):
        journal.operation(id)
    with pytest.raises(NoJournal, match="is damaged"):
        journal.confirmed(id)


def test_an_intent_that_reaches_no_row_is_no_intent(tmp_path: Path) -> None:
    id = written(tmp_path)
    journal = journal_at(tmp_path)
    pen = journal.take(id)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("DELETE FROM target WHERE number = 1")
    connection.close()
    with pytest.raises(NoJournal, match=r"target .* is missing"):
        pen.intent([facts(2).id], {})
    assert [event.phase for event in journal.events(id)].count("intent") == 1
    journal.close()


@pytest.mark.parametrize("body", [None, "text", 1])
def test_a_row_that_became_of_another_type_is_damaged(body: object) -> None:
    with pytest.raises(DamagedError, match="op/1 is damaged"):
        unsealed("op/1", body, sealed("op/1", "x")[1], str)
    with pytest.raises(DamagedError, match="op/1 is damaged"):
        unsealed("op/1", sealed("op/1", "x")[0], body, str)


def told(journal: Journal, id: str) -> object:
    """Return all that a journal says of an operation and what an executor would go by."""
    kept = journal.confirmed(id)
    pen = journal.take(id)
    return (
        kept.approval,
        kept.planned,
        kept.op.account,
        kept.op.act,
        kept.op.changes,
        pen.tracked,
        journal.operation(id).targets,
    )


@pytest.mark.campaign
@pytest.mark.timeout(campaign(300, 3600))
def test_bent_and_cut_files_are_refused_or_tell_the_truth() -> None:
    chance = seeded("bent journals")
    place = Path(scratch()) / f"journal-{os.getpid()}"
    try:
        id = written(place / "good")
        shutil.copytree(place / "good", place / "read")
        truth = told(journal_at(place / "read"), id)
        good = (place / "good" / NAME).read_bytes()
        found = {"truth": 0, "refused": 0, "gone": 0}
        for number in range(BENT):
            found[_bent(place / "bent", good, chance, id, truth, number)] += 1
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(f"{BENT} bent journals: {found}, 0 wrong")
    assert found["truth"]
    assert found["refused"] > BENT // 10


def _bent(folder: Path, good: bytes, chance: Random, id: str, truth: object, number: int) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    data = bytearray(good)
    if number % 4 == 0:
        del data[chance.randrange(len(data)) :]
    for _ in range(chance.choice((1, 1, 10, 100)) if number % 4 else 0):
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
    (folder / NAME).write_bytes(data)
    journal = journal_at(folder)
    try:
        assert told(journal, id) == truth, f"bent journal {number}"
    except NoJournal:
        return "refused"
    except NotFound:
        return "gone"
    finally:
        journal.close()
    return "truth"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 1) as place:
        yield place


def test_on_a_full_disk_no_intent_is_written_and_space_heals_it(disk: Path) -> None:
    journal = journal_at(disk / "state")
    id = confirmed(journal, 1)
    pen = journal.take(id)
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))
    with pytest.raises(NoJournal, match="Make room"):
        _write_on(pen)
    os.truncate(disk / "filler", 0)
    pen = journal.take(id)
    pen.state(OpState.ABORTED)
    assert journal.operation(id).state is OpState.ABORTED
    journal.close()


def _write_on(pen: Pen) -> None:
    for _ in range(1000):
        pen.intent([facts(1).id], {"call": "x" * 1000})


def test_a_journal_that_is_locked_for_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainctl_tui.services.journal_file.PATIENCE", 0.05)
    id = written(tmp_path)
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    journal = journal_at(tmp_path)
    assert journal.operation(id)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(NoJournal, match="locked"):
        journal.cancel(id)
    other.execute("ROLLBACK")
    other.close()
    journal.cancel(id)
    journal.close()
