"""Where the audit log cannot be written, or is not ours, nothing is recorded, and that is said."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.test_audit import entry
from trainctl_tui.domain.errors import CannotRecord
from trainctl_tui.services import audit as audit_module
from trainctl_tui.services.audit import Audit


@pytest.fixture
def log(tmp_path: Path) -> Audit:
    log = Audit(tmp_path)
    log.write(entry("first"))
    return log


def test_an_entry_is_on_the_disk_before_the_writer_returns(
    log: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(audit_module.os, "fdatasync", lambda file: synced.append(os.fstat(file).st_size))
    log.write(entry("sixth"))
    assert synced == [log.file.stat().st_size]


def test_a_disk_that_fails_refuses_and_leaves_no_half_line(
    log: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = log.file.read_bytes()

    def broken(_file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(audit_module.os, "fdatasync", broken)
        with pytest.raises(CannotRecord, match="Input/output error"):
            log.write(entry("sixth"))
    assert log.file.read_bytes() == before
    log.write(entry("sixth"))
    assert log.check()[0].broken is None


def test_a_full_disk_refuses_and_leaves_no_half_line(log: Audit) -> None:
    before = log.file.read_bytes()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, old[1]))
    try:
        with pytest.raises(CannotRecord, match="50 of"):
            log.write(entry("sixth"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert log.file.read_bytes() == before


def a_link(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to(file.with_name("elsewhere"))


def a_second_name(file: Path) -> None:
    os.link(file, file.with_name("elsewhere"))


def a_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("spoil", [a_link, a_second_name, a_directory, a_pipe])
def test_what_is_no_plain_file_of_ours_is_refused(log: Audit, spoil: Callable[[Path], None]) -> None:
    spoil(log.file)
    with pytest.raises(CannotRecord) as refused:
        log.write(entry("sixth"))
    assert str(log.file) in str(refused.value)
    with pytest.raises(CannotRecord):
        log.check()


def test_a_file_of_another_user_is_refused(log: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_module.os, "getuid", lambda: 12345)
    with pytest.raises(CannotRecord, match="belongs to another user"):
        log.write(entry("sixth"))


def test_a_place_that_takes_nothing_is_refused() -> None:
    with pytest.raises(CannotRecord):
        Audit(Path("/proc/none")).write(entry())
