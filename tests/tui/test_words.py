"""Pure texts: header, command line, clipboard, footer."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rows import ME, NOW, REGION, instance
from trainctl_tui.domain.errors import InvalidQuery, Trouble
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Kind
from trainctl_tui.launch import Launch
from trainctl_tui.link import messages as m
from trainctl_tui.listing.news import News, fold
from trainctl_tui.tui import command_line, header
from trainctl_tui.tui.clipboard import osc52
from trainctl_tui.tui.footer import footer_line

LANE = Lane(ME.account, REGION, Kind.INSTANCES)


def news(*messages: m.ToView) -> News:
    known = News()
    for message in (m.Hello(7, (REGION,)), m.Identified(ME), *messages):
        known = fold(known, message, NOW)
    return known


def test_the_header_never_says_live_of_old_rows() -> None:
    known = news(m.Listed(Listing(LANE, 1, (instance(1),), NOW, complete=True), 0.0))
    assert "inst live" in header.how(known, NOW + 5).plain
    assert "inst as of 2m" in header.how(known, NOW + 130).plain


def test_the_header_names_throttling_and_the_next_try() -> None:
    trouble = Trouble("Throttled", "Slow.", "AWS says so.", "Wait.", retryable=True)
    known = news(m.SweepWaiting(LANE, trouble, 12.0))
    text = header.how(known, NOW).plain
    assert "throttled" in text
    assert "next try 12s" in text


def test_the_header_shows_who_where_and_badges() -> None:
    badges = header.Badges(
        Launch(profile="ml", endpoint="http://127.0.0.1:4566", read_only=True), paused=True
    )
    text = header.where(news(), badges).plain
    for part in ("profile ml", ME.account, REGION, "READ-ONLY", "ENDPOINT 127.0.0.1:4566", "PAUSED"):
        assert part in text
    assert "unverified" in header.where(News(identity=ME, collector=""), badges).plain
    assert "no region" in header.where(News(), badges).plain


def test_hostile_names_do_not_reach_the_header_raw() -> None:
    profile = "a\x1b]0;evil\x07[red]"
    text = header.where(news(), header.Badges(Launch(profile=profile))).plain
    assert "\x1b" not in text
    assert "[red]" in text


@pytest.mark.parametrize(
    ("text", "action", "argument"),
    [
        ("volumes", "show_pane", "volumes"),
        ("v state:available", "show_pane", "volumes state:available"),
        ("q", "quit", ""),
        ("region eu-west-1,us-east-1", "watch", "eu-west-1,us-east-1"),
        ("order age reverse", "order_by", "age reverse"),
    ],
)
def test_commands_lead_somewhere(text: str, action: str, argument: str) -> None:
    destination = command_line.read(text)
    assert (destination.action, destination.argument) == (action, argument)
    assert destination.preview


@pytest.mark.parametrize("text", ["", "instnaces", "region", "quit now", "volumes age>>"])
def test_commands_that_lead_nowhere_say_why(text: str) -> None:
    with pytest.raises(InvalidQuery) as error:
        command_line.read(text)
    assert str(error.value)


def test_a_mistyped_command_names_the_nearest() -> None:
    with pytest.raises(InvalidQuery, match="instances"):
        command_line.read("instnaces")


@given(st.text())
def test_any_command_text_leads_somewhere_or_says_why(text: str) -> None:
    said = ""
    try:
        said = command_line.read(text).preview
    except InvalidQuery as error:
        said = error.what
    assert said


def test_commands_complete() -> None:
    assert command_line.complete("ins", 3) == ["instances"]
    assert command_line.complete("region x", 8) == []


def test_copying_is_wrapped_for_tmux_and_cut_for_screen() -> None:
    plain = osc52("i-1", {})
    assert plain == f"\x1b]52;c;{base64.b64encode(b'i-1').decode()}\a"
    assert "\x1bPtmux;\x1b\x1b]52" in osc52("i-1", {"TMUX": "/tmp/x"})
    pieces = osc52("x" * 2000, {"TERM": "screen-256color"}).split("\x1b\\")
    assert all(len(piece) <= 514 for piece in pieces)
    with pytest.raises(ValueError, match="bytes"):
        osc52("x" * 80_000, {})


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_footer_fits_and_always_offers_help_and_quit(width: int) -> None:
    text = footer_line(width).plain
    assert len(text) <= max(width, 20)
    assert "? help" in text
    assert "q quit" in text
