"""The details drawer: grouped fields of one row, and links to the rows around it."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from trainctl_tui.listing.details import Details, Link
from trainctl_tui.safe import safe
from trainctl_tui.tui.styles import style

_LABEL_WIDTH = 16


class Drawer(Vertical):
    """Shows a ``Details``; Enter on a link asks the dashboard to go there."""

    BINDINGS = [Binding("j", "scroll(1)", show=False), Binding("k", "scroll(-1)", show=False)]

    class LinkChosen(Message):
        """The user wants to see another row."""

        def __init__(self, link: Link) -> None:
            super().__init__()
            self.link = link

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._details: Details | None = None

    def compose(self) -> ComposeResult:
        """Build the title, the links and the fields."""
        yield Static(id="drawer-title", markup=False)
        yield OptionList(id="drawer-links", markup=False)
        with VerticalScroll(id="drawer-fields"):
            yield Static(id="drawer-text", markup=False)

    def show(self, details: Details | None) -> None:
        """Show a row, or that it is no longer listed. Repaints only what changed."""
        if details == self._details:
            return
        before, self._details = self._details, details
        if details is None:
            self._title("Not listed any more")
            return
        self._title(details.title)
        self.query_one("#drawer-text", Static).update(_body(details))
        if before is None or before.links != details.links:
            self._show_links(details.links)

    def _title(self, text: str) -> None:
        self.query_one("#drawer-title", Static).update(Text(safe(text), "bold"))

    def _show_links(self, links: tuple[Link, ...]) -> None:
        options = self.query_one(OptionList)
        kept = options.highlighted
        options.clear_options()
        options.add_options([Option(Text(f"→ {safe(link.text)}")) for link in links])
        options.display = bool(links)
        if links:
            options.highlighted = min(kept or 0, len(links) - 1)

    def take_focus(self) -> None:
        """Put the focus on the links, or on the fields where there are none."""
        options = self.query_one(OptionList)
        (options if options.display else self.query_one(VerticalScroll)).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the row behind a link."""
        event.stop()
        if self._details is not None:
            self.post_message(self.LinkChosen(self._details.links[event.option_index]))

    def action_scroll(self, lines: int) -> None:
        """Scroll the fields; they have no cursor of their own."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _body(details: Details) -> Table:
    """Return the sections as two columns, so that a long value wraps beside its label."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=_LABEL_WIDTH)
    grid.add_column(overflow="fold", ratio=1)
    sections = [section for section in details.sections if section.fields]
    for number, section in enumerate(sections):
        if number:
            grid.add_row()
        grid.add_row(Text(safe(section.title), "bold underline"))
        for field in section.fields:
            label = Text(safe(field.label, 60), "dim", overflow="ellipsis", no_wrap=True)
            grid.add_row(label, Text(safe(field.text, 2000), style(field.style)))
    return grid
