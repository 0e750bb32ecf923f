"""P1 to P4, P10 and half of P12: start-up, cold and warm loads, and the memory they take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.bench.figures import Figures, Measure, Rounds, ratio, skipped
from tests.bench.peers import Peers
from tests.bench.rig import ROW, SPINNER, Rig, quit_view
from tests.support.processes import children, command, wait_until
from tests.support.wire import Wire

_FRAME = b"trainctl-tui"
_ANY_ROW = re.compile(ROW)
_IMPORT = "import textual.app; print('imported')"


def all_rows(count: int) -> re.Pattern[bytes]:
    """Return what the title of the instances says when all are in (a sum that may grow says "≥")."""
    return re.compile(rb"Instances (?:\x1b\[[\d;]*m)*%b" % f"{count:,}".encode())


def peak(pid: int) -> float:
    """Return the most memory that a process had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def bare_import(rig: Rig) -> Figures:
    """Time Python with Textual imported: the limit of every Textual program."""
    with rig.python("-c", _IMPORT, env=rig.account(rig.scale, rig.new_home())) as wire:
        return {"import": since(wire, b"imported")}


def since(wire: Wire, wanted: bytes | re.Pattern[bytes]) -> float:
    """Return the milliseconds from the start to something seen."""
    return (wire.see(wanted).at - wire.begun) * 1000


def cold(rig: Rig, instances: int) -> Figures:
    """Open the view on an empty cache."""
    with rig.view(rig.account(instances, rig.new_home())) as wire:
        figures = {"frame": since(wire, _FRAME), "first": since(wire, _ANY_ROW)}
        figures["all"] = since(wire, all_rows(instances))
        wire.quiet(1.5, besides=SPINNER)
        collector = next(pid for pid in children(wire.pid) if "trainctl_tui.collector" in command(pid))
        figures |= {"view": peak(wire.pid), "both": peak(wire.pid) + peak(collector)}
        quit_view(wire)
    return figures


def paginated(rig: Rig) -> Figures:
    """List the same with bare boto3."""
    env = rig.account(rig.scale, rig.new_home())
    with rig.python("-m", "tests.bench.apps.paginate", env=env) as wire:
        return {"first": since(wire, b"first page"), "all": since(wire, f"all {rig.scale}".encode())}


def empty(rig: Rig) -> Figures:
    """Take the memory of a Textual app that shows one word."""
    with rig.python("-m", "tests.bench.apps.empty", env=rig.account(rig.scale, rig.new_home())) as wire:
        wire.see(b"nothing-here")
        wire.quiet(0.5)
        memory = peak(wire.pid)
        quit_view(wire)
    return {"view": memory}


def p1(rig: Rig) -> list[Measure]:
    """Compare the cold first frame with the bare import."""
    env = rig.account(100, rig.new_home())

    def frame() -> Figures:
        with rig.view({**env, "XDG_CACHE_HOME": str(rig.new_home())}) as wire:
            at = since(wire, _FRAME)
            quit_view(wire)
        return {"frame": at}

    found = rig.turns({"ours": frame, "bare": lambda: bare_import(rig)})
    what = "cold first frame / `import textual.app`"
    return [ratio("P1", what, 1.3, (found["ours"], "frame"), (found["bare"], "import"))]


def p2(rig: Rig) -> list[Measure]:
    """Compare a warm start with the bare import, and with the obvious app."""
    env = rig.account(rig.scale, rig.new_home())
    last = _fill_cache(rig, env)
    theirs = rig.new_home()
    arguments = ("-m", "tests.bench.apps.obvious", str(theirs / "rows"))
    with rig.python(*arguments, env=env) as wire:
        wire.see(f"loaded {rig.scale}".encode())
        quit_view(wire)

    def warm() -> Figures:
        with rig.view(env) as wire:
            at = since(wire, last)
            quit_view(wire)
        return {"rows": at}

    def obvious() -> Figures:
        with rig.python(*arguments, env=env) as wire:
            at = since(wire, _ANY_ROW)
            quit_view(wire)
        return {"rows": at}

    found = rig.turns({"ours": warm, "bare": lambda: bare_import(rig), "obvious": obvious})
    rows = (found["ours"], "rows")
    return [
        ratio("P2", "warm rows / `import textual.app`", 1.5, rows, (found["bare"], "import")),
        ratio("P2", "warm rows / DataTable + pydantic app", 0.2, rows, (found["obvious"], "rows")),
    ]


def _fill_cache(rig: Rig, env: Mapping[str, str]) -> re.Pattern[bytes]:
    """Let one view fill the cache; return the id on the last line of its instances."""
    with rig.view(env) as wire:
        wire.see(all_rows(rig.scale))
        cache = Path(env["XDG_CACHE_HOME"])
        # The instances, statuses and volumes are the large ones; each is written whole or not at all.
        wait_until(lambda: sum(f.stat().st_size > 300_000 for f in cache.rglob("cache.db*")) >= 3)
        wire.quiet(1.5, besides=SPINNER)
        ids = re.findall(ROW.decode(), "\n".join(wire.drawn().display))
        quit_view(wire)
    return re.compile(ids[-1].encode())


def loads(rig: Rig, peers: Peers) -> list[Measure]:
    """P3, P4 and P10 in one run: the same cold load by us, by bare boto3 and by the peers."""
    sides = {
        "ours": lambda: cold(rig, rig.scale),
        "boto3": lambda: paginated(rig),
        "empty": lambda: empty(rig),
    }
    found = rig.turns({**sides, **peers.sides(rig)})
    ours = found["ours"]
    return [
        ratio("P3", "cold: all rows / boto3 paginate", 0.25, (ours, "all"), (found["boto3"], "all")),
        ratio("P3", "cold: first rows / boto3 paginate", 0.08, (ours, "first"), (found["boto3"], "all")),
        *_against(found, "P4", "all rows", 0.15, "servonaut", "all", "ms"),
        *_against(found, "P4", "all rows", 0.2, "awscli", "all", "ms"),
        ratio(
            "P10", "memory: view / empty app", 1.5, (ours, "view"), (found["empty"], "view"), "MB", exact=True
        ),
        *_against(found, "P10", "memory: view + collector", 0.75, "servonaut", "both", "MB"),
    ]


def _against(
    found: Mapping[str, Rounds], goal: str, what: str, limit: float, peer: str, name: str, unit: str
) -> list[Measure]:
    what = f"{what} / {peer}"
    if peer not in found:
        return [skipped(goal, what, limit, "peer not installed: make bench PEERS=1")]
    return [ratio(goal, what, limit, (found["ours"], name), (found[peer], name), unit)]


def p12_load(rig: Rig) -> list[Measure]:
    """Compare five times as many instances."""
    many = rig.scale * 5
    found = rig.turns({"many": lambda: cold(rig, many), "few": lambda: cold(rig, rig.scale)})
    times = (found["many"], "all"), (found["few"], "all")
    memory = (found["many"], "both"), (found["few"], "both")
    return [
        ratio("P12", "load of 5x as many rows", 5.5, *times),
        ratio("P12", "memory with 5x as many rows", 2.5, *memory, "MB"),
    ]
