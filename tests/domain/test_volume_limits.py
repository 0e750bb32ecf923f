"""What size and speed a volume may have, by AWS's own figures, written out once more."""

from __future__ import annotations

import pytest

from trainctl_tui.domain.volume_limits import unfit


# What AWS says of each type, written out: type, GiB, IOPS, MiB/s, whether it fits.
@pytest.mark.parametrize(
    ("kind", "size", "iops", "throughput", "fits"),
    [
        ("gp3", 1, 3000, 125, True),
        ("gp3", 0, None, None, False),
        ("gp3", 65_536, 80_000, 2000, True),
        ("gp3", 65_537, None, None, False),
        ("gp3", 100, 2999, None, False),
        ("gp3", 65_536, 80_001, None, False),
        ("gp3", 8, 4000, None, True),
        ("gp3", 8, 4001, None, False),
        ("gp3", 5, 3000, None, True),
        ("gp3", None, 80_000, None, True),
        ("gp3", 100, None, 124, False),
        ("gp3", 100, None, 750, True),
        ("gp3", 100, None, 751, False),
        ("gp3", 100, 8000, 2000, True),
        ("gp3", 100, 16_000, 2001, False),
        ("gp2", 16_384, None, None, True),
        ("gp2", 16_385, None, None, False),
        ("gp2", 100, 300, None, False),
        ("gp2", 100, None, 125, False),
        ("io1", 4, 200, None, True),
        ("io1", 4, 201, None, False),
        ("io1", 3, None, None, False),
        ("io1", 16_384, 64_000, None, True),
        ("io1", 16_384, 64_001, None, False),
        ("io1", 100, 99, None, False),
        ("io1", 100, 100, 125, False),
        ("io2", 4, 4000, None, True),
        ("io2", 4, 4001, None, False),
        ("io2", 65_536, 256_000, None, True),
        ("io2", 65_536, 256_001, None, False),
        ("st1", 125, None, None, True),
        ("st1", 124, None, None, False),
        ("sc1", 16_384, None, None, True),
        ("sc1", 16_385, None, None, False),
        ("standard", 1024, None, None, True),
        ("standard", 1025, None, None, False),
    ],
)
def test_limits_of_types(
    kind: str, size: int | None, iops: int | None, throughput: int | None, fits: bool
) -> None:
    assert (unfit(kind, size, iops, throughput) == "") is fits
