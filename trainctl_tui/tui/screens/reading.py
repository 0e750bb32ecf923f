"""What the dashboard tells about itself: its warnings, its counts, its keys.

What a page needs is imported when it is asked for: none of it is in the first frame.
"""

from __future__ import annotations

from rich.text import Text

from trainctl_tui.safe import safe
from trainctl_tui.tui import header
from trainctl_tui.tui.screens.leaving import Leaving
from trainctl_tui.tui.screens.text import TextScreen


class Reading(Leaving):
    """The pages of the dashboard that are only read."""

    def action_messages(self) -> None:
        """Show every warning in full."""
        lines = [f"{where}\n    {text}\n" for where, text in header.current_troubles(self.news)]
        lines += [f"earlier\n    {text}\n" for text in reversed(self.news.warnings)]
        text = "\n".join(safe(line, 2000) for block in lines for line in block.split("\n"))
        self.owner.push_screen(TextScreen("Messages", Text(text or "Nothing is wrong.")))

    def action_metrics(self) -> None:
        """Show what was counted: calls, lanes, cache, frames."""
        from trainctl_tui.tui.measured import measure, metrics_text
        from trainctl_tui.tui.screens.metrics import MetricsScreen

        self.owner.push_screen(MetricsScreen(lambda: metrics_text(measure(self.news, self.frames), self.now)))

    def action_help(self) -> None:
        """Show the keys and the filter language."""
        from trainctl_tui.tui.help import help_text

        self.owner.push_screen(TextScreen("Help", help_text()))

    def action_palette(self) -> None:
        """Find any command by its name."""
        self.owner.action_command_palette()
