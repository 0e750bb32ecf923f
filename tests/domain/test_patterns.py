"""Regular expressions in a filter: the useful ones are read, and none that is read can hang."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.patterns import LONGEST, MOST_STEPS, searcher

HOSTILE = ("a" * 256, "a" * 255 + "!", "ab" * 128, "aab" * 85, " " * 256)
"""Names as long as a tag may be."""

PATIENCE = 5.0  # seconds; a runaway would take years, a busy machine does not take this long


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"((a+))+$",
        r"(?:(?:a)*)*b",
        r"(a|aa)+$",
        r"(a|a)*b",
        r"(a?){25}a{25}",
        r"(.*a){20}",
        r"([a-z]+)*!",
        r"(a{0,9}){9}x",
        r"(\w+\s?)*$",
        r"(?=(a+)+b)a",
        "a?" * 20 + "a" * 20,
        "(a|b)" * 14,
        r".*.*.*x",
        r"a*a*a*a*a*b",
        r"(.*)(.*)\1\2x",
        r"(?:){1000000000}",
        r"a{1,65535}b{1,65535}",
        r"(?x)(a+) +$",
        r"(a+)(?#)+$",
        r"(?(1)a|b)",
        "a" * (LONGEST + 1),
    ],
)
def test_what_could_hang_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidQuery, match="too costly") as caught:
        searcher(pattern)
    assert caught.value.why
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"train-\d+-of-\d+", "TRAIN-3-of-12", True),
        (r"p\d+d?\.\d+xlarge", "p4d.24xlarge", True),
        (r"(nlp|cv)-eval", "cv-eval", True),
        (r"(-v\d+)?$", "x", True),
        (r"^i-0[0-9a-f]{16}$", "i-0123456789abcdef0", True),
        (r"^i-0[0-9a-f]{16}$", "i-0123", False),
        (r"(ab)+c", "xababc", True),
        (r"(?:ab){2,3}c", "ababc", True),
        (r"\bgpu\b", "a gpu b", True),
        (r"\bgpu\b", "agpub", False),
        (r"foo(?!bar)", "foobar", False),
        (r"(?<=i-)0", "i-0", True),
        (r"(?P<a>x)y", "xy", True),
        (r"a.*b.*c", "a1b2c", True),
        (r"[+*{(]{3}", "(+*", True),
        (r"\(\+\)", "(+)", True),
        (r"[]a]+", "]a", True),
        (r"a{,}b", "aab", True),
        (r"^a{,2}b", "aaab", False),
        (r"a{x}", "a{x}", True),
        (r"(.)\1", "xaab", True),
        (r"a++b*?c", "aabc", True),
    ],
)
def test_what_people_write_is_read(pattern: str, text: str, expected: bool) -> None:
    assert searcher(pattern)(text) is expected


def test_a_text_too_long_for_a_pattern_is_unknown_never_false() -> None:
    long = "a" * 100_000
    assert searcher("needle")(long) is False
    assert searcher("a+b+c")(long) is None
    assert searcher("a+b+c")(long[:256]) is False
    assert MOST_STEPS > 256**3  # a name as long as a tag may be is always searched


TOKENS = ["a", "b", ".", "(", ")", "|", "*", "+", "?", "{2}", "{1,9}", "{0,}", "{,}", "[ab]", "(?:", "(?="]
TOKENS += [
    "(?!",
    "(?<=",
    "(?x)",
    "(?#",
    "$",
    "^",
    "\\1",
    "\\w",
    "\\",
    "[",
    "]",
    " ",
    "!",
    "(a",
    "a+",
    ".*",
    "*?",
]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(TOKENS), max_size=16).map("".join))
def test_no_pattern_that_is_read_can_hang(pattern: str) -> None:
    try:
        search = searcher(pattern)
    except InvalidQuery:
        return
    for text in HOSTILE:
        begun = perf_counter()
        found = search(text)
        assert perf_counter() - begun < PATIENCE
        assert found is None or found is (re.search(pattern, text, re.IGNORECASE) is not None)
