"""Whether a key was pressed by a hand that has read: not typed ahead, not repeated by the keyboard."""

from __future__ import annotations

FRESH = 0.3
"""Seconds for which keys do nothing on what has just appeared (CONTRACTS.md)."""

QUIET = 1.0
"""Seconds a key must have rested: longer than keyboards wait before they repeat (X: 0.66 s)."""


class Gesture:
    """Watches the keys that confirm. Times are seconds that never go back, of when the key was pressed."""

    def __init__(self) -> None:
        self._shown_at: float | None = None
        self._last: dict[str, float] = {}

    def shown(self, at: float) -> None:
        """Note that what the keys would confirm is on the screen since ``at``."""
        self._shown_at = at

    def asleep(self) -> None:
        """Note that there is nothing to confirm."""
        self._shown_at = None

    def was_read(self, at: float) -> bool:
        """Say whether what is confirmed was on the screen long enough before this press."""
        return self._shown_at is not None and at - self._shown_at >= FRESH

    def is_meant(self, key: str, at: float) -> bool:
        """Say whether a press that alone confirms counts; every press of a key begins its rest anew."""
        before, self._last[key] = self._last.get(key), at
        return self.was_read(at) and (before is None or at - before >= QUIET)
