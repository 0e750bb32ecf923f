"""A small list to pick one or several entries from: order, columns, regions, profiles, themes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from trainctl_tui.safe import safe

Choice = tuple[str, str]  # (value, label)

_AROUND = 5  # lines of a dialog around its list, and one of the screen to see that it is a dialog


class PickScreen(ModalScreen[tuple[str, ...] | None]):
    """Ends with the chosen values, or None after Escape."""

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("space", "tick", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], chosen: Collection[str] = (), several: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._chosen = set(chosen)
        self._several = several
        self._list = OptionList(*map(self._prompt, self._choices), id="choices", markup=False)

    def compose(self) -> ComposeResult:
        """Build the list; Enter takes the choice, Space toggles where several may be chosen."""
        hint = "Space tick · Enter take · Esc out" if self._several else "Enter take · Esc out"
        with Vertical(classes="dialog"):
            yield Static(Text(safe(self._title), "bold"), classes="dialog-title")
            yield self._list
            yield Static(Text(hint, "dim"), classes="dialog-foot")

    def on_mount(self) -> None:
        """Put the cursor on the entry that holds now."""
        held = (index for index, (value, _) in enumerate(self._choices) if value in self._chosen)
        self._list.highlighted = next(held, 0)
        self._list.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Let the list scroll where the screen is lower than it is long."""
        self._list.set_styles(max_height=max(1, event.size.height - _AROUND))

    def _prompt(self, choice: Choice) -> Text:
        value, label = choice
        # Letters, not colours, say what is ticked: not every terminal has colours.
        marks = ("[x] ", "[ ] ") if self._several else ("• ", "  ")
        return Text(marks[value not in self._chosen] + safe(label))

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_tick(self) -> None:
        """Tick or untick the entry under the cursor, where several may be chosen."""
        index = self._list.highlighted
        if not self._several or index is None:
            return
        choice = self._choices[index]
        self._chosen ^= {choice[0]}
        self._list.replace_option_prompt_at_index(index, self._prompt(choice))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the ticked choices, in the order of the list; or the one under the cursor."""
        event.stop()
        if self._several:
            self.dismiss(tuple(value for value, _ in self._choices if value in self._chosen))
        else:
            self.dismiss((self._choices[event.option_index][0],))
