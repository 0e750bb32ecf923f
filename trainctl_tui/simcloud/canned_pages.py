"""Pre-rendered answers for fleets too large to render on demand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainctl_tui.simcloud.engine import Engine
from trainctl_tui.simcloud.fleet import Fleet
from trainctl_tui.simcloud.wire import shapes

# This many machines are made one by one; larger fleets repeat them under other ids (engine and writer
# cost 150 us a machine, a repeat 20 us).
DISTINCT = 2000
PAGE = 1000
# The first three digits of an id tell the copies apart; ids of images, networks and keys stay.
_OUR_ID = re.compile(r"(?<![a-z0-9-])((?:i|vol|eni|eni-attach|r)-0)[0-9a-f]{3}")
_LAUNCHED = re.compile(rb"(<launchTime>)[^<]*")
_PARTS = re.compile(r"<[^>]+>|[^<]+")


@dataclass(frozen=True)
class Listed:
    """How one operation is cut into pages: its set's tag, what an id's tag is, and its items."""

    operation: str
    set_tag: str
    id_tag: bytes
    id_parameter: str
    items: list[bytes]


class CannedPages:
    """The answers of one region. ``churn`` machines change at the start of each sweep of the instances."""

    def __init__(
        self, engine: Engine, fleet: Fleet, region: str, wanted: int, *, churn: int, pretty: bool
    ) -> None:
        self._churn = churn
        self._sweeps = 0
        copies = -(-wanted // max(1, fleet.size(region))) if wanted else 0
        self.listed: Mapping[str, Listed] = {
            row[0]: Listed(row[0], row[2], row[3], row[4], _items(engine, region, row, copies, pretty=pretty))
            for row in _LISTS
        }
        for operation in ("DescribeInstances", "DescribeInstanceStatus"):
            del self.listed[operation].items[wanted:]

    def answer(self, operation: str, form: Mapping[str, str], request_id: str) -> bytes | None:
        """Return one page, or None where the operation or its parameters are not canned."""
        listed = self.listed.get(operation)
        if listed is None or any(key.startswith("Filter.") for key in form):
            return None
        ids = [value.encode() for key, value in form.items() if key.startswith(f"{listed.id_parameter}.")]
        if ids:
            return _whole(listed, _named(listed, ids), "", request_id)
        start = int(form.get("NextToken", "canned-0").rpartition("-")[2])
        if operation == "DescribeInstances" and start == 0:
            self._change()
        end = start + int(form.get("MaxResults", PAGE))
        more = f"<nextToken>canned-{end}</nextToken>" if end < len(listed.items) else ""
        return _whole(listed, listed.items[start:end], more, request_id)

    def _change(self) -> None:
        """Move the launch time of the next ``churn`` machines on."""
        self._sweeps += 1
        items = self.listed["DescribeInstances"].items
        for n in range(min(self._churn, len(items))):
            place = (self._sweeps * self._churn + n) % len(items)
            stamp = b"2026-06-%02dT%02d:%02d:%02d.000Z" % (
                1 + self._sweeps // 86_400 % 28,
                self._sweeps // 3600 % 24,
                self._sweeps // 60 % 60,
                self._sweeps % 60,
            )
            items[place] = _LAUNCHED.sub(rb"\g<1>" + stamp, items[place], count=1)


# operation, member of the answer, tag of the set, tag of the id, parameter that names ids
_LISTS: Sequence[tuple[str, str, str, bytes, str]] = (
    ("DescribeInstances", "Reservations", "reservationSet", b"instanceId", "InstanceId"),
    ("DescribeVolumes", "Volumes", "volumeSet", b"volumeId", "VolumeId"),
    ("DescribeSnapshots", "Snapshots", "snapshotSet", b"snapshotId", "SnapshotId"),
    ("DescribeInstanceStatus", "InstanceStatuses", "instanceStatusSet", b"instanceId", "InstanceId"),
)


def _items(
    engine: Engine, region: str, row: tuple[str, str, str, bytes, str], copies: int, *, pretty: bool
) -> list[bytes]:
    operation, member = row[:2]
    dress: Callable[[str], str] = indented if pretty else str
    params = {"IncludeAllInstances": True} if operation == "DescribeInstanceStatus" else {}
    texts = [
        dress(shapes.fragment(operation, member, [item]))
        for item in _everything(engine, region, operation, member, params)
    ]
    items: list[bytes] = []
    for copy in range(copies if operation != "DescribeSnapshots" else 1):
        mark = rf"\g<1>{copy:03x}"
        items += [_OUR_ID.sub(mark, text).encode() for text in texts]
    return items


def _everything(
    engine: Engine, region: str, operation: str, member: str, params: dict[str, Any]
) -> Iterator[Any]:
    token: str | None = None
    while True:
        asked = {**params, **({"NextToken": token} if token else {})}
        told = engine.call(operation, asked, region=region)
        yield from told[member]
        token = told.get("NextToken")
        if token is None:
            return


def _named(listed: Listed, ids: Sequence[bytes]) -> list[bytes]:
    tag = listed.id_tag
    wanted = [b"<%s>%s</%s>" % (tag, id, tag) for id in ids]
    return [item for item in listed.items if any(mark in item for mark in wanted)]


def _whole(listed: Listed, items: Sequence[bytes], more: str, request_id: str) -> bytes:
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{listed.operation}Response xmlns="{shapes.NAMESPACE}">'
        f"<requestId>{request_id}</requestId><{listed.set_tag}>"
    )
    tail = f"</{listed.set_tag}>{more}</{listed.operation}Response>"
    return b"".join((head.encode(), *items, tail.encode()))


def indented(text: str) -> str:
    """Return XML with each element on a line of its own, as real EC2 sends it (text stays as it is)."""
    out: list[str] = []
    depth, after_open = 2, False
    for part in _PARTS.findall(text):
        if part.startswith("</"):
            depth -= 1
            out.append(part if after_open else "\n" + "    " * depth + part)
            after_open = False
        elif part.startswith("<"):
            out.append("\n" + "    " * depth + part)
            depth += 1
            after_open = True
        else:
            out.append(part)
    return "".join(out)
