"""The app: owns the session with the collector, and hands what arrives to the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec.structs import replace
from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import Refresh
from trainctl_tui.safe import safe
from trainctl_tui.services.operating import Operating
from trainctl_tui.services.view_memory import ViewMemory
from trainctl_tui.tui import render_guard, thin_strips
from trainctl_tui.tui.commands import COMMANDS
from trainctl_tui.tui.crash import CrashMixin
from trainctl_tui.tui.gc_policy import GcPolicy
from trainctl_tui.tui.header import Badges
from trainctl_tui.tui.key_order import KeyOrderMixin
from trainctl_tui.tui.lifecycle import Resumed
from trainctl_tui.tui.messages import AnswerArrived, NewsArrived
from trainctl_tui.tui.operating import OperatingMixin
from trainctl_tui.tui.screens.dashboard import Dashboard
from trainctl_tui.tui.session import Session
from trainctl_tui.tui.suspend import SuspendMixin
from trainctl_tui.tui.themes import DEFAULT, THEMES, ThemesMixin
from trainctl_tui.view_settings import ViewSettings

_CANNOT_START = frozenset({"NoCredentials", "ConfigError"})


class TrainctlApp(KeyOrderMixin, OperatingMixin, SuspendMixin, CrashMixin, ThemesMixin, App[int]):
    """``open_session`` makes the session of a launch; ``clock`` is this machine's, in seconds."""

    CSS_PATH = "app.tcss"
    # A press on a widget that is just leaving would end the app in Textual's selection of text; ``y`` copies.
    ALLOW_SELECT = False
    TITLE = "trainctl-tui"
    BINDINGS = [Binding("ctrl+q", "quit", show=False), Binding("ctrl+c", "quit", show=False, priority=True)]

    def __init__(
        self,
        session: Session,
        open_session: Callable[[Launch], Session],
        memory: ViewMemory,
        settings: ViewSettings,
        clock: Callable[[], float],
        operating: Operating,
    ) -> None:
        super().__init__()
        thin_strips.install()
        render_guard.install()
        wanted = settings.theme or memory.theme
        self.wear(wanted if wanted in THEMES else DEFAULT)
        self.session, self.operating = session, operating
        self._open_session = open_session
        self._greeted = False
        self.dashboard = Dashboard(Badges(session.launch), memory, settings, clock)
        self.gc_policy = GcPolicy()

    async def on_event(self, event: events.Event) -> None:
        """Keep garbage collection away from keys and clicks."""
        if isinstance(event, events.InputEvent):
            self.gc_policy.key()
        await super().on_event(event)

    def get_default_screen(self) -> Screen[None]:
        """Begin with the dashboard: an empty screen below it would be laid out and painted first."""
        return self.dashboard

    def on_mount(self) -> None:
        """Show what is remembered, then follow the collector."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.dashboard.show(self.session.first_news)
        from trainctl_tui.heap import keep_small  # ctypes is not in the first frame

        keep_small()
        session = self.session
        self.run_worker(
            partial(session.follow, self.post_message), thread=True, group="link", exit_on_error=True
        )

    async def action_quit(self) -> None:
        """Leave as the dashboard does, whatever is before it: it asks where an operation is under way."""
        self.dashboard.action_quit()

    def on_unmount(self) -> None:
        """End the session: its thread waits for words that nobody will hear."""
        self.session.close()
        self.gc_policy.close()

    def on_news_arrived(self, event: NewsArrived) -> None:
        """Hand the news on; those of an older session are late."""
        event.stop()
        if event.session != self.session.number or not self.dashboard.is_attached:
            return
        self.dashboard.show(event.news)
        troubles = (event.news.unidentified, event.news.no_region)
        hopeless = next((one for one in troubles if one and one.kind in _CANNOT_START), None)
        if hopeless and not self._greeted and not any(event.news.rows.values()):
            from trainctl_tui.tui.screens.first_run import FirstRun

            self._greeted = True
            self.push_screen(FirstRun(hopeless), self._go_on)

    async def _go_on(self, action: str | None) -> None:
        if action == "name_region":
            self.dashboard.action_command()
        elif action:
            await self.dashboard.run_action(action)

    def on_answer_arrived(self, event: AnswerArrived) -> None:
        """Hand an answer to who asked."""
        event.stop()
        if event.session == self.session.number:
            self.session.answered(event.answer)

    def on_resumed(self, _event: Resumed) -> None:
        """Read the cloud again after a sleep: what is on screen is old."""
        self.session.send(Refresh())

    def change_profile(self, profile: str) -> None:
        """Begin again as another profile, with its own regions and settings."""
        launch = self.session.launch
        self.session.close()
        self.session = self._open_session(replace(launch, profile=profile, regions=()))
        self._greeted = False
        self.dashboard.badges = Badges(self.session.launch, False)
        self.dashboard.heed(self.session.settings)
        self._begin()

    def tell(self, text: str, bad: bool = False) -> None:
        """Say something for a few seconds."""
        self.notify(safe(text, 500), severity="warning" if bad else "information", markup=False, timeout=6)

    def write_to_terminal(self, sequence: str) -> None:
        """Send a sequence that is ours to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the command table in the palette."""
        for command in COMMANDS:
            if command.action and command.action != "palette" and isinstance(screen, Dashboard):
                yield SystemCommand(
                    command.label.capitalize(), command.help, partial(screen.run_action, command.action)
                )
