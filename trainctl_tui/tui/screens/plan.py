"""The Plan dialog: what would happen to whom and why, and the user's word for it.

It is bound to the ids it opened with, whatever moves underneath. It opens at once and reads the facts of
each; until then, and while anything is in doubt, nothing confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic

from msgspec import Struct
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from trainctl_tui.domain.acts import Act, Policy, Situation, Verdict
from trainctl_tui.domain.errors import Refused, Trouble
from trainctl_tui.domain.plans import DIALOG, Approval, Plan, make
from trainctl_tui.link.messages import Answer, FactsAnswer, NoAnswer
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.news import Key
from trainctl_tui.safe import safe
from trainctl_tui.tui import plan_text
from trainctl_tui.tui.gesture import Gesture
from trainctl_tui.tui.plan_text import Fate

SMALLEST = (60, 15)
"""Columns and rows below which nothing is confirmed: a plan must be readable."""

_LOW = 20  # rows below which there are no frames
_WIDTH, _HEAD = 100, 3  # cells and rows, as in app.tcss
_LONGEST = 100  # characters that are taken of what is typed


class Wish(Struct, frozen=True):
    """What was asked for when the key went down. ``hidden`` of the targets are not in view."""

    act: Act
    targets: tuple[Key, ...]
    hidden: int
    account: str
    endpoint: str
    policy: Policy
    dry_run: bool = False


class Consent(Struct, frozen=True):
    """A plan and the user's word for it."""

    plan: Plan
    approval: Approval


