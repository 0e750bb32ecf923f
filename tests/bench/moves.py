"""P6, P7 and half of P12: how long a key waits while rows load, while they change, and with very many."""

from __future__ import annotations

import re
from itertools import repeat
from statistics import median
from threading import Event, Thread

from tests.bench.figures import Figures, Measure, ratio
from tests.bench.keys import Keys, in_view
from tests.bench.rig import ROW, SPINNER, Commands, Rig, quit_view, told
from tests.bench.start import all_rows
from tests.bench.tables import OURS, stock_size
from tests.support.wire import Wire

_KEYS = 100  # presses of one sample in rest
_LOADING = 40  # presses at least while rows load, of as many loads as that takes
_SCROLLS = 60  # of a sample while rows change
_AT_EDGE = 60  # presses that reach the end of the screen, after which each key scrolls


def p6(rig: Rig) -> list[Measure]:
    """Compare keys pressed while all rows load with keys pressed in rest, and with the obvious app."""
    with _ours(rig) as wire:
        wire.see(all_rows(rig.scale))
        wire.quiet(1.5, besides=SPINNER)
        our_style = Keys(wire).style
        quit_view(wire)
    with _obvious(rig) as wire:
        wire.see(_all_loaded(rig))
        its_style = Keys(wire).style
        quit_view(wire)
    found = rig.turns(
        {
            "ours": lambda: _ours_loading(rig, our_style),
            "obvious": lambda: _obvious_loading(rig, its_style),
        }
    )
    loading = (found["ours"], "loading")
    its = (found["obvious"], "loading")
    return [
        ratio("P6", "key p99 while loading / in rest", 1.5, loading, (found["ours"], "rest")),
        ratio("P6", "key p99 while loading / thread + boto3 app", 0.15, loading, its),
    ]


def _ours(rig: Rig) -> Wire:
    """Open the program on an empty cache."""
    return rig.view(rig.account(rig.scale, rig.new_home()))


def _obvious(rig: Rig) -> Wire:
    env = rig.account(rig.scale, rig.new_home())
    return rig.python("-m", "tests.bench.apps.obvious", str(rig.new_home()), env=env)


def _all_loaded(rig: Rig) -> re.Pattern[bytes]:
    return re.compile(b"loaded %d" % rig.scale)


def _ours_loading(rig: Rig, style: bytes) -> Figures:
    """Start on an empty cache once or more, with keys from the first rows until all are there."""
    waits: list[float] = []
    rest: list[float] = []
    while len(waits) < _LOADING:
        with _ours(rig) as wire:
            fingers, pressed = _pressed_until(wire, style, all_rows(rig.scale))
            waits += pressed
            wire.quiet(1.0, besides=SPINNER)
            rest += fingers.move(_LOADING, in_view())
            quit_view(wire)
    return {"loading": waits, "rest": rest}


def _obvious_loading(rig: Rig, style: bytes) -> Figures:
    with _obvious(rig) as wire:
        _, waits = _pressed_until(wire, style, _all_loaded(rig))
        quit_view(wire)
    return {"loading": waits}


def _pressed_until(wire: Wire, style: bytes, done: re.Pattern[bytes]) -> tuple[Keys, list[float]]:
    """Press keys from the first rows until something is seen, once at least; return the waits (ms)."""
    wire.see(re.compile(ROW))
    fingers = Keys(wire, style)
    keys = in_view()
    waits = [fingers.press(next(keys))]
    while not wire.has(done):
        waits.append(fingers.press(next(keys)))
    return fingers, waits


def p7(rig: Rig) -> list[Measure]:
    """Scroll at 200x50 while one row in a hundred changes every second."""
    found = rig.turns(
        {
            "ours": lambda: _scrolling(rig, "ours", OURS),
            "stock": lambda: _scrolling(rig, "stock", stock_size()),
        }
    )
    ours = found["ours"]
    detail = f"p50 {median(ours.waits['keys']):.1f} ms of {len(ours.waits['keys'])} keys"
    absolute = ours.middle("keys")
    return [
        ratio(
            "P7", "key p99, scrolling live rows / DataTable", 0.2, (ours, "keys"), (found["stock"], "keys")
        ),
        Measure("P7", "the same, absolute", absolute, 16.7, detail, ours.noisy("keys"), "ms"),
    ]


def _scrolling(rig: Rig, app: str, size: tuple[int, int]) -> Figures:
    with told(app, rig.scale, rig, size) as (wire, commands):
        fingers = Keys(wire)
        fingers.move(_AT_EDGE, repeat("j"))
        stop = Event()
        changes = Thread(target=_change_every_second, args=(commands, stop))
        changes.start()
        waits = fingers.move(_SCROLLS, repeat("j"))
        stop.set()
        changes.join()
    return {"keys": waits}


def _change_every_second(commands: Commands, stop: Event) -> None:
    while not stop.wait(1.0):
        commands.say("change")


def p12_keys(rig: Rig) -> list[Measure]:
    """Compare keys among very many rows with keys among few."""

    def side(rows: int) -> Figures:
        with told("ours", rows, rig, OURS) as (wire, _):
            return {"p50": median(Keys(wire).move(_KEYS, in_view()))}

    found = rig.turns({"many": lambda: side(rig.scale * 10), "few": lambda: side(rig.scale // 10)})
    what = "key p50 among 100x as many rows"
    return [ratio("P12", what, 1.3, (found["many"], "p50"), (found["few"], "p50"))]
