"""What a line typed after ``:`` means, and where it would lead. Pure: the dashboard carries it out."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.domain.query import parse
from trainctl_tui.listing.spec import PANES, PaneSpec


@dataclass(frozen=True)
class Destination:
    """What a command would do: an action of the dashboard with its argument, and a sentence before it."""

    action: str
    argument: str
    preview: str


@dataclass(frozen=True)
class _Verb:
    action: str
    argument: str  # how the help names it, "" if it takes none
    preview: str


_VERBS: dict[str, _Verb] = {
    "refresh": _Verb("refresh", "", "Read the cloud now."),
    "pause": _Verb("pause", "", "Stop or resume refreshing by the clock."),
    "region": _Verb("watch", "REGION[,REGION]", "Watch {}."),
    "profile": _Verb("profile", "NAME", "Change to the profile {}."),
    "order": _Verb("order_by", "COLUMN [reverse]", "Order this pane by {}."),
    "filter": _Verb("filter_by", "FILTER", "Filter this pane by {}."),
    "export": _Verb("export_to", "FILE.csv|FILE.json", "Write the shown rows to {}."),
    "theme": _Verb("use_theme", "NAME", "Use the theme {}."),
    "messages": _Verb("messages", "", "Show warnings and errors in full."),
    "help": _Verb("help", "", "Show the help."),
    "quit": _Verb("quit", "", "Leave trainctl-tui."),
}
_SHORT = {"q": "quit", "q!": "quit", "regions": "region", "profiles": "profile", "h": "help", "sort": "order"}


def words() -> tuple[str, ...]:
    """Return every command word, panes first."""
    return (*(pane.kind.value for pane in PANES), *_VERBS)


def read(text: str) -> Destination:
    """Return where a line leads; raise InvalidQuery with the nearest command where it leads nowhere."""
    word, _, argument = text.strip().partition(" ")
    argument = argument.strip()
    if pane := _pane(word):
        return _to_pane(pane, argument)
    verb = _VERBS.get(_SHORT.get(word, word))
    if verb is None:
        near = difflib.get_close_matches(word, words(), n=1)
        raise InvalidQuery(
            f"{word!r} is no command." if word else "Type a command.",
            f"Did you mean {near[0]!r}?" if near else "Commands: " + ", ".join(words()) + ".",
            "Press Tab to complete, Esc to leave.",
        )
    if verb.argument and not argument:
        raise InvalidQuery(f"{word} needs {verb.argument}.", "", "Go on typing, or press Esc to leave.")
    if argument and not verb.argument:
        raise InvalidQuery(
            f"{word} takes nothing after it.", f"{argument!r} would be ignored.", "Take it away."
        )
    return Destination(verb.action, argument, verb.preview.format(argument))


def complete(text: str, _cursor: int) -> list[str]:
    """Return the command words that a text may become."""
    return [word for word in words() if word.startswith(text.strip())] if " " not in text.strip() else []


def _pane(word: str) -> PaneSpec | None:
    if not word:
        return None
    return next((p for p in PANES if p.kind.value == word or p.noun == word or p.kind.value[0] == word), None)


def _to_pane(pane: PaneSpec, filter_text: str) -> Destination:
    if not filter_text:
        return Destination("show_pane", pane.kind.value, f"Go to {pane.title}.")
    parse(filter_text, pane.kind)
    return Destination(
        "show_pane", f"{pane.kind.value} {filter_text}", f"Go to {pane.title}, filtered by {filter_text}."
    )
