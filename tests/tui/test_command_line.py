"""The line after ":" : where every word leads, what it says before, and how it fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.domain.errors import InvalidQuery
from trainctl_tui.tui.command_line import Destination, complete, read, words
from trainctl_tui.tui.screens.dashboard import Dashboard


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("instances", Destination("show_pane", "instances", "Go to Instances.")),
        ("instance", Destination("show_pane", "instances", "Go to Instances.")),
        ("i", Destination("show_pane", "instances", "Go to Instances.")),
        ("  s  ", Destination("show_pane", "snapshots", "Go to Snapshots.")),
        (
            "volume size>100 | !is:attached",
            Destination(
                "show_pane",
                "volumes size>100 | !is:attached",
                "Go to Volumes, filtered by size>100 | !is:attached.",
            ),
        ),
        ("refresh", Destination("refresh", "", "Read the cloud now.")),
        ("pause", Destination("pause", "", "Stop or resume refreshing by the clock.")),
        ("regions  eu-west-1 ", Destination("watch", "eu-west-1", "Watch eu-west-1.")),
        ("profile {0} x", Destination("profile", "{0} x", "Change to the profile {0} x.")),
        ("sort age", Destination("order_by", "age", "Order this pane by age.")),
        ("filter a | b", Destination("filter_by", "a | b", "Filter this pane by a | b.")),
        ("export ~/a b.csv", Destination("export_to", "~/a b.csv", "Write the shown rows to ~/a b.csv.")),
        ("theme dark", Destination("use_theme", "dark", "Use the theme dark.")),
        ("messages", Destination("messages", "", "Show warnings and errors in full.")),
        ("h", Destination("help", "", "Show the help.")),
        ("q!", Destination("quit", "", "Leave trainctl-tui.")),
    ],
)
def test_a_line_leads_somewhere_and_says_where(text: str, expected: Destination) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("word", ["regions", "profile", "order", "filter", "export", "theme"])
def test_a_command_that_needs_something_says_what(word: str) -> None:
    with pytest.raises(InvalidQuery, match=f"{word} needs [A-Z]"):
        read(word)


@pytest.mark.parametrize("word", ["refresh", "pause", "messages", "help", "quit", "q"])
def test_a_command_that_takes_nothing_ignores_nothing(word: str) -> None:
    with pytest.raises(InvalidQuery, match="takes nothing after it") as caught:
        read(f"{word} now")
    assert "'now' would be ignored" in caught.value.why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Type a command."),
        ("volmes", "Did you mean 'volumes'?"),
        ("zzzz", "Commands: instances, volumes"),
    ],
)
def test_a_line_that_leads_nowhere_says_what_there_is(text: str, said: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read(text)
    assert said in str(caught.value)
    assert caught.value.next_step


@pytest.mark.parametrize("text", ["volumes gpus>1", "instances age>", "snapshots |", "i cost>"])
def test_a_pane_with_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery):
        read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", list(words())),
        ("re", ["refresh", "region"]),
        (" re", ["refresh", "region"]),
        ("instances", ["instances"]),
        ("zz", []),
        ("region x", []),
    ],
)
def test_completion(text: str, expected: list[str]) -> None:
    assert complete(text, len(text)) == expected


def test_every_word_leads_somewhere_and_every_action_is_carried_out() -> None:
    for word in words():
        try:
            found = read(word)
        except InvalidQuery:
            found = read(f"{word} x")
        taken = {"show_pane", "watch", "profile", "order_by", "filter_by", "export_to", "use_theme"}
        assert found.action in taken or hasattr(Dashboard, f"action_{found.action}"), found


@given(st.one_of(st.text(), st.tuples(st.sampled_from([*words(), "i", "q"]), st.text()).map(" ".join)))
def test_any_line_leads_somewhere_or_says_why_not(text: str) -> None:
    try:
        said = read(text).preview
    except InvalidQuery as error:
        said = str(error)
    assert said
