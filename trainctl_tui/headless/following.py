"""Follow an operation in the journal to its end, and say how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic

from trainctl_tui.domain.operations import FAILURES, GOOD, Operation, OpState, Outcome
from trainctl_tui.headless import codes, output
from trainctl_tui.headless.line import Line
from trainctl_tui.listing.format import wait
from trainctl_tui.safe import safe
from trainctl_tui.services.journal import Journal

STARTS = 30.0
"""Seconds that a process may take to take an operation over."""

GONE = 3.0
"""Seconds without a process after which nobody runs it any more."""

WAITS = 10.0
"""Seconds for which a command that nobody sits at sees an operation wait for credentials; then it leaves."""

_LOOK = 0.2  # seconds between two looks at the journal
_LONGEST = 1000


def follow(journal: Journal, id: str, clock: Callable[[], float] = monotonic) -> Operation:
    """Return the operation when it has ended, or when nobody runs it.

    One that waits for credentials is followed only where somebody sits at the terminal. Ctrl+C leaves it
    running, says so, and is raised again.
    """
    line = Line()
    began = clock()
    try:
        return _follow(journal, id, line, began, clock)
    except KeyboardInterrupt:
        line.end()
        output.note(f"Operation {id} goes on without this command: trainctl-tui op show {id}")
        raise
    finally:
        line.end()


def code_of(operation: Operation) -> int:
    """Return the exit code of a command that ends with an operation standing so (docs/headless.md)."""
    outcomes = {target.outcome for target in operation.targets}
    is_over = operation.state.is_final and operation.state is not OpState.NEEDS_HUMAN
    if not is_over or outcomes & {None, Outcome.UNCONFIRMED}:
        return codes.UNKNOWN
    if outcomes & FAILURES:
        return codes.FAILED
    if outcomes <= GOOD:
        return codes.DONE
    return codes.PARTIAL if outcomes & GOOD else codes.REFUSED


def outcome_lines(operation: Operation) -> Iterator[str]:
    """Yield how each target ended, and the sum."""
    for target in operation.targets:
        code = f" ({target.code})" if target.code else ""
        outcome = f"{target.outcome or 'open'}{code}"
        words = (target.id, target.name, target.region, outcome, target.reason)
        yield safe("  ".join(word for word in words if word), _LONGEST)
    counts = ", ".join(f"{count} {outcome}" for outcome in Outcome if (count := operation.count(outcome)))
    still = len(operation.targets) - operation.settled
    told = ", ".join(part for part in (counts, f"{still} open" if still else "") if part)
    yield safe(f"{operation.state}: {told}. {operation.why}".strip(), _LONGEST)


def _follow(journal: Journal, id: str, line: Line, began: float, clock: Callable[[], float]) -> Operation:
    pause = Event()
    alone_since, allowed = began, STARTS
    told, waits_since = "", began
    while True:
        operation = journal.operation(id)
        if operation.state.is_final:
            return operation
        now = clock()
        if operation.holder:
            alone_since, allowed = now, GONE
        elif now - alone_since > allowed:
            output.note(f"Nobody runs operation {id} any more: trainctl-tui op resume {id}")
            return operation
        line.show(f"{_standing(operation)} · {wait(now - began)}")
        if operation.state is not OpState.WAITING_CREDENTIALS:
            waits_since = now
        elif told != operation.why:
            told = operation.why
            line.clear()
            output.note(f"Operation {id} waits for credentials. {told}")
        if now - waits_since > WAITS and not output.is_attended():
            return operation
        pause.wait(_LOOK)


def _standing(operation: Operation) -> str:
    failed = sum(target.outcome in FAILURES for target in operation.targets)
    told = f"{operation.act} {operation.settled}/{len(operation.targets)}"
    told += f" · {failed} failed" if failed else ""
    return told if operation.state is OpState.RUNNING else f"{told} · {operation.state}"
