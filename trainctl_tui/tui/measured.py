"""What the view has counted: as one value for the metrics file, and as text for the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing.format import age_of
from trainctl_tui.listing.news import News
from trainctl_tui.safe import safe
from trainctl_tui.services.metrics import LaneAge, Metrics
from trainctl_tui.tui.frames import FrameTimes

_CALLS = ("operation", "region", "calls", "errors", "throttled", "retried", "p50 ms", "p95 ms")
_LANES = ("lane", "region", "rows", "complete", "age")
_GAP = "  "


def measure(news: News, frames: FrameTimes) -> Metrics:
    """Return all counters. May be called from any thread: news are frozen."""
    tally = news.tally
    lanes = (lane for kind in Kind for lane in news.lanes(kind))
    return Metrics(
        calls=tally.operations if tally is not None else (),
        cache_hits=tally.cache_hits if tally is not None else 0,
        cache_misses=tally.cache_misses if tally is not None else 0,
        lanes=tuple(
            LaneAge(
                lane.lane.kind.value,
                lane.lane.region,
                lane.taken_at,
                lane.complete and lane.trouble is None,
                len(lane.rows),
            )
            for lane in lanes
        ),
        frames=frames.count,
        frame_p50=frames.share(0.5),
        frame_p95=frames.share(0.95),
    )


def metrics_text(metrics: Metrics, now: float) -> Text:
    """Return the counters as tables. ``now`` is seconds on the provider's clock."""
    text = Text()
    calls = [
        (
            *(one.operation, one.region),
            *(f"{number:,}" for number in (one.calls, one.errors, one.throttled, one.retried)),
            *(f"{one.p50:.0f}", f"{one.p95:.0f}"),
        )
        for one in metrics.calls
    ]
    _append(text, "Calls to the cloud, since the collector started", _CALLS, calls)
    lanes = [
        (one.kind, one.region, f"{one.rows:,}", "yes" if one.complete else "no", age_of(one.taken_at, now))
        for one in metrics.lanes
    ]
    _append(text, "Lanes", _LANES, lanes)
    text.append("Cache\n", "bold underline")
    text.append(f"  {metrics.cache_hits:,} hits, {metrics.cache_misses:,} misses\n\n")
    text.append("Frames of the dashboard\n", "bold underline")
    times = f"p50 {_milliseconds(metrics.frame_p50)}, p95 {_milliseconds(metrics.frame_p95)}"
    text.append(f"  {metrics.frames:,} drawn, {times}\n")
    return text


def _append(text: Text, title: str, labels: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    held = [[safe(cell, 60) for cell in line] for line in lines]
    text.append(f"{title}\n", "bold underline")
    widths = [max(len(line[at]) for line in (labels, *held)) for at in range(len(labels))]
    for line in (labels, *held):
        first = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
        rest = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
        text.append(f"  {_GAP.join(first + rest)}\n", "dim" if line is labels else "")
    text.append("\n")


def _milliseconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f} ms"
