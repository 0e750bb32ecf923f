"""How a run was asked for travels to the collector, whatever was typed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.launch import Launch


@given(st.text(max_size=20), st.lists(st.text(max_size=9), max_size=3).map(tuple), st.floats(1, 1e6))
def test_a_launch_arrives_as_it_was_sent(profile: str, regions: tuple[str, ...], refresh: float) -> None:
    launch = Launch(profile=profile, regions=regions, refresh=refresh, demo=True)
    assert Launch.decode(launch.encode()) == launch
    assert "\n" not in launch.encode()


def test_a_profile_that_is_no_utf8_arrives_with_a_mark() -> None:
    assert Launch.decode(Launch(profile="a\udcff").encode()) == Launch(profile="a?")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"profile": 3}', '{"refresh": "soon"}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        Launch.decode(text)
