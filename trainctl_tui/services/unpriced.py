"""A price book without prices, for whoever decides nothing by money."""

from __future__ import annotations


class Unpriced:
    """Knows no price."""

    def hourly(self, _region: str, _type: str, _lifecycle: str) -> None:
        """Return None."""

    def storage_monthly(
        self, _region: str, _type: str, _gib: int | None, _iops: int | None, _throughput: int | None
    ) -> None:
        """Return None."""
