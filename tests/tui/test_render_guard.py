"""The second wall: what somebody forgot to make safe still reaches no terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable, Input, Label, OptionList, Static

from tests.support import hostile
from tests.support.hostile import FORBIDDEN
from trainctl_tui.tui import render_guard, thin_strips

CONSOLE = Console(color_system="truecolor", force_terminal=True, legacy_windows=False)
STYLES = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = st.text(max_size=40) | st.builds("".join, st.lists(st.sampled_from(hostile.PAYLOADS), max_size=3))


@pytest.fixture(autouse=True)
def written_thinly() -> None:
    """As in the app: the guard stands around what writes thinly, whichever test came first."""
    thin_strips.install()


@pytest.fixture
def guarded() -> Iterator[None]:
    """The guard, as it was before afterwards."""
    render_guard.install()
    yield
    render_guard.install()


@pytest.fixture
def bare() -> Iterator[None]:
    """No guard: as Textual is."""
    render_guard.uninstall()
    yield
    render_guard.install()


def drawn(*segments: Segment) -> str:
    """What of these segments goes to the terminal."""
    return Strip(segments).render(CONSOLE)


# What Textual itself writes around a run: its style, and its link with a plain address.
OWN = re.compile(r"\x1b\[(?:0|1|31)m|\x1b\]8;(?:id=\d+)?;[!-~]*\x1b\\")
RAW = [
    Segment("a\x1b[5;8mb"),
    Segment("a\x1b]52;c;QQ==\x07b", Style(bold=True)),
    Segment("\x9b5nx"),
    Segment("a\x00\x0e\x7fb"),
    Segment("\u202egnp.exe"),
    Segment("ze\u200bro", Style(color="red")),
    Segment("half \ud800"),
    Segment("fi\u3164ll\u115fer\u034f"),
    Segment("a\ufe0fb"),
    Segment("linked", Style(link="https://evil.example/\x1b]52;c;QQ==\x07")),
    Segment("\x1b[2J", None, [(ControlType.CLEAR,)]),
    Segment("\x1b[9;9H", Style(), [(ControlType.CURSOR_MOVE_TO, 9, 9)]),
]


def left(text: str) -> str:
    """Return what is drawn without what Textual adds."""
    return OWN.sub("", text)


@pytest.mark.parametrize("segment", RAW, ids=lambda segment: ascii(segment.text))
def test_raw_segments_are_stopped(guarded: None, segment: Segment) -> None:
    text = drawn(Segment("before "), segment, Segment(" after"))
    assert left(text).startswith("before ")
    assert left(text).endswith(" after")
    assert not FORBIDDEN.search(left(text)), ascii(text)


@pytest.mark.parametrize("segment", RAW, ids=lambda segment: ascii(segment.text))
def test_without_the_guard_they_pass(bare: None, segment: Segment) -> None:
    assert FORBIDDEN.search(left(drawn(segment)))


def test_a_clean_strip_is_drawn_as_textual_draws_it(guarded: None) -> None:
    segments = [Segment("日本 [b]x[/b] ", Style(bold=True)), Segment("ünï\u3000\xa0"), Segment("é\u0301")]
    linked = Segment("here", Style(link="https://example.com/a?b=c"))
    with_guard = drawn(*segments), re.sub(r"id=\d+", "", drawn(linked))
    render_guard.uninstall()
    assert with_guard == (drawn(*segments), re.sub(r"id=\d+", "", drawn(linked)))


@given(TEXTS)
@example("👩\u200d🚀 launch")
@example("x" + "\x1b[5n" * 9)
def test_no_line_changes_its_width(text: str) -> None:
    render_guard.install()
    assert cell_len(drawn(Segment(text))) == cell_len(text)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_character_that_acts_passes(texts: list[str]) -> None:
    render_guard.install()
    text = drawn(*(Segment(one, Style(bold=True)) for one in texts))
    assert not FORBIDDEN.search(left(text)), ascii(text)


def test_a_second_call_changes_nothing_and_one_takes_it_away(guarded: None) -> None:
    ours = Strip.render
    render_guard.install()
    assert Strip.render is ours
    render_guard.uninstall()
    theirs = Strip.render
    render_guard.uninstall()
    assert theirs is Strip.render is not ours


# ---- widgets that are fed raw ----

EVIL = "A\x1b]52;c;RVZJTA==\x07B\x9b5nC\u202eD\u3164E"


def _table() -> Widget:
    table: DataTable[Content | Text] = DataTable()
    table.add_columns("a", "b")
    table.add_row(Text(EVIL), Text("after"), label=Text(EVIL))
    return table


def _titled() -> Widget:
    one = Static("inside").set_styles("border: solid red;")
    one.border_title = Content(EVIL)  # type: ignore[assignment]
    return one


WIDGETS: dict[str, Callable[[], Widget]] = {
    "Static of Text": lambda: Static(Text(EVIL)),
    "Static of Content": lambda: Static(Content(EVIL)),
    "Label without markup": lambda: Label(EVIL, markup=False),
    "Input": lambda: Input(EVIL),
    "OptionList": lambda: OptionList(Text(EVIL)),
    "DataTable": _table,
    "border title": _titled,
}


class Raw(App[None]):
    """Shows one widget."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make

    def compose(self) -> ComposeResult:
        yield self._make()


async def frame_of(make: Callable[[], Widget]) -> str:
    """Return what an app with this widget writes for a whole frame."""
    app = Raw(make)
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.pause()
        return "".join(strip.render(CONSOLE) for strip in app.screen._compositor.render_strips())


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
async def test_raw_widgets_leak_without_the_guard_and_not_with_it(
    bare: None, make: Callable[[], Widget]
) -> None:
    assert FORBIDDEN.search(left(STYLES.sub("", await frame_of(make))))
    render_guard.install()
    frame = left(STYLES.sub("", await frame_of(make)))
    assert not FORBIDDEN.search(frame), ascii(frame)
    assert "A" in frame
