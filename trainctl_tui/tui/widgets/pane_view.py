"""One pane: a title that tells the truth about its rows, and the table of them."""

from __future__ import annotations

from collections.abc import Collection
from operator import is_
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from trainctl_tui.domain.cost import Bill
from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.inventory import Lane, LaneState, Standing
from trainctl_tui.domain.resources import Instance, Kind, Row
from trainctl_tui.listing.choosing import context
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Details
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import plural, standing, worst
from trainctl_tui.listing.money import bill_text
from trainctl_tui.listing.news import Key, News, Rows
from trainctl_tui.listing.spec import PaneSpec
from trainctl_tui.safe import safe
from trainctl_tui.services.view_memory import PaneMemory
from trainctl_tui.tui.widgets.fleet_plan import Wanted
from trainctl_tui.tui.widgets.fleet_table import FleetTable
from trainctl_tui.tui.widgets.line import Line

if TYPE_CHECKING:
    from trainctl_tui.domain.query import Query

_JUDGED_ANEW = 60.0  # seconds after which a filter is asked again: ages have grown
_SIDES_ANEW = 1.0  # seconds between two looks at all rows while types and health come page by page


class PaneView(Vertical):
    """A pane of the dashboard. It is told everything; it asks nobody."""

    class Retitled(Message):
        """The title says something else; the tabs of a narrow screen repeat it."""

    def __init__(self, spec: PaneSpec, number: int, memory: PaneMemory, facts: Facts) -> None:
        super().__init__(id=f"pane-{spec.kind.value}", classes="pane")
        self.spec = spec
        self.number = number
        self.facts = facts
        self.query_text = ""
        self.hide_ended = True
        self.waste_only = False
        self._kept: frozenset[str] = frozenset()
        self._query: Query | None = None
        self._lanes: tuple[LaneState, ...] = ()
        self._regions: tuple[str, ...] = ()
        self._hourly = Bill()
        self._listed: dict[Lane, int] = {}  # the sweep of which rows are in view
        self._sides: tuple[Rows, ...] = ()
        self._joined: frozenset[tuple[Kind, str]] = frozenset()
        self._judged_at = facts.now
        self._sides_are_news = False
        self.memory = memory if spec.column(memory.order) else replace(memory, order="")
        self.table: FleetTable[Any, Facts] = FleetTable(self.columns, id=f"table-{spec.kind.value}")
        self.label = f" {number} {spec.title} "
        self.notes = Text()
        self._headline = Line(id=f"title-{spec.kind.value}", classes="pane-title")

    def compose(self) -> ComposeResult:
        """Build the title and the table."""
        yield self._headline
        yield self.table

    def on_mount(self) -> None:
        """Restore order and filter of the last run; a filter that no longer reads is dropped."""
        self.order_by(self.memory.order or self.spec.order, self.memory.reverse)
        try:
            self.set_query(self.memory.filter)
        except InvalidQuery:
            self.set_query("")

    @property
    def columns(self) -> tuple[Column[Any, Facts], ...]:
        """The columns shown, in order."""
        if self.memory.columns:
            chosen = [column for key in self.memory.columns if (column := self.spec.column(key))]
            if chosen:
                return tuple(chosen)
        return tuple(column for column in self.spec.columns if not column.extra)

    def show(self, news: News, facts: Facts) -> None:
        """Take in what is known now."""
        before, self._lanes = self._lanes, news.lanes(self.spec.kind)
        joined = self._take_sides(news, facts)
        self._regions = news.regions
        self._hourly = news.hourly
        self.facts = facts
        self.table.set_rows(news.of(self.spec.kind), facts, self._listed_anew(before))
        self._sides_are_news |= joined
        coming = any(lane.pending for kind in self.spec.sides for lane in news.lanes(kind))
        self._weigh_sides(at_once=not coming)
        if self.whole:
            self.table.begin()
        self.show_title()

    def _take_sides(self, news: News, facts: Facts) -> bool:
        """Take what the rows are joined with; say whether it is news."""
        sides, self._sides = self._sides, tuple(news.of(kind) for kind in self.spec.sides)
        joined, self._joined = self._joined, frozenset(facts.lineage.whole)
        same = len(sides) == len(self._sides) and all(map(is_, sides, self._sides))
        return not same or joined != self._joined

    def _listed_anew(self, before: tuple[LaneState, ...]) -> dict[str, bool]:
        """Return the regions that a sweep began to list, and whether anything was complete there before."""
        held = {lane.lane: lane for lane in before}
        anew = {}
        for lane in self._lanes:
            if lane.sweep != self._listed.get(lane.lane) and (lane.pending or lane.base == lane.sweep):
                self._listed[lane.lane] = lane.sweep
                old = held.get(lane.lane)
                anew[lane.lane.region] = old is not None and (old.complete or old.base is not None)
        return anew

    def tick(self, facts: Facts) -> None:
        """Let time pass: ages and spinners."""
        self.facts = facts
        self.table.set_facts(facts)
        if self._queries and facts.now - self._judged_at >= _JUDGED_ANEW:
            self._reconsider()
        self._weigh_sides(at_once=False)
        self.show_title()

    def _read(self, text: str) -> Query | None:
        if not text.strip():
            return None
        from trainctl_tui.domain.query import parse  # not before there is a filter

        return parse(text, self.spec.kind)

    def set_query(self, text: str) -> None:
        """Filter the rows. Raises InvalidQuery and changes nothing if the text cannot be read."""
        self._query, self.query_text = self._read(text), text.strip()
        self.memory = replace(self.memory, filter=self.query_text)
        self._apply_filter()

    def set_hide_ended(self, hide: bool) -> None:
        """Show or hide terminated rows."""
        self.hide_ended = hide
        self._apply_filter()

    def keep_shown(self, ids: Collection[str]) -> None:
        """Show these to their end, also where terminated rows are hidden."""
        self._kept |= frozenset(ids)
        self._apply_filter()

    def set_waste_only(self, only: bool) -> None:
        """Show only what could be cleaned up, or everything again; the filter holds besides."""
        self.waste_only = only
        self._apply_filter()

    def order_by(self, key: str, reverse: bool) -> None:
        """Order by a column."""
        column = self.spec.column(key)
        if column is not None:
            self.memory = replace(self.memory, order=key, reverse=reverse)
            self.table.order_by(column, reverse)

    @property
    def order(self) -> tuple[str, bool]:
        """The column key ordered by, and whether reversed."""
        return self.memory.order or self.spec.order, self.memory.reverse

    def set_columns(self, keys: tuple[str, ...]) -> None:
        """Show these columns; none means the pane's own."""
        self.memory = replace(self.memory, columns=keys)
        self.table.set_columns(self.columns)
        self.order_by(*self.order)
        self._apply_filter()

    @property
    def whole(self) -> bool:
        """Whether every watched region has been listed to its end."""
        return bool(self._lanes) and all(lane.complete for lane in self._lanes)

    def row(self, key: Key | None) -> Row | None:
        """Return a row by its key."""
        return None if key is None else self.table.model.rows.get(key)

    def details(self, key: Key) -> Details | None:
        """Return the details of a row, or None if it is not listed."""
        row = self.row(key)
        return None if row is None else self.spec.details(row, self.facts)

    def _apply_filter(self) -> None:
        self.table.set_filter(self._wanted())
        self.show_title()

    def _weigh_sides(self, at_once: bool) -> None:
        """Reconsider the rows if what they are joined with is news, and they were not judged a moment ago."""
        if self._sides_are_news and (at_once or abs(self.facts.now - self._judged_at) >= _SIDES_ANEW):
            self._reconsider()

    def _reconsider(self) -> None:
        """Judge and order the rows by what is known now of the world around them."""
        self._sides_are_news = False
        self.table.reconsider(self._wanted())

    @property
    def _queries(self) -> tuple[Query, ...]:
        waste = self._read("is:waste") if self.waste_only else None
        return tuple(query for query in (waste, self._query) if query is not None)

    def _wanted(self) -> Wanted | None:
        queries, hide = self._queries, self.hide_ended and self.spec.kind is Kind.INSTANCES
        self._judged_at = self.facts.now
        if not queries and not hide:
            return None
        asked, kept = context(self.columns, self.facts) if queries else None, self._kept

        def wanted(row: Row) -> bool | None:
            if hide and isinstance(row, Instance) and row.state == "terminated" and row.id not in kept:
                return False
            if asked is None:
                return True
            verdicts = {query.verdict(row, asked) for query in queries}
            return False if False in verdicts else None if None in verdicts else True

        return wanted

    def show_title(self) -> None:
        """Say how many rows there are, how many are shown, and how far they can be trusted."""
        lane = worst(self._lanes)
        self.table.empty_text = self._empty_text(lane)
        self.label = f" {self.number} {self.spec.title} {self._count(lane)} "
        self.notes = self._notes(lane)
        line = Text(self.label, "bold")
        if self._headline.say(line.append_text(self.notes)):
            self.post_message(self.Retitled())

    def _count(self, lane: LaneState | None) -> str:
        """Return how many rows there are: "?" before any is known, at least so many while not all are."""
        model = self.table.model
        if lane is None or not self.whole:
            return f"≥{model.total:,}" if model.total else "?"
        if model.shown_count != model.total:
            return f"{model.shown_count:,} of {model.total:,}"
        return f"{model.total:,}"

    def _notes(self, lane: LaneState | None) -> Text:
        model = self.table.model
        notes: list[tuple[str, str]] = []
        if model.marks:
            hidden = f" ({model.marked_hidden} hidden)" if model.marked_hidden else ""
            notes.append((f"{len(model.marks):,} marked{hidden}", "bold magenta"))
        shown = [
            text
            for text in ("waste only" * self.waste_only, self.query_text and f"/{self.query_text}")
            if text
        ]
        if shown:
            unknown = f" {model.unknown:,} unknown" if model.unknown else ""
            notes.append((f"{safe(' '.join(shown), 60)}{unknown}", "cyan"))
        if lane is not None and lane.standing is not Standing.LIVE:
            notes.append((standing(lane, self.facts.now), "yellow"))
        # Last, because a narrow screen cuts the end.
        if self.spec.kind is Kind.INSTANCES and (self._hourly.usd or self._hourly.unknown):
            dated = self.facts.prices.dated
            notes.append((f"{bill_text(self._hourly, 'h')}{dated and f' ({dated})'}", "bold"))
        return Text(" · ").join(Text(text, style) for text, style in notes)

    def _empty_text(self, lane: LaneState | None) -> str:
        nouns = f"{self.spec.noun}s"
        if lane is None:
            return "No region to look at. Press R to choose one."
        if self.table.model.total:
            hidden = plural(self.table.model.total, self.spec.noun)
            return f"{hidden}, none shown. Change the filter with /, or show ended ones with H."
        if (trouble := lane.trouble) is not None:
            return "\n".join(
                (f"{nouns.capitalize()} are not known.", trouble.what, trouble.why, trouble.next_step)
            )
        if not self.whole:
            return f"Reading {nouns} in {', '.join(self._regions)} …"
        return f"0 {nouns} in {', '.join(self._regions)}. Press R to watch other regions."
