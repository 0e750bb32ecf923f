"""What size and speed AWS lets a volume have: said before it is asked, with what would fit.

Source: EBS user guide, "Amazon EBS volume types", and the limits of gp3 as raised in September 2025.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class VolumeLimits(Struct, frozen=True):
    """The limits of one type: GiB, IOPS (0: cannot be chosen), IOPS per GiB; MiB/s, and MiB/s per IOPS."""

    smallest: int
    largest: int
    least_iops: int = 0
    most_iops: int = 0
    iops_per_gib: int = 0
    least_throughput: int = 0
    most_throughput: int = 0
    throughput_per_iops: float = 0.0


VOLUME_TYPES: Mapping[str, VolumeLimits] = {
    "gp3": VolumeLimits(1, 65_536, 3_000, 80_000, 500, 125, 2_000, 0.25),
    "gp2": VolumeLimits(1, 16_384),
    "io2": VolumeLimits(4, 65_536, 100, 256_000, 1_000),
    "io1": VolumeLimits(4, 16_384, 100, 64_000, 50),
    "st1": VolumeLimits(125, 16_384),
    "sc1": VolumeLimits(125, 16_384),
    "standard": VolumeLimits(1, 1_024),
}
"""By type, in the order in which a form offers them."""

INCLUDED_IOPS = 3_000
"""What a gp3 volume has at any size, and what a volume gets that becomes gp3, io1 or io2 without a wish."""


def unfit(kind: str, size_gib: int | None, iops: int | None, throughput: int | None) -> str:
    """Return why AWS would not make such a volume, as a sentence; "" if it would.

    None: not asked for, or not known; what depends on it is not checked.
    """
    limits = VOLUME_TYPES.get(kind)
    if limits is None:
        return f"{kind} is no type of volume; there are {', '.join(VOLUME_TYPES)}."
    if size_gib is not None and not limits.smallest <= size_gib <= limits.largest:
        return f"{kind} volumes have {limits.smallest:,} to {limits.largest:,} GiB, not {size_gib:,}."
    return _unfit_iops(kind, limits, size_gib, iops) or _unfit_throughput(kind, limits, iops, throughput)


def _unfit_iops(kind: str, limits: VolumeLimits, size_gib: int | None, iops: int | None) -> str:
    if iops is None:
        return ""
    if not limits.most_iops:
        return f"The IOPS of {kind} volumes cannot be chosen."
    if not limits.least_iops <= iops <= limits.most_iops:
        return f"{kind} volumes have {limits.least_iops:,} to {limits.most_iops:,} IOPS, not {iops:,}."
    if size_gib is None:
        return ""
    most = max(limits.least_iops, limits.iops_per_gib * size_gib)
    if iops <= most:
        return ""
    return (
        f"{size_gib:,} GiB of {kind} take at most {most:,} IOPS "
        f"({limits.iops_per_gib:,} for each GiB), not {iops:,}."
    )


def _unfit_throughput(kind: str, limits: VolumeLimits, iops: int | None, throughput: int | None) -> str:
    if throughput is None:
        return ""
    if not limits.most_throughput:
        return f"The throughput of {kind} volumes cannot be chosen."
    least, most = limits.least_throughput, limits.most_throughput
    if not least <= throughput <= most:
        return f"{kind} volumes have {least:,} to {most:,} MiB/s, not {throughput:,}."
    has = INCLUDED_IOPS if iops is None else iops
    most = int(limits.throughput_per_iops * has)
    if throughput <= most:
        return ""
    return (
        f"{has:,} IOPS carry at most {most:,} MiB/s "
        f"({limits.throughput_per_iops:g} for each IOPS), not {throughput:,}."
    )
