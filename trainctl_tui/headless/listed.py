"""``list``: rows of one kind, filtered and ordered as in its pane, in one of four forms."""

from __future__ import annotations

import argparse
import csv
import io
from typing import Any

from msgspec import Struct

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.query import Query, parse
from trainctl_tui.domain.resources import Kind, Row
from trainctl_tui.headless import asked, codes, output, shapes
from trainctl_tui.headless.known import Known, Source
from trainctl_tui.headless.reports import report_lanes
from trainctl_tui.listing.choosing import choose, context, ordered
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import plural
from trainctl_tui.listing.spec import PANES, PaneSpec
from trainctl_tui.safe import safe
from trainctl_tui.services.export import formula_safe

_LONGEST_ID = 256
_ABSENT = "-"


class Chosen(Struct, frozen=True):
    """The rows of a list, in order, and how many more the filter could not tell about."""

    rows: tuple[Row, ...]
    undecided: int


def list_rows(given: argparse.Namespace) -> int:
    """List rows; return the exit code."""
    pane = next(pane for pane in PANES if pane.kind.value == given.kind)
    query = _read(given.filter, pane.kind)  # what cannot be read is said before anybody is called
    settings = asked.settings_of(given).settings
    launch = asked.launch_of(given, settings)
    kinds = (pane.kind, *pane.sides)
    with asked.observed(given, launch, Source(launch, settings)) as source:
        known = source.cached(kinds) if given.cached else source.fresh(kinds)
        code = report_lanes(known, pane.kind)
        chosen = _choose(given, query, pane, known)
        if chosen.undecided:
            left_out = plural(chosen.undecided, pane.noun)
            output.note(f"{left_out} left out: what the filter asks is not known of them.")
            code = code or codes.PARTIAL
        if code in (codes.DONE, codes.PARTIAL) or given.output == "json":
            text = _FORMS[given.output](pane, known, chosen)
            if text or given.output == "table":
                output.say(text)
    return code


def _read(text: str, kind: Kind) -> Query | None:
    try:
        return parse(text, kind) if text.strip() else None
    except InvalidQuery as error:
        raise InvalidQuery(error.what, error.why, "`trainctl-tui list --help` shows the language.") from error


def _choose(given: argparse.Namespace, query: Query | None, pane: PaneSpec, known: Known) -> Chosen:
    shown = [column for column in pane.columns if not column.extra]
    rows, undecided = choose(known.facts.of(pane.kind), query, context(shown, known.facts))
    column = pane.column(given.sort)
    assert column is not None
    keys = ordered(rows, column, known.facts, given.reverse)
    return Chosen(tuple(rows[key] for key in keys), undecided)


def _table(pane: PaneSpec, known: Known, chosen: Chosen) -> str:
    from trainctl_tui.headless.table import draw

    if not chosen.rows:
        output.note(f"0 {pane.noun}s in {', '.join(known.regions)}.")
    return draw(pane, known.facts, chosen.rows)


def _json(pane: PaneSpec, known: Known, chosen: Chosen) -> str:
    document = shapes.document(pane.kind.value, known, known.lanes_of(pane.kind))
    items = [shapes.item(row, known.facts) for row in chosen.rows]
    return shapes.encode({**document, "undecided": chosen.undecided, "items": items})


def _csv(pane: PaneSpec, known: Known, chosen: Chosen) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.key for column in pane.columns)
    for row in chosen.rows:
        writer.writerow(_cell(column, row, known.facts) for column in pane.columns)
    return buffer.getvalue().rstrip("\n")


def _cell(column: Column[Any, Facts], row: Row, facts: Facts) -> str:
    """Return a cell: a number without unit or grouping, nothing for what is not there, else its text."""
    value = column.sort(row, facts)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if column.number:
        return f"{value:.6g}" if isinstance(value, float) else ""
    text = column.text(row, facts)
    return "" if text == _ABSENT else formula_safe(safe(text))


def _ids(_pane: PaneSpec, _known: Known, chosen: Chosen) -> str:
    return "\n".join(safe(row.id, _LONGEST_ID) for row in chosen.rows)


_FORMS = {"table": _table, "json": _json, "csv": _csv, "ids": _ids}
