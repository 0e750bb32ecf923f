"""What the Plan dialog says: heads, targets with their reasons, volumes and money. Pure text."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trainctl_tui.domain.acts import (
    SAVING,
    Act,
    Facts,
    Finding,
    Judgement,
    Verdict,
    VolumeFacts,
    strictest_first,
)
from trainctl_tui.domain.plans import Plan, Volumes
from trainctl_tui.domain.resources import Kind
from trainctl_tui.domain.rule import DESTROY
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.asked import asked_of
from trainctl_tui.listing.format import UNKNOWN, gib, plural
from trainctl_tui.safe import safe

_REASON = 500  # characters
_STYLES = {
    Verdict.ALLOW: "green",
    Verdict.WARN: "yellow",
    Verdict.TYPE: "bold magenta",
    Verdict.REFUSE: "red",
}


class Fate(Enum):
    """The three groups of a plan: title, sign and style."""

    GOES = ("goes", "●", "bold green")
    WORD = ("needs your word", "?", "bold magenta")
    LEFT = ("left out", "✕", "bold red")


def headline(plan: Plan) -> Text:
    """Return what the plan comes to: how many of each group, and the money."""
    parts = [
        (f"{len(plan.goes)} {'goes' if len(plan.goes) == 1 else 'go'}", "bold green" if plan.goes else "dim"),
        (f"{len(plan.needs_word)} need your word", "bold magenta" if plan.needs_word else "dim"),
        (f"{len(plan.left_out)} left out", "bold red" if plan.left_out else "dim"),
    ]
    line = Text(" · ", "dim").join(Text(text, style) for text, style in parts)
    if plan.goes and plan.act in SAVING:
        line.append(" · ", "dim").append(f"saves {_hourly(plan.hourly_saved)}", "bold")
    if plan.goes and plan.act is Act.DELETE:
        line.append(" · ", "dim").append(f"saves {_monthly(plan.monthly_saved)}", "bold")
    return line


def who(plan: Plan, region_count: int) -> Text:
    """Return in whose name and where the plan acts."""
    words = [f"account {plan.account}", plan.actor.rpartition(":")[2] or "?"]
    words += [plan.endpoint] if plan.endpoint else []
    words += [plural(region_count, "region")] if region_count > 1 else []
    return Text(safe(" · ".join(words), 300), "dim", no_wrap=True, overflow="ellipsis")


def group_head(fate: Fate, count: int) -> Text:
    """Return the line above a group."""
    title, sign, style = fate.value
    line = Text(f"{sign} {title} ({count})", style)
    if fate is Fate.WORD:
        line.append("  Tab goes to the next, + includes it", "dim")
    return line


def whole_lines(plan: Plan) -> Text:
    """Return what holds for the batch as a whole: limits, and the volumes of all that go."""
    lines = _reasons(plan.findings, "  ")
    if plan.act in DESTROY and plan.goes:
        lines.append(Text("  AWS has no undo: what is gone is gone.", "bold red"))
    if plan.act is Act.TERMINATE and plan.goes:
        lines.append(_volumes_of(plan.volumes))
    return Text("\n").join(lines)


def target(one: Judgement, fate: Fate, plan: Plan, *, here: bool = False) -> RenderableType:
    """Return a target: its full id and what it is, every reason, and what becomes of its volumes."""
    included = one.facts.id in plan.included
    facts = one.facts
    box = ("[x] " if included else "[ ] ") if fate is Fate.WORD or included else "    "
    head = Text(("▸" if here else " ") + box, "bold reverse" if here else "bold")
    head.append(facts.id, "bold" if fate is not Fate.LEFT else "")
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(head, Text(_description(facts), "" if fate is not Fate.LEFT else "dim"))
    reasons = [Text(safe(line, _REASON), "cyan")] if (line := _asked(one, plan)) else []
    reasons += _reasons(one.findings)
    if plan.act is Act.TERMINATE and fate is not Fate.LEFT:
        reasons += [_fate(volume) for volume in facts.volumes or ()]
    return Lines(row, *(Padding(reason, (0, 0, 0, 7)) for reason in reasons))


def checking(ids: Iterable[str]) -> Text:
    """Return the frozen ids, each being looked at."""
    line = Text()
    for id in ids:
        line.append(f"     {safe(id)}", "bold").append("  checking …\n", "dim")
    return line


def foot(offers: Iterable[str]) -> Text:
    """Return the keys of the dialog: those that always work, and what is offered now."""
    keys = " · ".join(("j k PgUp PgDn move", *offers))
    return Text.assemble((" Esc Cancel ", "bold reverse"), (f"  {keys}", "dim"))


def _reasons(findings: Iterable[Finding], indent: str = "") -> list[Text]:
    return [
        Text.assemble(
            (f"{indent}{found.verdict.name:<6} ", _STYLES[found.verdict]), safe(found.reason, _REASON)
        )
        for found in strictest_first(findings)
    ]


def _description(facts: Facts) -> str:
    name = name_of(facts.tags or ())
    words = (safe(name, 40), facts.state or "unknown", safe(facts.type), facts.zone or facts.region)
    return "  ".join(word for word in (*words, *_measures(facts)) if word)


def _measures(facts: Facts) -> tuple[str, ...]:
    """Return size and price."""
    if facts.disk:
        held = ", ".join(safe(one.instance_id, 30) for one in facts.disk.holders)
        return gib(facts.disk.size_gib), held and f"on {held}", _monthly(facts.disk.monthly)
    if facts.copy:
        volume = safe(facts.copy.volume_id, 30) or UNKNOWN
        return gib(facts.copy.size_gib), f"of {volume}", f"at most {_monthly(facts.copy.monthly)}"
    return (_hourly(facts.hourly),) if facts.kind is Kind.INSTANCES and facts.is_known else ()


def _asked(one: Judgement, plan: Plan) -> str:
    change = plan.changes.get(one.facts.id)  # of what goes alone
    return asked_of(plan.act, one.facts, change) if change is not None else ""


def _fate(volume: VolumeFacts) -> Text:
    words, style = {
        True: ("dies with it", "red"),
        False: ("stays", "cyan"),
        None: ("may die with it", "red"),
    }[volume.delete_on_termination]
    cost = f", {_monthly(volume.monthly)}" if volume.delete_on_termination is False else ""
    text = Text.assemble(("volume ", "dim"), safe(volume.id), f"  {gib(volume.size_gib)}  ")
    return text.append(f"{words}{cost}", style)


def _volumes_of(volumes: Volumes) -> Text:
    """Return how many volumes end, and what those that stay cost."""
    dies = "dies" if volumes.dying == 1 else "die"
    text = Text(f"  volumes: {volumes.dying} {dies}", "red" if volumes.dying or volumes.staying else "dim")
    if volumes.staying:
        stay = "stays and costs" if volumes.staying == 1 else "stay and cost"
        text.append(f", {volumes.staying} {stay} {_monthly(volumes.monthly)}", "cyan")
    if volumes.unread:
        text.append(f", those of {plural(volumes.unread, 'instance')} are unknown", "bold yellow")
    return text


def _hourly(amount: float | None) -> str:
    return "unknown $/h" if amount is None else f"~${amount:,.2f}/h"


def _monthly(amount: float | None) -> str:
    return "an unknown sum a month" if amount is None else f"~${amount:,.2f}/month"
