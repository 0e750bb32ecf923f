"""Keys that act: each freezes ids, and asks what is not said yet before their plan is opened.

What a question needs is imported when it is asked: none of it is in the first frame.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Volume
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.news import Key
from trainctl_tui.safe import safe
from trainctl_tui.tui import offers
from trainctl_tui.tui.screens.acting import Acting

if TYPE_CHECKING:
    from trainctl_tui.tui.forms import Form

_TAKERS = frozenset({"running", "stopped"})  # states in which a machine takes a volume


class Choosing(Acting):
    """The keys of the dashboard that lead to plans. Ids are frozen when the key goes down."""

    def action_start(self) -> None:
        """Plan to start the targets."""
        self._choose(Act.START, self._frozen())

    def action_stop(self) -> None:
        """Plan to stop the targets."""
        self._choose(Act.STOP, self._frozen())

    def action_terminate(self) -> None:
        """Plan to terminate the targets."""
        self._choose(Act.TERMINATE, self._frozen())

    def action_delete(self) -> None:
        """Plan to delete the targets."""
        self._choose(Act.DELETE, self._frozen())

    def action_attach(self) -> None:
        """Pick a machine, and plan to attach the targets to it."""
        self._choose(Act.ATTACH, self._frozen())

    def action_detach(self) -> None:
        """Plan to detach the targets."""
        self._choose(Act.DETACH, self._frozen())

    def action_snapshot(self) -> None:
        """Plan snapshots of the targets."""
        self._choose(Act.SNAPSHOT, self._frozen())

    def action_protect(self) -> None:
        """Plan to protect the targets, or to take their protection off: what they are says which."""
        keys = self._frozen()
        if why := self.hinders(keys, self.pane.spec.kind):
            self.owner.tell(why, bad=True)
            return
        protected_keys = self.owner.session.settings.policy.protected_keys
        if act := offers.protection_of(self._rows(keys), protected_keys):
            self._choose(act, keys)
            return
        title = "Some of these are protected, some are not. Which is meant?"
        acts = [("protect", "protect    all of them"), ("unprotect", "unprotect  all of them")]
        self._ask_which(title, acts, lambda value: self._choose(Act(value), keys))

    def action_acts(self) -> None:
        """Pick what to do with the targets; they are frozen now, and not when the choice is made."""
        keys, kind = self._frozen(), self.pane.spec.kind
        if (why := self.hinders(keys, kind)) and (keys or kind is not Kind.VOLUMES):
            self.owner.tell(why, bad=True)
            return
        noun = kind.value.removesuffix("s")
        what = keys[0][1] if len(keys) == 1 else plural(len(keys), noun)
        choices = offers.choices(kind)
        if not keys:
            what, choices = "this account", [one for one in choices if one[0] == Act.CREATE]

        def chosen(value: str) -> None:
            is_force = value == offers.FORCE
            self._choose(Act.DETACH if is_force else Act(value), keys, Change(force=is_force))

        self._ask_which(f"Do what with {what}?", choices, chosen)

    def _frozen(self) -> tuple[Key, ...]:
        """Return what an act means at this moment: never a row number, never a filter."""
        return self.pane.table.model.target()

    def _rows(self, keys: tuple[Key, ...]) -> list[Instance | Volume | Snapshot]:
        rows = (self.pane.row(key) for key in keys)
        return [row for row in rows if isinstance(row, Instance | Volume | Snapshot)]

    def _ask_which(self, title: str, choices: list[tuple[str, str]], then: Callable[[str], None]) -> None:
        def chosen(values: tuple[str, ...] | None) -> None:
            if values:
                then(values[0])

        self.pick(title, choices, (), chosen)

    # ---- from an act to what it needs to know ----

    def _choose(self, act: Act, keys: tuple[Key, ...], wanted: Change = UNASKED) -> None:
        """Ask what is not said yet, then open the plan, unless something hinders."""
        kind = self.pane.spec.kind
        why = "" if act is Act.CREATE else self.hinders(keys, kind)
        if why := offers.misplaced(act, kind) or why:
            self.owner.tell(why, bad=True)
            return
        match act:
            case Act.ATTACH:
                self._pick_machine(keys)
            case Act.DETACH | Act.KEEP:
                self._pick_holder(act, keys, wanted)
            case Act.MODIFY | Act.RESTORE | Act.TAG:
                self._fill_in(act, keys)
            case Act.CREATE:
                self._fill_in_new(keys)
            case _:
                self.plan_act(act, keys)

    def _pick_machine(self, keys: tuple[Key, ...]) -> None:
        zones = sorted({(row.region, row.zone) for row in self._rows(keys) if isinstance(row, Volume)})
        if len(zones) != 1:
            told = f"These volumes are in {', '.join(zone for _, zone in zones)}."
            self.owner.tell(f"{told} A machine takes those of its own zone: mark these alone.", bad=True)
            return
        machines = [
            row
            for row in cast("list[Instance]", list(self.news.of(Kind.INSTANCES).values()))
            if (row.region, row.zone) == zones[0] and row.state in _TAKERS
        ]
        if not machines:
            told = f"No instance that is running or stopped is listed in {safe(zones[0][1], 40)}."
            self.owner.tell(f"{told} Start one there, or restore a snapshot in its zone.", bad=True)
            return
        machines.sort(key=lambda row: (name_of(row.tags), row.id))
        choices = [
            (row.id, f"{row.id:<19}  {row.state:<7}  {row.type:<12}  {safe(name_of(row.tags), 18)}")
            for row in machines
        ]
        what = keys[0][1] if len(keys) == 1 else plural(len(keys), "volume")
        then = lambda id: self.plan_act(Act.ATTACH, keys, Change(instance=id), Kind.VOLUMES)  # noqa: E731
        self._ask_which(f"Attach {what} to", choices, then)

    def _pick_holder(self, act: Act, keys: tuple[Key, ...], wanted: Change) -> None:
        rows = self._rows(keys)
        held = [one for row in rows if isinstance(row, Volume) for one in row.attachments]
        if len(rows) != 1 or len(held) < 2:
            self.plan_act(act, keys, wanted, Kind.VOLUMES)
            return
        choices = [(one.instance_id, f"{one.instance_id}  {one.device}") for one in held]
        self._ask_which(
            f"{act.capitalize()} {keys[0][1]}, on which machine?",
            choices,
            lambda id: self.plan_act(act, keys, replace(wanted, instance=id), Kind.VOLUMES),
        )

    def _fill_in(self, act: Act, keys: tuple[Key, ...]) -> None:
        from trainctl_tui.tui import forms

        kind = self.pane.spec.kind
        form = forms.of(act, self._rows(keys), self.owner.session.settings.policy, self._facts.prices)
        self._open_form(form, partial(self._filled_in, act, keys, kind))

    def _filled_in(self, act: Act, keys: tuple[Key, ...], kind: Kind, wanted: Change) -> None:
        self.plan_act(act, keys, wanted, kind)

    def _fill_in_new(self, keys: tuple[Key, ...]) -> None:
        from trainctl_tui.tui import forms

        rows = self._rows(keys)
        zone = rows[0].zone if rows and isinstance(rows[0], Volume) else ""
        id = f"new-{secrets.token_hex(4)}"
        regions = self.news.regions
        policy = self.owner.session.settings.policy

        def filled_in(wanted: Change) -> None:
            region = forms.region_of_zone(wanted.zone, regions)
            self.plan_act(Act.CREATE, ((region, id),), wanted, Kind.VOLUMES)

        self._open_form(forms.of_new(id, zone, regions, policy, self._facts.prices), filled_in)

    def _open_form(self, form: Form, then: Callable[[Change], None]) -> None:
        from trainctl_tui.tui.screens.form import FormScreen

        def filled_in(wanted: Change | None) -> None:
            if wanted is not None:
                then(wanted)

        self.owner.push_screen(FormScreen(form), filled_in)
