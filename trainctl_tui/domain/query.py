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
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.query_fields import LATER, NUMBER_FIELDS, TEXT_FIELDS, TRUTHS, Context
from trainctl_tui.domain.resources import Kind, Row

__all__ = ["Context", "Query", "complete", "parse"]

Test = Callable[[Row, Context], bool | None]

_TERM = re.compile(
    r'(?P<not>!*)(?:"(?P<quoted>[^"]*)"?|/(?P<regex>(?:\\.|[^/\\])*)/?|(?P<word>(?:"[^"]*"|[^\s|"])+))'
)
_COMPARISON = re.compile(r"(?P<field>[A-Za-z_-]+)(?P<sign><=|>=|<|>|=)(?P<value>.*)\Z")
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([a-z]?)\Z")
_REGEX_LIMIT = 200
# A repeated group that holds a repeat can take for ever on a long name.
_RUNAWAY = re.compile(r"\([^()]*[+*{][^()]*\)[+*{]")
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
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] == "|":
            alternatives.append([])
            at += 1
        else:
            match = _TERM.match(text, at)
            if match is None or match.end() == at:
                raise InvalidQuery(
                    f"{text[at:]!r} cannot be read.", "A term is missing, or a quote is open.", _NEXT
                )
            alternatives[-1].append(_term(match, kind))
            at = match.end()
    if len(alternatives) > 1 and not all(alternatives):
        raise InvalidQuery("There is nothing on one side of '|'.", "It needs a term on both sides.", _NEXT)
    return Query(text, tuple(tuple(tests) for tests in alternatives))


def _all(tests: Iterable[Test], row: Row, context: Context) -> bool | None:
    unknown = False
    for test in tests:
        result = test(row, context)
        if result is False:
            return False
        unknown = unknown or result is None
    return None if unknown else True


def _term(match: re.Match[str], kind: Kind) -> Test:
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
    if len(pattern) > _REGEX_LIMIT or _RUNAWAY.search(pattern):
        raise InvalidQuery(
            f"/{pattern[:40]}/ is too costly.",
            f"A pattern has at most {_REGEX_LIMIT} characters and no repeat inside a repeat.",
            "Write it more simply.",
        )
    try:
        found = re.compile(pattern, re.IGNORECASE).search
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidQuery(f"/{pattern}/ is no pattern.", f"{error}.", "Close or escape it.") from error
    return lambda row, context: found(context.texts(row)) is not None


def _word(word: str, kind: Kind) -> Test:
    if comparison := _COMPARISON.match(word):
        name = comparison["field"].lower()
        if ":" not in word and (name in NUMBER_FIELDS or name in LATER or comparison["sign"] != "="):
            return _compare(name, comparison["sign"], comparison["value"], kind)
    name, colon, value = word.partition(":")
    name = name.lower()
    if not colon:
        return _contains(word)
    if name == "tag":
        return _tag(value)
    if name == "is":
        return _truth(value.lower(), kind)
    field = TEXT_FIELDS.get(name)
    if field is None:
        raise _unknown_field(name, word)
    _check_kind(name, field.kinds, kind)
    if not value:
        raise InvalidQuery(f"{word!r} is not finished.", "It needs a value after ':'.", _NEXT)
    wanted, read = value.strip('"').casefold(), field.read

    def test(row: Row, context: Context) -> bool | None:
        held = read(row, context)
        return None if held is None else wanted in held.casefold()

    return test


def _tag(value: str) -> Test:
    match = re.match(r"(?P<key>[^=~]+)(?:(?P<sign>[=~])(?P<value>.*))?\Z", value)
    if match is None:
        raise InvalidQuery(f"'tag:{value}' is not finished.", "It needs the key of a tag.", _NEXT)
    key, sign, wanted = match["key"].casefold(), match["sign"], (match["value"] or "").strip('"').casefold()

    def test(row: Row, _context: Context) -> bool | None:
        for name, held in getattr(row, "tags", ()):
            if name.casefold() == key:
                held = held.casefold()
                return True if sign is None else (held == wanted if sign == "=" else wanted in held)
        return False

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
        hint = " For the number of GPUs, use gpus." if name == "gpu" else ""
        raise _needs_pane(name, pane, hint)
    field = NUMBER_FIELDS.get(name)
    if field is None:
        raise _unknown_field(name, f"{name}{sign}{value}")
    _check_kind(name, field.kinds, kind)
    limit = _number(name, value, field.unit)
    compare, read = _SIGNS[sign], field.read

    def test(row: Row, context: Context) -> bool | None:
        held = read(row, context)
        return None if held is None else bool(compare(held, limit))

    return test


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


def _needs_pane(name: str, pane: str, hint: str = "") -> InvalidQuery:
    why = f"Its data comes with the {pane} pane, which this version does not have.{hint}"
    return InvalidQuery(f"{name!r} has no data yet.", why, _NEXT)


def _unknown_field(name: str, term: str) -> InvalidQuery:
    names = (*TEXT_FIELDS, *NUMBER_FIELDS, "tag", "is")
    near = difflib.get_close_matches(name, names, n=1)
    why = f"Did you mean {near[0]!r}?" if near else f'To search for the text itself, write "{term}".'
    return InvalidQuery(f"There is no field {name!r}.", why, _NEXT)


def complete(text: str, cursor: int, rows: Iterable[Row], kind: Kind, most: int = 50) -> list[str]:
    """Return what ``text`` may become at the cursor, from the fields and the values that rows hold."""
    start = max(text.rfind(" ", 0, cursor), text.rfind("|", 0, cursor)) + 1
    head, word, tail = text[:start], text[start:cursor], text[cursor:]
    bang = word[: len(word) - len(word.lstrip("!"))]
    word = word[len(bang) :]
    found: list[str] = []
    for candidate in _candidates(word, rows, kind):
        if len(found) >= most:
            break
        if candidate.casefold().startswith(word.casefold()) and candidate != word and candidate not in found:
            found.append(candidate)
    return [f"{head}{bang}{candidate}{tail}" for candidate in found]


def _candidates(word: str, rows: Iterable[Row], kind: Kind) -> Iterable[str]:
    name, colon, value = word.partition(":")
    if not colon:
        yield from (f"{field}:" for field, made in TEXT_FIELDS.items() if kind in made.kinds)
        yield from ("tag:", "is:")
        yield from (f"{field}>" for field, made in NUMBER_FIELDS.items() if kind in made.kinds)
    elif name == "is":
        yield from (f"is:{truth}" for truth, (kinds, _) in TRUTHS.items() if kind in kinds)
    elif name == "tag":
        key, sign, _ = value.partition("=")
        held = {pair for row in rows for pair in getattr(row, "tags", ())}
        if sign:
            yield from sorted(
                f"tag:{k}={_quoted(v)}" for k, v in held if k.casefold() == key.casefold() and '"' not in v
            )
        else:
            yield from sorted({f"tag:{k}" for k, _ in held if " " not in k})
    elif (field := TEXT_FIELDS.get(name)) and kind in field.kinds:
        context = Context(now=0.0)
        values = {text for row in rows if (text := field.read(row, context))}
        yield from sorted(f"{name}:{_quoted(text)}" for text in values if '"' not in text)


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value or "|" in value else value
