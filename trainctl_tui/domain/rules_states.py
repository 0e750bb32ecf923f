"""The rows of the decision table about states: whether an act is possible, and whether it is already done.

Like ``rules.py``: each function returns a reason as a sentence, "" where its row does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.case import Case
from trainctl_tui.domain.changing import differing
from trainctl_tui.domain.orders import UNASKED
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.tags import protecting_tags

_MACHINES, _VOLUMES, _SNAPSHOTS = Kind.INSTANCES, Kind.VOLUMES, Kind.SNAPSHOTS
_HAVE_TAGS = {
    _MACHINES: frozenset({"pending", "running", "stopping", "stopped"}),
    _VOLUMES: frozenset({"creating", "available", "in-use", "error"}),
    _SNAPSHOTS: frozenset({"pending", "completed", "error"}),
}
_HAS_DATA = frozenset({"available", "in-use"})

GOES_FROM: Mapping[Act, Mapping[Kind, frozenset[str]]] = {
    Act.START: {_MACHINES: frozenset({"stopped"})},
    Act.STOP: {_MACHINES: frozenset({"running"})},
    Act.REBOOT: {_MACHINES: frozenset({"running"})},
    Act.TERMINATE: {_MACHINES: frozenset({"pending", "running", "stopping", "stopped"})},
    Act.ATTACH: {_VOLUMES: _HAS_DATA},
    Act.DETACH: {_VOLUMES: frozenset({"in-use"})},
    Act.DELETE: {
        # Of these, D19 lets only what is available go.
        _VOLUMES: frozenset({"creating", "available", "in-use", "error"}),
        _SNAPSHOTS: frozenset({"completed", "error"}),
    },
    Act.MODIFY: {_VOLUMES: _HAS_DATA},
    Act.KEEP: {_VOLUMES: frozenset({"in-use"})},
    Act.CREATE: {_VOLUMES: frozenset({"new"})},
    Act.SNAPSHOT: {_VOLUMES: _HAS_DATA},
    Act.RESTORE: {_SNAPSHOTS: frozenset({"completed"})},
    Act.PROTECT: _HAVE_TAGS,
    Act.UNPROTECT: _HAVE_TAGS,
    Act.TAG: _HAVE_TAGS,
}
"""States from which EC2 accepts the act, for each kind that it can be done to."""

LEADS_TO: Mapping[Act, Mapping[Kind, frozenset[str]]] = {
    Act.START: {_MACHINES: frozenset({"pending", "running"})},
    Act.STOP: {_MACHINES: frozenset({"stopping", "stopped"})},
    Act.TERMINATE: {_MACHINES: frozenset({"shutting-down", "terminated"})},
    Act.DELETE: {_VOLUMES: frozenset({"deleting", "deleted"})},
}
"""States in which nothing is left to do."""


def already(case: Case) -> str:
    """D5: nothing is left to do."""
    facts = case.facts
    if facts.kind not in GOES_FROM[case.act]:
        return ""
    if facts.state in LEADS_TO.get(case.act, {}).get(facts.kind, ()):
        return f"It is already {facts.state}."
    done = _DONE.get(case.act)
    return done(case) if done else ""


def wrong_state(case: Case) -> str:
    """Say that the provider would not accept the act now."""
    states = GOES_FROM[case.act].get(case.facts.kind)
    if states is None:
        return f"A {case.facts.noun} takes no {case.act}."
    state = case.facts.state
    if state in states:
        return ""
    return f"It is {state}; only what is {' or '.join(sorted(states))} takes {_article(case.act)}."


def _article(act: Act) -> str:
    return f"{'an' if act[0] in 'au' else 'a'} {act}"


def _attached(case: Case) -> str:
    for held in case.holders if case.change.instance else ():
        if held.attachment != "detaching":
            return f"It is already attached to {held.instance_id} as {held.device}."
    return ""


def _detached(case: Case) -> str:
    if case.facts.disk is None:
        return ""
    if not case.holders:
        named, free = case.change.instance, case.facts.state == "available"
        return f"It is not attached{named and f' to {named}'}." if free or case.facts.disk.holders else ""
    leaving = all(held.attachment == "detaching" for held in case.holders)
    return "It is already being detached." if leaving and not case.change.force else ""


def _kept(case: Case) -> str:
    stays = [held for held in case.holders if held.delete_on_termination is False]
    if not stays or len(stays) < len(case.holders):
        return ""
    return f"It already stays when {stays[0].instance_id} is terminated."


def _modified(case: Case) -> str:
    known = case.facts.disk is not None
    return "It is already as asked." if known and differing(case.facts, case.change) == UNASKED else ""


def _protected(case: Case) -> str:
    keys = protecting_tags(case.facts.tags or (), case.policy.protected_keys)
    return f"Tag {', '.join(keys)} already protects it." if keys else ""


def _unprotected(case: Case) -> str:
    if case.facts.tags is None:
        return ""
    return "" if protecting_tags(case.facts.tags, case.policy.protected_keys) else "No tag protects it."


def _tagged(case: Case) -> str:
    if case.facts.tags is None:
        return ""
    held = dict(case.facts.tags)
    done = all(held.get(key) == value for key, value in case.change.tags)
    return "Its tags are already as asked." if done and not held.keys() & set(case.change.untag) else ""


_DONE = {
    Act.ATTACH: _attached,
    Act.DETACH: _detached,
    Act.KEEP: _kept,
    Act.MODIFY: _modified,
    Act.PROTECT: _protected,
    Act.UNPROTECT: _unprotected,
    Act.TAG: _tagged,
}
"""What tells that an act is done where the state does not."""
