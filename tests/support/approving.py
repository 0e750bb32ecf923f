"""Approvals for tests that act on a simulated cloud as the product would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.orders import Order
from trainctl_tui.domain.plans import Approval
from trainctl_tui.providers import gate


def approval(act: Act, *ids: str, endpoint: str = "") -> Approval:
    """Return the word for an act on some ids, good for a minute."""
    return approval_of(Order(act), *ids, endpoint=endpoint)


def approval_of(order: Order, *ids: str, endpoint: str = "") -> Approval:
    """Return the word for an order on some ids, good for a minute."""
    now = time.time()
    return Approval(
        *("0123456789abcdef", order.act, "123456789012", "arn:me", endpoint, ids, "y", now, now + 60),
        changes=dict(order.changes),
    )


@contextmanager
def approved(act: Act, *ids: str, endpoint: str = "") -> Iterator[None]:
    """Let the act pass while the block lasts."""
    with ordered(Order(act), *ids, endpoint=endpoint):
        yield


@contextmanager
def ordered(order: Order, *ids: str, endpoint: str = "") -> Iterator[None]:
    """Let a call for this order pass while the block lasts."""
    with gate.spend(approval_of(order, *ids, endpoint=endpoint), time.time(), mark=order.mark):
        yield
