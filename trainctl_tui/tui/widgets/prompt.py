"""The line at the bottom where a filter or a command is typed, with a hint that looks ahead."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from trainctl_tui.safe import safe
from trainctl_tui.tui.widgets.line import Line

Completer = Callable[[str, int], list[str]]


class Prompt(Vertical):
    """One input at a time. ``open`` shows it; Enter submits, Escape leaves, Tab completes."""

    BINDINGS = [Binding("escape", "leave", show=False), Binding("tab", "complete", show=False)]

    class Edited(Message):
        """The text changed."""

        def __init__(self, mode: str, text: str) -> None:
            super().__init__()
            self.mode, self.text = mode, text

    class Submitted(Message):
        """The user pressed Enter."""

        def __init__(self, mode: str, text: str) -> None:
            super().__init__()
            self.mode, self.text = mode, text

    class Left(Message):
        """The user pressed Escape."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.mode = ""
        self._complete: Completer = lambda _text, _cursor: []

    def compose(self) -> ComposeResult:
        """Build the input and its hint."""
        with Horizontal(id="prompt-line"):
            yield Static(id="prompt-mark", markup=False)
            yield Input(id="prompt-input", compact=True)
        yield Line(id="prompt-hint")

    def open(self, mode: str, mark: str, text: str, complete: Completer) -> None:
        """Begin to edit ``text``. ``complete`` offers whole new texts for a text and a cursor position."""
        self.mode, self._complete = mode, complete
        self.query_one("#prompt-mark", Static).update(Text(safe(mark), "bold"))
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.display = True
        field.focus()
        self.post_message(self.Edited(mode, text))

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def hint(self, text: str, bad: bool = False) -> None:
        """Say what the text would do, or why it cannot."""
        self.query_one("#prompt-hint", Line).say(Text(safe(text, 400), "bold red" if bad else "dim"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the text on."""
        event.stop()
        self.post_message(self.Edited(self.mode, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass the text on for good."""
        event.stop()
        self.post_message(self.Submitted(self.mode, event.value))

    def action_leave(self) -> None:
        """Leave without submitting."""
        self.post_message(self.Left(self.mode))

    def action_complete(self) -> None:
        """Complete the word at the cursor, or say what it may become."""
        field = self.query_one(Input)
        offers = self._complete(field.value, field.cursor_position)
        if not offers:
            self.hint("Nothing to complete here.")
            return
        if len(offers) == 1:
            field.value = offers[0]
            field.cursor_position = len(offers[0])
            return
        common = _common_prefix(offers)
        if len(common) > len(field.value):
            field.value = common
            field.cursor_position = len(common)
        words = [offer[len(_shared_head(field.value)) :] for offer in offers[:12]]
        self.hint("  ".join(words))


def _shared_head(text: str) -> str:
    """Return the part before the word being typed."""
    return text[: text.rfind(" ") + 1]


def _common_prefix(texts: list[str]) -> str:
    low, high = min(texts), max(texts)
    for index, letter in enumerate(low):
        if letter != high[index]:
            return low[:index]
    return low
