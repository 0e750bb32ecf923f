"""A report to read on a screen of any width: short lines, one block for each target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.limits import dollars
from trainctl_tui.safe import safe
from trainctl_tui.services.report import FATES, Report
from trainctl_tui.services.report_words import counted, moment, price, size


def plain(report: Report, file: Path) -> str:
    """Return the report as text in which nothing can touch a terminal. ``file`` is where it is kept."""
    return "\n".join(
        (*_summary(report), "", *_origin(report), *_targets(report), "", f"kept in {safe(file)}")
    )


def _summary(report: Report) -> Iterator[str]:
    yield f"{report.act.capitalize()} {counted(report.ids)}: {report.state}"
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts.items())
    yield f"{counts}; together {sum(report.counts.values())} of {report.selected}"
    if report.saves:
        yield f"saved: {dollars(report.hourly_saved)} an hour"
    if report.act is Act.DELETE:
        yield f"saved: {dollars(report.monthly_saved)} a month"
    if report.cancelled:
        yield "cancelled"
    if report.why:
        yield f"note: {safe(report.why)}"


def _origin(report: Report) -> Iterator[str]:
    told = {
        "operation": report.id,
        "confirmed": f"{moment(report.made_at)} by {report.plan.phrase!r}",
        "began": moment(report.began_at),
        "ended": moment(report.ended_at),
        "account": report.account,
        "actor": report.actor,
        "profile": report.profile,
        "endpoint": report.endpoint,
        "plan": f"{len(report.plan.ids)} of {report.selected} selected, hash {report.plan.hash[:16]}",
        "one by one": ", ".join(report.plan.included),
    }
    return (f"{name:<10}  {safe(text)}" for name, text in told.items() if text)


def _targets(report: Report) -> Iterator[str]:
    for target in report.targets:
        yield ""
        yield f"{target.id}  {safe(target.name)}"
        outcome = f"{target.outcome} ({target.code})" if target.code else target.outcome
        yield f"  {safe(outcome)}; it is {target.state or 'in an unknown state'}"
        cost = price(target.id, target.hourly, target.monthly)
        yield f"  {target.zone or target.region}  {target.type}  {cost}"
        if target.made:
            yield f"  made {safe(target.made)}"
        if target.reason:
            yield f"  {safe(target.reason)}"
        if target.request_id:
            yield f"  request {safe(target.request_id)}"
        if report.act is Act.TERMINATE and target.id in report.plan.ids:
            yield from (
                f"  {one.id}  {size(one.size_gib)}: {FATES[one.dies]}" for one in target.volumes or ()
            )
