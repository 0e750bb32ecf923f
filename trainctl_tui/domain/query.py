"""The filter language, shared by panes and commands. Pure.

``word`` · ``"two words"`` · ``/regex/`` · ``!x`` · ``state:running`` · ``tag:team=nlp`` · ``tag:k~part`` ·
``age>7d`` · ``is:protected``; space is *and*, ``|`` is *or*, and *and* binds tighter. Case is ignored.

Truth has three values: what is not known matches neither ``x`` nor ``!x`` (Kleene), so that a filter never
shows a row as safe, or hides it as harmless, for want of data.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.patterns import searcher
from trainctl_tui.domain.query_fields import LATER, NUMBER_FIELDS, TEXT_FIELDS, TRUTHS, AtMost, Context
from trainctl_tui.domain.resources import Kind, Row, Tags

__all__ = ["TAG", "Context", "Query", "parse", "terms"]

Test = Callable[[Row, Context], bool | None]

# "!" is never given back: alone it is no term.
_TERM = re.compile(
    r'(?P<not>!*+)(?:"(?P<quoted>[^"]*)"?|/(?P<regex>(?:\\.|[^/])*+)/?|(?P<word>(?:"[^"]*(?:"|\Z)|[^\s|"])+))'
)
_COMPARISON = re.compile(r"(?P<field>[A-Za-z_-]+)(?P<sign><=|>=|<|>|=)(?P<value>.*)\Z", re.DOTALL)
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([a-z]?)\Z")
TAG = re.compile(r'(?:"(?P<quoted>[^"]+)"|(?P<key>[^="~]+))(?:(?P<sign>[=~])(?P<value>.*))?\Z', re.DOTALL)
_NEXT = "Press ? for the filter language."


@dataclass(frozen=True)
class Query:
    """A filter that has been read. Empty text matches everything."""

    text: str
    alternatives: tuple[tuple[Test, ...], ...]

    def verdict(self, row: Row, context: Context) -> bool | None:
        """Say whether a row matches; None where that depends on something unknown."""
        unknown = False
        for tests in self.alternatives:
            result = _all(tests, row, context)
            if result:
                return True
            unknown = unknown or result is None
        return None if unknown else False


def parse(text: str, kind: Kind) -> Query:
    """Read a filter for rows of one kind; raise InvalidQuery naming the term that cannot be read."""
    alternatives: list[list[Test]] = [[]]
    for at, match in terms(text):
        if match is not None:
            alternatives[-1].append(_term(match, kind))
        elif text[at] == "|":
            alternatives.append([])
        else:
            why = "A term is missing, or a quote is open."
            raise InvalidQuery(f"{text[at:]!r} cannot be read.", why, _NEXT)
    if len(alternatives) > 1 and not all(alternatives):
        raise InvalidQuery("There is nothing on one side of '|'.", "It needs a term on both sides.", _NEXT)
    return Query(text, tuple(tuple(tests) for tests in alternatives))


def terms(text: str) -> Iterator[tuple[int, re.Match[str] | None]]:
    """Yield where each term begins, and the term; None for ``|`` and for what can be no term."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = None if text[at] == "|" else _TERM.match(text, at)
        yield at, match
        at = at + 1 if match is None else match.end()


def _all(tests: Iterable[Test], row: Row, context: Context) -> bool | None:
    unknown = False
    for test in tests:
        result = test(row, context)
        if result is False:
            return False
        unknown = unknown or result is None
    return None if unknown else True


def _term(match: re.Match[str], kind: Kind) -> Test:
    if match["quoted"] == "" or match["regex"] == "":
        raise _unfinished(match[0], "text between its ends")
    if (quoted := match["quoted"]) is not None:
        test = _contains(quoted)
    elif (pattern := match["regex"]) is not None:
        test = _matches(pattern)
    else:
        test = _word(match["word"], kind)
    return _negated(test) if len(match["not"]) % 2 else test


def _negated(test: Test) -> Test:
    def negated(row: Row, context: Context) -> bool | None:
        result = test(row, context)
        return None if result is None else not result

    return negated


def _contains(part: str) -> Test:
    wanted = part.casefold()
    return lambda row, context: wanted in context.texts(row).casefold()


def _matches(pattern: str) -> Test:
    found = searcher(pattern)
    return lambda row, context: found(context.texts(row))


def _plain(text: str) -> str:
    """Return text without the quotes that hold it together, ready to compare."""
    return text.replace('"', "").casefold()


def _word(word: str, kind: Kind) -> Test:
    if ":" not in word and (comparison := _COMPARISON.match(word)):
        name = comparison["field"].lower()
        if comparison["sign"] != "=" or name in NUMBER_FIELDS or name in TEXT_FIELDS or name in LATER:
            return _compare(name, comparison["sign"], comparison["value"], kind)
    name, colon, value = word.partition(":")
    name = name.lower()
    if not colon:
        if not (text := _plain(word)):
            raise _unfinished(word, "text between its ends")
        return _contains(text)
    if name == "tag":
        return _tag(value)
    if name == "is":
        return _truth(value.lower(), kind)
    field = TEXT_FIELDS.get(name)
    if field is None:
        raise _unknown_field(name, word)
    _check_kind(name, field.kinds, kind)
    if not (wanted := _plain(value)):
        raise _unfinished(word, "a value after ':'")
    read = field.read

    def test(row: Row, context: Context) -> bool | None:
        held = read(row, context)
        return None if held is None else wanted in held.casefold()

    return test


