"""A small list to pick one or several entries from: order, columns, regions, profiles, themes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, SelectionList, Static
from textual.widgets.selection_list import Selection

from trainctl_tui.safe import safe

Choice = tuple[str, str]  # (value, label)


class PickScreen(ModalScreen[tuple[str, ...] | None]):
    """Ends with the chosen values, or None after Escape."""

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], chosen: Collection[str] = (), several: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._chosen = frozenset(chosen)
        self._several = several

    def compose(self) -> ComposeResult:
        """Build the list; Enter takes the choice, Space toggles where several may be chosen."""
        with Vertical(classes="dialog"):
            yield Static(Text(safe(self._title), "bold"), classes="dialog-title")
            if self._several:
                yield SelectionList[str](
                    *(
                        Selection(Text(safe(label)), value, value in self._chosen)
                        for value, label in self._choices
                    ),
                    id="choices",
                )
                yield Static(Text("Space toggles · Enter takes · Esc leaves", "dim"))
            else:
                yield OptionList(
                    *(Text(safe(label)) for _, label in self._choices), id="choices", markup=False
                )
                yield Static(Text("Enter takes · Esc leaves", "dim"))

    def on_mount(self) -> None:
        """Put the cursor on the entry that holds now."""
        choices = self.query_one("#choices", OptionList)
        choices.highlighted = next(
            (index for index, (value, _) in enumerate(self._choices) if value in self._chosen), 0
        )
        choices.focus()

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        choices = self.query_one("#choices", OptionList)
        if step > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one choice."""
        if not self._several:
            self.dismiss((self._choices[event.option_index][0],))

    def key_enter(self) -> None:
        """Take the ticked choices, in the order of the list."""
        if self._several:
            ticked = set(self.query_one("#choices", SelectionList).selected)
            self.dismiss(tuple(value for value, _ in self._choices if value in ticked))
