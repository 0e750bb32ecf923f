"""The rows of the decision table for one target: when each holds, and its reason as a sentence.

SAFETY.md is the table; ``docs/safety.md`` is generated from this one. A fact that is unknown counts as its
worst value, so that ignorance never lowers a verdict. The table itself makes one exception: it refuses to
terminate under a running job (D8), and wants typing where the job is unknown (D9); for a stop, the reverse.
"""

from __future__ import annotations

from trainctl_tui.domain.acts import FRESH, Ownership
from trainctl_tui.domain.case import Case, ownership
from trainctl_tui.domain.tags import manager_of, protecting_tags

CLOCK_STEP = 1.0
"""Seconds by which facts may seem to come from the future: the provider's Date has whole seconds."""


# ---- the moment ----


def read_only(case: Case) -> str:
    """D1: nothing may be changed at all."""
    return "Read-only mode is on." if case.policy.read_only else ""


def offline(case: Case) -> str:
    """D1: nothing can be asked."""
    return case.situation.offline and f"Nothing can be asked now: {case.situation.offline}."


def other_account(case: Case) -> str:
    """D1: the account is not the one that the user saw."""
    accounts = (case.situation.screen_account, case.situation.account, case.facts.account)
    if not all(accounts):
        return "Which account this is could not be found out. Press r to ask again."
    if len(set(accounts)) == 1:
        return ""
    seen, signed, held = accounts
    noun = case.facts.noun
    return f"The screen showed account {seen}, the credentials are of {signed}, the {noun} is in {held}."


def no_region(case: Case) -> str:
    """D1: the region is unknown."""
    return "" if case.facts.region else "Which region it is in is unknown."


def not_fresh(case: Case) -> str:
    """D1: the facts were not read just now."""
    age = case.situation.now - case.facts.read_at
    return "" if -CLOCK_STEP <= age <= FRESH else f"Its facts were not read within the last {FRESH:g} s."


def partial(case: Case) -> str:
    """D1: what else there is in the region is not known."""
    region = case.facts.region
    return f"The listing of {region} is not complete." if region in case.situation.partial else ""


def in_operation(case: Case) -> str:
    """D37: an operation that has not ended names it, or the machine that the act is about."""
    for id, named_so in ((case.facts.id, "it"), (case.change.instance, case.change.instance)):
        if operation := case.situation.busy.get(id):
            return (
                f"Operation {operation} names {named_so} and has not ended. "
                f"Resume it or roll it back first: trainctl-tui op resume {operation}."
            )
    return ""


def not_known(case: Case) -> str:
    """Say that there is no such thing."""
    return "" if case.facts.is_known else "The provider does not know it."


# ---- whose it is, and what protects it ----


def not_mine_strictly(case: Case) -> str:
    """D2: refuse what is not mine."""
    if case.policy.ownership != "strict":
        return ""
    return "" if _whose(case) is Ownership.MINE else f"{_named(case)} (safety.ownership is strict)."


def not_mine(case: Case) -> str:
    """D2: ask where it belongs to somebody else, or may."""
    whose = _whose(case)
    if case.policy.ownership == "strict" or whose in (Ownership.MINE, Ownership.OURS):
        return ""
    return "" if whose is Ownership.FOREIGN and case.policy.ownership == "any" else f"{_named(case)}."


def nobodys(case: Case) -> str:
    """D2: ask where it is ours and names nobody."""
    return f"{_named(case)}." if case.policy.ownership != "strict" and _whose(case) is Ownership.OURS else ""


def _whose(case: Case) -> Ownership | None:
    return ownership(case.facts, case.policy)


def _named(case: Case) -> str:
    whose = _whose(case)
    if whose is None:
        return "Whose it is is unknown: its tags could not be read"
    if whose is Ownership.COLLEAGUE:
        unset = "" if case.policy.user else ", and safety.user is not set, so that nothing is yours"
        return f"It belongs to {case.owner}{unset}"
    if whose is Ownership.OURS:
        return "It was made by trainctl, and names no user"
    return "It was not made by trainctl, and names no user of yours"


def protected(case: Case) -> str:
    """D3: a tag protects it."""
    if case.facts.tags is None:
        return "Whether a tag protects it is unknown: its tags could not be read."
    keys = protecting_tags(case.facts.tags, case.policy.protected_keys)
    return f"{named(keys)} protects it. Remove that first." if keys else ""


def managed(case: Case) -> str:
    """D4: another service manages it."""
    if case.facts.tags is None:
        return "Whether another service manages it is unknown: its tags could not be read."
    key = manager_of(case.facts.tags)
    return f"Another service manages it (tag {key}). Act there." if key else ""


def terminate_protected(case: Case) -> str:
    """D4: EC2 itself would refuse."""
    return _protection(case.facts.terminate_protected, "termination")


def stop_protected(case: Case) -> str:
    """D4: EC2 itself would refuse."""
    return _protection(case.facts.stop_protected, "stop")


def _protection(on: bool | None, name: str) -> str:
    if on is None:
        return f"Whether EC2's {name} protection is on could not be read."
    return f"EC2's {name} protection is on. Switch it off in EC2 first." if on else ""


def named(keys: tuple[str, ...]) -> str:
    """Return keys of tags as a reason begins with them."""
    return f"Tag {', '.join(keys)}"
