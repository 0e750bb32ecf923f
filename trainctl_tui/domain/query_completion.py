"""What a filter may become at the cursor: fields, and the values that the listed rows hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from trainctl_tui.domain.query import TAG, Context, terms
from trainctl_tui.domain.query_fields import NUMBER_FIELDS, TEXT_FIELDS, TRUTHS
from trainctl_tui.domain.resources import Kind, Row


def complete(text: str, cursor: int, rows: Iterable[Row], kind: Kind, most: int = 50) -> list[str]:
    """Return what ``text`` may become at the cursor, from the fields and the values that rows hold."""
    head, word, tail = text[:cursor], "", text[cursor:]
    for _, term in terms(text):
        if term is not None and term.start() < cursor <= term.end():
            begin = term.start("word")
            if begin < 0 or cursor < begin:
                return []  # in quotes, in a pattern, or before the term
            head, word, tail = text[:begin], text[begin:cursor], text[term.end() :]
    found: dict[str, None] = {}
    for candidate in _candidates(word, rows, kind):
        if len(found) >= most:
            break
        if _bare(candidate).startswith(_bare(word)) and candidate != word:
            found.setdefault(candidate)
    return [f"{head}{candidate}{tail}" for candidate in found]


def _candidates(word: str, rows: Iterable[Row], kind: Kind) -> Iterable[str]:
    name, colon, value = word.partition(":")
    name = name.lower()
    if not colon:
        yield from (f"{field}:" for field, made in TEXT_FIELDS.items() if kind in made.kinds)
        yield from ("tag:", "is:")
        yield from (f"{field}>" for field, made in NUMBER_FIELDS.items() if kind in made.kinds)
    elif name == "is":
        yield from (f"is:{truth}" for truth, (kinds, _) in TRUTHS.items() if kind in kinds)
    elif name == "tag":
        yield from _tag_candidates(value, {pair for row in rows for pair in getattr(row, "tags", ())})
    elif (field := TEXT_FIELDS.get(name)) and kind in field.kinds:
        context = Context(now=0.0)
        values = {text for row in rows if (text := field.read(row, context))}
        yield from sorted(f"{name}:{_quoted(text)}" for text in values if '"' not in text)


def _tag_candidates(value: str, held: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Return keys, or the values of the key that is typed already. No quote can be written in a filter."""
    pairs = [(key, text) for key, text in held if key and '"' not in key + text]
    match = TAG.match(value)
    if match is not None and match["sign"] == "=":
        wanted, typed = (match["quoted"] or match["key"]).casefold(), value[: match.start("sign")]
        yield from sorted(f"tag:{typed}={_quoted(text)}" for key, text in pairs if key.casefold() == wanted)
    else:
        yield from sorted({f"tag:{_quoted(key, '=~')}" for key, _ in pairs})


def _bare(text: str) -> str:
    return text.replace('"', "").casefold()


def _quoted(text: str, signs: str = "") -> str:
    return f'"{text}"' if any(letter.isspace() or letter in f"|{signs}" for letter in text) else text
