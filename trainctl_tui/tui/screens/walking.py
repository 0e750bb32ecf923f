"""Walking among rows: into their details, along what they have to do with each other, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trainctl_tui.domain.resources import Instance, Row
from trainctl_tui.listing.details import NO_ROW
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.news import Key
from trainctl_tui.listing.relations import Relatives, above, below
from trainctl_tui.tui.header import Badges
from trainctl_tui.tui.screens.asking import Asking
from trainctl_tui.tui.widgets.drawer import Drawer
from trainctl_tui.tui.widgets.pane_view import PaneView


class Place(NamedTuple):
    """Where the user came from. ``filtered`` is the pane that was filtered for it, and the filter before."""

    pane: int
    key: Key | None
    filtered: tuple[PaneView, str] | None = None


class Walking(Asking):
    """The part of the dashboard that leads from row to row."""

    def __init__(self, badges: Badges, clock: Callable[[], float]) -> None:
        super().__init__(badges, clock)
        self._drawer = Drawer(id="drawer")
        self.trail: list[Place] = []

    def action_back(self) -> None:
        """Go back to where a link was followed from, else close the drawer, else clear the filter."""
        if self.trail:
            place = self.trail.pop()
            if place.filtered is not None:
                pane, text = place.filtered
                pane.set_query(text)
            self._go(place.pane, place.key)
        elif self._drawer.display:
            self._close_drawer()
        elif self.pane.query_text:
            self.pane.set_query("")

    # ---- along what rows have to do with each other ----

    def action_below(self) -> None:
        """Go from a machine to its volumes, from a volume to its snapshots."""
        self._walk(below)

    def action_above(self) -> None:
        """Go from a snapshot to its volume, from a volume to the machine that holds it."""
        self._walk(above)

    def _walk(self, towards: Callable[[Row, Facts], Relatives]) -> None:
        """Go to the one row there is, or show only those there are."""
        if (found := self._one()) is None:
            return
        key, row = found
        relatives = towards(row, self._facts)
        if not relatives.keys:
            self.owner.tell(relatives.absent)
            return
        pane = self.pane_of(relatives.kind)
        several = len(relatives.keys) > 1
        self.trail.append(Place(self.active, key, (pane, pane.query_text) if several else None))
        if several:
            pane.facts = self._facts
            pane.set_query(f"of:{row.id}")
        self._go(self.panes.index(pane), relatives.keys[0])

    # ---- details ----

    def action_details(self) -> None:
        """Open the details of the row under the cursor, or go into them."""
        if self._one() is None:
            return
        self._drawer.display = True
        self.set_class(True, "-details")
        self._refresh_drawer()
        self._drawer.take_focus()

    def _close_drawer(self) -> None:
        self._drawer.display = False
        self.set_class(False, "-details")
        self.trail.clear()
        self.pane.table.focus()

    def _refresh_drawer(self) -> None:
        if self._drawer.display:
            key = self.pane.table.model.cursor
            self._drawer.show(NO_ROW if key is None else self.pane.details(key))

    def on_drawer_link_chosen(self, event: Drawer.LinkChosen) -> None:
        """Go to a related row, and remember the way back."""
        event.stop()
        index = next(i for i, pane in enumerate(self.panes) if pane.spec.kind is event.link.kind)
        if self.panes[index].row(event.link.key) is None:
            self.notify("It is not listed here: the lane is not read yet, or it is gone.", severity="warning")
            return
        self.trail.append(Place(self.active, self.pane.table.model.cursor))
        self._go(index, event.link.key)

    def _go(self, index: int, key: Key | None) -> None:
        self.active = index
        if key is not None and not self.pane.table.select(key) and self.pane.row(key) is not None:
            # A filter hides the row that was asked for by name: the row wins.
            self.pane.set_query("")
            if isinstance(row := self.pane.row(key), Instance) and row.state == "terminated":
                self.pane.set_hide_ended(False)
            self.pane.table.select(key)
        self._refresh_drawer()
        if self._drawer.display:
            self._drawer.take_focus()
