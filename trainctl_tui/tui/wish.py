"""What goes into a plan on the screen and what comes out: the wish, what the journal says, the consent."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from trainctl_tui.domain.acts import Act, Policy
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.plans import Approval, Plan
from trainctl_tui.domain.resources import NOUNS, Kind
from trainctl_tui.listing.news import Key


class Wish(Struct, frozen=True):
    """What was asked for when the key went down. ``hidden`` of the targets are not in view."""

    act: Act
    targets: tuple[Key, ...]
    hidden: int
    account: str
    endpoint: str
    policy: Policy
    dry_run: bool = False
    kind: Kind = Kind.INSTANCES
    wanted: Change = UNASKED  # of every target; the facts settle what it comes to for each

    @property
    def noun(self) -> str:
        """What a target is called, in the singular."""
        return NOUNS[self.kind]

    @property
    def asked(self) -> dict[str, Change]:
        """What is wished of each target, as facts are asked for."""
        return {} if self.wanted == UNASKED else {id: self.wanted for _, id in self.targets}


class Standing(Struct, frozen=True):
    """What the journal says when a plan is judged: who is busy, and what lost its protection, and when.

    Times of ``unlocked`` are on the provider's clock.
    """

    busy: Mapping[str, str] = {}
    unlocked: Mapping[str, float] = {}


class Consent(Struct, frozen=True):
    """A plan and the user's word for it."""

    plan: Plan
    approval: Approval
