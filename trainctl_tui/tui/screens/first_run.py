"""The screen for someone without credentials or a region: what is missing, and the ways on."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.safe import safe

_WAYS = (
    ("P", "choose another profile"),
    ("R", "name a region to watch"),
    ("r", "try again, after `aws sso login` or `aws configure` elsewhere"),
    ("m", "show everything that is wrong, in full"),
    ("Esc", "look around without the cloud"),
    ("q", "leave; then `trainctl-tui doctor` looks closer,"),
    ("", "and `trainctl-tui demo` shows a simulated fleet"),
)


class FirstRun(ModalScreen[str]):
    """Ends with the name of a dashboard action, or "" to look around."""

    BINDINGS = [
        Binding("P", "dismiss('profiles')", show=False),
        Binding("R", "dismiss('name_region')", show=False),
        Binding("r", "dismiss('refresh')", show=False),
        Binding("q", "dismiss('quit')", show=False),
        Binding("m", "over('messages')", show=False),
        Binding("question_mark", "over('help')", show=False),
        Binding("escape", "dismiss('')", show=False),
    ]

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    async def action_over(self, action: str) -> None:
        """Show a screen of the dashboard over this one."""
        await self.app.get_default_screen().run_action(action)

    def compose(self) -> ComposeResult:
        """Build the explanation and the ways on."""
        trouble = self._trouble
        text = Text()
        text.append(f"{safe(trouble.what, 500)}\n", "bold yellow")
        text.append(f"{safe(trouble.why, 500)}\n{safe(trouble.next_step, 500)}\n\n")
        for key, way in _WAYS:
            text.append(f"  {key:<4}", "bold")
            text.append(f"{way}\n")
        with Vertical(classes="dialog"):
            yield Static(Text("Nothing to show yet", "bold reverse"), classes="dialog-title")
            yield Static(text)
