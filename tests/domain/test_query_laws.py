"""The logic of filters has three values: what holds for all terms, rows and kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.filters import KINDS, ROWS, full_context, term
from trainctl_tui.domain.query import parse
from trainctl_tui.domain.resources import Kind, Row

CONTEXT = full_context()


@st.composite
def question(draw: st.DrawFn, terms: int) -> tuple[Kind, Row, tuple[str, ...]]:
    """Draw a kind, one of its rows, and terms to ask of it."""
    kind = draw(KINDS)
    return kind, draw(st.sampled_from(ROWS[kind])), tuple(draw(term(kind)) for _ in range(terms))


def ask(text: str, kind: Kind, row: Row) -> bool | None:
    return parse(text, kind).verdict(row, CONTEXT)


def both(left: bool | None, right: bool | None) -> bool | None:
    """Kleene's *and*."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """Kleene's *or*."""
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


@given(question(1))
def test_not_turns_what_is_known_and_leaves_what_is_not(asked: tuple[Kind, Row, tuple[str, ...]]) -> None:
    kind, row, (one,) = asked
    plain = ask(one, kind, row)
    assert ask(f"!{one}", kind, row) is (None if plain is None else not plain)
    assert ask(f"!!{one}", kind, row) is plain


@given(question(2))
def test_and_and_or_are_kleenes(asked: tuple[Kind, Row, tuple[str, ...]]) -> None:
    kind, row, (one, two) = asked
    left, right = ask(one, kind, row), ask(two, kind, row)
    assert ask(f"{one} {two}", kind, row) is both(left, right)
    assert ask(f"{two} {one}", kind, row) is both(left, right)
    assert ask(f"{one} | {two}", kind, row) is either(left, right)
    assert ask(f"{two}|{one}", kind, row) is either(left, right)


@given(question(4))
def test_alternatives_are_conjunctions(asked: tuple[Kind, Row, tuple[str, ...]]) -> None:
    kind, row, (one, two, three, four) = asked
    known = [ask(text, kind, row) for text in (one, two, three, four)]
    expected = either(both(known[0], known[1]), both(known[2], known[3]))
    assert ask(f"{one} {two} | {three} {four}", kind, row) is expected


@given(question(1))
def test_a_row_is_never_shown_by_a_term_and_by_its_opposite(asked: tuple[Kind, Row, tuple[str, ...]]) -> None:
    kind, row, (one,) = asked
    assert ask(f"{one} !{one}", kind, row) is not True
    assert ask(f"{one} | !{one}", kind, row) is not False


@given(question(2), st.sampled_from(["upper", "lower", "swapcase"]))
def test_case_is_ignored_everywhere(asked: tuple[Kind, Row, tuple[str, ...]], change: str) -> None:
    kind, row, (one, two) = asked
    text = f"{one} | {two}"
    assert ask(getattr(text, change)(), kind, row) is ask(text, kind, row)


@given(st.data(), KINDS)
def test_what_can_be_unknown_is_seen_unknown(data: st.DataObject, kind: Kind) -> None:
    """Every drawn term has an answer on the row of which nothing is unknown."""
    text = data.draw(term(kind))
    bounded = kind is Kind.SNAPSHOTS and text.startswith("cost")
    if not text.startswith("is:healthy") and not bounded:
        assert ask(text, kind, ROWS[kind][0]) is not None


@pytest.mark.parametrize("kind", list(ROWS))
def test_the_rows_of_these_laws_hold_all_three_values(kind: Kind) -> None:
    texts = ["state:a", "age>1d", "is:ours", "is:encrypted" if kind is not Kind.INSTANCES else "is:healthy"]
    seen = {ask(text, kind, row) for text in texts for row in ROWS[kind]}
    assert seen == {True, False, None}
