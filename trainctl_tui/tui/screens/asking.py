"""What the dashboard asks its user: a filter, a command, an order, columns, regions, a profile.

What a question needs is imported when it is asked: none of it is in the first frame.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.link.messages import (
    Answer,
    AskRegions,
    NoAnswer,
    Pause,
    Refresh,
    RegionsAnswer,
    WatchRegions,
)
from trainctl_tui.listing.spec import PANES
from trainctl_tui.services.profiles import profiles
from trainctl_tui.tui import header
from trainctl_tui.tui.screens.reading import Reading
from trainctl_tui.tui.themes import THEMES
from trainctl_tui.tui.widgets.pane_view import PaneView
from trainctl_tui.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from trainctl_tui.tui.command_line import Destination


class Asking(Reading):
    """The questions of the dashboard."""

    _before = ""
    _filtered: PaneView | None = None

    # ---- one line at the bottom ----

    def action_filter(self) -> None:
        """Edit the filter of the active pane; a click into another one does not change which it is."""
        self._filtered, self._before = self.pane, self.pane.query_text
        self.prompt.open("filter", "/", self.pane.query_text, self.completions)

    def action_command(self) -> None:
        """Type a command."""
        from trainctl_tui.tui.command_line import complete

        self.prompt.open("command", ":", "", complete)

    def on_prompt_edited(self, event: Prompt.Edited) -> None:
        """Look ahead: say what this text would do."""
        event.stop()
        if event.mode == "filter":
            self.try_filter(event.text)
        elif event.mode == "export":
            self.preview_export(event.text)
        else:
            self._preview(event.text)

    def completions(self, text: str, cursor: int) -> list[str]:
        """Return what the filter may become, from what is listed."""
        from trainctl_tui.domain.query_completion import complete

        pane = self._filtered or self.pane
        return complete(text, cursor, pane.table.model.rows.values(), pane.spec.kind)

    def try_filter(self, text: str) -> bool:
        """Filter the active pane; say why and keep the rows as they are if the text cannot be read."""
        try:
            (self._filtered or self.pane).set_query(text)
        except InvalidQuery as error:
            self.prompt.hint(str(error), bad=True)
            return False
        self.hint_counts()
        return True

    def hint_counts(self) -> None:
        """Say below the filter how many rows it shows."""
        model = (self._filtered or self.pane).table.model
        unknown = f", {model.unknown:,} unknown" if model.unknown else ""
        counts = f"{model.shown_count:,} of {model.total:,} shown{unknown}"
        self.prompt.hint(f"{counts} · Tab completes · Enter keeps · Esc undoes")

    def _preview(self, text: str) -> Destination | None:
        from trainctl_tui.tui.command_line import read

        try:
            destination = read(text)
        except InvalidQuery as error:
            self.prompt.hint(str(error), bad=bool(text.strip()))
            return None
        self.prompt.hint(f"→ {destination.preview} Enter goes.")
        return destination

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Do what was typed; stay if it cannot be read."""
        event.stop()
        takers = {"filter": self.try_filter, "export": self.export_to}
        if (take := takers.get(event.mode)) and take(event.text):
            self._leave_prompt()
        elif event.mode == "command" and (destination := self._preview(event.text)):
            self._leave_prompt()
            await self._carry_out(destination)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Undo an edited filter."""
        event.stop()
        if event.mode == "filter" and self._filtered is not None:
            self._filtered.set_query(self._before)
        self._leave_prompt()

    def _leave_prompt(self) -> None:
        self.prompt.close()
        self.pane.table.focus()

    async def _carry_out(self, destination: Destination) -> None:
        handlers = {
            "show_pane": self._show_pane,
            "watch": self._watch,
            "profile": self._use_profile,
            "order_by": self._order_by,
            "filter_by": self._filter_by,
            "export_to": self.export_to,
            "use_theme": self._use_theme,
        }
        if handler := handlers.get(destination.action):
            handler(destination.argument)
        else:
            await self.run_action(destination.action)

    def _show_pane(self, argument: str) -> None:
        kind, _, text = argument.partition(" ")
        self.active = next(index for index, spec in enumerate(PANES) if spec.kind.value == kind)
        if text:
            self.pane.set_query(text)

    def _filter_by(self, text: str) -> None:
        try:
            self.pane.set_query(text)
        except InvalidQuery as error:
            self.owner.tell(str(error), bad=True)

    def _order_by(self, argument: str) -> None:
        key, _, direction = argument.partition(" ")
        if self.pane.spec.column(key) is None:
            names = ", ".join(column.key for column in self.pane.spec.columns)
            self.owner.tell(f"There is no column {key!r} here. Columns: {names}.", bad=True)
            return
        self.pane.order_by(key, direction.startswith("rev"))

    def _use_theme(self, name: str) -> None:
        if name in THEMES:
            self.owner.theme = name
        else:
            self.owner.tell(f"There is no theme {name!r}. Themes: {', '.join(THEMES)}.", bad=True)

    # ---- lists to pick from ----

    def action_order(self) -> None:
        """Pick the column to order by."""
        choices = [(column.key, column.label) for column in self.pane.spec.columns]
        key, reverse = self.pane.order

        def chosen(values: tuple[str, ...] | None) -> None:
            if values:
                self.pane.order_by(values[0], reverse if values[0] == key else False)

        self.pick(f"Order {self.pane.spec.title} by", choices, (key,), chosen)

    def action_reverse(self) -> None:
        """Reverse the order."""
        key, reverse = self.pane.order
        self.pane.order_by(key, not reverse)

    def action_columns(self) -> None:
        """Pick the columns to show."""
        choices = [(column.key, column.label) for column in self.pane.spec.columns]
        shown = [column.key for column in self.pane.columns]

        def chosen(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self.pane.set_columns(values)

        self.pick(f"Columns of {self.pane.spec.title}", choices, shown, chosen, several=True)

    def action_regions(self) -> None:
        """Ask the provider for its regions, then let the user pick."""
        self.owner.tell("Reading the list of regions …")
        self.owner.session.ask(AskRegions, self._pick_regions)

    def _pick_regions(self, answer: Answer) -> None:
        self.owner.clear_notifications()
        if isinstance(answer, NoAnswer):
            self.owner.tell(f"{answer.trouble} Type :region NAME instead.", bad=True)
        elif isinstance(answer, RegionsAnswer):
            choices = [
                (region.id, region.id if region.opt_in != "not-opted-in" else f"{region.id}  (not enabled)")
                for region in sorted(answer.regions, key=lambda r: (r.id not in self.news.regions, r.id))
            ]

            def chosen(values: tuple[str, ...] | None) -> None:
                self._watch(",".join(values or ()))

            self.pick("Regions to watch", choices, self.news.regions, chosen, several=True)

    def _watch(self, argument: str) -> None:
        regions = tuple(dict.fromkeys(part.strip() for part in argument.split(",") if part.strip()))
        if regions:
            self.owner.session.send(WatchRegions(regions))

    def _use_profile(self, name: str) -> None:
        if not self._refuses_profiles():
            self.owner.change_profile(name)

    def _refuses_profiles(self) -> bool:
        is_demo = self.badges.launch.demo
        if is_demo:
            self.owner.tell("The demo has no profiles: it touches no account of yours.")
        return is_demo

    def action_profiles(self) -> None:
        """Pick the profile to use."""
        if self._refuses_profiles():
            return
        if not (names := profiles(os.environ)):
            told = "No profile in the AWS configuration files. Make one with `aws configure`."
            self.owner.tell(told, bad=True)
            return
        held = self.badges.launch.profile or "default"

        def chosen(values: tuple[str, ...] | None) -> None:
            if values:
                self.owner.change_profile(values[0])

        self.pick("Profile", [(name, name) for name in names], (held,), chosen)

    def action_theme(self) -> None:
        """Pick the colours."""

        def chosen(values: tuple[str, ...] | None) -> None:
            if values:
                self.owner.theme = values[0]

        self.pick("Theme", [(name, name) for name in THEMES], (self.owner.theme,), chosen)

    # ---- the cloud and the program ----

    def action_refresh(self) -> None:
        """Read everything now."""
        self.owner.session.send(Refresh())

    def action_pause(self) -> None:
        """Stop or resume the clock."""
        paused = not self.badges.paused
        self.badges = header.Badges(self.badges.launch, paused)
        self.owner.session.send(Pause(paused))

    def action_terminated(self) -> None:
        """Show or hide terminated instances."""
        self.pane.set_hide_ended(not self.pane.hide_ended)
