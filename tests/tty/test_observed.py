"""A view that is watched: its metrics file, its metrics screen, its log and its collector's."""

from __future__ import annotations

import json
from pathlib import Path

from tests.services.test_metrics import parsed
from tests.support.view import Open, live


def test_a_view_leaves_metrics_and_logs(view: Open, account: dict[str, str], tmp_path: Path) -> None:
    with view("--metrics", str(tmp_path / "a.prom"), "--log-level", "debug") as terminal:
        terminal.wait_for(live)
        terminal.send("M")
        terminal.wait_for("Calls to the cloud")
        terminal.wait_for("ec2:DescribeInstances ")
        terminal.send("q")
        terminal.wait_for(lambda text: live(text) and "Calls to the cloud" not in text)
        terminal.send("q")
        assert terminal.wait_exit(10) == 0
    found = parsed((tmp_path / "a.prom").read_text())
    calls = [value for (name, labels), value in found.items()
             if name == "trainctl_tui_calls_total" and "DescribeInstances" in labels]  # fmt: skip
    assert sum(calls) >= 1
    assert found["trainctl_tui_frames_total", ""] > 0
    assert any(name == "trainctl_tui_frame_seconds" for name, _ in found)
    logs = Path(account["XDG_STATE_HOME"]) / "trainctl-tui" / "log"
    view_lines = [json.loads(line) for line in (logs / "view.jsonl").read_text().splitlines()]
    assert [line["message"] for line in view_lines][-1] == "the view ends with 0"
    collector = [json.loads(line) for line in (logs / "collector.jsonl").read_text().splitlines()]
    assert any(line.get("operation") == "ec2:DescribeInstances" for line in collector)


def test_a_metrics_file_that_cannot_be_written_is_refused_before_the_screen(view: Open) -> None:
    with view("--metrics", "/proc/none/a.prom") as terminal:
        assert terminal.wait_exit(20) == 2
        assert "Cannot write the metrics" in terminal.text
        assert not terminal.alternate
