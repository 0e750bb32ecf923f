"""Textual's own widgets, fed raw with the same strings and walked the same way: what our walls are for."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Input, Label, OptionList, Static

from tests.support.termfuzz import Plan, Walk, Watched
from trainctl_tui.tui import render_guard


class Cells(DataTable[str]):
    """A table whose cells are plain ``str``, as the most natural code has them."""

    def say(self, text: str) -> None:
        """Show one row, labelled."""
        self.clear(columns=True)
        self.add_columns("first", "second")
        self.add_row(text, "after", label=text)


class Lines(Static):
    """One text after the other."""

    def say(self, text: str) -> None:
        """Show it."""
        self.update(text)


class Named(Label):
    """The same as a label."""

    def say(self, text: str) -> None:
        """Show it."""
        self.update(text)


class Options(OptionList):
    """A list with one entry."""

    def say(self, text: str) -> None:
        """Show it."""
        self.clear_options()
        self.add_option(text)


class Toasts(Static):
    """Says everything in a toast."""

    def say(self, text: str) -> None:
        """Show it."""
        self.app.clear_notifications()
        self.notify(text)


class PlainText(Static):
    """Escapes no markup, and no sequence: ``Text`` stops only the first."""

    def say(self, text: str) -> None:
        """Show it."""
        self.update(Text(text))


class PlainContent(Static):
    """The same with Textual's own text."""

    def say(self, text: str) -> None:
        """Show it."""
        self.update(Content(text))


class Typed(Input):
    """A line to type in."""

    def say(self, text: str) -> None:
        """Show it."""
        self.value = text


WIDGETS: dict[str, Callable[[], Widget]] = {
    "DataTable": Cells,
    "Static": Lines,
    "Label": Named,
    "OptionList": Options,
    "notify": Toasts,
    "Static of Text": PlainText,
    "Static of Content": PlainContent,
    "Input": Typed,
}


class Stock(Watched):
    """One widget. ``plan.program`` is its name; with ``guarded`` behind it our second wall is there."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        name, _, guarded = plan.program.partition(", ")
        if guarded:
            render_guard.install()
        self._widget = WIDGETS[name]()
        self._told = plan.strings

    def compose(self) -> ComposeResult:
        yield self._widget

    async def tour(self, walk: Walk) -> None:
        """Show every string, and click on it."""
        for text in self._told:
            self._widget.say(text)  # type: ignore[attr-defined]
            await walk.look("stock", 1)
            await walk.click_around(1)
