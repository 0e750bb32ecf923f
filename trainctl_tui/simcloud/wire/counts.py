"""What was asked so far, for tests that count calls or forbid them."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from trainctl_tui.simcloud.wire.ledger import Ledger
from trainctl_tui.simcloud.wire.question import Question


class Counts:
    """Calls by name, by region, and those that would change something. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.ledger = Ledger()
        self.clear()

    def clear(self) -> None:
        """Begin again at zero."""
        with self._lock:
            self._names: Counter[str] = Counter()
            self._regions: dict[str, Counter[str]] = {}
        self.ledger.clear()

    def add(self, question: Question) -> None:
        """Note one call, answered or spoiled."""
        with self._lock:
            self._names[question.name] += 1
            self._regions.setdefault(question.region, Counter())[question.name] += 1
        self.ledger.add(question)

    def told(self) -> dict[str, Any]:
        """Return {"counts": {name: n}, "regions": {region: counts}, "mutating": names, "ungated": names}."""
        entries = self.ledger.entries()
        with self._lock:
            return {
                "counts": dict(self._names),
                "regions": {region: dict(names) for region, names in self._regions.items()},
                "mutating": [entry.call for entry in entries],
                "ungated": [entry.call for entry in entries if entry.ungated],
            }
