"""The rows of the decision table about tags: the lock after a protection was removed, what is asked.

Like ``rules.py``: each function returns a reason as a sentence, "" where its row does not hold.
"""

from __future__ import annotations

from trainctl_tui.domain.case import Case
from trainctl_tui.domain.changing import misfit, protection_of
from trainctl_tui.domain.tags import protecting_tags

LOCK = 60.0
"""Seconds for which nothing is destroyed whose protection was removed (D3)."""


def unlocked_lately(case: Case) -> str:
    """D3: its protection, or that of a volume that dies with it, was removed just now."""
    for id in (case.facts.id, *(volume.id for volume in case.dying)):
        at = case.situation.unlocked.get(id)
        if at is not None and not case.situation.now - at >= LOCK:
            return f"The protection of {id} was removed less than {LOCK:g} s ago. Wait a moment."
    return ""


def unprotects(case: Case) -> str:
    """D3: to remove a protection is an act of its own."""
    keys = protecting_tags(case.facts.tags or (), case.policy.protected_keys)
    return f"Without tag {', '.join(keys)} it may be destroyed, {LOCK:g} s from then on." if keys else ""


def protection_unknown(case: Case) -> str:
    """D3: what protects it could not be read."""
    return "What protects it is unknown: its tags could not be read." if case.facts.tags is None else ""


def protection_left(case: Case) -> str:
    """D3: what is asked would leave a tag that protects."""
    keys = protecting_tags(case.facts.tags or (), case.policy.protected_keys)
    left = [key for key in keys if key not in case.change.untag]
    return f"Tag {', '.join(left)} would still protect it." if left else ""


def protection_lost(case: Case) -> str:
    """D3: what is restored must keep what protects its snapshot."""
    if case.facts.tags is None:
        return "Whether a tag protects it is unknown, so that the new volume could not keep it."
    lost = [
        key for key, value in protection_of(case.facts, case.policy) if (key, value) not in case.change.tags
    ]
    return f"The new volume would lose the protection of tag {', '.join(lost)}." if lost else ""


def unfit(case: Case) -> str:
    """Say why what is asked cannot be."""
    return misfit(case.act, case.facts, case.change, case.policy)
