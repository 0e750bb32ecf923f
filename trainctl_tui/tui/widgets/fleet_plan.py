"""How a fleet's view gets from what it is to what is wished, in steps of a few milliseconds. Pure.

A view is a value. A plan reads the old one and builds a new one beside it, so keys pressed between two
steps act on rows, order and filter that belong together. Only what changed is judged and keyed again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from trainctl_tui.listing.columns import Column

Key = tuple[str, str]
"""(region, id)."""

Wanted = Callable[[Any], bool | None]
"""A filter: True shows, False hides, None is unknown: hides, and is counted."""

SortKey = tuple[bool, Any, Key]
"""(unknown?, typed value, key): unknown values come last, equal ones by key."""

Item = TypeVar("Item")

# Items in one step. Each kind of work has its own cost: 1-3 ms a step on a slow core.
_COMPARED = 2000
_JUDGED = 250
_KEYED = 500
_SORTED = 500
_MOVED = 5000


class Change(NamedTuple):
    """What a set of rows changed. Disjoint."""

    added: frozenset[Key]
    removed: frozenset[Key]
    changed: frozenset[Key]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


NO_CHANGE = Change(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True)
class Wish:
    """What is to be shown. ``round`` goes up when every row must be judged and ordered anew."""

    rows: Mapping[Key, Any] = field(default_factory=lambda: MappingProxyType({}))
    facts: Any = None
    column: Column[Any, Any] | None = None
    reverse: bool = False
    wanted: Wanted | None = None
    round: int = 0

    def like(self, other: Wish) -> bool:
        """Say whether both lead to the same view. Facts alone move no row."""
        return (
            self.rows is other.rows
            and self.column is other.column
            and self.reverse is other.reverse
            and self.wanted is other.wanted
            and self.round == other.round
        )


@dataclass(frozen=True)
class View:
    """A wish that came true. Nobody changes it afterwards.

    ``ordered`` is ascending with the unknown last, ``known`` the number of keys before those, ``shown`` the
    same in the direction that is wished. ``sort_keys`` may hold those of hidden rows too.
    """

    wish: Wish = field(default_factory=Wish)
    ordered: list[Key] = field(default_factory=list)
    known: int = 0
    shown: list[Key] = field(default_factory=list)
    sort_keys: dict[Key, SortKey] = field(default_factory=dict)
    hidden: set[Key] = field(default_factory=set)
    undecided: set[Key] = field(default_factory=set)

    def index(self, key: Key) -> int | None:
        """Return the number of a shown row, or None."""
        sort_key = self.sort_keys.get(key)
        if sort_key is None or key in self.hidden:
            return None
        at = bisect_left(self.ordered, sort_key, key=self.sort_keys.__getitem__)
        return self.known - 1 - at if self.wish.reverse and at < self.known else at


class Plan:
    """The steps from a view to a wish. Iterate it, or ``finish()`` it; then ``take`` gets the new view."""

    def __init__(self, old: View, wish: Wish, take: Callable[[Plan], None]) -> None:
        self.wish = wish
        self.change = NO_CHANGE
        self.view = old
        self.old = old
        self._take = take
        self._rekey = wish.column is not old.wish.column or wish.round != old.wish.round
        self._rejudge = wish.wanted is not old.wish.wanted or wish.round != old.wish.round
        self._steps: Generator[None, None, None] | None = None

    def __iter__(self) -> Iterator[None]:
        # Not before: it holds its plan, and a plan dropped unbegun must not keep the rows of two views.
        self._steps = self._steps or self._run()
        return self._steps

    @property
    def size(self) -> int:
        """How many rows must be looked at: what tells whether it is worth cutting into slices."""
        return 0 if self.wish.like(self.old.wish) else len(self.wish.rows) + len(self.old.wish.rows)

    @property
    def refreshed(self) -> bool:
        """Whether it brings other rows, and not only another order or filter."""
        return self.wish.rows is not self.old.wish.rows

    def finish(self) -> Change:
        """Run what is left at once."""
        for _ in self:
            pass
        return self.change

    def _run(self) -> Generator[None, None, None]:
        if not self.wish.like(self.old.wish):
            yield from self._compare()
            if self.change or self._rekey or self._rejudge:
                yield from self._arrange()
        self.view = self._directed()
        self._take(self)

    def _compare(self) -> Generator[None, None, None]:
        """Find what the rows changed: by identity first, which costs least."""
        old, new = self.old.wish.rows, self.wish.rows
        if old is new:
            return
        added, changed, removed = set[Key](), set[Key](), set[Key]()
        held, absent = old.get, object()
        for batch in _batches(new.items(), _COMPARED):
            for key, row in [(key, row) for key, row in batch if held(key, absent) is not row]:
                if key not in old:
                    added.add(key)
                elif old[key] != row:
                    changed.add(key)
            yield
        if len(new) - len(added) != len(old):
            for keys in _batches(old, _COMPARED):
                removed.update(key for key in keys if key not in new)
                yield
        if added or changed or removed:
            self.change = Change(frozenset(added), frozenset(removed), frozenset(changed))

    def _arrange(self) -> Generator[None, None, None]:
        fresh = self.change.added | self.change.changed
        gone = fresh | self.change.removed
        hidden, undecided = yield from self._judge(fresh, gone)
        keys, incoming, steady = yield from self._keys(gone, hidden)
        leaving = (gone | (hidden - self.old.hidden)) - steady
        kept = [] if self._rekey else self.old.ordered
        if leaving and kept:
            kept = yield from _without(kept, leaving)
        if len(incoming) > len(kept):
            incoming, kept = incoming + kept, []
        incoming = yield from _ordered(incoming, keys)
        ordered = (yield from _merged(kept, incoming, keys)) if kept else incoming
        # A key's first part is False where the value is known, and False comes first.
        known = bisect_left(ordered, True, key=lambda key: keys[key][0])
        self.view = View(self.wish, ordered, known, ordered, keys, hidden, undecided)

    def _judge(
        self, fresh: Iterable[Key], gone: Iterable[Key]
    ) -> Generator[None, None, tuple[set[Key], set[Key]]]:
        """Ask the filter about fresh rows, or about all where it is another filter."""
        wanted, rows = self.wish.wanted, self.wish.rows
        if wanted is None:
            return set(), set()
        if self._rejudge:
            hidden, undecided, asked = set(), set(), iter(rows)
        else:
            hidden, undecided = self.old.hidden.difference(gone), self.old.undecided.difference(gone)
            asked = iter(fresh)
        for batch in _batches(asked, _JUDGED):
            for key in batch:
                verdict = wanted(rows[key])
                if not verdict:
                    hidden.add(key)
                    if verdict is None:
                        undecided.add(key)
            yield
        return hidden, undecided

    def _keys(
        self, gone: Iterable[Key], hidden: set[Key]
    ) -> Generator[None, None, tuple[dict[Key, SortKey], list[Key], set[Key]]]:
        """Return sort keys, the keys without a place in the old order, and changed ones that keep theirs."""
        keys: dict[Key, SortKey]
        candidates: Iterable[Key]
        steady: set[Key] = set()
        if self._rekey:
            keys, candidates = {}, self.wish.rows
        else:
            keys = self.old.sort_keys.copy()
            for batch in _batches(gone, _COMPARED):
                for key in batch:
                    before = keys.pop(key, None)
                    if before is None or key not in self.change.changed or self._conceals(key, hidden):
                        continue
                    keys[key] = self._sort_key(key)
                    if keys[key] == before:
                        steady.add(key)
                yield
            back = self.old.hidden - hidden if self._rejudge else set()
            candidates = (self.change.added | self.change.changed | back) - self.change.removed - steady
        incoming: list[Key] = []
        for batch in _batches(candidates, _KEYED):
            arriving = [key for key in batch if key not in hidden]
            for key in arriving:
                if key not in keys:
                    keys[key] = self._sort_key(key)
            incoming += arriving
            yield
        return keys, incoming, steady

    def _conceals(self, key: Key, hidden: set[Key]) -> bool:
        """Say whether a row is hidden, now or before: then it has no place to keep."""
        return key in hidden or key in self.old.hidden

    def _sort_key(self, key: Key) -> SortKey:
        column = self.wish.column
        value: Any = None if column is None else column.sort(self.wish.rows[key], self.wish.facts)
        # A NaN equals nothing, itself neither, and would spoil the order: it is unknown too.
        return (True, 0, key) if value is None or value != value else (False, value, key)

    def _directed(self) -> View:
        view, reverse = self.view, self.wish.reverse
        if view.wish is self.wish and not reverse:
            return view
        shown = view.ordered
        if reverse:
            shown = [*reversed(shown[: view.known]), *shown[view.known :]]
        return View(self.wish, view.ordered, view.known, shown, view.sort_keys, view.hidden, view.undecided)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def _without(keys: list[Key], leaving: set[Key] | frozenset[Key]) -> Generator[None, None, list[Key]]:
    kept: list[Key] = []
    for batch in _batches(keys, _MOVED):
        kept += [key for key in batch if key not in leaving]
        yield
    return kept


def _ordered(keys: list[Key], sort_keys: Mapping[Key, SortKey]) -> Generator[None, None, list[Key]]:
    """Sort in steps: deal the keys into buckets by a sample of their values, then sort each bucket."""
    look = sort_keys.__getitem__
    if len(keys) <= _SORTED:
        return sorted(keys, key=look)
    sample = sorted(map(look, keys[:: max(1, _SORTED // 4)]))
    bounds = sample[4::4]
    buckets: list[list[Key]] = [[] for _ in range(len(bounds) + 1)]
    for batch in _batches(keys, _KEYED):
        for key in batch:
            buckets[bisect_left(bounds, look(key))].append(key)
        yield
    result: list[Key] = []
    for bucket in buckets:
        bucket.sort(key=look)
        result += bucket
        yield
    return result


def _merged(
    kept: list[Key], incoming: list[Key], sort_keys: Mapping[Key, SortKey]
) -> Generator[None, None, list[Key]]:
    """Put a few ordered keys into many: where each belongs is searched, the rest moves in blocks."""
    look = sort_keys.__getitem__
    result: list[Key] = []
    start = 0
    for batch in _batches(incoming, _SORTED):
        for key in batch:
            at = bisect_left(kept, look(key), start, key=look)
            result += kept[start:at]
            result.append(key)
            start = at
        yield
    return result + kept[start:]
