"""Equal texts become one object, and nothing else changes."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_resources import rows
from tests.support.rows import attached, instance, volume
from trainctl_tui.domain import shared_text
from trainctl_tui.domain.packing import packed
from trainctl_tui.domain.resources import Instance, Row, Volume
from trainctl_tui.domain.shared_text import SharedTexts


def parsed(row: Row) -> Row:
    """Return an equal row whose texts are its own."""
    again: Row = msgspec.msgpack.decode(packed(row), type=Row)
    return again


@given(st.lists(rows, max_size=6))
def test_no_row_changes(mixed: list[Row]) -> None:
    copies = [parsed(row) for row in mixed]
    SharedTexts().share(copies)
    assert copies == [parsed(row) for row in mixed]


def test_what_rows_have_in_common_is_there_once() -> None:
    one, other = (parsed(instance(number, tags=(("team", "nlp"),))) for number in (1, 2))
    assert isinstance(one, Instance)
    assert isinstance(other, Instance)
    texts = SharedTexts()
    texts.share([one])
    texts.share([other])
    assert one.zone is other.zone
    assert one.tags[0] is other.tags[0]
    assert one.id != other.id


def test_an_attachment_repeats_the_id_of_its_row() -> None:
    disk = parsed(volume(1, attachments=(attached(volume(1).id, "i-1"),)))
    assert isinstance(disk, Volume)
    assert disk.attachments[0].volume_id == disk.id
    SharedTexts().share([disk])
    assert disk.attachments[0].volume_id is disk.id


def test_what_is_never_seen_again_is_not_remembered_for_ever() -> None:
    texts = SharedTexts()
    for number in range(0, 3 * shared_text._MOST, 1000):
        texts.share([instance(n, tags=(("Name", f"machine-{n}"),)) for n in range(number, number + 1000)])
    assert len(texts._known) < 2 * shared_text._MOST
