"""A form before a plan: a few fields, what is wrong in each, and what it comes to. It changes nothing."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from trainctl_tui.domain.orders import Change
from trainctl_tui.safe import safe
from trainctl_tui.tui.forms import Field, Filled, Form

_LONGEST = 400  # characters that a field takes


class FormScreen(ModalScreen[Change | None]):
    """Ends with what is wished, or None after Escape. What does not fit is said, and ends nothing."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self._inputs = {
            field.key: Input(safe(field.value), id=f"field-{field.key}", max_length=_LONGEST)
            for field in form.fields
        }
        self._hints = {field.key: Static(classes="form-hint") for field in form.fields}
        self._whole = Static(id="form-whole")

    def compose(self) -> ComposeResult:
        """Build a line for each field, with what fits below it."""
        with Vertical(id="form"):
            yield Static(Text(safe(self._form.title), "bold"), id="form-title")
            with VerticalScroll(id="form-fields", can_focus=False):
                for field in self._form.fields:
                    with Horizontal(classes="form-line"):
                        yield Static(Text(field.label, "bold"), classes="form-label")
                        yield self._inputs[field.key]
                    yield self._hints[field.key]
            yield self._whole
            yield Static(Text("Tab ↑ ↓ move · Enter go on to the plan · Esc out", "dim"), id="form-foot")

    def on_mount(self) -> None:
        """Begin with the first field."""
        self._inputs[self._form.fields[0].key].focus()
        self._tell(self._read(), is_done=False)

    def _read(self) -> Filled:
        return self._form.read({key: field.value for key, field in self._inputs.items()})

    def _tell(self, filled: Filled, *, is_done: bool) -> None:
        """Say below each field what is wrong with it, else what fits, and below all what it comes to.

        Of a form that is not ``is_done`` yet, only the fields say what is wrong: the rest may still come.
        """
        for field in self._form.fields:
            self._hints[field.key].update(_below(field, filled))
        wrong = filled.wrong.get("", "") if is_done else ""
        self._whole.update(Text(safe(wrong or filled.cost, 400), "bold red" if wrong else "bold"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look ahead: say what this comes to."""
        event.stop()
        self._tell(self._read(), is_done=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the plan with what is filled in, where it fits."""
        event.stop()
        filled = self._read()
        if not filled.wrong:
            self.dismiss(filled.change)
            return
        self._tell(filled, is_done=True)
        if first := next((key for key in self._inputs if key in filled.wrong), ""):
            self._inputs[first].focus()


def _below(field: Field, filled: Filled) -> Text:
    wrong = filled.wrong.get(field.key, "")
    return Text(
        safe(wrong or field.hint, 300), "bold red" if wrong else "dim", no_wrap=True, overflow="ellipsis"
    )
