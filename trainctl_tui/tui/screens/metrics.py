"""The metrics screen: what was counted, renewed every second while it is open."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from trainctl_tui.tui.screens.text import TextScreen

_EVERY = 1.0  # seconds


class MetricsScreen(TextScreen):
    """Shows what ``latest`` returns."""

    def __init__(self, latest: Callable[[], Text]) -> None:
        super().__init__("Metrics", latest())
        self._latest = latest

    def on_mount(self) -> None:
        """Give the keys to the text, and let time pass."""
        super().on_mount()
        self.set_interval(_EVERY, self._renew)

    def _renew(self) -> None:
        self.show(self._latest())
