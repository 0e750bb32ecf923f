"""The dashboard: header, panes, drawer, prompt and footer, and how the user walks among them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size

from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing.facts import Facts, is_turning
from trainctl_tui.listing.news import News, same_lanes
from trainctl_tui.listing.spec import PANES
from trainctl_tui.services.view_memory import PaneMemory, ViewMemory
from trainctl_tui.tui import header
from trainctl_tui.tui.commands import bindings
from trainctl_tui.tui.footer import footer_line
from trainctl_tui.tui.operation_text import banner
from trainctl_tui.tui.screens.walking import Walking
from trainctl_tui.tui.tabs import tab_line
from trainctl_tui.tui.widgets.fleet_table import FleetTable
from trainctl_tui.tui.widgets.line import Line
from trainctl_tui.tui.widgets.pane_view import PaneView
from trainctl_tui.view_settings import ViewSettings

WIDE = (110, 28)  # columns and rows from which several panes stand side by side
_TICKS = 4  # a second


class Dashboard(Walking):
    """The one screen that stays. Told ``News``; keeps which pane is active and where the user came from."""

    BINDINGS = [*bindings()]

    def __init__(
        self, badges: header.Badges, memory: ViewMemory, settings: ViewSettings, clock: Callable[[], float]
    ) -> None:
        super().__init__(badges, clock)
        self._hide_ended = settings.hide_terminated
        self.heed(settings)
        self.panes = [
            PaneView(spec, number, memory.panes.get(spec.kind.value, PaneMemory()), self._facts)
            for number, spec in enumerate(PANES, 1)
        ]
        # Held, not looked up: news and the clock may come before they are mounted, or when they are leaving.
        self._lines = {
            name: Line(id=name) for name in ("where", "how", "tabs", "warning", "operation", "footer")
        }
        self._beats = 0
        # Before anything is laid out, so that nothing is laid out twice before the first frame.
        self._drawer.display = False
        self.prompt.display = False
        for name in ("warning", "operation"):
            self._lines[name].add_class("-empty", update=False)
        self.panes[self.active].add_class("-active", update=False)

    def compose(self) -> ComposeResult:
        """Build everything once; sizes decide what of it shows."""
        self._fit(self.app.size)
        for name in ("where", "how", "tabs"):
            yield self._lines[name]
        with Container(id="body"):
            with Container(id="panes"):
                yield from self.panes
            yield self._drawer
        yield self._lines["warning"]
        yield self._lines["operation"]
        yield self.prompt
        yield self._lines["footer"]

    def on_mount(self) -> None:
        """Begin with the first pane, and let time pass."""
        self.pane_of(Kind.INSTANCES).set_hide_ended(self._hide_ended)
        self.watch_active()
        self.set_interval(1 / _TICKS, self._beat)

    def memory(self, theme: str) -> ViewMemory:
        """Return how the view stands, for the next run; also when it has ended."""
        panes = {pane.spec.kind.value: pane.memory for pane in self.panes}
        return ViewMemory(panes, theme)

    # ---- news and time ----

    def show(self, news: News) -> None:
        """Take in what is known now."""
        before, self.news = self.news, news
        facts = self._make_facts(before)
        for pane in self.panes:
            kind = pane.spec.kind
            side = not all(same_lanes(news.lanes(one), before.lanes(one)) for one in pane.spec.sides)
            if side or news.regions != before.regions or not same_lanes(news.lanes(kind), before.lanes(kind)):
                pane.show(news, facts)
        self._refresh_lines()
        self._refresh_drawer()
        self.tell_cleanup()

    def _make_facts(self, before: News) -> Facts:
        """Return the facts of now; what has not changed is not built again."""
        news, held = self.news, self._facts
        turning = not self.badges.paused and self._anything_turning()
        self._facts = replace(
            held,
            now=self.now,
            specs=held.specs if news.of(Kind.TYPES) is before.of(Kind.TYPES) else news.specs,
            statuses=held.statuses if news.of(Kind.STATUSES) is before.of(Kind.STATUSES) else news.statuses,
            rows=news.rows,
            prices=news.prices,
            frame=self._beats if turning else None,
            lineage=held.lineage.renewed(news.of(Kind.VOLUMES), news.of(Kind.SNAPSHOTS), news.whole),
            sightings=held.sightings if news.histories is before.histories else news.sightings,
        )
        return self._facts

    def _anything_turning(self) -> bool:
        return any(is_turning(row) for pane in self.panes for row in pane.table.visible_rows())

    def _beat(self) -> None:
        self._beats += 1
        self.owner.gc_policy.beat()
        turning = not self.badges.paused and self._anything_turning()
        if not turning and self._beats % _TICKS:
            return
        self._facts = replace(self._facts, now=self.now, frame=self._beats if turning else None)
        for pane in self.panes:
            pane.tick(self._facts)
        self._refresh_lines()

    def _refresh_lines(self) -> None:
        lines = {
            "where": header.where(self.news, self.badges),
            "how": header.how(self.news, self.now),
            "warning": header.troubles(self.news),
            "operation": banner(self.board.unfinished, self._clock()),
            "tabs": tab_line(self.panes, self.active),
            "footer": footer_line(self.size.width, self.badges.launch.read_only),
        }
        for name, text in lines.items():
            self._lines[name].say(text)
        for name in ("warning", "operation"):
            self._lines[name].set_class(not lines[name].plain, "-empty")

    def tell_operations(self) -> None:
        """Say what is under way, at once."""
        self._refresh_lines()

    # ---- moving among panes ----

    def watch_active(self) -> None:
        """Show and focus the active pane."""
        for index, pane in enumerate(self.panes):
            pane.set_class(index == self.active, "-active")
        self.set_class(self.pane.spec.kind is not Kind.INSTANCES, "-storage")
        self.pane.table.focus()
        self._refresh_lines()
        self._refresh_drawer()

    def on_resize(self, event: events.Resize) -> None:
        """Decide how many panes fit."""
        self._fit(event.size)
        self._refresh_lines()

    def _fit(self, size: Size) -> None:
        self.set_class(size.width >= WIDE[0] and size.height >= WIDE[1], "-wide")
        self.set_class(size.height < 12, "-low")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow a click or a focus into another pane."""
        for index, pane in enumerate(self.panes):
            # Events lag behind: a table that has lost the focus again must not take the pane back.
            if pane.table is event.widget and pane.table.has_focus:
                self.active = index

    # ---- details ----

    def on_fleet_table_row_chosen(self, event: FleetTable.RowChosen) -> None:
        """Open the details."""
        event.stop()
        self.action_details()

    def on_fleet_table_cursor_moved(self, event: FleetTable.CursorMoved) -> None:
        """Let the drawer follow the cursor."""
        event.stop()
        self._refresh_drawer()

    def on_fleet_table_marks_changed(self, event: FleetTable.MarksChanged) -> None:
        """Count the marks."""
        event.stop()
        self._show_titles()

    def on_pane_view_retitled(self, event: PaneView.Retitled) -> None:
        """Let the tabs say what the titles say."""
        event.stop()
        self._lines["tabs"].say(tab_line(self.panes, self.active))

    def on_fleet_table_settled(self, event: FleetTable.Settled) -> None:
        """Say what thousands of rows have come to, now that they are in view."""
        event.stop()
        self._show_titles()
        self._refresh_lines()
        self._refresh_drawer()
        if self.prompt.display and self.prompt.mode == "filter":
            self.hint_counts()

    def _show_titles(self) -> None:
        for pane in self.panes:
            pane.show_title()

    def on_fleet_table_header_chosen(self, event: FleetTable.HeaderChosen) -> None:
        """Order by the column whose label was clicked; again reverses."""
        event.stop()
        key, reverse = self.pane.order
        self.pane.order_by(event.column_key, event.column_key == key and not reverse)
