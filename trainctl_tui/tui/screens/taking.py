"""What a user takes away: ids, rows, files, console lines, the provider's own words."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.resources import Instance, Row
from trainctl_tui.link.messages import Answer, AskConsole, AskRaw, ConsoleAnswer, NoAnswer, RawAnswer
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.moments import moment
from trainctl_tui.listing.news import Key
from trainctl_tui.safe import safe_lines, unstyled
from trainctl_tui.tui.clipboard import osc52
from trainctl_tui.tui.screens.host import Host
from trainctl_tui.tui.screens.text import TextScreen

_TEXT_LIMIT = 512 * 1024  # characters on one screen


class Taking(Host):
    """The part of the dashboard that hands things out."""

    def _targets(self) -> list[Row]:
        keys = self.pane.table.model.target()
        rows = [row for key in keys if (row := self.pane.row(key)) is not None]
        if not rows:
            self.owner.tell("No row is highlighted. Move to one, or mark some with Space.", bad=True)
        return rows

    def _one(self) -> tuple[Key, Row] | None:
        key = self.pane.table.model.highlighted
        row = self.pane.row(key)
        if key is None or row is None:
            self.owner.tell("No row is highlighted. Move to one first.", bad=True)
            return None
        return key, row

    # ---- the clipboard ----

    def action_copy_id(self) -> None:
        """Copy the id, or the marked ids, one a line."""
        if rows := self._targets():
            self._copy("\n".join(row.id for row in rows), plural(len(rows), "id"))

    def action_copy_row(self) -> None:
        """Copy the row, or the marked rows, as JSON."""
        from trainctl_tui.services.export import to_json  # not in the first frame, nor is csv

        if rows := self._targets():
            self._copy(to_json(rows), plural(len(rows), "row"))

    def _copy(self, text: str, what: str) -> None:
        try:
            sequence = osc52(text, os.environ)
        except ValueError as error:
            self.owner.tell(f"Too much for the clipboard: {error}. Export to a file with e.", bad=True)
            return
        self.owner.write_to_terminal(sequence)
        self.owner.tell(f"Sent {what} to the terminal's clipboard.")

    # ---- files ----

    def action_export(self) -> None:
        """Ask for a file name and write the shown rows."""
        stamp = datetime.fromtimestamp(self.now, UTC).strftime("%Y%m%d-%H%M%S")
        name = f"{self.pane.spec.kind.value}-{stamp}.csv"
        self.prompt.open("export", "export to ", name, lambda _text, _cursor: [])

    def preview_export(self, name: str) -> None:
        """Say what would be written."""
        shown = self.pane.table.model.shown_count
        path = _place(name)
        text = (
            f"→ {plural(shown, 'shown row')}{self._gap} to {path} (.csv or .json). Enter writes, Esc leaves."
        )
        self.prompt.hint(text)

    @property
    def _gap(self) -> str:
        return "" if self.pane.whole else " (more are not listed yet)"

    def export_to(self, name: str) -> bool:
        """Write the shown rows to a file; say where, or why not."""
        from trainctl_tui.services.export import write

        pane = self.pane
        rows = pane.table.model.shown_rows()
        labels = [column.label for column in pane.columns]
        cells = ([column.text(row, pane.facts) for column in pane.columns] for row in rows)
        path = _place(name)
        try:
            if not rows and not pane.whole:
                # An empty file would say that there are none.
                raise ConfigError(
                    f"{pane.spec.title} are not known.",
                    "There is nothing to write.",
                    "Read the cloud with r.",
                )
            write(path, labels, cells, rows)
        except ConfigError as error:
            self.owner.tell(str(error), bad=True)
            self.prompt.hint(str(error), bad=True)
            return False
        self.owner.tell(f"Wrote {plural(len(rows), 'row')}{self._gap} to {path}.")
        return True

    def action_screenshot(self) -> None:
        """Save a picture of the screen beside the user's other files."""
        stamp = datetime.fromtimestamp(self.now, UTC).strftime("%Y%m%d-%H%M%S")
        try:
            path = self.owner.save_screenshot(f"trainctl-tui-{stamp}.svg")
        except OSError as error:
            self.owner.tell(
                f"Cannot save the picture: {error.strerror}. Start in a writable directory.", bad=True
            )
            return
        self.owner.tell(f"Saved {Path(path).absolute()}.")

    # ---- questions to the provider ----

    def action_console(self) -> None:
        """Show the last console lines of an instance."""
        if (found := self._one()) is None:
            return
        (region, id), row = found
        if not isinstance(row, Instance):
            self.owner.tell("Only an instance has a console. Go to Instances with 1.", bad=True)
            return
        screen = TextScreen(
            f"Console of {id}", Text("Asking for the last console lines …", "dim"), at_end=True
        )
        self._ask_for(screen, lambda number: AskConsole(number, region, id))

    def action_raw(self) -> None:
        """Show the provider's own description of the row."""
        if (found := self._one()) is None:
            return
        (region, id), _ = found
        kind = self.pane.spec.kind
        screen = TextScreen(f"{id} in the provider's words", Text("Asking …", "dim"))
        self._ask_for(screen, lambda number: AskRaw(number, kind, region, id))

    def _ask_for(self, screen: TextScreen, question: Callable[[int], AskConsole | AskRaw]) -> None:
        self.owner.push_screen(screen)
        self.owner.session.ask(question, lambda answer: self._show(screen, answer))

    def _show(self, screen: TextScreen, answer: Answer) -> None:
        if not screen.is_attached:
            return
        match answer:
            case NoAnswer(_, trouble):
                text = Text(
                    safe_lines("\n".join((trouble.what, trouble.why, trouble.next_step)), _TEXT_LIMIT),
                    "yellow",
                )
            case ConsoleAnswer(_, console):
                taken = f"As of {moment(console.taken_at, self.now)}\n\n"
                lines = safe_lines(unstyled(console.text), _TEXT_LIMIT)
                text = Text(taken + (lines or "The provider has no console output yet."))
            case RawAnswer(_, raw):
                text = Text(safe_lines(raw, _TEXT_LIMIT))
            case _:
                return
        screen.show(text)


def _place(name: str) -> Path:
    """Return the whole path that a typed name means; the home of a user who is not there is no home."""
    path = Path(name.strip())
    with suppress(RuntimeError, ValueError):
        path = path.expanduser()
    with suppress(OSError):  # the directory we are in was removed
        path = path.absolute()
    return path
