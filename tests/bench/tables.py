"""P8 and P9: what a reload, a change and a move cost our table and Textual's DataTable, in time and bytes."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import cache

from tests.bench.apps.script import Script, named
from tests.bench.bytes import least
from tests.bench.figures import Figures, Measure, ratio
from tests.bench.rig import ROW, Commands, Rig, told
from tests.support.wire import Wire

OURS = (200, 50)
_LINES = 26  # instances in sight on our dashboard at 200x50, beside volumes and snapshots
_SETTLED = 0.5  # seconds without a byte


def stock_size() -> tuple[int, int]:
    """Return the size at which a DataTable shows as many rows, and as wide: one line is its header."""
    return OURS[0], _LINES + 1


@cache
def places(rows: int) -> Mapping[str, int]:
    """Return the place of each id in the script."""
    return {row.id: place for place, row in enumerate(Script(rows).rows)}


def in_sight(wire: Wire, rows: int) -> list[int]:
    """Return the places of the rows on screen, from top to bottom."""
    known = places(rows)
    ids = re.findall(ROW.decode(), "\n".join(wire.drawn().display))
    return [known[id] for id in ids if id in known]


# ---- time ----


def p8(rig: Rig) -> list[Measure]:
    """Compare a reload of all rows, and a change of one in a hundred."""
    found = rig.turns(
        {"ours": lambda: _costs(rig, "ours", OURS), "stock": lambda: _costs(rig, "stock", stock_size())}
    )
    ours, stock = found["ours"], found["stock"]
    return [
        ratio("P8", "reload of all rows / DataTable", 0.05, (ours, "reload"), (stock, "reload")),
        ratio("P8", "change of 1 % / DataTable", 0.15, (ours, "change"), (stock, "change")),
    ]


def _costs(rig: Rig, app: str, size: tuple[int, int]) -> Figures:
    with told(app, rig.scale, rig, size) as (wire, commands):
        shown = in_sight(wire, rig.scale)
        times: dict[str, list[float]] = {"change": [], "reload": []}
        for command, place in (("change", shown[0]), ("reload", shown[-1])) * 2:
            times[command].append(_until_painted(wire, commands, command, place))
    return {command: min(values) for command, values in times.items()}


def _until_painted(wire: Wire, commands: Commands, command: str, place: int) -> float:
    """Give a command; return the milliseconds until this row shows its new name."""
    since = wire.quiet(_SETTLED)
    begun = time.monotonic()
    marker = named(place, commands.say(command))
    return (wire.see(marker, since, 60).at - begun) * 1000


# ---- bytes ----


def bytes_of(rig: Rig, app: str, size: tuple[int, int], rows: int, idle: float) -> dict[str, float]:
    """Return the bytes of an idle stretch, a move in sight, a scroll and a change; and the least of each."""
    with told(app, rows, rig, size) as (wire, commands):
        shown = in_sight(wire, rows)
        _pressed(wire, "j")
        begun = wire.quiet(_SETTLED)
        figures = {"idle": float(wire.quiet(idle) - begun)}
        figures |= _counted("move", wire, lambda: wire.send("j"))
        figures |= _counted("change", wire, lambda: commands.say("change"), named(shown[0], 1))
        for _ in range(len(shown)):
            _pressed(wire, "j")
        figures |= _counted("scroll", wire, lambda: wire.send("j"))
    return figures


def _pressed(wire: Wire, key: str) -> None:
    """Press a key and wait for its paint."""
    since = wire.received
    wire.send(key)
    wire.see(re.compile(ROW), since, 20)


def _counted(name: str, wire: Wire, act: object, marker: bytes = b"") -> dict[str, float]:
    """Do something; return its bytes, and the fewest that would have drawn the same."""
    assert callable(act)
    begun = wire.quiet(_SETTLED)
    before = wire.drawn(begun)
    act()
    wire.see(marker or re.compile(ROW), begun, 30)
    ended = wire.quiet(_SETTLED)
    return {name: float(ended - begun), f"least {name}": float(least(before, wire.drawn(ended)))}


def p9(rig: Rig) -> list[Measure]:
    """Compare bytes with the least there could be, and with DataTable's for as many rows in sight."""
    found = rig.turns(
        {
            "ours": lambda: bytes_of(rig, "ours", OURS, 2000, idle=10.0),
            "stock": lambda: bytes_of(rig, "stock", stock_size(), 2000, idle=1.0),
        }
    )
    ours, stock = found["ours"], found["stock"]
    idle = max(ours.figures["idle"])
    return [
        Measure("P9", "bytes in 10 s of rest", idle, 0, f"{len(ours.figures['idle'])} rounds", unit="B"),
        ratio(
            "P9", "bytes: move in sight / least", 1.6, (ours, "move"), (ours, "least move"), "B", exact=True
        ),
        ratio("P9", "bytes: scroll / least", 2.5, (ours, "scroll"), (ours, "least scroll"), "B", exact=True),
        ratio("P9", "bytes: scroll / DataTable", 0.5, (ours, "scroll"), (stock, "scroll"), "B", exact=True),
        ratio(
            "P9",
            "bytes: change of 1 % / DataTable",
            0.05,
            (ours, "change"),
            (stock, "change"),
            "B",
            exact=True,
        ),
    ]
