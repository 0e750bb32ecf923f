"""Keys that confirm: pressed by a hand that has read, or not at all."""

from __future__ import annotations

from trainctl_tui.tui.gesture import QUIET, Gesture


def test_a_key_that_repeats_itself_is_never_meant() -> None:
    gesture = Gesture()
    assert not gesture.is_meant("y", 9.0)
    gesture.shown(10.0)
    held = [10.1, 10.76, *(10.8 + 0.04 * step for step in range(50))]  # pressed too early, and not let go
    assert not any(gesture.is_meant("y", at) for at in held)
    assert gesture.is_meant("y", held[-1] + QUIET)
    gesture.asleep()
    assert not gesture.is_meant("y", 99.0)
