"""What a measurement came to: figures of rounds that took turns, ratios, verdicts, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.support.stillness import BUSY

Figures = Mapping[str, "float | list[float]"]
"""What one round of one side came to."""

_SPREAD = 0.35  # half the distance between the quartiles, as a share of the median


@dataclass
class Rounds:
    """The figures of one side, by name, and how many cores others used in each round.

    A round gives one number, or a ``list`` of waits: of those the 99th percentile counts, over all rounds
    together, because that of a single round is little more than its worst.
    """

    figures: dict[str, list[float]] = field(default_factory=dict)
    waits: dict[str, list[float]] = field(default_factory=dict)
    others: list[float] = field(default_factory=list)

    def add(self, figures: Figures, others: float) -> None:
        """Take in one round."""
        for name, value in figures.items():
            if isinstance(value, list):
                self.waits.setdefault(name, []).extend(value)
                value = percentile(value, 90)  # for the spread
            self.figures.setdefault(name, []).append(value)
        self.others.append(others)

    def middle(self, name: str) -> float:
        """Return the median of a figure, or the 99th percentile of waits."""
        waits = self.waits.get(name)
        return percentile(waits, 99) if waits else median(self.figures[name])

    def noisy(self, name: str) -> bool:
        """Say whether others were busy, or the rounds do not agree."""
        values = self.figures[name]
        low, _, high = quantiles(values, n=4) if len(values) > 2 else (min(values), 0, max(values))
        spread = (high - low) / 2 / max(median(values), 1e-9)
        return median(self.others) > BUSY or (len(values) > 2 and spread > _SPREAD)


@dataclass(frozen=True)
class Measure:
    """One line of the table. ``value`` is a ratio unless ``unit`` says otherwise; None means not measured."""

    goal: str
    what: str
    value: float | None
    limit: float
    detail: str
    noisy: bool = False
    unit: str = "x"

    @property
    def verdict(self) -> str:
        """Whether the goal is met; a figure over its limit decides nothing while others are busy."""
        if self.value is None:
            return "skipped"
        if self.value <= self.limit:
            return "met (noisy)" if self.noisy else "met"
        return "noisy" if self.noisy else "missed"

    @property
    def shown(self) -> str:
        """The value as a person reads it."""
        return "-" if self.value is None else f"{self.value:.3g}{self._suffix}"

    @property
    def shown_limit(self) -> str:
        """The limit, in the same words."""
        return f"<= {self.limit:g}{self._suffix}"

    @property
    def _suffix(self) -> str:
        return self.unit if self.unit in ("", "x") else f" {self.unit}"


def ratio(
    goal: str,
    what: str,
    limit: float,
    ours: tuple[Rounds, str],
    theirs: tuple[Rounds, str],
    unit: str = "ms",
    *,
    exact: bool = False,
) -> Measure:
    """Compare two figures by their medians. ``exact`` ones, such as bytes, do not mind what others do."""
    (mine, name), (other, its_name) = ours, theirs
    one, two = mine.middle(name), other.middle(its_name)
    detail = f"{one:,.4g} / {two:,.4g} {unit}"
    noisy = not exact and (mine.noisy(name) or other.noisy(its_name))
    return Measure(goal, what, one / two, limit, detail, noisy)


def skipped(goal: str, what: str, limit: float, why: str) -> Measure:
    """Return a line that says why nothing was measured."""
    return Measure(goal, what, None, limit, why)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(measures: Iterable[Measure]) -> str:
    """Return the measures as a Markdown table."""
    lines = ["| goal | measured | value | limit | verdict | ours / theirs |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {m.goal} | {m.what} | {m.shown} | {m.shown_limit} | {m.verdict} | {m.detail} |" for m in measures
    ]
    return "\n".join(lines)
