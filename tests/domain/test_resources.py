"""Rows of every type cross a pipe unchanged, with hostile text in every field and whatever is unknown."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import attached, instance, snapshot, spec, status, volume
from trainctl_tui.domain.packing import MARK, packed, whole
from trainctl_tui.domain.resources import ROW_TYPES, Attachment, Kind, Row, ScheduledEvent, Tags

HOSTILE = [
    "",
    "\x00\x07\x1b[31m",
    "\x1b]52;c;ZXZpbA==\x07",
    "[red]&lt;\u202eevil\u2066",
    "e" + "\u0301" * 500,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u115f\u3164",
    "line\nline\r\ttab\u2028",
    "x" * 100_000,
    '=HYPERLINK("x")',
    "\ufffe\uffff",
]
text = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))
moment = st.none() | st.floats(allow_nan=False, allow_infinity=False)
number = st.none() | st.integers(0, 2**40)
truth = st.none() | st.booleans()
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: text,
    float | None: moment,
    int | None: number,
    bool | None: truth,
    int: st.integers(0, 2**31),
    tuple[Attachment, ...]: st.lists(
        st.builds(Attachment, text, text, text, text, moment, truth), max_size=2
    ).map(tuple),
    tuple[ScheduledEvent, ...]: st.lists(
        st.builds(ScheduledEvent, text, text, moment, moment), max_size=2
    ).map(tuple),
    tuple[str, ...]: st.lists(text, max_size=3).map(tuple),
    Tags: st.lists(st.tuples(text, text), max_size=3).map(tuple),
}


def rows_of(kind: Kind) -> st.SearchStrategy[Row]:
    """Return rows of a kind with anything in every field, by the field's own type."""
    made = ROW_TYPES[kind]
    fields = {field.name: PLAIN[field.type] for field in msgspec.structs.fields(made)}
    return st.builds(made, **fields)


rows = st.sampled_from(Kind).flatmap(rows_of)


@given(rows)
def test_any_row_crosses_a_pipe_unchanged(row: Row) -> None:
    assert msgspec.msgpack.decode(packed(row), type=Row) == row
    assert msgspec.json.decode(msgspec.json.encode(row), type=Row) == row


@given(st.lists(rows, max_size=5).map(tuple))
def test_rows_of_mixed_kinds_keep_their_kind(mixed: tuple[Row, ...]) -> None:
    found = msgspec.msgpack.decode(packed(mixed), type=tuple[Row, ...])
    assert [type(row) for row in found] == [type(row) for row in mixed]
    assert found == mixed


def test_every_kind_has_a_row_type_and_every_row_type_a_kind() -> None:
    assert set(ROW_TYPES) == set(Kind)
    assert set(ROW_TYPES.values()) == set(get_args(Row))
    tags = [made.__struct_config__.tag for made in ROW_TYPES.values()]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    "row", [instance(), volume(), snapshot(), status(), spec()], ids=lambda row: type(row).__name__
)
class TestOneRow:
    def test_it_is_a_value(self, row: Row) -> None:
        same = msgspec.msgpack.decode(packed(row), type=Row)
        assert same == row
        assert hash(same) == hash(row)
        with pytest.raises(AttributeError):
            row.id = "other"  # type: ignore[misc]

    def test_a_missing_field_is_refused_and_never_guessed(self, row: Row) -> None:
        plain = msgspec.to_builtins(row)
        # A newer field may have a default, which says "not known": only the last ones, and only None.
        defaults = type(row).__struct_defaults__
        assert set(defaults) <= {None}
        for length in range(len(plain) - len(defaults)):
            with pytest.raises(msgspec.ValidationError):
                msgspec.convert(plain[:length], type=Row)
        for length in range(len(plain) - len(defaults), len(plain)):
            assert msgspec.to_builtins(msgspec.convert(plain[:length], type=Row))[:length] == plain[:length]

    def test_a_field_that_a_newer_program_added_is_left_out(self, row: Row) -> None:
        assert msgspec.convert([*msgspec.to_builtins(row), "new"], type=Row) == row

    def test_a_wrong_type_is_refused(self, row: Row) -> None:
        plain = msgspec.to_builtins(row)
        for at in range(len(plain)):
            with pytest.raises(msgspec.ValidationError):
                msgspec.convert([*plain[:at], object_of_another_kind(plain[at]), *plain[at + 1 :]], type=Row)

    def test_no_row_passes_for_another_kind(self, row: Row) -> None:
        for made in ROW_TYPES.values():
            if made is not type(row):
                with pytest.raises(msgspec.ValidationError):
                    msgspec.msgpack.decode(packed(row), type=made)


def object_of_another_kind(value: object) -> object:
    return 3.5 if isinstance(value, str | tuple | list | bool) else "text"


def test_unknown_stays_unknown_and_is_never_zero() -> None:
    row = volume(size_gib=None, iops=None, encrypted=None, created_at=None)
    found = msgspec.msgpack.decode(packed(row), type=Row)
    assert (found.size_gib, found.iops, found.encrypted, found.created_at) == (None, None, None, None)
    zero = msgspec.msgpack.decode(packed(volume(size_gib=0, created_at=0.0, encrypted=False)), type=Row)
    assert (zero.size_gib, zero.created_at, zero.encrypted) == (0, 0.0, False)


# ---- half characters ----


def test_half_a_character_becomes_a_mark_and_the_rest_stays() -> None:
    row = instance(
        tags=(("Na\ud800me", "ok"), ("whole", "\udcff")),
        attachments=(attached("vol-\udfff", "i-1"),),
        zone="us\ud83d",
    )
    found = msgspec.msgpack.decode(packed(row), type=Row)
    assert found.tags == ((f"Na{MARK}me", "ok"), ("whole", MARK))
    assert found.attachments[0].volume_id == f"vol-{MARK}"
    assert found.zone == f"us{MARK}"
    assert msgspec.structs.replace(found, tags=(), attachments=(), zone="") == msgspec.structs.replace(
        row, tags=(), attachments=(), zone=""
    )


@given(st.lists(st.text(st.characters(codec=None), max_size=10), min_size=1, max_size=4))
def test_any_text_at_all_can_be_packed(words: list[str]) -> None:
    row = status(failed=tuple(words))
    found = msgspec.msgpack.decode(packed(row), type=Row)
    assert found.failed == tuple(
        "".join(MARK if "\ud800" <= one <= "\udfff" else one for one in word) for word in words
    )


def test_plain_values_hold_a_mark_wherever_a_half_was() -> None:
    assert whole({"a\ud800": ["b", ("\udfffc", 1, None, True)]}) == {
        f"a{MARK}": ["b", [f"{MARK}c", 1, None, True]]
    }
