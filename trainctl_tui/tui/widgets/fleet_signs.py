"""Which rows came or changed in the refresh of now. Pure.

Each region is listed at its own time, so its signs go when that region is listed again, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping

from trainctl_tui.tui.widgets.fleet_plan import Change, Key

NEW = "+"
CHANGED = "~"
NONE = " "

Anew = Mapping[str, bool]
"""Regions that are listed anew, and whether what changed there is news: a first listing is none."""


class Signs:
    """The sign of each row that came or changed."""

    def __init__(self) -> None:
        self._signs: dict[Key, str] = {}
        self._news: dict[str, bool] = {}
        self._anew: dict[str, bool] = {}

    def of(self, key: Key) -> str:
        """Return the sign of a row, one cell wide."""
        return self._signs.get(key, NONE)

    def expect(self, anew: Anew) -> None:
        """Note what is listed anew; it counts when the rows are in view."""
        self._anew.update(anew)

    def arrived(self, change: Change) -> None:
        """Sign what changed; drop the signs of regions that are listed anew."""
        anew, self._anew = self._anew, {}
        if not anew and not change:
            return
        self._news.update(anew)
        signs = {key: sign for key, sign in self._signs.items() if key[0] not in anew}
        for keys, sign in ((change.added, NEW), (change.changed, CHANGED)):
            for key in keys:
                if self._news.get(key[0], False):
                    signs.setdefault(key, sign)
        self._signs = signs
