"""What parsing a fleet costs, our sweep and botocore's own parser in the same run (goals P5 and P13)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from time import process_time

from msgspec import Struct

from tests.support.both_parsers import botocore_parse, botocore_rows, new_sweep
from tests.support.ec2_xml import fleet_page
from trainctl_tui.domain.resources import Kind

PAGES = 10
PER_PAGE = 1000


class ParseCost(Struct, frozen=True):
    """Processor seconds for 10,000 instances: botocore's, our first sweep, our second with 1 % changed.

    ``kept`` counts the rows that the second sweep did not make anew, ``equal`` says whether a page of it
    is what botocore reads.
    """

    botocore: float
    cold: float
    warm: float
    kept: int
    equal: bool


def parse_cost(rounds: int = 5) -> ParseCost:
    """Measure; the garbage of whoever ran before is kept out of both sides."""
    pages = _pages()
    gc.collect()
    gc.freeze()
    try:
        return _measured(pages, rounds)
    finally:
        gc.unfreeze()


def _measured(pages: list[bytes], rounds: int) -> ParseCost:
    both = [
        (
            cpu(lambda: botocore_parse(Kind.INSTANCES, pages[0])) * PAGES,
            cpu(lambda: [new_sweep(Kind.INSTANCES).read(page) for page in pages]),
        )
        for _ in range(rounds)  # in turns, so that a busy minute strikes both
    ]
    botocore, cold = (min(spent) for spent in zip(*both, strict=True))
    sweep = new_sweep(Kind.INSTANCES)
    first = [sweep.read(page)[0] for page in pages]
    sweep.memory.turn()
    others = _changed(pages)
    begun = process_time()
    second = [sweep.read(page)[0] for page in others]
    warm = process_time() - begun
    kept = sum(a is b for old, new in zip(first, second, strict=True) for a, b in zip(old, new, strict=True))
    return ParseCost(botocore, cold, warm, kept, second[3] == botocore_rows(Kind.INSTANCES, others[3]))


def cpu(work: Callable[[], object]) -> float:
    """Return the processor seconds of some work."""
    begun = process_time()
    work()
    return process_time() - begun


def _pages() -> list[bytes]:
    """Return 10,000 instances: one page, made into ten by other ids."""
    page = fleet_page(0, PER_PAGE)
    return [
        page.replace(b"<instanceId>i-0", b"<instanceId>i-%d" % number).replace(
            b"<reservationId>r-0", b"<reservationId>r-%d" % number
        )
        for number in range(PAGES)
    ]


def _changed(pages: Sequence[bytes]) -> list[bytes]:
    """Return the pages with one instance in a hundred changed."""
    other = list(pages)
    for number in range(PAGES):
        for reservation in range(0, PER_PAGE, 100):
            mark = b"<reservationId>r-%d%016x<" % (number, reservation)
            begin = other[number].index(mark)
            head, tail = other[number][:begin], other[number][begin:]
            other[number] = head + tail.replace(b"<ownerId>123456789012<", b"<ownerId>210987654321<", 1)
    return other
