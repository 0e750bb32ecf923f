"""Filters on rows: one question, and what Hypothesis may ask."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support.rows import NOW, REGION, instance, snapshot, spec, status, volume
from trainctl_tui.domain.cost import price_of
from trainctl_tui.domain.lineage import Lineage
from trainctl_tui.domain.query import Context, parse
from trainctl_tui.domain.query_fields import ALL, NUMBER_FIELDS, TEXT_FIELDS, TRUTHS
from trainctl_tui.domain.resources import Instance, Kind, Row, Snapshot
from trainctl_tui.domain.sightings import Sighting, Sightings
from trainctl_tui.domain.tags import name_of
from trainctl_tui.services.prices import load

PRICES = load(None)
KINDS = st.sampled_from(sorted(ALL))


def words_of(row: Row) -> str:
    """Return what a pane would show of a row: name, id, state."""
    if isinstance(row, Instance):
        return f"{name_of(row.tags)} {row.id} {row.state} {row.type}"
    return row.id


def context(**changes: object) -> Context:
    """Return a context of somebody called ada, who knows every type and no health."""
    held: dict[str, object] = {
        "now": NOW,
        "user": "ada",
        "texts": words_of,
        "spec": lambda row: spec(row.type),
    }
    return Context(**{**held, **changes})  # type: ignore[arg-type]


def kind_of(row: Row) -> Kind:
    """Return the kind that lists a row."""
    if isinstance(row, Instance):
        return Kind.INSTANCES
    return Kind.SNAPSHOTS if isinstance(row, Snapshot) else Kind.VOLUMES


def verdict(text: str, row: Row, **changes: object) -> bool | None:
    """Say whether a row matches a filter."""
    return parse(text, kind_of(row)).verdict(row, context(**changes))


ROWS: dict[Kind, tuple[Row, ...]] = {
    Kind.INSTANCES: (
        instance(1),
        instance(2, state="stopped", launched_at=None, tags=()),
        instance(3, state="", type="", zone="", tags=(("runctl:protected", ""), ("Team Name", "n|l p"))),
    ),
    Kind.VOLUMES: (volume(1), volume(2, size_gib=None, iops=None, encrypted=None, created_at=NOW + 900)),
    Kind.SNAPSHOTS: (snapshot(1), snapshot(2, progress=None, state="pending", started_at=None)),
}
"""Rows with much that is known and much that is not."""

WHOLE = {(Kind.VOLUMES, REGION): NOW, (Kind.SNAPSHOTS, REGION): NOW}
SEEN = Sightings(NOW - 172_800, NOW, {volume(1).id: Sighting(NOW - 172_800)})
HEALTH = {instance(1).id: status(1), instance(2).id: status(2, system="impaired")}


def full_context() -> Context:
    """Return a context that knows something of some rows."""
    return context(
        spec=lambda row: spec(row.type) if row.type else None,
        status=lambda row: HEALTH.get(row.id),
        protected_keys=("keep",),
        price=lambda row: price_of(row, PRICES),
        lineage=Lineage(_by_key(Kind.VOLUMES), _by_key(Kind.SNAPSHOTS), WHOLE),
        sightings={REGION: SEEN},
    )


def _by_key(kind: Kind) -> dict[tuple[str, str], Row]:
    return {(row.region, row.id): row for row in ROWS[kind]}


@st.composite
def term(draw: st.DrawFn, kind: Kind) -> str:
    """Draw one term that can be read, without "!"."""
    texts = [name for name, field in TEXT_FIELDS.items() if kind in field.kinds]
    numbers = [name for name, field in NUMBER_FIELDS.items() if kind in field.kinds]
    truths = [name for name, (kinds, _) in TRUTHS.items() if kind in kinds]
    word = st.sampled_from(["run", "a", "1", "stopped", "ada", "n|l", "g5", "é"])
    number = draw(st.sampled_from(numbers))
    unit = "d" if NUMBER_FIELDS[number].unit == "time" else ""
    return draw(
        st.one_of(
            word.map(lambda text: f'"{text}"'),
            word.map(lambda text: f"/{text}/"),
            st.tuples(st.sampled_from(texts), word).map(lambda pair: f'{pair[0]}:"{pair[1]}"'),
            st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 200)).map(
                lambda pair: f"{number}{pair[0]}{pair[1]}{unit}"
            ),
            st.sampled_from(truths).map("is:{}".format),
            st.sampled_from(["tag:Name", "tag:trainctl:user=ada", "tag:Name~rain", 'tag:"Team Name"']),
        )
    )
