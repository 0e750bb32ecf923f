"""The metrics file: Prometheus text that parses, whole at any moment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.processes import wait_until
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.services import metrics
from trainctl_tui.services.metrics import LaneAge, Metrics, Writer, text, write
from trainctl_tui.services.tally import OperationTally

SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (?P<value>\S+)'
)
ALL = Metrics(
    calls=(OperationTally("ec2:DescribeVolumes", 'a"b\\c\nd', 7, 2, 1, 3, 12.5, 250.0),),
    cache_hits=4,
    cache_misses=1,
    lanes=(
        LaneAge("volumes", "us-east-1", 1_790_000_000.0, True, 17),
        LaneAge("types", "us-east-1", None, False, 0),
    ),
    frames=9,
    frame_p50=1.5,
    frame_p95=4.0,
)


def parsed(body: str) -> dict[tuple[str, str], float]:
    """Read the format as Prometheus does, strictly; return values by name and labels."""
    typed: set[str] = set()
    found: dict[tuple[str, str], float] = {}
    assert body.endswith("\n")
    for line in body.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge")
            assert name not in typed
            typed.add(name)
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            assert match["name"] in typed
            key = (match["name"], match["labels"] or "")
            assert key not in found
            found[key] = float(match["value"])
    return found


def test_everything_that_is_counted_can_be_read_back() -> None:
    found = parsed(text(ALL))
    label = 'operation="ec2:DescribeVolumes",region="a\\"b\\\\c\\nd"'
    assert found["trainctl_tui_calls_total", label] == 7
    assert found["trainctl_tui_errors_total", label] == 2
    assert found["trainctl_tui_throttled_total", label] == 1
    assert found["trainctl_tui_retries_total", label] == 3
    assert found["trainctl_tui_call_seconds", f'{label},quantile="0.95"'] == 0.25
    assert found["trainctl_tui_cache_reads_total", 'result="hit"'] == 4
    lane = 'kind="volumes",region="us-east-1"'
    assert found["trainctl_tui_lane_taken_timestamp_seconds", lane] == 1_790_000_000
    assert found["trainctl_tui_lane_rows", lane] == 17
    assert found["trainctl_tui_lane_complete", 'kind="types",region="us-east-1"'] == 0
    assert ("trainctl_tui_lane_taken_timestamp_seconds", 'kind="types",region="us-east-1"') not in found
    assert found["trainctl_tui_frame_seconds", 'quantile="0.5"'] == 0.0015
    assert parsed(text(Metrics()))["trainctl_tui_frames_total", ""] == 0


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "trainctl.prom"
    write(path, ALL)
    with path.open() as reader:
        write(path, Metrics())
        assert parsed(reader.read()) == parsed(text(ALL))  # the old file, to its end
    assert parsed(path.read_text()) == parsed(text(Metrics()))
    assert [one.name for one in tmp_path.iterdir()] == ["trainctl.prom"]


@pytest.mark.parametrize("name", ["missing/a.prom", "nul\0.prom", "directory", "/"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "directory").mkdir()
    with pytest.raises(ConfigError, match="Cannot write the metrics"):
        write(tmp_path / name, ALL)
    assert [one.name for one in tmp_path.iterdir()] == ["directory"]


def test_the_writer_writes_what_changed_and_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "PAUSE", 0.02)
    path = tmp_path / "a.prom"
    now = [Metrics(frames=1)]
    writer = Writer(path, lambda: now[0])
    writer.start()
    wait_until(path.exists, "the first writing")
    first = path.stat().st_ino
    now[0] = Metrics(frames=2)
    wait_until(lambda: path.stat().st_ino != first, "the second writing")
    assert parsed(path.read_text())["trainctl_tui_frames_total", ""] == 2
    now[0] = Metrics(frames=3)
    writer.stop()
    assert parsed(path.read_text())["trainctl_tui_frames_total", ""] == 3


def test_a_disk_that_fails_later_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "PAUSE", 0.02)
    writer = Writer(tmp_path / "missing" / "a.prom", lambda: ALL)
    writer.start()
    writer.stop()
    (tmp_path / "missing").mkdir()
    again = Writer(tmp_path / "missing" / "a.prom", lambda: ALL)
    again.start()
    again.stop()
    assert (tmp_path / "missing" / "a.prom").exists()
