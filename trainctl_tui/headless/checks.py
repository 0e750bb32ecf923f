"""One finding of the doctor."""

from __future__ import annotations

from msgspec import Struct

from trainctl_tui.domain.errors import Trouble
from trainctl_tui.headless import codes
from trainctl_tui.headless.output import next_step

OK = "ok"
NOTE = "note"
WRONG = "wrong"


class Check(Struct, frozen=True):
    """What was looked at, how it stands ("ok", "note", "wrong"), and what to do about it.

    ``code`` is the exit code of a doctor that finds this wrong; 0 stands for the plain failure.
    """

    name: str
    verdict: str
    detail: str
    fix: str = ""
    code: int = 0


def from_trouble(name: str, trouble: Trouble) -> Check:
    """Return a trouble as a finding."""
    detail = f"{trouble.what} {trouble.why}".strip()
    return Check(name, WRONG, detail, next_step(trouble), codes.code_of(trouble))
