"""Counters as Prometheus text, in a file that a node exporter reads: whole at any moment, seldom written."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread

from msgspec import Struct

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.paths import replace_file
from trainctl_tui.services.tally import OperationTally

PAUSE = 5.0
"""Seconds between two writings at least."""

Labels = Mapping[str, str]

log = logging.getLogger(__name__)

_COUNTERS = (
    ("calls", "Calls to the cloud.", "calls"),
    ("errors", "Calls that did not end well.", "errors"),
    ("throttled", "Calls that were refused for being too many.", "throttled"),
    ("retries", "Calls that were another attempt.", "retried"),
)


class LaneAge(Struct, frozen=True):
    """A lane as the metrics tell it. ``taken_at`` on the provider's clock, None where it was never read."""

    kind: str
    region: str
    taken_at: float | None
    complete: bool
    rows: int


class Metrics(Struct, frozen=True):
    """Everything that is counted. Frame times in milliseconds, of the last frames drawn."""

    calls: tuple[OperationTally, ...] = ()
    cache_hits: int = 0
    cache_misses: int = 0
    lanes: tuple[LaneAge, ...] = ()
    frames: int = 0
    frame_p50: float | None = None
    frame_p95: float | None = None


def text(metrics: Metrics) -> str:
    """Return the counters in Prometheus' text format, version 0.0.4."""
    return "".join(f"{line}\n" for line in _lines(metrics))


def write(path: Path, metrics: Metrics) -> None:
    """Replace the file whole: no reader sees half of it. Raise ConfigError where it cannot be written."""
    try:
        # Readable by all: the exporter is another user, and there is no secret in a counter.
        replace_file(path, text(metrics).encode(), 0o644)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"Cannot write the metrics to {path}.", f"{reason}.", "Choose another place."
        ) from error


class Writer:
    """Keeps a file in step with what ``latest`` returns, from a thread of its own."""

    def __init__(self, path: Path, latest: Callable[[], Metrics]) -> None:
        self._path = path
        self._latest = latest
        self._written: Metrics | None = None
        self._ended = Event()
        self._thread = Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        """Write from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Write what there is at the end."""
        self._ended.set()
        self._thread.join(1.0)
        self._try()

    def _run(self) -> None:
        while not self._ended.wait(PAUSE):
            self._try()

    def _try(self) -> None:
        latest = self._latest()
        if latest == self._written:
            return
        try:
            write(self._path, latest)
        except ConfigError as error:
            log.warning("%s", error)
        self._written = latest


def _lines(metrics: Metrics) -> Iterator[str]:
    calls = metrics.calls
    for name, about, field in _COUNTERS:
        yield from _family(
            f"trainctl_tui_{name}_total", "counter", about, [(_of(one), getattr(one, field)) for one in calls]
        )
    times = [
        ({**_of(one), "quantile": part}, value / 1000)
        for one in calls
        for part, value in (("0.5", one.p50), ("0.95", one.p95))
    ]
    yield from _family("trainctl_tui_call_seconds", "gauge", "How long the last calls took.", times)
    looks = [({"result": "hit"}, metrics.cache_hits), ({"result": "miss"}, metrics.cache_misses)]
    yield from _family("trainctl_tui_cache_reads_total", "counter", "Looks into the cache.", looks)
    lanes = metrics.lanes
    yield from _family(
        "trainctl_tui_lane_taken_timestamp_seconds",
        "gauge",
        "When the rows of a lane were taken, on the provider's clock.",
        [(_lane(one), one.taken_at) for one in lanes if one.taken_at is not None],
    )
    complete = [(_lane(one), int(one.complete)) for one in lanes]
    yield from _family("trainctl_tui_lane_complete", "gauge", "1 where all pages were read.", complete)
    rows = [(_lane(one), one.rows) for one in lanes]
    yield from _family("trainctl_tui_lane_rows", "gauge", "Rows of a lane.", rows)
    yield from _family("trainctl_tui_frames_total", "counter", "Frames drawn.", [({}, metrics.frames)])
    frames = [
        ({"quantile": part}, value / 1000)
        for part, value in (("0.5", metrics.frame_p50), ("0.95", metrics.frame_p95))
        if value is not None
    ]
    yield from _family("trainctl_tui_frame_seconds", "gauge", "How long the last frames took.", frames)


def _family(name: str, kind: str, about: str, samples: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    held: Sequence[tuple[Labels, float]] = list(samples)
    if not held:
        return
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for labels, value in held:
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{inner}}} {value:.15g}" if inner else f"{name} {value:.15g}"


def _of(one: OperationTally) -> Labels:
    return {"operation": one.operation, "region": one.region}


def _lane(one: LaneAge) -> Labels:
    return {"kind": one.kind, "region": one.region}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
