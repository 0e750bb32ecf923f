"""The report of an operation: what, who, when, by which plan, and how every target ended, with the reason.

One value, told as JSON for programs and as Markdown for people. It is made from the journal, which stays the
truth; ``keep`` leaves a copy of both beside it when an operation has ended.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct

from trainctl_tui import __version__
from trainctl_tui.domain.acts import SAVING, Act, Facts
from trainctl_tui.domain.limits import RUNS, dollars, total
from trainctl_tui.domain.operations import Operation, Outcome, Target
from trainctl_tui.domain.orders import UNASKED, Change
from trainctl_tui.domain.packing import whole
from trainctl_tui.paths import make_private, replace_file
from trainctl_tui.safe import escaped, safe
from trainctl_tui.services.journal import Journal
from trainctl_tui.services.journal_rows import Confirmed
from trainctl_tui.services.log import log
from trainctl_tui.services.report_words import counted, moment, price, size

SCHEMA = 1
"""Rises when a name goes or changes its meaning."""

FOLDER = "reports"
"""Where reports are kept, in the state directory."""

_OPEN = "open"
_EDITS = frozenset({Act.PROTECT, Act.UNPROTECT, Act.TAG})
_EFFECTIVE = (Outcome.DONE, Outcome.ACCEPTED)
FATES = {True: "is deleted with it", False: "stays, and goes on costing", None: "may be deleted with it"}
"""What becomes of a volume by a terminate, by whether it dies."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")  # what Markdown would read as something else


class VolumeFate(Struct, frozen=True):
    """A volume of a target. ``dies`` with it: None where that is not known. ``monthly`` in USD."""

    id: str
    size_gib: int | None
    dies: bool | None
    monthly: float | None


class TargetReport(Struct, frozen=True):
    """One target. ``outcome`` "open": it has none yet. ``planned`` is its state then; ``hourly`` in USD.

    ``made`` is the id of what was made of it; ``monthly`` in USD, of what is stored. ``asked`` is what was
    confirmed beyond the verb, and ``tags`` are those it had then, where these were edited (None: not known).
    """

    id: str
    region: str
    zone: str
    name: str
    type: str
    planned: str
    state: str
    outcome: str
    reason: str
    code: str
    request_id: str
    attempts: int
    hourly: float | None
    volumes: tuple[VolumeFate, ...] | None
    made: str = ""
    monthly: float | None = None
    asked: Change = UNASKED
    tags: dict[str, str] | None = None


class PlanReport(Struct, frozen=True):
    """What was confirmed: the hash of the plan, the phrase, and the ids whose word was given one by one."""

    hash: str
    phrase: str
    ids: tuple[str, ...]
    included: tuple[str, ...]


class Report(Struct, frozen=True):
    """All of it, on our clock. ``counts`` add up to ``selected``; what is saved is None where not known."""

    schema: int
    kind: str
    id: str
    act: Act
    state: str
    why: str
    account: str
    actor: str
    profile: str
    endpoint: str
    made_at: float
    began_at: float | None
    ended_at: float | None
    cancelled: bool
    plan: PlanReport
    selected: int
    counts: dict[str, int]
    hourly_saved: float | None
    targets: tuple[TargetReport, ...]
    version: str
    monthly_saved: float | None = 0.0

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the selection."""
        return tuple(target.id for target in self.targets)

    @property
    def saves(self) -> bool:
        """Whether an act like this one ends costs by the hour."""
        return self.act in SAVING


def report_of(journal: Journal, id: str) -> Report:
    """Return the report of an operation as it is now. Raises NotFound, or NoJournal."""
    operation = journal.operation(id)
    return make(operation, journal.confirmed(operation.id))


def make(operation: Operation, kept: Confirmed) -> Report:
    """Return the report of an operation and of what was confirmed."""
    approval = kept.approval
    targets = tuple(
        _target(operation.act, one, kept.planned.get(one.id), approval.changes.get(one.id, UNASKED))
        for one in operation.targets
    )
    return Report(
        schema=SCHEMA,
        kind="report",
        id=operation.id,
        act=operation.act,
        state=str(operation.state),
        why=operation.why,
        account=operation.account,
        actor=operation.actor,
        profile=operation.profile,
        endpoint=operation.endpoint,
        made_at=operation.made_at,
        began_at=operation.began_at,
        ended_at=operation.ended_at,
        cancelled=operation.cancelled,
        plan=PlanReport(approval.plan_hash, approval.phrase, approval.ids, kept.op.included),
        selected=len(targets),
        counts=_counts(targets),
        hourly_saved=_saved(operation.act, targets),
        targets=targets,
        version=__version__,
        monthly_saved=_monthly_saved(operation.act, targets),
    )


def to_json(report: Report) -> str:
    """Return the report as indented JSON in which nothing can touch a terminal."""
    return escaped(msgspec.json.format(msgspec.json.encode(whole(report)), indent=2).decode())


def keep(folder: Path, report: Report) -> Path:
    """Write the report as Markdown and as JSON (0600); return where the Markdown is. May raise OSError."""
    place = make_private(folder / FOLDER)
    replace_file(place / f"{report.id}.json", f"{to_json(report)}\n".encode())
    file = file_of(folder, report.id)
    replace_file(file, markdown(report).encode())
    return file


def leave(journal: Journal, id: str) -> None:
    """Keep the report of an operation that has ended; without room for it the journal still tells."""
    try:
        keep(journal.folder, report_of(journal, id))
    except OSError as error:
        log.warning("the report of %s could not be kept: %s", id, error)


def file_of(folder: Path, id: str) -> Path:
    """Return where the Markdown of a report is kept, or would be."""
    return folder / FOLDER / f"{id}.md"


def markdown(report: Report) -> str:
    """Return the report for people. Words from outside are made safe, and are no Markdown."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts.items())
    lines = [
        f"# {report.act.capitalize()} {counted(report.ids)}: {_text(report.state)}",
        "",
        f"- operation: `{report.id}`",
        f"- account: {_text(report.account)}, as {_text(report.actor)}",
        *([f"- profile: {_text(report.profile)}"] if report.profile else []),
        *([f"- endpoint: {_text(report.endpoint)}"] if report.endpoint else []),
        f"- confirmed: {moment(report.made_at)}, by {_text(repr(report.plan.phrase))}",
        f"- began: {moment(report.began_at)}",
        f"- ended: {moment(report.ended_at)}",
        *(["- cancelled: yes"] if report.cancelled else []),
        *([f"- note: {_text(report.why)}"] if report.why else []),
        f"- plan: {len(report.plan.ids)} of {report.selected} selected, hash `{report.plan.hash[:16]}`",
        *(
            [f"- included one by one: {_text(', '.join(report.plan.included))}"]
            if report.plan.included
            else []
        ),
        f"- outcome: {_text(counts)}; together {sum(report.counts.values())} of {report.selected}",
        *([f"- saved: {dollars(report.hourly_saved)} an hour"] if report.saves else []),
        *([f"- saved: {dollars(report.monthly_saved)} a month"] if report.act is Act.DELETE else []),
        "",
        "| id | name | region | type | price | outcome | state | reason | request |",
        "|---|---|---|---|--:|---|---|---|---|",
        *(_row(target) for target in report.targets),
        *_fates(report),
        "",
    ]
    return "\n".join(lines)


