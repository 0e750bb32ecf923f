"""``status``: who we are, and what each region holds, by kind and state."""

from __future__ import annotations

import argparse
from collections import Counter

from msgspec import Struct

from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Volume
from trainctl_tui.headless import asked, codes, output, shapes
from trainctl_tui.headless.known import ALL_KINDS, Known, LaneTold, Source
from trainctl_tui.headless.reports import report_lanes
from trainctl_tui.listing.format import freshness
from trainctl_tui.safe import safe

_COUNTED = (Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS)


class Count(Struct, frozen=True):
    """How many rows of a kind are in one state in one region."""

    kind: str
    region: str
    state: str
    count: int


def status(given: argparse.Namespace) -> int:
    """Say who we are and what there is; return the exit code."""
    settings = asked.settings_of(given).settings
    launch = asked.launch_of(given, settings)
    with asked.observed(given, launch, Source(launch, settings)) as source:
        known = source.cached(ALL_KINDS) if given.cached else source.fresh(ALL_KINDS, alias=True)
        code = report_lanes(known)
        if given.json:
            output.say(_json(known))
        elif code in (codes.DONE, codes.PARTIAL):
            output.say("\n".join(_lines(known)))
    return code


def counts(known: Known) -> list[Count]:
    """Return how many rows there are, by kind, region and state."""
    found = Counter(
        (kind.value, row.region, row.state or "?")
        for kind in _COUNTED
        for row in known.facts.of(kind).values()
        if isinstance(row, Instance | Volume | Snapshot)
    )
    return [Count(*key, count) for key, count in sorted(found.items())]


def _json(known: Known) -> str:
    who = known.identity
    document = shapes.document("status", known, known.lanes)
    for lane, told in zip(document["lanes"], known.lanes, strict=True):
        lane["kind"], lane["rows"] = told.kind.value, told.rows
    identity = None if who is None else {"account": who.account, "arn": who.arn, "alias": who.alias}
    return shapes.encode({**document, "identity": identity, "items": counts(known)})


def _lines(known: Known) -> list[str]:
    who = known.identity
    alias = f" ({who.alias})" if who is not None and who.alias else ""
    lines = [f"account    {known.account or 'unknown'}{alias}"]
    lines += [f"as         {who.arn}"] if who is not None else []
    lines.append(f"regions    {', '.join(known.regions)}")
    found = counts(known)
    for kind in _COUNTED:
        for lane in known.lanes_of(kind):
            mine = [one for one in found if (one.kind, one.region) == (kind.value, lane.region)]
            states = ", ".join(f"{one.count} {one.state}" for one in mine)
            head = f"{kind.value:<10} {lane.region:<14} {_rows(lane):>7}"
            lines.append(f"{head}  {_standing(lane, known)}  {states}")
    return [safe(line.rstrip(), 500) for line in lines]


def _rows(lane: LaneTold) -> str:
    if lane.trouble is None:
        return f"{lane.rows:,}"
    return f"≥{lane.rows:,}" if lane.rows else "?"


def _standing(lane: LaneTold, known: Known) -> str:
    if lane.trouble is not None:
        return "partial" if lane.rows else "failed"
    return freshness(lane.taken_at, known.facts.now)
