"""The Operations pane: what is under way and what was done, of this window and of every other."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from trainctl_tui.domain.operations import FAILURES, Operation
from trainctl_tui.listing.format import plural
from trainctl_tui.safe import safe
from trainctl_tui.services.operating import Board
from trainctl_tui.tui import operation_text

_KEYS = "j k move · Enter report · x cancel · f retry failed · s resume · Esc back"
_EVERY = 1.0  # seconds; what has not changed is not painted again


class OperationsScreen(ModalScreen[tuple[str, str] | None]):
    """Ends with (what, operation id), or None. ``show`` tells how everything stands.

    ``what`` is an action of ``screens.acting``: "report", "roll_back", "retry", "resume", or "pane(n)".
    ``clock`` is this machine's. ``may_act`` False: a read-only run has no keys that change anything.
    ``here`` names the operation to begin on, so that a second key never meets another one than the first.
    """

    BINDINGS = [
        Binding("escape,q,4", "dismiss(None)", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("g,home", "move(-9999)", show=False),
        Binding("G,end", "move(9999)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("enter", "want('report')", show=False),
        Binding("x", "want('roll_back')", show=False),
        Binding("f", "want('retry')", show=False),
        Binding("s", "want('resume')", show=False),
        *(Binding(key, f"leave('{pane}')", show=False)
          for key, pane in (("1", 1), ("2", 2), ("3", 3), ("tab", 1), ("shift+tab", 3))),
    ]  # fmt: skip

    def __init__(
        self, board: Board, clock: Callable[[], float], may_act: bool = True, here: str = ""
    ) -> None:
        super().__init__()
        self._board = board
        self._clock = clock
        self._may_act = may_act
        self._here = here
        self._stay_here()
        self._blocks: dict[str, Static] = {}
        self._drawn: dict[str, object] = {}
        self._head = Static(id="operations-head")
        self._scroll = VerticalScroll(id="operations-body", can_focus=False)

    def compose(self) -> ComposeResult:
        """Build the frame."""
        yield self._head
        yield self._scroll
        keys = _KEYS if self._may_act else "j k move · Enter report · Esc back"
        yield Static(Text(keys, "dim"), id="operations-foot")

    def on_mount(self) -> None:
        """Show what is known, and let time pass for what is under way."""
        self._draw()
        self.set_interval(_EVERY, self._draw)

    def show(self, board: Board) -> None:
        """Take in how everything stands now; what is highlighted stays highlighted."""
        self._board = board
        self._stay_here()
        self._draw()

    def _stay_here(self) -> None:
        """Begin again with the first where what was highlighted is no longer told."""
        if self.highlighted is None and self._ordered:
            self._here = self._ordered[0].id

    @property
    def _ordered(self) -> list[Operation]:
        """Those that have not ended first, each group with the newest first."""
        return sorted(self._board.operations, key=lambda one: one.state.is_final)

    @property
    def highlighted(self) -> Operation | None:
        """The operation under the cursor."""
        return next((one for one in self._board.operations if one.id == self._here), None)

    def _draw(self) -> None:
        now, ordered = self._clock(), self._ordered
        ids = [one.id for one in ordered]
        if ids != list(self._blocks):
            self._rebuild(ids)
        self._say_head(ordered)
        for one in ordered:
            here = one.id == self._here
            drawn = (one, here, operation_text.pace(one, now), operation_text.about(one, now))
            if self._drawn.get(one.id) != drawn:
                self._drawn[one.id] = drawn
                opened = here or not one.state.is_final
                block = operation_text.block(one, now, here=here, opened=opened, may_act=self._may_act)
                self._blocks[one.id].set_class(here, "-here").update(block)

    def _rebuild(self, ids: list[str]) -> None:
        self._drawn.clear()
        self._blocks = {id: Static() for id in ids}
        self._scroll.remove_children()
        self._scroll.mount_all(self._blocks.values())

    def _say_head(self, ordered: list[Operation]) -> None:
        trouble = self._board.trouble
        active = len(self._board.unfinished)
        text = Text.assemble((f" 4 Operations {len(ordered)} ", "bold reverse"))
        text.append(f"  {plural(active, 'operation')} under way" if active else "", "bold cyan")
        if trouble is not None:
            text.append(f"  {safe(trouble, 300)}", "bold yellow")
        elif not ordered:
            text.append(
                "  Nothing was ever begun here. S starts, x stops, t terminates, D deletes what is marked.",
                "dim",
            )
        if self._drawn.get("") != text:
            self._drawn[""] = text
            self._head.update(text)

    def action_move(self, step: int) -> None:
        """Highlight another operation."""
        ids = list(self._blocks)
        if self._here in ids:
            at = min(max(ids.index(self._here) + step, 0), len(ids) - 1)
            self._here = ids[at]
            self._draw()
            # It has just been opened: only when it is laid out is it known how far it reaches.
            block = self._blocks[self._here]
            self.call_after_refresh(block.scroll_visible, animate=False, top=True)

    def action_page(self, pages: int) -> None:
        """Scroll by pages: an operation may have more targets than fit."""
        self._scroll.scroll_relative(y=pages * max(1, self._scroll.size.height - 1), animate=False)

    def action_leave(self, pane: str) -> None:
        """Go to another pane."""
        self.dismiss((f"pane({pane})", ""))

    def action_want(self, what: str) -> None:
        """End with what is wanted of the highlighted operation, if it can be had."""
        one = self.highlighted
        if one is None or (what != "report" and not self._may_act):
            return
        failed = any(target.outcome in FAILURES for target in one.targets)
        refusals = {
            "roll_back": "It has ended." if one.state.is_final else "",
            "resume": "" if operation_text.is_orphan(one) else "It has ended, or somebody runs it.",
            "retry": ""
            if failed and one.state.is_final
            else "Nothing of it has failed, or it has not ended.",
        }
        if refusal := refusals.get(what, ""):
            self.app.notify(refusal, severity="warning", markup=False)
        else:
            self.dismiss((what, one.id))
