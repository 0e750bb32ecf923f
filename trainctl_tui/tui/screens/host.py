"""What the parts of the dashboard stand on: its panes, its news, its clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from textual import events
from textual.reactive import var
from textual.screen import Screen

from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.news import News
from trainctl_tui.tui.frames import FrameTimes
from trainctl_tui.tui.header import Badges
from trainctl_tui.tui.widgets.pane_view import PaneView
from trainctl_tui.tui.widgets.prompt import Prompt
from trainctl_tui.view_settings import ViewSettings

if TYPE_CHECKING:
    from trainctl_tui.tui.app import TrainctlApp


class Host(Screen[None]):
    """The first part of the dashboard, which is one screen in several files: each builds on the last."""

    active: var[int] = var(0, init=False)

    def __init__(self, badges: Badges, clock: Callable[[], float]) -> None:
        super().__init__()
        self.badges = badges
        self.news = News()
        self.panes: list[PaneView] = []
        self.prompt = Prompt(id="prompt")
        self.frames = FrameTimes()
        self._was_shown = False
        self._clock = clock
        self._facts = Facts(now=clock())

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Do not style the first frame twice: every widget of it was styled as it was mounted."""
        event.refresh_styles, self._was_shown = self._was_shown, True

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

    def pane_of(self, kind: Kind) -> PaneView:
        """Return the pane of a kind."""
        return next(pane for pane in self.panes if pane.spec.kind is kind)

    @property
    def now(self) -> float:
        """Now on the provider's clock."""
        return self._clock() + self.news.clock_offset

    def pick(
        self,
        title: str,
        choices: Sequence[tuple[str, str]],
        held: Sequence[str],
        chosen: Callable[[tuple[str, ...] | None], None],
        *,
        several: bool = False,
    ) -> None:
        """Let the user pick of (value, label) choices; ``chosen`` hears which, or None."""
        from trainctl_tui.tui.screens.pick import PickScreen

        self.owner.push_screen(PickScreen(title, choices, held, several=several), chosen)

    def heed(self, settings: ViewSettings) -> None:
        """Judge by these settings whose a row is and what protects it, from the next news on."""
        self._facts = replace(
            self._facts,
            owner_keys=settings.owner_keys,
            protected_keys=settings.protected_keys,
            user=settings.user,
            snapshot_days=settings.old_snapshot_days,
        )
