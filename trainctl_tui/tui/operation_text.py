"""How operations read on the screen: a bar, a line a target, and what a user may do about them. Pure text."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from trainctl_tui.domain.acts import Act, Facts
from trainctl_tui.domain.operations import FAILURES, GOOD, Operation, OpState, Outcome, Target
from trainctl_tui.domain.resources import Kind, noun_of
from trainctl_tui.listing.asked import asked_of
from trainctl_tui.listing.format import age, plural, wait
from trainctl_tui.listing.moments import moment
from trainctl_tui.providers.requests import kind_of
from trainctl_tui.safe import safe
from trainctl_tui.tui.widgets.cells import cells

_MACHINE = noun_of([Kind.INSTANCES])
_SAYS_ITSELF = frozenset({Act.ATTACH, Act.DETACH, Act.CREATE, Act.TAG})
_BAR = 16  # cells
_NAME = 20  # cells
_LONG = 7200  # seconds from which minutes say nothing
_SAMPLES = 3  # settled targets before a rate says anything
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
    colour = "red" if failed else "green"
    return Text.assemble(
        ("━" * full, colour), ("━" * (_BAR - full), "bright_black"), (f" {settled}/{total}", "bold")
    )


def pace(operation: Operation, now: float) -> str:
    """Return rate, time to go and time gone; "estimating" until enough has settled. ``now`` is our clock.

    What waits for somebody has neither rate nor end, and its time is coarse: nothing there moves.
    """
    if operation.state.is_final:
        begun, ended = operation.began_at, operation.ended_at
        return "never began" if begun is None or ended is None else f"took {_span(ended - begun)}"
    if _stands_still(operation):
        return f"waits {_coarse(now - (operation.began_at or operation.made_at))}"
    if operation.began_at is None:
        return f"waits {_span(now - operation.made_at)}"
    gone = max(0.0, now - operation.began_at)
    rate = _rate(operation, gone)
    if rate is None:
        return f"estimating · {_span(gone)}"
    told = f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.0f}/min"
    return f"{told} · ETA {_span(_open(operation) / rate)} · {_span(gone)}"


def _stands_still(operation: Operation) -> bool:
    return is_orphan(operation) or operation.state is OpState.WAITING_CREDENTIALS


def _span(seconds: float) -> str:
    return wait(seconds) if seconds < _LONG else age(seconds)


def _coarse(seconds: float) -> str:
    return "<1m" if seconds < 60 else age(seconds)


def _open(operation: Operation) -> int:
    return sum(target.outcome is None for target in operation.targets)


def _rate(operation: Operation, gone: float) -> float | None:
    """Return how many targets settle a second, or None while too few have."""
    worked = sum(target.outcome is not None for target in going(operation))
    return None if worked < _SAMPLES or gone <= 0 else worked / gone


def line(operation: Operation, pace: str) -> Text:
    """Return an operation in one line. What is over stands back, but for how it ended."""
    over, told = operation.state.is_final, _state(operation)
    style = "bold yellow" if is_orphan(operation) else _STATE_STYLES.get(operation.state, "bold cyan")
    return Text.assemble(
        (f"{operation.act} {_counted(operation)}  ", "dim" if over else "bold"),
        bar(operation),
        (f"  {told}", style),
        (f"  {pace}", "dim"),
    )


def _counted(operation: Operation) -> str:
    """Return how many go, and of what: "3 volumes"; machines are told by their number alone."""
    count, noun = len(going(operation)), noun_of([kind_of(one.id) for one in operation.targets])
    return str(count) if noun == _MACHINE else plural(count, noun)


def about(operation: Operation, now: float) -> str:
    """Return which operation it is, who runs it and when it was made."""
    holder = f" · {safe(operation.holder, 60)}" if operation.holder else ""
    return f"{operation.id}{holder} · {moment(operation.made_at, now)}"


def block(operation: Operation, now: float, *, here: bool, opened: bool, may_act: bool = True) -> Lines:
    """Return an operation with who runs it and, where it is opened, a line for every target."""
    cursor = ("▸ ", "bold reverse") if here else ("  ", "")
    head = Text.assemble(cursor, line(operation, pace(operation, now)))
    parts: list[RenderableType] = [head, _one_line(Text(f"    {about(operation, now)}", "dim"))]
    if is_orphan(operation):
        keys = "s resumes it, x ends it and finds out what was done." if may_act else "This view only reads."
        parts.append(Text(f"    Nobody runs it: {keys}", "bold yellow"))
    if operation.why:
        parts.append(Text(f"    {safe(operation.why, 500)}", "yellow"))
    if opened:
        parts += _targets(operation)
    else:
        parts.append(Text("    ").append_text(summary(operation)))
    return Lines(*parts)


def _targets(operation: Operation) -> list[RenderableType]:
    """Return a line for each; what failed has its reason whole, below it."""
    targets = operation.targets
    names = [safe(target.name, 60) for target in targets]
    words = [_told(target) for target in targets]
    wide = min(_NAME, max(map(cell_len, names), default=0)), max(map(cell_len, words), default=0)
    lines: list[RenderableType] = []
    for target, name, word in zip(targets, names, words, strict=True):
        sign, style = _sign(target)
        bad = target.outcome in FAILURES
        seen = safe(target.state) if target.outcome is not None else ""
        reason = safe(target.reason, 300)
        made = f"made {safe(target.made)}" if target.made else ""
        asked = _asked(operation, target)
        aside = "  ".join(one for one in (made, asked, seen, "" if bad else reason) if one)
        text = Text.assemble("    ", (f"{sign} ", style), f"{safe(target.id)} {cells(name, wide[0])} ")
        text.append(cells(word, wide[1]), style).append(f"  {aside}", "dim")
        lines.append(_one_line(text))
        if bad and reason:
            lines.append(Padding(Text(reason, "red"), (0, 1, 0, 6)))
    return lines


def _asked(operation: Operation, target: Target) -> str:
    """Return what was asked for, where that alone says it: facts of the time are not kept here."""
    change = operation.changes.get(target.id)
    if change is None or operation.act not in _SAYS_ITSELF:
        return ""
    facts = Facts(target.id, operation.account, target.region, 0.0, kind=kind_of(target.id))
    return safe(asked_of(operation.act, facts, change), 120)


def _one_line(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _told(target: Target) -> str:
    word = target.outcome or safe(target.state) or "waits"
    return f"{word} {safe(target.code)}" if target.code else str(word)


def _sign(target: Target) -> tuple[str, str]:
    return ("…", "cyan") if target.outcome is None else _sign_of(target.outcome)


def _sign_of(outcome: Outcome) -> tuple[str, str]:
    if outcome in GOOD:
        return "✓", "green"
    return ("✕", "bold red") if outcome in FAILURES else ("-", "yellow")


def summary(operation: Operation) -> Text:
    """Return how the targets ended, in numbers that add up to the selection."""
    counts = [
        Text(f"{count} {outcome}", _sign_of(outcome)[1])
        for outcome in Outcome
        if (count := operation.count(outcome))
    ]
    still = _open(operation)
    return Text(", ").join((*counts, *([Text(f"{still} under way", "cyan")] if still else [])))


def banner(unfinished: tuple[Operation, ...], now: float) -> Text:
    """Return the dashboard's line about what is under way, or nothing. An orphan is a warning.

    Its times are coarse: a dashboard on which nothing happens writes nothing (CONTRACTS.md).
    """
    if not unfinished:
        return Text()
    orphans = [one for one in unfinished if is_orphan(one)]
    first = (orphans or list(unfinished))[0]
    sign = ("▲ ", "bold yellow") if orphans else ("▶ ", "bold green")
    text = Text.assemble(sign, line(first, _coarse_pace(first, now)))
    if orphans:
        text.append("  nobody runs it", "bold yellow")
    more = f"{plural(len(unfinished) - 1, 'operation')} more · " if len(unfinished) > 1 else ""
    return text.append(f"  {more}4 shows it", "dim")


def _coarse_pace(operation: Operation, now: float) -> str:
    if _stands_still(operation):
        return pace(operation, now)
    gone = max(0.0, now - (operation.began_at or operation.made_at))
    rate = _rate(operation, gone)
    end = "estimating" if rate is None else f"ETA {_coarse(_open(operation) / rate)}"
    return f"{end} · {_coarse(gone)}"


def _state(operation: Operation) -> str:
    if is_orphan(operation):
        return "not begun" if operation.began_at is None else "interrupted"
    return "cancelling" if operation.cancelled and not operation.state.is_final else str(operation.state)
