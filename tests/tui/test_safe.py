"""The one door for words from outside: whatever comes in, plain text of known width comes out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support import hostile
from tests.support.hostile import FORBIDDEN
from trainctl_tui.safe import MARK, is_safe, safe, safe_lines, unstyled
from trainctl_tui.tui.widgets.cells import cells

SEED = 20261124
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=80) | st.builds(
    "".join, st.lists(st.sampled_from(hostile.PAYLOADS), max_size=4)
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("train-1", "train-1"),
        ("naïve 日本 한글 Ünïcode", "naïve 日本 한글 Ünïcode"),
        ("[bold]not read[/bold] [/nope]", "[bold]not read[/bold] [/nope]"),
        ("\x1b[31mred", f"{MARK}[31mred"),
        ("\x9b31mred", f"{MARK}31mred"),
        ("a\x00b\x07c\x08d\te\nf\rg\x7fh", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg\ufffdh"),
        ("\u202egnp.exe", f"{MARK}gnp.exe"),
        ("i-0\u200babc", f"i-0{MARK}abc"),
        ("i-0\u034fabc", f"i-0{MARK}abc"),
        ("i-0\ufe0fabc", f"i-0{MARK}abc"),
        ("i-0\u3164abc", f"i-0{MARK}abc"),
        ("\u2764\ufe0f \u26a0\ufe0e", "\u2764 \u26a0"),
        ("👩\u200d🚀", f"👩{MARK}🚀"),
        ("\ud800x\udcff", f"{MARK}x{MARK}"),
        ("\ue000\U000e0041\ufffe", MARK * 3),
        ("e\u0301\u0301\u0301\u0301f\u0301", "e\u0301\u0301f\u0301"),
        ("k" + "\u0903" * 9, "k" + "\u0903" * 4),
        ("ကြောင်", "ကြောင်"),
        (None, "None"),
        (12, "12"),
        (ValueError("a\x1bb"), f"a{MARK}b"),
    ],
    ids=ascii,
)
def test_what_comes_out(text: object, plain: str) -> None:
    assert safe(text) == plain


@given(ANY)
def test_nothing_dangerous_comes_out(text: str) -> None:
    plain = safe(text)
    assert not FORBIDDEN.search(plain)
    assert len(plain) <= min(len(text), 256)
    assert safe(plain) == plain, "what is safe stays as it is"
    plain.encode()


@given(ANY)
def test_every_letter_that_goes_leaves_a_mark(text: str) -> None:
    """What is taken without a trace is only what sits on another sign: marks in heaps, selectors."""
    kept = [one for one in text if not unicodedata.category(one).startswith("M")]
    shown = [one for one in safe(text, len(text) + 1) if not unicodedata.category(one).startswith("M")]
    assert len(shown) >= len(kept)


@given(ANY, st.integers(1, 90))
def test_text_is_cut_at_the_limit(text: str, limit: int) -> None:
    plain = safe(text, limit)
    assert len(plain) <= limit
    assert plain.endswith("…") or len(text) <= limit


def test_a_long_text_is_not_read_to_its_end() -> None:
    assert safe("x" * 10_000_000) == "x" * 255 + "…"
    assert safe("\u0301" * 10_000_000, 5) == "\u0301\u0301…"


def test_a_hundred_thousand_strings() -> None:
    print(f"seed {SEED}")
    for text in hostile.strings(SEED, 100_000):
        for plain in (safe(text), cells(safe(text), 20), *safe_lines(text).split("\n")):
            assert not FORBIDDEN.search(plain), (text, plain)


def test_the_judge_knows_what_it_forbids() -> None:
    """The tables of the tests and those of Python's unicodedata agree, but for what neither draws."""
    for number in range(0x110000):
        character = chr(number)
        if FORBIDDEN.match(character):
            assert not is_safe(character) or character != safe(character), hex(number)
        elif unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            # Signs before Arabic and other numbers are formats, and seen: they are marked all the same.
            assert unicodedata.bidirectional(character) in ("AN", "AL", "L", "NSM", "ON"), hex(number)
            assert safe(character) == MARK


# ---- text of several lines ----


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb", "a\nb"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a   b"),
        ("\x1b[2Ja\n\x07b", f"{MARK}[2Ja\n{MARK}b"),
        ("a\u2028b\x85c\x0bd\x0ce", f"a{MARK}b{MARK}c{MARK}d{MARK}e"),
        ("", ""),
    ],
    ids=ascii,
)
def test_lines_stay_lines(text: str, lines: str) -> None:
    assert safe_lines(text) == lines


@given(ANY)
def test_only_newlines_pass_with_lines(text: str) -> None:
    assert not FORBIDDEN.search(safe_lines(text).replace("\n", ""))


def test_a_long_log_keeps_its_end() -> None:
    told = safe_lines("first\n" * 100_000 + "last", 100)
    assert told.startswith("…")
    assert told.endswith("first\nlast")
    assert len(told) <= 100


def test_the_colours_of_a_boot_log_go_and_nothing_else() -> None:
    assert unstyled("[\x1b[0;1;32m  OK  \x1b[0m] Started\x1b[K") == "[  OK  ] Started"
    for other in ("\x1b[2J", "\x1b]0;title\x07", "\x1b[", "[0m", "\x1b[31"):
        assert unstyled(other) == other


# ---- cells ----


@given(ANY, st.integers(0, 60), st.sampled_from(["left", "right"]))
def test_a_cell_is_as_wide_as_it_must_be(text: str, width: int, align: str) -> None:
    assert cell_len(cells(safe(text), width, align)) == width


@pytest.mark.parametrize(
    ("text", "width", "align", "cell"),
    [
        ("abc", 5, "left", "abc  "),
        ("abc", 5, "right", "  abc"),
        ("abcdef", 5, "left", "abcd…"),
        ("abcdef", 5, "right", "abcd…"),
        ("abc", 1, "left", "a"),
        ("abc", 0, "left", ""),
        ("日本語", 5, "left", "日本…"),
        ("日本語", 4, "left", "日 …"),
        ("日本語", 1, "left", " "),
        ("e\u0301e\u0301", 3, "left", "e\u0301e\u0301 "),
    ],
)
def test_cells(text: str, width: int, align: str, cell: str) -> None:
    assert cells(text, width, align) == cell
