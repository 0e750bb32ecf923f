"""``python -m tests.bench [--only P1,P9] [--rounds N] [--quick] [--write FILE]``: the goals, measured.

Prints a Markdown table and keeps the figures as JSON in ``tests/bench/results``. Every figure is a ratio
to a peer or a limit in the same run; rounds take turns, and each waits for a quiet machine. A figure over
its limit while others were busy, or with rounds that do not agree, is called noisy and not missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import moves, start, tables, work
from tests.bench.figures import Measure, skipped, table
from tests.bench.peers import Peers, find_peers, versions
from tests.bench.rig import RESULTS, Rig

Goal = Callable[[Rig], list[Measure]]

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
"""Marks of a document between which ``--write`` puts the table."""


def goals(peers: Peers) -> list[tuple[frozenset[str], Goal]]:
    """Return what is measured together, with the goals that it serves."""
    return [
        (frozenset({"P1"}), start.p1),
        (frozenset({"P2"}), start.p2),
        (frozenset({"P3", "P4", "P10"}), lambda rig: start.loads(rig, peers)),
        (frozenset({"P5"}), work.p5),
        (frozenset({"P6"}), moves.p6),
        (frozenset({"P7"}), moves.p7),
        (frozenset({"P8"}), tables.p8),
        (frozenset({"P9"}), tables.p9),
        (frozenset({"P11"}), work.p11),
        (frozenset({"P12"}), lambda rig: [*start.p12_load(rig), *moves.p12_keys(rig)]),
        (frozenset({"P13"}), work.p13),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep; return 1 if a goal is missed by more than a factor of two."""
    given = parser().parse_args(arguments)
    wanted = frozenset(given.only.upper().split(",")) if given.only else frozenset()
    peers = find_peers(install=os.environ.get("PEERS") == "1")
    measures: list[Measure] = []
    patience = 2.0 if given.quick else 180.0
    with Rig(2 if given.quick else given.rounds, patience, 2000 if given.quick else 10_000) as rig:
        for served, goal in goals(peers):
            if wanted and not wanted & served:
                continue
            print(f"measuring {', '.join(sorted(served, key=place))} ...", file=sys.stderr, flush=True)
            found = measured(goal, served, rig)
            print("\n".join(table(found).split("\n")[2:]), file=sys.stderr, flush=True)
            measures += found
    measures.sort(key=lambda measure: place(measure.goal))
    print(table(measures))
    path = keep(measures, versions(peers))
    print(f"\nkept in {path}", file=sys.stderr)
    if given.write:
        write(Path(given.write), f"{surroundings(given.rounds, versions(peers))}\n\n{table(measures)}")
    return int(any(m.verdict == "missed" and (m.value or 0) > 2 * m.limit for m in measures))


def place(goal: str) -> int:
    """Return the number of a goal, which orders them."""
    return int(goal[1:])


def measured(goal: Goal, served: Iterable[str], rig: Rig) -> list[Measure]:
    """Measure; what could not be seen costs its own goals and no others."""
    try:
        return goal(rig)
    except AssertionError as error:
        traceback.print_exc()
        why = str(error).partition("\n")[0].replace("|", "/")[:120]
        return [skipped(one, "not measured", 0, why) for one in sorted(served, key=place)]


def surroundings(rounds: int, peers: str) -> str:
    """Say when and on what it was measured."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {rounds} rounds, on {os.cpu_count()} cores of "
        f"{model[1] if model else 'an unknown processor'}, Python {platform.python_version()}, "
        f"Textual {version('textual')}, botocore {version('botocore')}; peers: {peers}."
    )


def write(path: Path, said: str) -> None:
    """Put this between the two marks of a document, instead of what is there."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{path} has no {BEGIN} ... {END}")
    path.write_text(f"{before}{begin}\n{said}\n{end}{after}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    words = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the goals P1 to P13.")
    words.add_argument("--only", metavar="P1,P9", help="these goals alone")
    words.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of each side (default: 5)")
    words.add_argument("--write", metavar="FILE", help="put the table into this document, between its marks")
    quick = "two rounds of small fleets: shows that the bench works, decides nothing"
    words.add_argument("--quick", action="store_true", help=quick)
    return words


def keep(measures: Sequence[Measure], peers: str) -> str:
    """Write the figures to a file that is named after now; return its path."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y-%m-%d-%H%M%S}.json"
    lines = [{**asdict(measure), "verdict": measure.verdict} for measure in measures]
    said = {"at": now.isoformat(), "python": sys.version, "peers": peers, "measures": lines}
    path.write_text(json.dumps(said, indent=2))
    return str(path)


if __name__ == "__main__":
    sys.exit(main())
