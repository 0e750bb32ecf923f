"""One row of the decision table as a value: words for people, a function for the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from trainctl_tui.domain.acts import Act, Finding, Verdict

Subject = TypeVar("Subject")

EVERY = tuple(Act)
MACHINE_ACTS = (Act.START, Act.STOP, Act.REBOOT, Act.TERMINATE)
TERMINATE = (Act.TERMINATE,)
DELETE = (Act.DELETE,)
DESTROY = (Act.TERMINATE, Act.DELETE)
START = (Act.START,)
HALT = (Act.STOP, Act.REBOOT)
"""A reboot is judged by the rows of a stop (CONTRACTS.md)."""

ATTACH = (Act.ATTACH,)
DETACH = (Act.DETACH,)
MODIFY = (Act.MODIFY,)
KEEP = (Act.KEEP,)
RESTORE = (Act.RESTORE,)
UNPROTECT = (Act.UNPROTECT,)
EXISTING = tuple(act for act in Act if act is not Act.CREATE)
"""Acts on something that somebody has."""


class Rule(Struct, Generic[Subject], frozen=True):
    """One row: for which acts, on which facts (in words), the verdict.

    ``holds`` returns the reason as a sentence, "" where the row does not hold. ``in_batch`` is the verdict
    for one target among several, where it differs. ``by_word``, ``settled`` and ``forced`` as in ``Finding``.
    """

    row: str
    acts: tuple[Act, ...]
    facts: str
    verdict: Verdict
    holds: Callable[[Subject], str]
    in_batch: Verdict | None = None
    by_word: bool = False
    settled: bool = False
    forced: bool = False

    def find(self, act: Act, subject: Subject, *, batch: bool) -> Finding | None:
        """Return what this row says of an act on a subject, or None where it does not hold."""
        if act not in self.acts:
            return None
        reason = self.holds(subject)
        if not reason:
            return None
        stricter = self.in_batch if batch else None
        return Finding(self.row, stricter or self.verdict, reason, self.by_word, self.settled, self.forced)
