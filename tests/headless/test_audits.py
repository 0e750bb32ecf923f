"""``audit``: the log is shown by choice, exported for programs, and looked through for changes."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest

from tests.services.test_audit import entry
from trainctl_tui.cli import main
from trainctl_tui.services.audit import HEAD, NAME, Audit


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path))
    log = Audit(tmp_path)
    now = time.time()
    log.write(entry("01AAA", at=now - 10 * 86400, event="confirmed", actor="=cmd|' /C calc'!A0"))
    log.write(entry("01BBB", at=now - 60, event="intent", ids=("i-7",)))
    log.write(
        entry("01BBB", at=now - 30, event="result", ids=("i-7",), outcome="accepted", region="eu\x1b[2J")
    )
    return log


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["audit", "show", *words]) == 0
    return capsys.readouterr().out.splitlines()


def test_show_chooses(log: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(shown(capsys)) == 3
    assert len(shown(capsys, "--op", "01B")) == 2
    assert len(shown(capsys, "--id", "i-2")) == 1
    assert len(shown(capsys, "--since", "1d")) == 2
    assert len(shown(capsys, "--since", "1d", "--id", "i-1")) == 0
    assert len(shown(capsys, "--since", "2001-01-01")) == 3
    assert len(shown(capsys, "--since", "2001-01-01T08:30+02:00", "--op", "01A")) == 1
    assert "\x1b" not in "".join(shown(capsys))


def test_no_line_is_said(log: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "show", "--id", "i-none"]) == 0
    assert capsys.readouterr().err == "The log has no such line.\n"


def test_what_was_never_written_is_not_called_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAINCTL_STATE_DIR", str(tmp_path))
    assert (main(["audit", "verify"]), main(["audit", "show"])) == (0, 0)
    told = capsys.readouterr()
    assert told.out == f"Empty: nothing is written in {tmp_path / NAME}\n"
    assert told.err == "Nothing was ever confirmed or refused here.\n"


def test_json_holds_every_field(log: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads("\n".join(shown(capsys, "--json")))
    assert list(told) == ["schema", "kind", "lanes", "items"]
    assert [one["seq"] for one in told["items"]] == [1, 2, 3]
    assert told["items"][2]["region"] == "eu\x1b[2J"


def test_export_writes_a_new_private_file(
    log: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, document = tmp_path / "log.csv", tmp_path / "log.json"
    assert main(["audit", "export", str(table)]) == 0
    assert main(["audit", "export", str(document), "--op", "01B"]) == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert [row["event"] for row in rows] == ["confirmed", "intent", "result"]
    assert rows[0]["actor"].startswith("'=")
    assert rows[0]["ids"] == "i-1 i-2"
    assert json.loads(rows[0]["facts"]) == {"i-1": "f1", "i-2": "f2"}
    assert len(json.loads(document.read_text())["items"]) == 2
    assert table.stat().st_mode & 0o777 == 0o600
    assert main(["audit", "export", str(table)]) == 2
    assert "exists" in capsys.readouterr().err


def test_verify_names_the_first_line_that_is_wrong(log: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    assert "Whole: 3 entries" in capsys.readouterr().out
    log.file.write_bytes(log.file.read_bytes().replace(b"i-7", b"i-8", 1))
    assert main(["audit", "verify", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["broken_line"] == 2
    assert "line 2 is the first that is wrong" in said.err
    for command in (["show"], ["export", str(log.file.with_name("x.csv"))]):
        assert main(["audit", *command]) == 1
        assert "line 2" in capsys.readouterr().err


def test_verify_says_what_it_cannot_vouch_for(log: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    with log.file.open("ab") as file:
        file.write(b'{"at":')
    assert main(["audit", "verify"]) == 0
    assert "Line 4 was torn by a crash" in capsys.readouterr().err
    log.file.with_name(HEAD).unlink()
    assert main(["audit", "verify"]) == 5
    assert "a cut at the end is not seen" in capsys.readouterr().err


def test_what_is_no_log_is_said(log: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    assert main(["audit", "show"]) == 1
    assert "is no plain file" in capsys.readouterr().err