class PlanScreen(ModalScreen[Consent | None]):
    """Ends with a Consent, or None. ``ask`` reads facts, ``busy`` tells whose operation names a target.

    ``now`` is the provider's clock.
    """

    def __init__(
        self,
        wish: Wish,
        ask: Callable[[Callable[[Answer], None]], None],
        busy: Callable[[], Mapping[str, str]],
        now: Callable[[], float],
    ) -> None:
        super().__init__()
        self.wish = wish
        self.plan: Plan | None = None
        self.typed = ""
        self._ask, self._busy, self._now = ask, busy, now
        self._answer: FactsAnswer | None = None
        self._trouble: Trouble | None = None
        self._said = ""
        self._included: set[str] = set()
        self._here = 0  # which of those that need a word
        self._gesture = Gesture()
        self._asked = 0
        self._head = Static(id="plan-head")
        self._body = VerticalScroll(id="plan-body", can_focus=False)
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

    def on_resize(self, _event: events.Resize) -> None:
        """Give the frame up where there is little room."""
        self.set_class(self.app.size.height < _LOW, "-low")
        self._tell()

    # ---- facts ----

    def _check(self) -> None:
        """Read all facts anew. A late answer to an older question is dropped."""
        self._asked += 1
        number = self._asked
        self._gesture.asleep()
        self._answer, self._trouble = None, None
        if self.plan is None:
            self._show_body([Static(plan_text.checking(id for _, id in self.wish.targets))])
        self._tell()
        self._ask(lambda answer: self._heard(number, answer))

    def _heard(self, number: int, answer: Answer) -> None:
        if number != self._asked or not self.is_attached:
            return
        if isinstance(answer, FactsAnswer):
            self._answer = answer
            self._judge()
        elif isinstance(answer, NoAnswer):
            self._trouble = answer.trouble
            if self.plan is None:
                self._show_body([])
            self._tell()

    def _judge(self) -> None:
        """Make the plan of what was read; a word that was typed for another plan is forgotten."""
        answer, wish = self._answer, self.wish
        assert answer is not None
        situation = Situation(wish.account, answer.identity.account, answer.now, busy=dict(self._busy()))
        before, self.plan = self.plan, make(
            wish.act,
            answer.facts,
            wish.policy,
            situation,
            answer.fleets,
            actor=answer.identity.arn,
            endpoint=wish.endpoint,
            included=self._included,
        )  # fmt: skip
        if before is not None and before.hash() != self.plan.hash():
            self.typed = ""
        self._here = min(self._here, max(0, len(self._waiting) - 1))
        self._gesture.shown(monotonic())
        self._show_plan(self.plan)
        self._tell()

    @property
    def _waiting(self) -> tuple[str, ...]:
        """The ids that need a word, or were given it."""
        if self.plan is None:
            return ()
        wait = {*self.plan.included, *(one.facts.id for one in self.plan.needs_word)}
        return tuple(id for _, id in self.wish.targets if id in wait)

    @property
    def is_old(self) -> bool:
        """Whether the facts are too old to be confirmed."""
        return self.plan is not None and self._now() - self.plan.made_at > DIALOG

    def _age(self) -> None:
        if self.is_old and self._answer is not None:
            self._answer = None
            self._gesture.asleep()
            self._tell()

    # ---- what is shown ----

    def _show_plan(self, plan: Plan) -> None:
        rows: list[Static] = []
        whole = plan_text.whole_lines(plan)
        if whole.plain:
            rows.append(Static(whole))
        groups = ((Fate.GOES, plan.goes), (Fate.WORD, plan.needs_word), (Fate.LEFT, plan.left_out))
        here = self._waiting[self._here] if self._waiting else ""
        for fate, group in groups:
            if group:
                rows.append(Static(plan_text.group_head(fate, len(group)), classes="plan-group"))
            for one in group:
                id = one.facts.id
                text = plan_text.target(one, fate, plan.act, here=id == here, included=id in plan.included)
                rows.append(Static(text, classes="-here" if id == here else ""))
        self._show_body(rows)

    def _show_body(self, rows: list[Static]) -> None:
        with self.app.batch_update():
            self._body.remove_children()
            self._body.mount_all(rows)
        for row in rows:
            if row.has_class("-here"):
                self.call_after_refresh(row.scroll_visible, animate=False)

    def _tell(self) -> None:
        """Say again what can be confirmed, and how."""
        self._head.update(self._title())
        text, state = self._standing()
        self._phrase.update(text)
        self._fit(text)
        for name in ("asleep", "open", "wrong", "match"):
            self._phrase.set_class(name == state, f"-{name}")
        foot = Text(" Esc Cancel ", "bold reverse")
        foot.append("  j k PgUp PgDn move", "dim")
        if self._waiting:
            foot.append(" · Tab next · + include", "dim")
        if self.plan is not None and not self.plan.phrase:
            foot.append(" · r check again", "dim")
        self._foot.update(foot)

    def _fit(self, question: Text) -> None:
        """Let the body scroll in what head, question and foot leave: they are always in sight."""
        width, height = self.app.size
        low = height < _LOW
        inside = min(width, _WIDTH) - (3 if low else 8)
        lines = len(question.wrap(self.app.console, max(1, inside)))
        rest = _HEAD + 1 + lines + (0 if low else 2 + 1 + 2)  # frame, gap, border of the question
        self._body.set_styles(max_height=max(1, height - rest))

    def _title(self) -> Text:
        wish = self.wish
        text = Text(f"{wish.act.capitalize()} {plural(len(wish.targets), 'instance')}", "bold")
        if wish.dry_run:
            text.append("  DRY RUN ", "bold yellow").append("nothing will be changed", "yellow")
        if wish.hidden:
            text.append(f"  {wish.hidden} of them hidden by the filter", "bold yellow")
        if self.plan is not None:
            regions = len({region for region, _ in wish.targets})
            text.append("\n").append_text(plan_text.who(self.plan, regions))
            text.append("\n").append_text(plan_text.headline(self.plan))
        return text

    def _standing(self) -> tuple[Text, str]:
        """Return what the confirming line says, and the state that its border shows."""
        if self._trouble is not None:
            return Text(f"Could not check. {safe(self._trouble, 400)} Press r.", "bold yellow"), "asleep"
        if self._answer is None or self.plan is None:
            if self.is_old:
                return Text(
                    "The facts are older than 60 s. Any key reads them again.", "bold yellow"
                ), "asleep"
            return Text(f"Checking {plural(len(self.wish.targets), 'instance')} …", "dim"), "asleep"
        if self.is_small:
            return Text("Make the terminal at least 60x15 to confirm.", "bold yellow"), "asleep"
        if self._said:
            return Text(safe(self._said, 400), "bold yellow"), "wrong"
        if self.plan.verdict is Verdict.REFUSE:
            return Text("Nothing of this may go.", "bold red"), "asleep"
        return self._question(self.plan)

    def _question(self, plan: Plan) -> tuple[Text, str]:
        verb = "rehearse it" if self.wish.dry_run else "go ahead"
        if not plan.phrase:
            return Text.assemble("Press ", ("y", "bold"), f" to {verb}."), "match"
        line = Text.assemble("Type ", (plan.phrase, "bold"), f" and Enter to {verb}:  ")
        line.append(safe(self.typed, _LONGEST), "bold").append("▏", "dim")
        if self.typed == plan.phrase:
            return line.append("  Enter", "bold green"), "match"
        return line, "open" if plan.phrase.startswith(self.typed) else "wrong"

    @property
    def is_small(self) -> bool:
        """Whether a plan could not be read here."""
        return self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]

    # ---- keys ----

    def on_key(self, event: events.Key) -> None:
        """Take every key: what is typed goes to the phrase, and nothing goes to what lies underneath."""
        event.stop()
        event.prevent_default()
        meant = event.key in ("y", "enter") and self._gesture.is_meant(event.key, event.time)
        if event.key in ("escape", "q"):
            self.dismiss(None)
        elif self.is_old or (event.key == "r" and self._trouble is not None):
            self._check()
        elif move := _MOVES.get(event.key):
            move(self._body)
        else:
            self._said = ""
            self._take(event, meant)
            self._tell()

    def _take(self, event: events.Key, meant: bool) -> None:
        plan = self.plan
        if plan is None or self._answer is None:
            return
        if event.key in ("tab", "shift+tab"):
            self._go(1 if event.key == "tab" else -1)
        elif event.key == "plus":
            self._include()
        elif not plan.phrase:
            if event.key == "y" and meant:
                self._confirm("y")
            elif event.key == "r":
                self._check()
        elif event.key == "enter":
            if meant and self.typed:
                self._confirm(self.typed)
        elif event.key in ("backspace", "ctrl+h"):
            self.typed = self.typed[:-1]
        elif event.key == "ctrl+u":
            self.typed = ""
        elif event.character and event.is_printable and len(self.typed) < _LONGEST:
            self.typed += event.character

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted phrase. It confirms nothing by itself."""
        event.stop()
        if self.plan is not None and self.plan.phrase and self._answer is not None:
            self.typed = (self.typed + event.text.strip())[:_LONGEST]
            self._tell()

    def _go(self, step: int) -> None:
        """Go to the next target that needs a word."""
        if self._waiting and self.plan is not None:
            self._here = (self._here + step) % len(self._waiting)
            self._show_plan(self.plan)

    def _include(self) -> None:
        """Give the word for one target, or take it back; all is judged again."""
        if self._waiting:
            id = self._waiting[self._here]
            self._included ^= {id}
            self._judge()

    def _confirm(self, typed: str) -> None:
        if self.is_small or self.plan is None:
            return
        try:
            approval = self.plan.approve(typed, self._now())
        except Refused as error:
            self._said = str(error)
            self.typed = ""
            return
        self.dismiss(Consent(self.plan, approval))


_MOVES: dict[str, Callable[[VerticalScroll], None]] = {
    "j": lambda body: body.scroll_relative(y=1, animate=False),
    "down": lambda body: body.scroll_relative(y=1, animate=False),
    "k": lambda body: body.scroll_relative(y=-1, animate=False),
    "up": lambda body: body.scroll_relative(y=-1, animate=False),
    "pagedown": lambda body: body.scroll_page_down(animate=False),
    "pageup": lambda body: body.scroll_page_up(animate=False),
    "home": lambda body: body.scroll_home(animate=False),
    "end": lambda body: body.scroll_end(animate=False),
}
