"""Acts on instances: a key freezes ids and opens a plan; a plan with the user's word becomes an operation."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from rich.text import Text

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.inventory import Standing
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.resources import Kind
from trainctl_tui.link.messages import Answer, AskFacts, AskRehearsal, NoAnswer, RehearsalAnswer
from trainctl_tui.listing.format import plural, standing
from trainctl_tui.listing.news import Key
from trainctl_tui.safe import safe
from trainctl_tui.services.operating import Board
from trainctl_tui.tui.planning import Consent, Wish
from trainctl_tui.tui.screens.cleaning import Cleaning
from trainctl_tui.tui.screens.pick import PickScreen
from trainctl_tui.tui.screens.plan import SMALLEST, PlanScreen
from trainctl_tui.tui.screens.text import TextScreen

_CHOICES = (
    (Act.START, "start     run stopped machines again"),
    (Act.STOP, "stop      shut down; volumes stay and cost"),
    (Act.REBOOT, "reboot    restart the system in place"),
    (Act.TERMINATE, "terminate delete for good"),
)


class Acting(Cleaning):
    """The part of the dashboard that leads to changes. It changes nothing itself."""

    board = Board()
    _begun: frozenset[str] = frozenset()  # operations of this run

    # ---- from a key to a plan ----

    def action_start(self) -> None:
        """Plan to start the targets."""
        self.plan_act(Act.START, self._frozen())

    def action_stop(self) -> None:
        """Plan to stop the targets."""
        self.plan_act(Act.STOP, self._frozen())

    def action_terminate(self) -> None:
        """Plan to terminate the targets."""
        self.plan_act(Act.TERMINATE, self._frozen())

    def action_acts(self) -> None:
        """Pick what to do with the targets; they are frozen now, and not when the choice is made."""
        keys = self._frozen()

        def chosen(values: tuple[str, ...] | None) -> None:
            if values:
                self.plan_act(Act(values[0]), keys)

        if why := self.hinders(keys):
            self.owner.tell(why, bad=True)
            return
        title = f"Do what with {keys[0][1] if len(keys) == 1 else plural(len(keys), 'instance')}?"
        self.owner.push_screen(PickScreen(title, [(act.value, label) for act, label in _CHOICES]), chosen)

    def _frozen(self) -> tuple[Key, ...]:
        """Return what an act means at this moment: never a row number, never a filter."""
        return self.pane.table.model.target() if self.pane.spec.kind is Kind.INSTANCES else ()

    def plan_act(self, act: Act, keys: tuple[Key, ...]) -> None:
        """Open the plan of an act on these targets, unless something hinders."""
        if why := self.hinders(keys):
            self.owner.tell(why, bad=True)
            return
        launch, session = self.badges.launch, self.owner.session
        shown = set(self.pane.table.model.shown)
        wish = Wish(
            act,
            keys,
            sum(key not in shown for key in keys),
            self.news.account,
            launch.endpoint,
            session.settings.policy,
            launch.dry_run,
        )
        screen = PlanScreen(
            wish,
            lambda then: session.ask(lambda number: AskFacts(number, keys), then),
            lambda: self.board.busy,
            lambda: self.now,
        )
        self.owner.push_screen(screen, partial(self._consented, wish))

    def hinders(self, keys: Collection[Key]) -> str:
        """Return why nothing may be planned for these targets, or ""."""
        if self.badges.launch.read_only:
            return "This is read-only mode: nothing can be changed."
        if self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]:
            return "The terminal is too small to read a plan: make it at least 60x15."
        if self.prompt.display and self.prompt.mode == "filter":
            return "The filter is being edited. Finish it with Enter, or leave it with Esc."
        if self.pane.spec.kind is not Kind.INSTANCES:
            return "Only instances can be started, stopped or terminated. Go to them with 1."
        if not keys:
            return "No row is highlighted. Move to one, or mark some with Space."
        if not self.news.verified or not self.news.account:
            return "It is not verified whose account this is, so nothing can be changed."
        if self.board.trouble is not None:
            return str(self.board.trouble)
        return self._not_live({region for region, _ in keys})

    def _not_live(self, regions: Collection[str]) -> str:
        for lane in self.news.lanes(Kind.INSTANCES):
            if lane.lane.region in regions and lane.standing is not Standing.LIVE:
                told = f"The instances of {lane.lane.region} are {standing(lane, self.now)}"
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
            partial(self._has_begun, plan.ids),
            lambda why: self.owner.tell(f"Nothing was begun. {why}", bad=True),
        )

    def _has_begun(self, ids: tuple[str, ...], op: str) -> None:
        self._begun |= {op}
        pane = self.pane_of(Kind.INSTANCES)
        pane.keep_shown(ids)
        pane.table.mark([key for key in pane.table.model.marks if key[1] not in ids])
        self.owner.tell(f"Operation {op} has begun. 4 shows it; it goes on without this window.")

    def _rehearse(self, wish: Wish, consent: Consent) -> None:
        going = set(consent.plan.ids)
        targets = tuple(key for key in wish.targets if key[1] in going)
        screen = TextScreen(f"Dry run: {wish.act} {len(targets)}", Text("Asking …", "dim"))
        self.owner.push_screen(screen)
        order = Order(wish.act, mark="dry-run")
        self.owner.session.ask(
            lambda number: AskRehearsal(number, order, targets), partial(self._rehearsed, screen)
        )

    def _rehearsed(self, screen: TextScreen, answer: Answer) -> None:
        if not screen.is_attached:
            return
        text = Text("Nothing was changed.\n\n", "bold")
        if isinstance(answer, RehearsalAnswer):
            for one in answer.regions:
                said = "would be allowed" if one.trouble is None else safe(one.trouble, 1000)
                style = "green" if one.trouble is None else "yellow"
                text.append(f"{one.region}  {plural(len(one.ids), 'instance')}  ").append(f"{said}\n", style)
        elif isinstance(answer, NoAnswer):
            text.append(safe(answer.trouble, 1000), "yellow")
        screen.show(text)
