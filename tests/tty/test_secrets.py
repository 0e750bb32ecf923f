"""R12, on the screen: what the program draws, writes and hands on while errors quote secrets at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.front import MARK, REFUSED, Front, key_id, secret
from tests.support.pty import Terminal
from tests.support.view import PROGRAM, family, live
from trainctl_tui.simcloud.process import SimCloud, simulated_environment

NEEDED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@pytest.fixture
def front(tty_cloud: SimCloud) -> Iterator[Front]:
    with Front(tty_cloud.endpoint) as running:
        yield running


@pytest.mark.campaign
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_no_secret_is_drawn_written_or_handed_on(
    home: dict[str, str], front: Front, tmp_path: Path, size: tuple[int, int]
) -> None:
    signed_in = {
        "AWS_ACCESS_KEY_ID": key_id("TTY"),
        "AWS_SECRET_ACCESS_KEY": secret("tty"),
        "AWS_SESSION_TOKEN": secret("tty-session", 120),
        "GITHUB_TOKEN": secret("of-others"),
    }
    environment = {**simulated_environment(front.url, home), **signed_in}
    front.refusals = REFUSED
    with Terminal([PROGRAM], size=size, env=environment, cwd=str(tmp_path)) as terminal:
        terminal.wait_for(live)
        terminal.wait_for("3 problems")
        terminal.send("m")
        terminal.wait_for("redacted")
        view, *others = family(terminal.pid)
        for pid in (view, *others):
            assert MARK not in Path(f"/proc/{pid}/cmdline").read_text().lower()
        assert others
        for pid in others:
            for line in Path(f"/proc/{pid}/environ").read_text().split("\0"):
                assert MARK not in line.lower() or line.partition("=")[0] in NEEDED
        terminal.send("escape")
        terminal.send("q")
        assert terminal.wait_exit(5) == 0
        drawn = bytes(terminal.raw)
    assert b"redacted" in drawn
    assert MARK.encode() not in drawn.lower()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in written)
    for path in written:
        assert MARK.encode() not in path.read_bytes().lower(), path
