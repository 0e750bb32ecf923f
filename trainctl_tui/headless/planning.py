"""From ids to a plan: find each in the watched regions, read all its facts now, judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from trainctl_tui.domain import plans
from trainctl_tui.domain.acts import Act, Facts, Policy, Situation, Verdict
from trainctl_tui.domain.changes import changes
from trainctl_tui.domain.changing import region_of, settled
from trainctl_tui.domain.errors import ConfigError, Refused, Trouble
from trainctl_tui.domain.orders import Change, Order
from trainctl_tui.domain.plans import Plan
from trainctl_tui.domain.resources import noun_of
from trainctl_tui.domain.rules_tags import LOCK
from trainctl_tui.headless import output
from trainctl_tui.headless.known import Source, no_region
from trainctl_tui.headless.line import Line
from trainctl_tui.headless.plan_file import SavedPlan
from trainctl_tui.launch import Launch
from trainctl_tui.listing.format import plural
from trainctl_tui.providers.base import CanAct, Patience, Provider
from trainctl_tui.providers.requests import kind_of
from trainctl_tui.safe import safe
from trainctl_tui.services.facts import Target, gather

if TYPE_CHECKING:
    from trainctl_tui.services.journal import Journal

Answer = TypeVar("Answer")

_REGIONS = 8  # asked at the same time
_LOOK = Order(Act.TERMINATE)  # of whatever is seen, the state is told


class Prepared(Struct, frozen=True):
    """A plan with what it takes to carry it out."""

    plan: Plan
    policy: Policy
    launch: Launch
    provider: Provider


class Wish(Struct, frozen=True):
    """What is wanted: an act, the ids whose word was given one by one, the file it was read from.

    ``change`` is what is asked of every target; of a plan that was saved, the file says it.
    """

    act: Act
    included: tuple[str, ...] = ()
    saved: SavedPlan | None = None
    change: Change = Change()


def locate(source: Source, ids: Sequence[str], zone: str = "") -> tuple[Target, ...]:
    """Return the region of each id. One that no watched region shows counts to the first of them.

    What is to be made is in the region of its ``zone``. Raises what reading raises: an id may be in
    the region that could not be read.
    """
    provider, regions = source.open(), source.regions()
    if not regions:
        raise no_region()
    made = {id: _region_of(zone, regions) for id in ids if id.startswith("new-")}
    if len(regions) == 1 or made:
        return tuple((made.get(id, regions[0]), id) for id in ids)
    assert isinstance(provider, CanAct)
    act = provider

    def look() -> dict[str, str]:
        with ThreadPoolExecutor(_REGIONS, "locate") as pool:
            asked = [(one, pool.submit(act.observe, _LOOK, one, ids, Patience())) for one in regions]
            return {id: region for region, seen in asked for id in seen.result()}

    noun = noun_of([kind_of(id) for id in ids])
    found = promptly(f"Looking for {plural(len(ids), noun)} in {len(regions)} regions", look)
    return tuple((found.get(id, regions[0]), id) for id in ids)


def _region_of(zone: str, regions: Sequence[str]) -> str:
    """Return the watched region that a zone is in. Raises ConfigError where it is in none."""
    region = region_of(zone, regions)
    if not region:
        raise ConfigError(
            f"Zone {safe(zone, 40)} is in no region that is watched.",
            f"These are: {', '.join(regions)}.",
            "Name its region: --region REGION.",
        )
    return region


def prepare(
    wish: Wish,
    targets: Sequence[Target],
    source: Source,
    launch: Launch,
    policy: Policy,
    journal: Journal,
) -> Prepared:
    """Read the facts of all targets now and judge them. Raises what reading raises, and Refused."""
    provider = source.open()
    patience = Patience(on_wait=_say_wait)
    reading = f"Reading the facts of {plural(len(targets), noun_of([kind_of(id) for _, id in targets]))}"
    asked = wish.saved.changes if wish.saved is not None else {id: wish.change for _, id in targets}
    gathered = promptly(reading, lambda: gather(provider, targets, patience, asked, source.prices))
    account = gathered.identity.account
    _refuse_another(wish.saved, account, launch)
    wall = time.time()
    unlocked = {id: at + gathered.now - wall for id, at in journal.unlocked(wall - LOCK).items()}
    situation = Situation(account, account, gathered.now, busy=journal.busy(), unlocked=unlocked)
    if wish.saved is None:
        asked = settled(wish.act, gathered.facts, wish.change, policy=policy)
    plan = plans.make(
        wish.act,
        gathered.facts,
        policy,
        situation,
        gathered.fleets,
        actor=gathered.identity.arn,
        endpoint=launch.endpoint,
        included=wish.included,
        changed=_changed(wish.saved, gathered.facts),
        least=wish.saved.verdict if wish.saved is not None else Verdict.ALLOW,
        changes=asked,
    )
    return Prepared(plan, policy, launch, provider)


def promptly(what: str, job: Callable[[], Answer]) -> Answer:
    """Return what a job returns, or raise what it raises; Ctrl+C meanwhile ends the command at once."""
    pool = ThreadPoolExecutor(1, "job")
    line = Line()
    line.show(f"{what} …")
    try:
        return pool.submit(job).result()
    except KeyboardInterrupt:
        line.end()
        output.leave_at_once()
    finally:
        line.end()
        pool.shutdown(wait=False)


def _say_wait(trouble: Trouble, seconds: float) -> None:
    output.note(f"{trouble.what} {trouble.why} Again in {seconds:.0f} s.")


def _refuse_another(saved: SavedPlan | None, account: str, launch: Launch) -> None:
    if saved is None:
        return
    if saved.account != account:
        raise Refused(
            f"The plan is for account {saved.account}, and you are in {account}.",
            "Nothing was sent.",
            "Use the profile that it was made with.",
        )
    if saved.endpoint != launch.endpoint:
        raise ConfigError(
            f"The plan is for {saved.endpoint or 'AWS'}, and this run talks to {launch.endpoint or 'AWS'}.",
            "Nothing was sent.",
            "Use the endpoint that it was made with.",
        )


def _changed(saved: SavedPlan | None, fresh: Collection[Facts]) -> dict[str, str]:
    """Return what became different since a plan was saved, as a reason by id."""
    if saved is None:
        return {}
    moved = {one.id: changes(saved.facts[one.id], one) for one in fresh}
    return {
        id: f"It changed since the plan was saved: {'; '.join(told)}." for id, told in moved.items() if told
    }
