"""From frozen ids to a plan, and from a plan with the user's word to an operation. Changes nothing itself."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from rich.text import Text

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.inventory import Standing as LaneStanding
from trainctl_tui.domain.orders import UNASKED, Change, Order
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link.messages import Answer, AskFacts, AskRehearsal, NoAnswer, RehearsalAnswer
from trainctl_tui.listing.format import plural, standing
from trainctl_tui.listing.news import Key
from trainctl_tui.safe import safe
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.screens.cleaning import Cleaning
from trainctl_tui.tui.screens.plan import SMALLEST, PlanScreen
from trainctl_tui.tui.screens.text import TextScreen
from trainctl_tui.tui.wish import Consent, Standing, Wish


class Acting(Cleaning):
    """The part of the dashboard that plans acts and hands on what was confirmed."""

    board = Board()
    _begun: frozenset[str] = frozenset()  # operations of this run

    # ---- from ids to a plan ----

    def plan_act(
        self, act: Act, keys: tuple[Key, ...], wanted: Change = UNASKED, kind: Kind | None = None
    ) -> None:
        """Open the plan of an act on these targets, of the active pane's kind unless it is named."""
        kind = kind or self.pane.spec.kind
        if why := self.hinders(keys, kind):
            self.owner.tell(why, bad=True)
            return
        launch, session = self.badges.launch, self.owner.session
        model = self.pane_of(kind).table.model
        shown, listed = set(model.shown), model.rows
        wish = Wish(
            act,
            keys,
            sum(key in listed and key not in shown for key in keys),
            self.news.account,
            launch.endpoint,
            session.settings.policy,
            launch.dry_run,
            kind,
            wanted,
        )
        screen = PlanScreen(
            wish,
            lambda then: session.ask(lambda number: AskFacts(number, keys, wish.asked), then),
            self._standing,
            lambda: self.now,
            lambda volumes: self.plan_act(Act.SNAPSHOT, volumes, kind=Kind.VOLUMES),
        )
        self.owner.push_screen(screen, partial(self._consented, wish))

    def _standing(self) -> Standing:
        offset = self.news.clock_offset
        return Standing(self.board.busy, {id: at + offset for id, at in self.board.unlocked.items()})

    def hinders(self, keys: Collection[Key], kind: Kind) -> str:
        """Return why nothing may be planned for these targets, or ""."""
        if self.badges.launch.read_only:
            return "This is read-only mode: nothing can be changed."
        if self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]:
            return "The terminal is too small to read a plan: make it at least 60x15."
        if self.prompt.display and self.prompt.mode == "filter":
            return "The filter is being edited. Finish it with Enter, or leave it with Esc."
        if not keys:
            return "No row is highlighted. Move to one, or mark some with Space."
        if not self.news.verified or not self.news.account:
            return "It is not verified whose account this is, so nothing can be changed."
        if self.board.trouble is not None:
            return str(self.board.trouble)
        return self._not_live({region for region, _ in keys}, kind)

    def _not_live(self, regions: Collection[str], kind: Kind) -> str:
        for lane in self.news.lanes(kind):
            if lane.lane.region in regions and lane.standing is not LaneStanding.LIVE:
                told = f"The {kind.value} of {lane.lane.region} are {standing(lane, self.now)}"
                return f"{told}: {lane.trouble}" if lane.trouble else f"{told}. Wait for them, or press r."
        return ""

    # ---- from a plan to an operation ----

    def _consented(self, wish: Wish, consent: Consent | None) -> None:
        if consent is None:
            return
        if wish.dry_run:
            self._rehearse(wish, consent)
            return
        plan, approval = consent.plan, consent.approval
        launch, operating = self.badges.launch, self.owner.operating
        self.owner.operate(
            lambda: operating.begin(plan, approval, wish.policy, launch),
            partial(self._has_begun, wish.kind, plan.ids),
            lambda why: self.owner.tell(f"Nothing was begun. {why}", bad=True),
        )

    def _has_begun(self, kind: Kind, ids: tuple[str, ...], op: str) -> None:
        self._begun |= {op}
        pane = self.pane_of(kind)
        pane.keep_shown(ids)
        pane.table.mark([key for key in pane.table.model.marks if key[1] not in ids])
        self.owner.tell(f"Operation {op} has begun. 4 shows it; it goes on without this window.")

    def _rehearse(self, wish: Wish, consent: Consent) -> None:
        going = set(consent.plan.ids)
        targets = tuple(key for key in wish.targets if key[1] in going)
        screen = TextScreen(f"Dry run: {wish.act} {len(targets)}", Text("Asking …", "dim"))
        self.owner.push_screen(screen)
        order = Order(wish.act, consent.plan.changes, "dry-run")
        self.owner.session.ask(
            lambda number: AskRehearsal(number, order, targets), partial(self._rehearsed, screen, wish.noun)
        )

    def _rehearsed(self, screen: TextScreen, noun: str, answer: Answer) -> None:
        if not screen.is_attached:
            return
        text = Text("Nothing was changed.\n\n", "bold")
        if isinstance(answer, RehearsalAnswer):
            for one in answer.regions:
                said = "would be allowed" if one.trouble is None else safe(one.trouble, 1000)
                style = "green" if one.trouble is None else "yellow"
                text.append(f"{one.region}  {plural(len(one.ids), noun)}  ").append(f"{said}\n", style)
        elif isinstance(answer, NoAnswer):
            text.append(safe(answer.trouble, 1000), "yellow")
        screen.show(text)
