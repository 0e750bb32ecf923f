"""What is said beside a result: which lanes failed, why, and what to do."""

from __future__ import annotations

from trainctl_tui.domain.resources import Kind
from trainctl_tui.headless import codes, output
from trainctl_tui.headless.known import Known, LaneTold


def report_lanes(known: Known, kind: Kind | None = None) -> int:
    """Say what went wrong on standard error; return the exit code.

    With ``kind``, only its lanes decide the code: what is joined to it is said, and shows as unknown.
    """
    counted = known.lanes if kind is None else known.lanes_of(kind)
    said: set[tuple[str, str]] = set()
    unidentified = known.unidentified
    if unidentified is not None:
        output.note_trouble("identity", unidentified)
        said.add((unidentified.kind, unidentified.why))
    for lane in known.lanes:
        # Credentials fail for every lane alike, and once is enough; so does what hits all regions.
        if lane.trouble is not None and (lane.trouble.kind, lane.trouble.why) not in said:
            said.add((lane.trouble.kind, lane.trouble.why))
            output.note_trouble(f"{lane.kind.value} {lane.region}", lane.trouble)
    if any(kind in codes.CREDENTIALS for kind, _ in said):
        output.note(output.HINT)
    return _code(counted)


def _code(lanes: tuple[LaneTold, ...]) -> int:
    return codes.code_of_lanes((lane.trouble for lane in lanes), any(lane.rows for lane in lanes))
