"""The gate: no provider sends an act without an approval that is being spent at that moment.

An approval is in force in the thread (the context) that spends it, for as long as the block lasts and
until it expires; it names the act, every id, what is asked of each, and the endpoint. A thread pool does not
carry it along, on purpose. Providers call ``check`` where nothing can change the parameters any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from msgspec import Struct

from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.plans import Approval

_CONFIRM = "Make a plan and confirm it."
_READ_ONLY, _OTHERWISE = "This run is read-only.", "Start without --read-only to change anything."


class Spent(Struct, frozen=True):
    """An approval in force, for which ids, and when it ends on the clock that nobody can set."""

    approval: Approval
    ids: tuple[str, ...]
    order: Order
    until: float


_IN_FORCE: ContextVar[Spent | None] = ContextVar("approval", default=None)


@contextmanager
def spend(
    approval: Approval, now: float, *, ids: Collection[str] | None = None, mark: str = ""
) -> Iterator[None]:
    """Let the approved act pass while the block lasts. ``now`` is on the clock that dated the approval.

    ``ids`` are those of the call that follows, where it does not name all; ``mark`` is the operation's id.
    Raises Refused for one that has expired, and inside another approval's block.
    """
    if now >= approval.expires_at:
        raise Refused(f"Did not {approval.act}.", "What was confirmed has expired.", _CONFIRM)
    if _IN_FORCE.get() is not None:
        raise Refused(f"Did not {approval.act}.", "Another approval is being spent.", _CONFIRM)
    order = Order(approval.act, approval.changes, mark)
    named_ids = approval.ids if ids is None else tuple(ids)
    token = _IN_FORCE.set(Spent(approval, named_ids, order, monotonic() + approval.expires_at - now))
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


def check(order: Order, ids: Collection[str], *, endpoint: str, read_only: bool = False) -> Approval:
    """Return the approval in force for this order on all these ids; raise Refused where there is none."""
    what = f"Did not {order.act} {named(ids)}."
    spent = in_force(what, endpoint=endpoint, read_only=read_only)
    approval = spent.approval
    if approval.act is not order.act:
        raise Refused(what, f"What was confirmed is to {approval.act}.", _CONFIRM)
    strangers = set(ids) - set(approval.ids).intersection(spent.ids)
    if strangers or not ids:
        raise Refused(what, f"Not confirmed: {named(strangers)}.", _CONFIRM)
    if other := [id for id in ids if order.of(id) != spent.order.of(id)]:
        raise Refused(what, f"Something else was confirmed for {named(other)}.", _CONFIRM)
    if order.mark != spent.order.mark:
        raise Refused(what, "It was confirmed for another operation.", _CONFIRM)
    return approval


def in_force(what: str, *, endpoint: str, read_only: bool = False) -> Spent:
    """Return what may be sent now; raise Refused, beginning with ``what``, where nothing may."""
    if read_only:
        raise Refused(what, _READ_ONLY, _OTHERWISE)
    spent = _IN_FORCE.get()
    if spent is None:
        raise Refused(what, "No approval is in force.", _CONFIRM)
    if monotonic() >= spent.until:
        raise Refused(what, "What was confirmed has expired.", _CONFIRM)
    if spent.approval.endpoint != endpoint:
        raise Refused(what, "It was confirmed for another endpoint.", _CONFIRM)
    return spent


def check_rehearsal(what: str, *, read_only: bool) -> None:
    """Raise Refused where not even a rehearsal may be sent: an endpoint might take it for the act."""
    if read_only:
        raise Refused(f"Did not rehearse to {what}.", _READ_ONLY, _OTHERWISE)


def named(ids: Collection[str]) -> str:
    """Return ids in words: three of them, and how many more there are."""
    first = sorted(ids)[:3]
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return (", ".join(first) or "nothing") + more
