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
        Binding("escape", "dismiss('')", show=False),
    ]

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

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