def _target(act: Act, target: Target, planned: Facts | None, asked: Change) -> TargetReport:
    stored = planned and (planned.disk or planned.copy)
    tags = planned.tags if planned is not None and act in _EDITS else None
    volumes = planned.volumes if planned is not None else None
    ends = act is Act.TERMINATE
    return TargetReport(
        id=target.id,
        region=target.region,
        zone=target.zone,
        name=target.name,
        type=planned.type if planned is not None else "",
        planned=planned.state if planned is not None else "",
        state=target.state,
        outcome=str(target.outcome or _OPEN),
        reason=target.reason,
        code=target.code,
        request_id=target.request_id,
        attempts=target.attempts,
        hourly=target.hourly,
        volumes=None if volumes is None else tuple(
            VolumeFate(one.id, one.size_gib, one.delete_on_termination if ends else False, one.monthly)
            for one in volumes
        ),
        made=target.made,
        monthly=stored.monthly if stored else None,
        asked=asked,
        tags=None if tags is None else dict(tags),
    )  # fmt: skip


def _counts(targets: tuple[TargetReport, ...]) -> dict[str, int]:
    found = Counter(target.outcome for target in targets)
    return {outcome: found[outcome] for outcome in (*map(str, Outcome), _OPEN) if found[outcome]}


def _saved(act: Act, targets: tuple[TargetReport, ...]) -> float | None:
    """Return USD an hour that ended with what ran; None where any price is unknown."""
    if act not in SAVING:
        return 0.0
    ended = [one.hourly for one in targets if one.outcome in _EFFECTIVE and one.planned in RUNS]
    return total(ended)


def _monthly_saved(act: Act, targets: tuple[TargetReport, ...]) -> float | None:
    """Return USD a month that ended with what was deleted; None where any price is unknown."""
    return total([one.monthly for one in targets if one.outcome in _EFFECTIVE]) if act is Act.DELETE else 0.0


def _row(target: TargetReport) -> str:
    outcome = f"{target.outcome}({target.code})" if target.code else target.outcome
    cells = (
        *(target.id, target.name, target.region, target.type),
        price(target.id, target.hourly, target.monthly),
        *(outcome, target.state or "?", target.reason, target.request_id),
    )
    return f"| {' | '.join(map(_text, cells))} |"


def _fates(report: Report) -> list[str]:
    """Return what a terminate does to volumes, a line each; nothing for other acts."""
    if report.act is not Act.TERMINATE:
        return []
    lines = [
        f"- {_text(one.id)} of {_text(target.id)}: {size(one.size_gib)}, {FATES[one.dies]}"
        + (f" ({dollars(one.monthly)} a month)" if one.dies is False else "")
        for target in report.targets
        if target.id in report.plan.ids
        for one in target.volumes or ()
    ]
    return ["", "## Volumes, as planned", "", *lines] if lines else []


def _text(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", safe(words, 500))
