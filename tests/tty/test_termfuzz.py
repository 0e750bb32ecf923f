"""R5: no byte of a tag, a name, an error text or a profile styles, clicks, types, crashes or reaches the tty.

The real dashboard is walked through all its views with hostile strings in every place, and every byte that it
writes is held to a grammar of Textual's own sequences. Stock widgets fail the same test.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from tests.support import hostile
from tests.support.hostile import MARKUP, QUERIES, SEQUENCES
from tests.support.termfuzz import Plan, Report
from tests.support.termfuzz_stock import WIDGETS
from tests.support.tmux import Tmux
from tests.support.wire_grammar import Recorder, foreign

LONG = os.environ.get("TRAINCTL_CAMPAIGN") == "long"
STRINGS = 1000 if LONG else 30  # at each size
PART = 200  # strings of one run, at most: what a run has shown stays in its memory
SEED = 20261124
SIZES = [(80, 24), (120, 36)]
MOST = 7200 if LONG else 600  # seconds, on a machine that does other things too

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(2 * MOST)]


class Outcome(NamedTuple):
    """How a run ended, what it said of itself, and what it wrote that is not Textual's own."""

    code: int
    report: Report
    foreign: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether nothing came through."""
        told = self.report
        return (
            self.code == 0 and told.finished
            and not (self.foreign or told.fired or told.links or told.unasked)
        )  # fmt: skip


@pytest.fixture
def run(home: dict[str, str], tmp_path: Path) -> Callable[..., Outcome]:
    """Run a program of ``tests.support.termfuzz`` in a terminal."""

    def begin(
        program: str,
        count: int = 0,
        size: tuple[int, int] = (80, 24),
        told: Sequence[str] = (),
        first: int = 0,
    ) -> Outcome:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))  # runs may begin at the same time
        argv, environment = prepare(
            folder, home, Plan(program, SEED + size[0], count, first, told=list(told))
        )
        with Recorder(argv, env=environment, cwd=str(folder), size=size) as terminal:
            code = terminal.wait_exit(MOST)
            written = bytes(terminal.raw)
        report = reported(folder)
        return Outcome(code, report, foreign(written, size, report.copies))

    return begin


def prepare(folder: Path, home: dict[str, str], plan: Plan) -> tuple[list[str], dict[str, str]]:
    """Write the plan of a run; return its command and environment, in which no coverage is counted."""
    plan = msgspec.structs.replace(plan, report=str(folder / "report"), profiles=str(folder / "profiles"))
    (folder / "plan").write_bytes(msgspec.json.encode(plan))
    root = Path(__file__).parents[2]
    environment = {
        **{name: value for name, value in home.items() if not name.startswith("COV")},
        "PYTHONPATH": str(root), "AWS_CONFIG_FILE": plan.profiles,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "XDG_STATE_HOME": str(folder),
    }  # fmt: skip
    return [sys.executable, "-m", "tests.support.termfuzz", str(folder / "plan")], environment


def reported(folder: Path) -> Report:
    """Return what a run said of itself; one that was ended by force said nothing."""
    file = folder / "report"
    return msgspec.json.decode(file.read_bytes(), type=Report) if file.exists() else Report()


@pytest.mark.parametrize("first", range(0, STRINGS, PART))
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
def test_no_string_comes_through_in_any_view(
    run: Callable[..., Outcome], size: tuple[int, int], first: int
) -> None:
    count = min(PART, STRINGS - first)
    code, report, leaks = run("dashboard", count, size, first=first)
    print(f"seed {SEED + size[0]}: {count} strings through {len(report.views)} views at {size}, from {first}")
    assert leaks == []
    assert (report.fired, report.links, report.unasked, report.unseen) == ([], [], [], [])
    assert (code, report.finished) == (0, True)
    every = {
        "start",
        "profiles",
        "order",
        "columns",
        "themes",
        *(f"columns {number}" for number in (1, 2, 3)),
    }
    short = {view: shown for view, shown in report.views.items() if shown < count and view not in every}
    assert short == {}
    assert len(report.views) > 35


# ---- the same test, failed by others ----


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_stock_widget_fails_the_same_test(run: Callable[..., Outcome], widget: str) -> None:
    outcome = run(widget, 40)
    assert not outcome.is_clean, outcome


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_stock_widget_hands_orders_to_the_terminal(run: Callable[..., Outcome], widget: str) -> None:
    code, report, leaks = run(widget, told=[text for text in SEQUENCES if "[" not in text])
    assert (code, report.finished) == (0, True)
    assert leaks


@pytest.mark.parametrize("widget", ["DataTable", "Static", "Label", "notify"])
def test_a_stock_widget_fires_what_a_tag_planted(run: Callable[..., Outcome], widget: str) -> None:
    code, report, _ = run(widget, told=[MARKUP[0]])
    assert (code, report.finished) == (0, True)
    assert "app.fired" in report.fired
    assert report.links


@pytest.mark.parametrize("widget", ["DataTable", "Static", "Label", "OptionList", "notify"])
def test_a_stock_widget_ends_the_app(run: Callable[..., Outcome], widget: str) -> None:
    code, report, _ = run(widget, told=["[/nope]"])
    assert code != 0
    assert not report.finished


@pytest.mark.parametrize("widget", ["Static of Text", "Static of Content", "Input"])
def test_the_second_wall_alone_stops_every_sequence(run: Callable[..., Outcome], widget: str) -> None:
    told = [*SEQUENCES, *QUERIES, *hostile.CONTROLS, "\u202egnp.exe", "ze\u200bro"]
    outcome = run(f"{widget}, guarded", told=told)
    assert outcome.is_clean, outcome


def test_a_stock_widget_passes_with_harmless_words(run: Callable[..., Outcome]) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(
            pool.map(lambda widget: run(widget, told=["train-1", "日本", "é"]), ["Static", "DataTable"])
        )
    assert all(outcome.is_clean for outcome in outcomes), outcomes


# ---- keys that come back ----

CLIPBOARD = [text for text in SEQUENCES if "]52;" in text]


def in_tmux(folder: Path, home: dict[str, str], plan: Plan) -> tuple[int, Report, str]:
    """Run a plan under tmux, which answers as terminals do; return code, report and tmux's clipboard."""
    argv, environment = prepare(folder, home, plan)
    told = [
        "env",
        *(f"{name}={environment[name]}" for name in ("PYTHONPATH", "AWS_CONFIG_FILE", "XDG_STATE_HOME")),
    ]
    with Tmux([*told, *argv], env=environment, size=(120, 36)) as session:
        session.run("set-option", "-s", "exit-empty", "off")
        session.run("set-option", "-g", "set-clipboard", "on")
        session.run("set-option", "-g", "allow-passthrough", "on")
        code = session.wait_exit(MOST)
        return code, reported(folder), session.clipboard


def test_no_terminal_types_for_a_tag(tmp_path: Path, home: dict[str, str]) -> None:
    told = [f"name {query} end" for query in (*QUERIES, *SEQUENCES)]
    code, report, clipboard = in_tmux(tmp_path, home, Plan("dashboard", SEED, len(told), told=told, world=50))
    assert (report.unasked, report.fired) == ([], [])
    assert (code, report.finished) == (0, True)
    assert "EVIL_CLIP" not in clipboard


@pytest.mark.parametrize("widget", ["DataTable", "Static of Text", "Static of Content"])
def test_a_terminal_types_for_a_tag_in_a_stock_widget(
    tmp_path: Path, home: dict[str, str], widget: str
) -> None:
    code, report, clipboard = in_tmux(tmp_path, home, Plan(widget, SEED, 0, told=[*QUERIES, *CLIPBOARD]))
    assert (code, report.finished) == (0, True)
    assert report.unasked
    assert "EVIL_CLIP" in clipboard
