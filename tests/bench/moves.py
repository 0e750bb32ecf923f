"""P6, P7 and half of P12: how long a key waits while rows load, while they change, and with very many."""

from __future__ import annotations

import re
from itertools import repeat
from statistics import median
from threading import Event, Thread

from tests.bench.figures import Measure, percentile, ratio
from tests.bench.keys import Keys, in_view
from tests.bench.rig import ROW, SPINNER, Commands, Figures, Rig, quit_view, told
from tests.bench.start import all_rows
from tests.bench.tables import OURS, stock_size
from tests.support.wire import Wire

_KEYS = 200  # presses of one sample
_AT_EDGE = 60  # presses that reach the end of the screen, after which each key scrolls


def p6(rig: Rig) -> list[Measure]:
    """Compare keys pressed while all rows load with keys pressed in rest, and with the obvious app."""
    found = rig.turns({"ours": lambda: _ours_loading(rig), "obvious": lambda: _obvious_loading(rig)})
    loading = (found["ours"], "loading")
    return [
        ratio("P6", "key p99 while loading / in rest", 1.5, loading, (found["ours"], "rest")),
        ratio(
            "P6", "key p99 while loading / thread + boto3 app", 0.15, loading, (found["obvious"], "loading")
        ),
    ]


def _ours_loading(rig: Rig) -> Figures:
    """Load again and again (a new reading of everything, ``whole``, is a restart), with keys meanwhile."""
    env = rig.account(rig.scale, rig.new_home())
    waits: list[float] = []
    rest: list[float] = []
    while len(waits) < _KEYS // 2:
        with rig.view({**env, "XDG_CACHE_HOME": str(rig.new_home())}) as wire:
            waits += _pressed_until(wire, all_rows(rig.scale))
            wire.quiet(1.5, besides=SPINNER)
            rest += Keys(wire).move(_KEYS // 2, in_view())
            quit_view(wire)
    return {"loading": percentile(waits, 99), "rest": percentile(rest, 99)}


def _obvious_loading(rig: Rig) -> Figures:
    env = rig.account(rig.scale, rig.new_home())
    with rig.python("-m", "tests.bench.apps.obvious", str(rig.new_home()), env=env) as wire:
        waits = _pressed_until(wire, re.compile(b"loaded %d" % rig.scale))
        quit_view(wire)
    return {"loading": percentile(waits, 99)}


def _pressed_until(wire: Wire, done: re.Pattern[bytes]) -> list[float]:
    """Press keys from the first rows until something is seen; return the milliseconds of each."""
    wire.see(re.compile(ROW))
    fingers = Keys(wire)
    keys = in_view()
    waits: list[float] = []
    while not wire.has(done):
        waits.append(fingers.press(next(keys)))
    return waits


def p7(rig: Rig) -> list[Measure]:
    """Scroll at 200x50 while one row in a hundred changes every second."""
    found = rig.turns(
        {
            "ours": lambda: _scrolling(rig, "ours", OURS),
            "stock": lambda: _scrolling(rig, "stock", stock_size()),
        }
    )
    ours = (found["ours"], "p99")
    middle = found["ours"].middle("p99")
    detail = f"p50 {found['ours'].middle('p50'):.1f} ms"
    return [
        ratio("P7", "key p99, scrolling live rows / DataTable", 0.2, ours, (found["stock"], "p99")),
        Measure("P7", "the same, absolute", middle, 16.7, detail, found["ours"].noisy("p99"), "ms"),
    ]


def _scrolling(rig: Rig, app: str, size: tuple[int, int]) -> Figures:
    with told(app, rig.scale, rig, size) as (wire, commands):
        fingers = Keys(wire)
        fingers.move(_AT_EDGE, repeat("j"))
        stop = Event()
        changes = Thread(target=_change_every_second, args=(commands, stop))
        changes.start()
        waits = fingers.move(_KEYS, repeat("j"))
        stop.set()
        changes.join()
    return {"p99": percentile(waits, 99), "p50": median(waits)}


def _change_every_second(commands: Commands, stop: Event) -> None:
    while not stop.wait(1.0):
        commands.say("change")


def p12_keys(rig: Rig) -> list[Measure]:
    """Compare keys among very many rows with keys among few."""

    def side(rows: int) -> Figures:
        with told("ours", rows, rig, OURS) as (wire, _):
            return {"p50": median(Keys(wire).move(_KEYS // 2, in_view()))}

    found = rig.turns({"many": lambda: side(rig.scale * 10), "few": lambda: side(rig.scale // 10)})
    what = "key p50 among 100x as many rows"
    return [ratio("P12", what, 1.3, (found["many"], "p50"), (found["few"], "p50"))]
