"""How operations read on the screen: a bar, a line a target, and what a user may do about them. Pure text."""

from __future__ import annotations

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from trainctl_tui.domain.operations import FAILURES, Operation, OpState, Outcome, Target
from trainctl_tui.listing.format import plural, wait
from trainctl_tui.listing.moments import moment
from trainctl_tui.safe import safe

_BAR = 16  # cells
_NAME = 20  # cells
_SAMPLES = 3  # settled targets before a rate says anything
_GOOD = frozenset({Outcome.DONE, Outcome.ACCEPTED, Outcome.ALREADY})
_ASIDE = frozenset(
    {
        Outcome.LEFT_OUT,
        Outcome.REFUSED,
        Outcome.PROTECTED,
        Outcome.UNKNOWN_ID,
        Outcome.ALREADY,
        Outcome.CHANGED,
    }
)
_STATE_STYLES = {
    OpState.DONE: "bold green",
    OpState.DONE_WITH_FAILURES: "bold red",
    OpState.NEEDS_HUMAN: "bold red",
    OpState.ABORTED: "yellow",
    OpState.WAITING_CREDENTIALS: "bold yellow",
    OpState.WAITING_THROTTLE: "yellow",
}


def is_orphan(operation: Operation) -> bool:
    """Say whether an operation has not ended and nobody runs it."""
    return not operation.state.is_final and not operation.holder


def going(operation: Operation) -> tuple[Target, ...]:
    """Return the targets that were to go: not those that the plan, or the look before the act, left out."""
    return tuple(one for one in operation.targets if one.attempts or one.outcome not in _ASIDE)


def bar(operation: Operation) -> Text:
    """Return how many of the targets that go are settled, as a bar and as numbers."""
    targets = going(operation)
    total, settled = len(targets), sum(target.outcome is not None for target in targets)
    full = _BAR * settled // total if total else _BAR
    failed = any(target.outcome in FAILURES for target in operation.targets)
    line = Text("━" * full, "red" if failed else "green")
    line.append("━" * (_BAR - full), "dim")
    return line.append(f" {settled}/{total}", "bold")


def pace(operation: Operation, now: float) -> str:
    """Return rate, time to go and time gone; "estimating" until enough has settled. ``now`` is our clock."""
    if operation.began_at is None:
        return f"waits {wait(now - operation.made_at)}"
    gone = max(0.0, (operation.ended_at or now) - operation.began_at)
    if operation.state.is_final:
        return f"took {wait(gone)}"
    targets = going(operation)
    worked = sum(target.outcome is not None for target in targets)
    if worked < _SAMPLES or gone <= 0:
        return f"estimating · {wait(gone)}"
    rate = worked / gone
    left = (len(targets) - worked) / rate
    return f"{_rate(rate)} · ETA {wait(left)} · {wait(gone)}"


def _rate(rate: float) -> str:
    return f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.0f}/min"


def line(operation: Operation, now: float) -> Text:
    """Return an operation in one line."""
    head = Text(f"{operation.act} {len(going(operation))}  ", "bold").append_text(bar(operation))
    head.append(f"  {_state(operation)}", _STATE_STYLES.get(operation.state, "cyan"))
    return head.append(f"  {pace(operation, now)}", "dim")


def block(operation: Operation, now: float, *, here: bool, opened: bool) -> Lines:
    """Return an operation with who runs it and, where it is opened, a line for every target."""
    head = Text("▸ " if here else "  ", "bold").append_text(line(operation, now))
    if here:
        head.stylize("reverse", 0, 2)
    about = Text("    ", "dim")
    about.append(f"{operation.id} · {moment(operation.made_at, now)}", "dim")
    about.append(f" · {safe(operation.holder, 60)}" if operation.holder else "", "dim")
    parts: list[RenderableType] = [head, about]
    if is_orphan(operation):
        parts.append(
            Text("    Nobody runs it: s resumes it, x ends it and finds out what was done.", "bold yellow")
        )
    if operation.why:
        parts.append(Text(f"    {safe(operation.why, 500)}", "yellow"))
    if opened:
        parts.append(_targets(operation.targets))
    else:
        parts.append(Text(f"    {summary(operation)}", "dim"))
    return Lines(*parts, Text())


def _targets(targets: tuple[Target, ...]) -> Table:
    """Return a line for each; only what failed takes more of them for its reason."""
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=_NAME)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    for target in targets:
        sign, style = _sign(target)
        told = Text(f"{target.outcome or safe(target.state) or 'waits'}", style)
        told.append(f" {safe(target.code)}" if target.code else "", "red")
        bad = target.outcome in FAILURES
        words = (safe(target.state) if target.outcome is not None else "", safe(target.reason, 300))
        why = Text("  ".join(word for word in words if word), "red" if bad else "dim", overflow="ellipsis")
        why.no_wrap = not bad
        grid.add_row(
            Text.assemble("    ", (f"{sign} ", style), safe(target.id)),
            Text(safe(target.name, 60)),
            told,
            why,
        )
    return grid


def _sign(target: Target) -> tuple[str, str]:
    if target.outcome is None:
        return "…", "cyan"
    if target.outcome in _GOOD:
        return "✓", "green"
    return ("✕", "bold red") if target.outcome in FAILURES else ("-", "yellow")


def summary(operation: Operation) -> str:
    """Return how the targets ended, in numbers that add up to the selection."""
    counts = [f"{count} {outcome}" for outcome in Outcome if (count := operation.count(outcome))]
    still = len(operation.targets) - operation.settled
    return ", ".join((*counts, *([f"{still} under way"] if still else [])))


def banner(unfinished: tuple[Operation, ...], now: float) -> Text:
    """Return the dashboard's line about what is under way, or nothing. An orphan is a warning."""
    if not unfinished:
        return Text()
    orphans = [one for one in unfinished if is_orphan(one)]
    first = (orphans or list(unfinished))[0]
    text = Text("▲ " if orphans else "▶ ", "bold yellow" if orphans else "bold green")
    text.append_text(line(first, now))
    if orphans:
        text.append("  nobody runs it", "bold yellow")
    more = f"{plural(len(unfinished) - 1, 'operation')} more · " if len(unfinished) > 1 else ""
    return text.append(f"  {more}4 shows it", "dim")


def _state(operation: Operation) -> str:
    return "cancelling" if operation.cancelled and not operation.state.is_final else str(operation.state)
