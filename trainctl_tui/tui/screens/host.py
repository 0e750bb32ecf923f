"""What the parts of the dashboard stand on: its panes, its news, its clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.reactive import var
from textual.screen import Screen

from trainctl_tui.listing.news import News
from trainctl_tui.tui.frames import FrameTimes
from trainctl_tui.tui.header import Badges
from trainctl_tui.tui.widgets.pane_view import PaneView
from trainctl_tui.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from trainctl_tui.tui.app import TrainctlApp


class Host(Screen[None]):
    """The dashboard is one screen in four files: Host, Taking, Asking and Dashboard build on each other."""

    active: var[int] = var(0, init=False)

    def __init__(self, badges: Badges, clock: Callable[[], float]) -> None:
        super().__init__()
        self.badges = badges
        self.news = News()
        self.panes: list[PaneView] = []
        self.prompt = Prompt(id="prompt")
        self.frames = FrameTimes()
        self._clock = clock

    def _compositor_refresh(self) -> None:
        with self.frames.timed():
            super()._compositor_refresh()

    @property
    def owner(self) -> TrainctlApp:
        """The app, with its session."""
        return cast("TrainctlApp", self.app)

    def action_suspend(self) -> None:
        """Go back to the shell for a while."""
        self.owner.action_suspend_process()

    @property
    def pane(self) -> PaneView:
        """The active pane."""
        return self.panes[self.active]

    @property
    def now(self) -> float:
        """Now on the provider's clock."""
        return self._clock() + self.news.clock_offset
