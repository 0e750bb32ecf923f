"""What is said beside a result: which lanes failed, why, and what to do."""

from __future__ import annotations

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.resources import Kind
from trainctl_tui.headless import codes, output
from trainctl_tui.headless.known import Known, LaneTold


def report_lanes(known: Known, kind: Kind | None = None) -> int:
    """Say what went wrong on standard error; return the exit code.

    With ``kind``, only its lanes decide the code: what is joined to it is said, and shows as unknown.
    """
    counted = known.lanes if kind is None else known.lanes_of(kind)
    # What fails alike is told once, with the names of all that it has hit.
    hit: dict[tuple[str, str], list[str]] = {}
    told: dict[tuple[str, str], Trouble] = {}
    failed = [("identity", known.unidentified)]
    failed += [(f"{lane.kind.value} {lane.region}", lane.trouble) for lane in known.lanes]
    for name, trouble in failed:
        if trouble is not None:
            alike = (trouble.kind, trouble.why)
            told.setdefault(alike, trouble)
            hit.setdefault(alike, []).append(name)
    for alike, trouble in told.items():
        first, *others = hit[alike]
        output.note_trouble(first, trouble)
        if others:
            output.note(f"The same: {', '.join(others)}.")
    if any(kind in codes.CREDENTIALS for kind, _ in told):
        output.note(output.HINT)
    return _code(counted)


def _code(lanes: tuple[LaneTold, ...]) -> int:
    return codes.code_of_lanes((lane.trouble for lane in lanes), any(lane.rows for lane in lanes))
