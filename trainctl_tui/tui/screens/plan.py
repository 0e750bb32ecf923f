"""The Plan dialog: what would happen to whom and why, and the user's word for it.

It is bound to the ids it opened with, whatever moves underneath. It opens at once and reads the facts of
each; until then, and while anything is in doubt, nothing confirms.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from trainctl_tui.domain.plans import Plan
from trainctl_tui.link.messages import Answer
from trainctl_tui.listing.format import plural, wait
from trainctl_tui.listing.news import Key
from trainctl_tui.tui import plan_text
from trainctl_tui.tui.lifecycle import GapWatch
from trainctl_tui.tui.moves import MOVES
from trainctl_tui.tui.plan_text import Fate
from trainctl_tui.tui.planning import Planning
from trainctl_tui.tui.wish import Consent, Standing, Wish

SMALLEST = (60, 15)
"""Columns and rows below which nothing is confirmed: a plan must be readable."""

_LOW = 20  # rows below which there are no frames
_WIDTH, _HEAD = 100, 3  # cells and rows, as in app.tcss


class PlanScreen(ModalScreen[Consent | None]):
    """Ends with a Consent, or None. ``ask`` reads facts, ``standing`` tells what the journal says.

    ``now`` is the provider's clock. ``copy_first`` opens the plan of snapshots of these volumes above this
    one; when that is over, everything is read again.
    """

    def __init__(
        self,
        wish: Wish,
        ask: Callable[[Callable[[Answer], None]], None],
        standing: Callable[[], Standing],
        now: Callable[[], float],
        copy_first: Callable[[tuple[Key, ...]], None],
    ) -> None:
        super().__init__()
        self.planning = Planning(wish)
        self._ask, self._standing, self._now, self._copy_first = ask, standing, now, copy_first
        self._was_old = self._was_locked = self._was_covered = False
        self.gaps = GapWatch()  # its own: a key may come before the app is told that it slept
        self._head = Static(id="plan-head")
        ids = (id for _, id in wish.targets)
        self._body = VerticalScroll(Static(plan_text.checking(ids)), id="plan-body", can_focus=False)
        self._phrase = Static(id="plan-phrase")
        self._foot = Static(id="plan-foot")

    def compose(self) -> ComposeResult:
        """Build the frame; the body comes with the facts."""
        with Vertical(id="plan"):
            yield self._head
            yield self._body
            yield self._phrase
            yield self._foot

    def on_mount(self) -> None:
        """Show the frozen ids at once, and read what holds for them."""
        self._check()
        self.set_interval(1.0, self._age)

    def on_screen_resume(self) -> None:
        """Read all again when the plan of the snapshots is over."""
        if self._was_covered:
            self._was_covered = False
            self._check()

    def on_resize(self, _event: events.Resize) -> None:
        """Give the frame up where there is little room."""
        self.set_class(self.app.size.height < _LOW, "-low")
        self._tell()

    def _check(self) -> None:
        """Read all facts anew."""
        number = self.planning.asking()
        self._was_old = False
        self._tell()
        self._ask(lambda answer: self._heard(number, answer))

    def _heard(self, number: int, answer: Answer) -> None:
        if self.is_attached and self.planning.heard(number, answer, self._standing(), monotonic()):
            self._draw()

    @property
    def _is_old(self) -> bool:
        # While facts are read again the old plan is no news.
        return not self.planning.is_reading and self.planning.is_old(self._now())

    def _has_slept(self) -> bool:
        """Begin anew after a stop or a sleep; return whether there was one. What was typed is forgotten."""
        gap = self.gaps.beat()
        if gap is not None:
            self.planning.forget(gap)
            self._check()
        return gap is not None

    def _age(self) -> None:
        if self._has_slept():
            return
        locked = self.planning.locked_for(self._now()) > 0
        if locked or self._was_locked:
            self._was_locked = locked
            self._tell()
        if self._is_old and not self._was_old:
            self._was_old = True
            self._tell()

    # ---- what is shown ----

    def _draw(self) -> None:
        if self.planning.plan is not None:
            self._show_plan(self.planning.plan)
        elif self.planning.trouble is not None:
            self._show_body([])
        self._tell()

    def _show_plan(self, plan: Plan) -> None:
        rows: list[Static] = []
        whole = plan_text.whole_lines(plan)
        if whole.plain:
            rows.append(Static(whole))
        here = self.planning.highlighted
        groups = ((Fate.GOES, plan.goes), (Fate.WORD, plan.needs_word), (Fate.LEFT, plan.left_out))
        for fate, group in groups:
            if group:
                rows.append(Static(plan_text.group_head(fate, len(group)), classes="plan-group"))
            for one in group:
                is_here = one.facts.id == here
                wears = "-here" if is_here else ""
                rows.append(Static(plan_text.target(one, fate, plan, here=is_here), classes=wears))
        self._show_body(rows)

    def _show_body(self, rows: list[Static]) -> None:
        with self.app.batch_update():
            self._body.remove_children()
            self._body.mount_all(rows)
        here = self.planning.highlighted
        self.call_after_refresh(lambda: self.planning.drawn(here, monotonic()))

    @property
    def _is_here_in_sight(self) -> bool:
        """Whether the target that a key would include is not scrolled away."""
        return any(self._body.can_view_partial(row) for row in self._body.query(".-here"))

    def _bring_here(self) -> None:
        for row in self._body.query(".-here"):
            self.call_after_refresh(row.scroll_visible, animate=False)

    def _tell(self) -> None:
        """Say again what can be confirmed, and how."""
        self._head.update(self._title())
        text, state = self.planning.standing(self._is_old, self.is_small, self._now())
        self._phrase.update(text)
        self._fit(text)
        for name in ("asleep", "open", "wrong", "match"):
            self._phrase.set_class(name == state, f"-{name}")
        self._foot.update(plan_text.foot(self.planning.offers))

    def _fit(self, question: Text) -> None:
        """Let the body scroll in what head, question and foot leave: they are always in sight."""
        width, height = self.app.size
        low = height < _LOW
        inside = min(width, _WIDTH) - (3 if low else 8)
        lines = len(question.wrap(self.app.console, max(1, inside)))
        rest = _HEAD + 1 + lines + (0 if low else 2 + 1 + 2)  # frame, gap, border of the question
        self._body.set_styles(max_height=max(1, height - rest))

    def _title(self) -> Text:
        wish, plan = self.planning.wish, self.planning.plan
        text = Text(f"{wish.act.capitalize()} {plural(len(wish.targets), wish.noun)}", "bold")
        if wish.dry_run:
            text.append("  DRY RUN ", "bold yellow").append("nothing will be changed", "yellow")
        if wish.hidden:
            text.append(f"  {wish.hidden} of them hidden by the filter", "bold yellow")
        if self.planning.slept:
            text.append(f"  checked anew after {wait(self.planning.slept)} of sleep", "bold yellow")
        if plan is not None:
            regions = len({region for region, _ in wish.targets})
            text.append("\n").append_text(plan_text.who(plan, regions))
            text.append("\n").append_text(plan_text.headline(plan))
        return text

    @property
    def is_small(self) -> bool:
        """Whether a plan could not be read here."""
        return self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]

    # ---- keys ----

    def on_key(self, event: events.Key) -> None:
        """Take every key: what is typed goes to the phrase, and nothing goes to what lies underneath."""
        event.stop()
        event.prevent_default()
        gesture = self.planning.gesture
        # A phrase cannot be typed by a key that repeats itself, so that Enter needs no rest.
        meant = gesture.is_meant("y", event.time) if event.key == "y" else gesture.was_read(event.time)
        if event.key in ("escape", "q"):
            self.dismiss(None)
        elif self._has_slept():
            return  # the key was meant for what stood here before
        elif self._is_old or (event.key == "r" and self.planning.trouble is not None):
            self._check()
        elif move := MOVES.get(event.key):
            move(self._body)
        elif self.planning.plan is not None and self.planning.is_read:
            self._take(event, self.planning.plan, meant)

    def _take(self, event: events.Key, plan: Plan, meant: bool) -> None:
        planning = self.planning
        if event.key in ("tab", "shift+tab"):
            planning.go(1 if event.key == "tab" else -1)
            self._show_plan(plan)
            self._bring_here()
        elif event.key == "plus":
            if self._is_here_in_sight:
                planning.include(self._standing(), monotonic(), event.time)
                self._draw()
            self._bring_here()
        elif event.key == "p" and (volumes := planning.uncopied):
            self._was_covered = True
            self._copy_first(volumes)
        elif event.key == "r" and not plan.phrase:
            self._check()
        elif event.key in ("backspace", "ctrl+h", "ctrl+u"):
            planning.erase(event.key == "ctrl+u")
        elif plan.phrase and event.key != "enter":
            planning.type(event.character if event.character and event.is_printable else "")
        else:
            self._take_word(event.key, plan, meant)
        self._tell()

    def _take_word(self, key: str, plan: Plan, meant: bool) -> None:
        """Confirm by Enter what was typed, or by y where nothing is to be typed."""
        word = self.planning.typed if plan.phrase else "y"
        if not word or key != ("enter" if plan.phrase else "y"):
            return
        if meant:
            self._confirm(word)
        else:
            self.planning.too_quick("Enter" if plan.phrase else "y")

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted phrase. It confirms nothing by itself."""
        event.stop()
        self.planning.type(event.text)
        self._tell()

    def _confirm(self, word: str) -> None:
        if not self.is_small and (consent := self.planning.confirm(word, self._now())) is not None:
            self.dismiss(consent)
