"""The audit log: every entry is on the disk, whatever is changed later is named, and a crash is no change."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.safe import is_safe
from trainctl_tui.services.audit import HEAD, NAME, Audit
from trainctl_tui.services.audit_chain import GENESIS, Entry, check, opened, seal

WRITER = """
import sys
from pathlib import Path
from trainctl_tui.services.audit import Audit
from tests.services.test_audit import entry
log = Audit(Path(sys.argv[1]))
for number in range(40):
    log.write(entry(f"{sys.argv[2]}-{number}"))
"""


def entry(op: str = "01OP", **fields: object) -> Entry:
    values: dict[str, object] = {
        "at": 5.0,
        "op": op,
        "event": "intent",
        "act": "terminate",
        "actor": "arn:aws:iam::123456789012:user/ann",
        "account": "123456789012",
        "region": "us-east-1",
        "ids": ("i-1", "i-2"),
        "facts": {"i-1": "f1", "i-2": "f2"},
        "verdicts": {"i-1": "WARN D10"},
        "phrase": "terminate 2",
    }
    return Entry(**{**values, **fields})  # type: ignore[arg-type]


@pytest.fixture
def log(tmp_path: Path) -> Audit:
    log = Audit(tmp_path)
    for number in range(1, 6):
        log.write(entry(f"op-{number}"))
    return log


def lines_of(log: Audit) -> list[bytes]:
    return log.file.read_bytes().splitlines(keepends=True)


def test_a_log_is_whole_private_and_says_what_was_done(log: Audit, tmp_path: Path) -> None:
    found, end_is_known = log.check()
    assert (found.broken, found.why, found.mended, end_is_known) == (None, "", (), True)
    assert [one.op for one in found.entries] == [f"op-{number}" for number in range(1, 6)]
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        NAME: 0o600,
        HEAD: 0o600,
    }
    first = json.loads(lines_of(log)[0])
    assert list(first)[:4] == ["at", "op", "event", "act"]
    assert first["phrase"] == "terminate 2"
    assert first["previous"] == GENESIS.hash


def test_a_log_that_was_never_begun_is_whole(tmp_path: Path) -> None:
    found, end_is_known = Audit(tmp_path / "none").check()
    assert (found.broken, found.entries, end_is_known) == (None, (), True)
    assert not (tmp_path / "none").exists()


def edited(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b"terminate 2", b"terminate 3"), *lines[3:]]


def rehashed(lines: list[bytes]) -> list[bytes]:
    """Change an entry and compute its hash anew: the line after it does not follow any more."""
    record, _ = opened(lines[1])
    line, _ = seal(entry("forged"), check(lines[:1]).head)
    assert record.seq == 2
    return [lines[0], line, *lines[2:]]


def last_rehashed(lines: list[bytes]) -> list[bytes]:
    line, _ = seal(entry("forged"), check(lines[:4]).head)
    return [*lines[:4], line]


@pytest.mark.parametrize(
    ("spoil", "line", "why"),
    [
        (edited, 3, "its words are not those"),
        (rehashed, 3, "does not follow"),
        (last_rehashed, 5, "not the entry that was written"),
        (lambda lines: [*lines[:1], *lines[2:]], 2, "entry 2 is missing before it"),
        (lambda lines: [*lines[:1], *lines[4:]], 2, "entries 2 to 4 are missing before it"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1, "missing before it"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4, "does not follow"),
        (lambda lines: lines[:3], 4, "entries 4 to 5 are missing at the end"),
        (lambda lines: [*lines[:4], lines[4][:30]], 5, "no whole entry"),
        (lambda lines: [*lines[:2], b"hello\n", *lines[2:]], 3, "no whole entry"),
        (lambda lines: [*lines, b'{"a":1}\n'], 6, "no whole entry"),
        (lambda lines: [*lines[:2], b"\xff\x00" * 40 + b"\n", *lines[3:]], 3, "no whole entry"),
        (lambda lines: [], 1, "entries 1 to 5 are missing at the end"),
    ],
)  # fmt: skip
def test_the_first_line_that_was_changed_is_named_and_goes_on_being_named(
    log: Audit, spoil: Callable[[list[bytes]], list[bytes]], line: int, why: str
) -> None:
    log.file.write_bytes(b"".join(spoil(lines_of(log))))
    found, _ = log.check()
    assert found.broken == line
    assert why in found.why
    if line <= 5:  # what stands after the last entry may be what a crash has left; below
        log.write(entry("after"))
        later, _ = log.check()
        # The end alone, exchanged for another that fits, is seen by its head; later by what follows it.
        assert later.broken == line + (spoil is last_rehashed)
        assert later.entries[-1].op == "after"


def test_a_deleted_log_is_missed(log: Audit) -> None:
    log.file.unlink()
    assert log.check()[0].why == "entries 1 to 5 are missing at the end"
    log.write(entry("after"))
    assert log.check()[0].why == "entries 1 to 5 are missing before it"


def test_without_its_head_only_the_end_cannot_be_vouched_for(log: Audit) -> None:
    log.file.with_name(HEAD).unlink()
    found, end_is_known = log.check()
    assert (found.broken, end_is_known) == (None, False)
    log.file.write_bytes(b"".join(lines_of(log)[:3]))
    assert log.check()[0].broken is None
    log.write(entry("after"))
    found, end_is_known = log.check()
    assert (found.broken, len(found.entries), end_is_known) == (None, 4, True)


@pytest.mark.parametrize("head", [b"", b"x", b"1 2", b"\xff" * 107, b"9" * 500])
def test_a_head_that_says_nothing_counts_as_none(log: Audit, head: bytes) -> None:
    log.file.with_name(HEAD).write_bytes(head)
    assert log.check()[1] is False
    log.write(entry("after"))
    assert log.check()[0].broken is None


def test_a_crash_within_a_line_is_told_and_the_chain_goes_on(log: Audit) -> None:
    before = log.file.read_bytes()
    next_line, _ = seal(entry("lost"), check(lines_of(log)).head)
    head = log.file.with_name(HEAD).read_bytes()
    for cut in (1, 2, 100, len(next_line) - 40, len(next_line) - 2):
        log.file.write_bytes(before + next_line[:cut])
        log.file.with_name(HEAD).write_bytes(head)
        torn, _ = log.check()
        assert (torn.broken, torn.mended) == (None, (6,))
        log.write(entry("after"))
        log.write(entry("later"))
        found, _ = log.check()
        assert (found.broken, found.mended) == (None, (6,))
        assert [one.op for one in found.entries[-2:]] == ["after", "later"]


def test_a_line_that_lacks_only_its_end_is_whole(log: Audit) -> None:
    head = log.file.with_name(HEAD).read_bytes()
    log.write(entry("sixth"))
    log.file.write_bytes(log.file.read_bytes()[:-1])
    log.file.with_name(HEAD).write_bytes(head)
    log.write(entry("seventh"))
    found, _ = log.check()
    assert (found.broken, found.mended, len(found.entries)) == (None, (), 7)


def test_a_crash_before_the_head_was_kept_loses_nothing(log: Audit) -> None:
    head = log.file.with_name(HEAD).read_bytes()
    log.write(entry("sixth"))
    log.file.with_name(HEAD).write_bytes(head)
    log.write(entry("seventh"))
    found, _ = log.check()
    assert (found.broken, found.mended, len(found.entries)) == (None, (), 7)


def test_a_torn_line_that_is_told_of_must_be_there(log: Audit) -> None:
    with log.file.open("ab") as file:
        file.write(b'{"at":')
    log.write(entry("after"))
    log.file.write_bytes(log.file.read_bytes().replace(b'{"at":\n', b""))
    assert log.check()[0].why == "the torn line that it tells of is not there"


def test_crashes_may_tear_one_after_the_other(log: Audit) -> None:
    with log.file.open("ab") as file:
        file.write(b'{"at":\n{"at":5.0,"op"')
    log.write(entry("after"))
    found, _ = log.check()
    assert (found.broken, found.mended) == (None, (6,))


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(number)], cwd=Path(__file__).parents[2]
        )
        for number in range(4)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    found, _ = Audit(tmp_path).check()
    assert (found.broken, found.mended, len(found.entries)) == (None, (), 160)
    for number in range(4):
        mine = [one.op for one in found.entries if one.op.startswith(f"{number}-")]
        assert mine == [f"{number}-{at}" for at in range(40)]


@given(st.text(st.characters(codec=None), max_size=30))
def test_whatever_is_typed_a_line_is_one_line_and_touches_no_terminal(phrase: str) -> None:
    line, digest = seal(entry(phrase=phrase), GENESIS)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert all(map(is_safe, line.decode().removesuffix("\n")))
    record, found = opened(line)
    assert found == digest
    assert record.phrase == "".join("?" if "\ud800" <= one <= "\udfff" else one for one in phrase)
