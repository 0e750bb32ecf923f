"""The clean-up session: what could go, why, and what it costs; mark it, then plan its end.

It begins as a look and changes nothing. What is found later joins at the end, and never marked: a mark is the
user's word, or was there when the session opened.
"""

from __future__ import annotations

from typing import TypeAlias

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from trainctl_tui.domain.acts import SPOKEN
from trainctl_tui.domain.findings import Candidate, Findings
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.news import Key
from trainctl_tui.listing.waste import cost, kind_of, sum_of, unsure_text, why
from trainctl_tui.safe import safe

_NOTHING = "Nothing here that could be cleaned up without looking into machines."
_KEYS = "j k move · Space mark · * all · \\ none · t terminate · D delete · Esc out"
_WHICH = "Move to a volume or a snapshot first: D plans the marked ones of that kind."

Chosen: TypeAlias = tuple[Kind, tuple[Key, ...]]
"""What to plan the end of: one kind at a time, as each has an act of its own."""


class CleanupScreen(ModalScreen[Chosen | None]):
    """Ends with what was marked of a kind when ``t`` or ``D`` was pressed, or None.

    ``hindrance`` says why nothing can be planned now, or "". ``show`` tells what is found later.
    """

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("space", "mark", show=False),
        Binding("asterisk", "mark_all", show=False),
        Binding("backslash", "clear", show=False),
        Binding("t", "terminate", show=False),
        Binding("D", "delete", show=False),
    ]

    def __init__(self, findings: Findings, hindrance: str) -> None:
        super().__init__()
        self._held = {_key(one): one for one in findings.candidates}
        self._unsure = unsure_text(findings)
        self._hindrance = hindrance
        self._said = ""
        self.marks = {key for key, one in self._held.items() if one.chosen}
        self._list = OptionList(*map(self._prompt, self._held), id="candidates", markup=False)
        self._head = Static(self._title(), id="cleanup-title")
        self._note = Static(self._remark(), id="cleanup-note")

    def compose(self) -> ComposeResult:
        """Build the list between what it comes to and the keys."""
        with Vertical(id="cleanup"):
            yield self._head
            yield self._note
            yield self._list
            yield Static(Text(_KEYS, "dim"), id="cleanup-foot")

    def on_mount(self) -> None:
        """Begin at the first candidate."""
        self._list.highlighted = 0 if self._held else None
        self._list.focus()

    def show(self, findings: Findings, hindrance: str) -> None:
        """Take in what is found now. Cursor and marks stay with their machines; the order stays, too."""
        fresh = {_key(one): one for one in findings.candidates}
        kept = {key: fresh[key] for key in self._held if key in fresh}
        held, self._held = self._held, {**kept, **fresh}
        self._unsure, self._hindrance = unsure_text(findings), hindrance
        self.marks &= self._held.keys()
        if list(held) != list(self._held):
            self._rebuild(list(held))
        else:
            for index, (key, one) in enumerate(self._held.items()):
                if one != held[key]:
                    self._list.replace_option_prompt_at_index(index, self._prompt(key))
        self._tell()

    def _rebuild(self, before: list[Key]) -> None:
        index = self._list.highlighted
        here = before[index] if index is not None and index < len(before) else None
        self._list.clear_options()
        self._list.add_options(self._prompt(key) for key in self._held)
        keys = list(self._held)
        # A machine that is gone takes the cursor with it: the next key must not mean another one.
        self._list.highlighted = keys.index(here) if here in keys else None

    def _prompt(self, key: Key) -> Text:
        one = self._held[key]
        row = one.row
        mark = "[x] " if key in self.marks else "[ ] "
        text = Text(f"{mark}{safe(row.id):<22}  {safe(row.state):<9}  {safe(row.region)}  ")
        text.append(cost(one), "bold")
        text.append(f"\n    {safe(name_of(row.tags), 24) or '-'}: ").append(safe(why(one)), "dim")
        return text

    def _title(self) -> Text:
        text = Text(f" Clean-up  {plural(len(self._held), 'candidate')}, {len(self.marks)} marked", "bold")
        marked = tuple(self._held[key] for key in self._held if key in self.marks)
        if marked and (sum_ := sum_of(marked)):
            text.append(f" · {sum_} would end")
        return text

    def _remark(self) -> Text:
        """Return the one line that matters most: what was just said, what hinders, what is not counted."""
        if self._said or self._hindrance:
            return Text(safe(self._said or f"Look only. {self._hindrance}", 300), "bold yellow")
        if not self._held:
            return Text(f"{_NOTHING} {safe(self._unsure, 300)}")
        return Text(safe(self._unsure, 300) or "All is read again before anything is done.", "dim")

    def _tell(self, said: str = "") -> None:
        self._said = said
        self._head.update(self._title())
        self._note.update(self._remark())

    @property
    def _here(self) -> Key | None:
        index = self._list.highlighted
        return None if index is None else list(self._held)[index]

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_mark(self) -> None:
        """Mark or unmark the machine under the cursor."""
        if (key := self._here) is not None:
            self._set_marks(self.marks ^ {key})

    def action_mark_all(self) -> None:
        """Mark every candidate."""
        self._set_marks(set(self._held))

    def action_clear(self) -> None:
        """Unmark every candidate."""
        self._set_marks(set())

    def _set_marks(self, marks: set[Key]) -> None:
        changed, self.marks = self.marks ^ marks, marks
        for index, key in enumerate(self._held):
            if key in changed:
                self._list.replace_option_prompt_at_index(index, self._prompt(key))
        self._tell()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Mark what was chosen with Enter or a click, as Space does."""
        event.stop()
        self.action_mark()

    def action_terminate(self) -> None:
        """End with the machines that are marked, unless something hinders."""
        self._plan(Kind.INSTANCES)

    def action_delete(self) -> None:
        """End with the marked volumes or snapshots: the kind under the cursor, else the only one marked."""
        here = None if (key := self._here) is None else kind_of(self._held[key])
        kinds = {kind_of(self._held[key]) for key in self.marks} - {Kind.INSTANCES}
        if here in (Kind.VOLUMES, Kind.SNAPSHOTS):
            self._plan(here)
        elif len(kinds) == 1:
            self._plan(kinds.pop())
        else:
            self._tell(_WHICH)

    def _plan(self, kind: Kind) -> None:
        keys = tuple(key for key, one in self._held.items() if key in self.marks and kind_of(one) is kind)
        if self._hindrance:
            self._tell(f"Nothing can be planned. {self._hindrance}")
        elif not keys:
            noun = SPOKEN[kind]
            self._tell(
                f"Nothing is marked. Mark a {noun} with Space." if not self.marks else f"No {noun} is marked."
            )
        else:
            self.dismiss((kind, keys))


def _key(one: Candidate) -> Key:
    return one.row.region, one.row.id