def _tag(value: str) -> Test:
    match = TAG.match(value)
    if match is None:
        raise _unfinished(f"tag:{value}", "the key of a tag")
    key, sign, wanted = (
        (match["quoted"] or match["key"]).casefold(),
        match["sign"],
        _plain(match["value"] or ""),
    )
    if sign == "~" and not wanted:
        raise _unfinished(f"tag:{value}", "a part of the value after '~'")

    def fits(held: str) -> bool:
        return sign is None or (held == wanted if sign == "=" else wanted in held)

    def test(row: Row, _context: Context) -> bool | None:
        tags: Tags = getattr(row, "tags", ())
        return any(name.casefold() == key and fits(held.casefold()) for name, held in tags)

    return test


def _truth(word: str, kind: Kind) -> Test:
    if pane := LATER.get(f"is:{word}"):
        raise _needs_pane(f"is:{word}", pane)
    if word not in TRUTHS:
        near = difflib.get_close_matches(word, TRUTHS, n=1)
        why = f"Did you mean is:{near[0]}?" if near else f"There are is:{', is:'.join(TRUTHS)}."
        raise InvalidQuery(f"'is:{word}' is not known.", why, _NEXT)
    kinds, read = TRUTHS[word]
    _check_kind(f"is:{word}", kinds, kind)
    return read


def _compare(name: str, sign: str, value: str, kind: Kind) -> Test:
    if pane := LATER.get(name):
        raise _needs_pane(name, pane)
    field = NUMBER_FIELDS.get(name)
    if field is None:
        raise _unknown_field(name, f"{name}{sign}{value}")
    _check_kind(name, field.kinds, kind)
    limit = _number(name, value, field.unit)
    compare, read = _SIGNS[sign], field.read

    def test(row: Row, context: Context) -> bool | None:
        held = read(row, context)
        if held is None:
            return None
        if isinstance(held, AtMost):
            return _sure(compare, held, limit)
        return bool(compare(held, limit))

    return test


def _sure(compare: Callable[[float, float], bool], most: float, limit: float) -> bool | None:
    """Say what holds of every number from 0 to ``most``; None where it holds of some only."""
    if compare is operator.eq:
        return None if 0 <= limit <= most else False
    ends = {compare(0.0, limit), compare(most, limit)}
    return ends.pop() if len(ends) == 1 else None


def _number(name: str, value: str, unit: str) -> float:
    match = _NUMBER.match(value.lower())
    if match and unit == "time" and match[2] in _UNITS:
        return float(match[1]) * _UNITS[match[2]]
    if match and not unit and not match[2]:
        return float(match[1])
    example = f"{name}>7d (s, m, h, d or w)" if unit == "time" else f"{name}>100"
    raise InvalidQuery(f"{value!r} is no value for {name}.", f"For example {example}.", _NEXT)


def _check_kind(name: str, kinds: frozenset[Kind], kind: Kind) -> None:
    if kind not in kinds:
        has = " and ".join(sorted(one.value for one in kinds))
        raise InvalidQuery(f"{kind.value.capitalize()} have no {name!r}.", f"Only {has} have it.", _NEXT)


def _needs_pane(name: str, pane: str) -> InvalidQuery:
    hint = " For the number of GPUs, use gpus." if name == "gpu" else ""
    why = f"Its data comes with the {pane} pane, which this version does not have.{hint}"
    return InvalidQuery(f"{name!r} has no data yet.", why, _NEXT)


def _unfinished(term: str, needs: str) -> InvalidQuery:
    return InvalidQuery(f"{term!r} is not finished.", f"It needs {needs}.", _NEXT)


def _unknown_field(name: str, term: str) -> InvalidQuery:
    """Return why a field cannot be asked for like this."""
    if pane := LATER.get(name):
        return _needs_pane(name, pane)
    literal = f'To search for the text itself, write "{term}".'
    if name in NUMBER_FIELDS:
        return InvalidQuery(f"{name!r} is a number.", f"Write {name}> or {name}<. {literal}", _NEXT)
    if name in TEXT_FIELDS:
        return InvalidQuery(f"{name!r} is text.", f"Write {name}: before the text. {literal}", _NEXT)
    near = difflib.get_close_matches(name, (*TEXT_FIELDS, *NUMBER_FIELDS, "tag", "is"), n=1)
    why = f"Did you mean {near[0]!r}?" if near else literal
    return InvalidQuery(f"There is no field {name!r}.", why, _NEXT)
