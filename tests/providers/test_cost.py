"""What the sweep costs, as a ratio to botocore's own parse in the same run (goals P5 and P13)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from time import process_time

import pytest

from tests.support.both_parsers import botocore_parse, botocore_rows, new_sweep
from tests.support.ec2_xml import fleet_page
from trainctl_tui.domain.resources import Kind

PAGES = 10
PER_PAGE = 1000


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    """Return 10,000 instances: one page, made into ten by other ids."""
    page = fleet_page(0, PER_PAGE)
    return [
        page.replace(b"<instanceId>i-0", b"<instanceId>i-%d" % number).replace(
            b"<reservationId>r-0", b"<reservationId>r-%d" % number
        )
        for number in range(PAGES)
    ]


@pytest.fixture(autouse=True)
def quiet_collector() -> Iterator[None]:
    """Keep the garbage of other tests out of both sides; each runs with the collector as Python sets it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Return the least processor seconds of several rounds."""
    spent = []
    for _ in range(rounds):
        begun = process_time()
        work()
        spent.append(process_time() - begun)
    return min(spent)


def changed(pages: Sequence[bytes]) -> list[bytes]:
    """Return the pages with one instance in a hundred renamed."""
    other = list(pages)
    for number in range(PAGES):
        for reservation in range(0, PER_PAGE, 100):
            mark = b"<reservationId>r-%d%016x<" % (number, reservation)
            begin = other[number].index(mark)
            head, tail = other[number][:begin], other[number][begin:]
            other[number] = head + tail.replace(b"<ownerId>123456789012<", b"<ownerId>210987654321<", 1)
    return other


def test_a_sweep_costs_a_fraction_of_botocore_s_parse(
    pages: list[bytes], record_property: Callable[[str, object], None]
) -> None:
    botocore = cpu(lambda: botocore_parse(Kind.INSTANCES, pages[0]), 3) * PAGES
    cold = cpu(lambda: [new_sweep(Kind.INSTANCES).read(page) for page in pages], 3)

    sweep = new_sweep(Kind.INSTANCES)
    first = [sweep.read(page)[0] for page in pages]
    sweep.memory.turn()
    others = changed(pages)
    begun = process_time()
    second = [sweep.read(page)[0] for page in others]
    warm = process_time() - begun

    told = (
        f"per 10,000: botocore {botocore:.2f} s, cold {cold:.2f} s = {cold / botocore:.3f}x, "
        f"warm with 1 % changed {warm:.2f} s = {warm / botocore:.4f}x"
    )
    record_property("cost", told)
    print(told)
    same = sum(a is b for old, new in zip(first, second, strict=True) for a, b in zip(old, new, strict=True))
    assert sum(map(len, second)) == PAGES * PER_PAGE
    assert same == PAGES * PER_PAGE * 99 // 100
    assert second[3] == botocore_rows(Kind.INSTANCES, others[3])
    assert cold <= 0.2 * botocore, told
    assert warm <= 0.1 * botocore, told
