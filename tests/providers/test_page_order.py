"""Pages are parsed one at a time, and the first page of machines before those that came a moment earlier."""

from __future__ import annotations

from threading import Event, Thread

from trainctl_tui.providers.aws.page_order import PageOrder

LONG = 30.0
A_MOMENT = 0.05


def test_who_came_first_waits_for_the_urgent_page_on_its_way() -> None:
    order, done, begun = PageOrder(LONG), list[str](), Event()

    def volumes() -> None:
        begun.set()
        with order.turn(urgent=False):
            done.append("volumes")

    other = Thread(target=volumes)
    with order.ahead():
        other.start()
        assert begun.wait(LONG)
        other.join(A_MOMENT)  # it would be through by now
        with order.turn(urgent=True):
            done.append("machines")
    other.join(LONG)
    assert done == ["machines", "volumes"]


def test_nobody_waits_long_for_an_answer_that_does_not_come() -> None:
    order = PageOrder(longest=0.0)
    with order.ahead(), order.turn(urgent=False):
        pass


def test_one_page_is_parsed_at_a_time_though_a_parser_fails() -> None:
    order, done = PageOrder(LONG), list[str]()

    def page() -> None:
        with order.turn(urgent=True):
            done.append("second")

    second = Thread(target=page)
    try:
        with order.turn(urgent=False):
            second.start()
            second.join(A_MOMENT)
            done.append("first")
            raise ValueError
    except ValueError:
        second.join(LONG)
    assert done == ["first", "second"]
