"""One plan from its frozen ids to the user's word, without a screen: what was read, typed, included, said."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from trainctl_tui.domain.acts import Judgement, Situation, Verdict
from trainctl_tui.domain.changing import settled
from trainctl_tui.domain.errors import Refused, Trouble
from trainctl_tui.domain.orders import UNASKED
from trainctl_tui.domain.plans import DIALOG, Plan, make
from trainctl_tui.domain.rule import DESTROY
from trainctl_tui.domain.rules_tags import LOCK
from trainctl_tui.domain.rules_volumes import DAY
from trainctl_tui.link.messages import Answer, FactsAnswer, NoAnswer
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.news import Key
from trainctl_tui.safe import safe
from trainctl_tui.tui.gesture import Gesture
from trainctl_tui.tui.wish import Consent, Standing, Wish

_LONGEST = 100  # characters that are taken of what is typed


class Planning:
    """Bound to the ids of its wish. Nothing confirms while facts are read, are old, or are in doubt."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.plan: Plan | None = None
        self.trouble: Trouble | None = None
        self._is_unfit = False  # what is wished can be done to none: a trouble that reading again mends not
        self.typed = ""
        self._here = ""  # one of those that need a word; it keeps its place when another comes or goes
        self._drawn: tuple[str, float] = ("", 0.0)  # the highlighted id on the screen, and since when
        self.gesture = Gesture()
        self._answer: FactsAnswer | None = None
        self._unlocked: dict[str, float] = {}
        self._said = ""
        self.slept = 0.0
        self._included: set[str] = set()
        self._asked = 0
        self.is_reading = False

    # ---- facts ----

    def asking(self) -> int:
        """Begin to read everything anew; return the number of the question."""
        self._asked += 1
        self._answer, self.trouble, self._said = None, None, ""
        self._is_unfit = False
        self.gesture.asleep()
        self.is_reading = True
        return self._asked

    def forget(self, gap: float) -> None:
        """Take back all that the user said: it was said ``gap`` seconds ago, of another world."""
        self.typed, self._included, self.slept = "", set(), gap

    def heard(self, number: int, answer: Answer, standing: Standing, at: float) -> bool:
        """Take an answer, unless it is a late one to an older question; return whether it was taken.

        ``at`` is when it is shown, in seconds that never go back.
        """
        if number != self._asked:
            return False
        self.is_reading = False
        if isinstance(answer, FactsAnswer):
            self._answer = answer
            self._judge(standing, at)
        elif isinstance(answer, NoAnswer):
            self.trouble = answer.trouble
        return True

    def _judge(self, standing: Standing, at: float) -> None:
        """Make the plan of what was read; a word that was typed for another plan is forgotten."""
        answer, wish = self._answer, self.wish
        assert answer is not None
        before = self.plan
        try:
            changes = settled(wish.act, answer.facts, wish.wanted, policy=wish.policy)
        except Refused as error:
            self.plan, self.trouble, self._is_unfit = None, error.trouble, True
            return
        self._unlocked = dict(standing.unlocked)
        self.plan = make(
            wish.act,
            answer.facts,
            wish.policy,
            Situation(
                wish.account,
                answer.identity.account,
                answer.now,
                busy=dict(standing.busy),
                unlocked=self._unlocked,
            ),
            answer.fleets,
            actor=answer.identity.arn,
            endpoint=wish.endpoint,
            included=self._included,
            changes={id: change for id, change in changes.items() if change != UNASKED},
        )
        if before is not None and before.hash() != self.plan.hash():
            self.typed = ""
        self.gesture.shown(at)

    @property
    def is_read(self) -> bool:
        """Whether there is a plan of facts that are not too old."""
        return self.plan is not None and self._answer is not None

    def is_old(self, now: float) -> bool:
        """Say whether the facts are too old to be confirmed; then nothing is, until they are read again."""
        old = self.plan is not None and now - self.plan.made_at > DIALOG
        if old:
            self._answer = None
            self.gesture.asleep()
        return old

    @property
    def uncopied(self) -> tuple[Key, ...]:
        """The volumes that would end without a snapshot of these days: a snapshot first would keep them."""
        if self.plan is None or self.plan.act not in DESTROY:
            return ()
        judged = (*self.plan.goes, *self.plan.needs_word)
        days = self.wish.policy.snapshot_days
        return tuple((one.facts.region, id) for one in judged for id in _uncopied(one, days))

    # ---- the user's word ----

    @property
    def waiting(self) -> tuple[str, ...]:
        """The ids that need a word, or were given it, in the order of the selection."""
        if self.plan is None:
            return ()
        wait = {*self.plan.included, *(one.facts.id for one in self.plan.needs_word)}
        return tuple(id for _, id in self.wish.targets if id in wait)

    @property
    def highlighted(self) -> str:
        """The id whose word is asked for now, or ""."""
        waiting = self.waiting
        return self._here if self._here in waiting else next(iter(waiting), "")

    def go(self, step: int) -> None:
        """Go to another target that needs a word."""
        if waiting := self.waiting:
            self._here = waiting[(waiting.index(self.highlighted) + step) % len(waiting)]

    def drawn(self, id: str, at: float) -> None:
        """Note that this target is on the screen as the highlighted one."""
        if id != self._drawn[0]:
            self._drawn = id, at

    def include(self, standing: Standing, at: float, pressed: float) -> None:
        """Give the word for the highlighted target, or take it back; all is judged again.

        A key that was ``pressed`` before that target was seen to be highlighted was meant for another one.
        """
        here = self.highlighted
        if not self.is_read or not here:
            return
        if here != self._drawn[0] or pressed < self._drawn[1]:
            self.too_quick("+")
            return
        self._here = here
        self._included ^= {here}
        self._judge(standing, at)

    def type(self, text: str) -> None:
        """Add to the phrase. A line that was pasted loses its end: it confirms nothing."""
        if self.is_read and self.plan is not None and self.plan.phrase:
            self._said = ""
            self.typed = (self.typed + text.rstrip("\r\n"))[:_LONGEST]

    def erase(self, everything: bool = False) -> None:
        """Take the last letter back, or all of them."""
        self._said = ""
        self.typed = "" if everything else self.typed[:-1]

    def too_quick(self, key: str) -> None:
        """Say that a key that confirms came before anybody can have read what it confirms."""
        self._said = f"That was too quick to have been read. Press {key} once more, after a second."

    def confirm(self, word: str, now: float) -> Consent | None:
        """Return the plan with the user's word for it; None, with a reason said, where it does not fit."""
        if self.plan is None or not self.is_read:
            return None
        try:
            return Consent(self.plan, self.plan.approve(word, now))
        except Refused as error:
            self._said, self.typed = str(error), ""
            return None

    # ---- what is said ----

    @property
    def offers(self) -> Iterator[str]:
        """The keys that do something now, besides those that always do."""
        if self.waiting:
            yield "Tab next · + include"
        if self.uncopied:
            yield "p snapshot first"
        if self.trouble is not None or (self.plan is not None and not self.plan.phrase):
            yield "r check again"

    def standing(self, old: bool, small: bool, now: float) -> tuple[Text, str]:
        """Return what the confirming line says, and the state of its border: asleep, open, wrong, match."""
        if self.trouble is not None:
            return self._trouble_told(self.trouble), "asleep"
        if old:
            told = f"The facts are older than {DIALOG:.0f} s. Any key reads them again."
            return Text(told, "bold yellow"), "asleep"
        if not self.is_read or self.plan is None:
            return Text(f"Checking {plural(len(self.wish.targets), self.wish.noun)} …", "dim"), "asleep"
        if small:
            return Text("Make the terminal at least 60x15 to confirm.", "bold yellow"), "asleep"
        if self._said:
            return Text(safe(self._said, 400), "bold yellow"), "wrong"
        if self.plan.verdict is Verdict.REFUSE:
            return self._refusal(self.plan, self.locked_for(now)), "asleep"
        return self._question(self.plan)

    def _trouble_told(self, trouble: Trouble) -> Text:
        if self._is_unfit:
            return Text(f"This cannot be done. {safe(trouble, 400)}", "bold red")
        return Text(f"Could not check. {safe(trouble, 400)} Press r.", "bold yellow")

    def locked_for(self, now: float) -> float:
        """Return for how many seconds yet a protection that was taken off keeps a target from its end."""
        if self.plan is None or self.plan.act not in DESTROY:
            return 0.0
        ids = {id for one in self.plan.judgements for id in _ids_of(one)}
        return max([0.0, *(at + LOCK - now for id, at in self._unlocked.items() if id in ids)])

    def _refusal(self, plan: Plan, locked: float) -> Text:
        if locked > 0:
            told = f"A protection was just taken off: {locked:.0f} s more, then press r."
            return Text(told, "bold yellow")
        if plan.goes or not plan.needs_word:
            return Text("Nothing of this may go.", "bold red")
        return Text("Nothing goes yet. Include one by one: Tab to go to it, + to include it.", "bold magenta")

    def _question(self, plan: Plan) -> tuple[Text, str]:
        verb = "rehearse it" if self.wish.dry_run else "go ahead"
        if not plan.phrase:
            return Text.assemble("Press ", ("y", "bold"), f" to {verb}."), "match"
        line = Text.assemble("Type ", (plan.phrase, "bold"), f" and Enter to {verb}:  ")
        line.append(safe(self.typed, _LONGEST), "bold").append("▏", "dim")
        if self.typed == plan.phrase:
            return line.append("  Enter", "bold green"), "match"
        return line, "open" if plan.phrase.startswith(self.typed) else "wrong"


def _ids_of(one: Judgement) -> Iterator[str]:
    yield one.facts.id
    yield from (volume.id for volume in one.facts.volumes or ())


def _uncopied(one: Judgement, days: float) -> Iterator[str]:
    rows = {found.row for found in one.findings}
    if "D21" in rows:
        yield one.facts.id
    if "D12" in rows:
        oldest = one.facts.read_at - days * DAY
        for volume in one.facts.volumes or ():
            is_data = not volume.is_root and volume.delete_on_termination is not False
            if is_data and (volume.snapshot_at is None or volume.snapshot_at < oldest):
                yield volume.id
