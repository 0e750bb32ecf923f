"""A fleet with waste in it: leftover helpers, one of a colleague, a stopped machine, a stranger."""

from __future__ import annotations

from tests.support.rows import NOW, REGION, attached, instance, volume
from trainctl_tui.domain.resources import Instance

DAY = 86400.0
TEMPORARY = ("trainctl:temp", "true")


def helper(number: int, *tags: tuple[str, str], **changes: object) -> Instance:
    name = ("Name", "trainctl-prewarm-temp")
    held = {"launched_at": NOW - 12 * 3600, "type": "t3.large", "tags": (name, TEMPORARY, *tags)}
    return instance(number, **{**held, **changes})


FLEET = (
    helper(1),
    helper(2, attachments=(attached(volume(1).id, "i", dies=True),)),
    helper(3, ("trainctl:user", "bob")),
    instance(4, state="stopped", state_since=NOW - 30 * DAY, launched_at=NOW - 40 * DAY),
    instance(5, launched_at=NOW - 2 * DAY, tags=(), type="x9.huge"),
    instance(6),
)
ONE, TWO = ((REGION, instance(number).id) for number in (1, 2))
