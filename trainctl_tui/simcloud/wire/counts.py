"""What was asked so far, for tests that count calls or forbid them."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from trainctl_tui.simcloud.wire.question import Question


class Counts:
    """Calls by name, by region, and those that would change something. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Begin again at zero."""
        with self._lock:
            self._names: Counter[str] = Counter()
            self._regions: dict[str, Counter[str]] = {}
            self._mutating: list[str] = []

    def add(self, question: Question) -> None:
        """Note one call, answered or spoiled."""
        with self._lock:
            self._names[question.name] += 1
            self._regions.setdefault(question.region, Counter())[question.name] += 1
            if question.mutating:
                self._mutating.append(question.name)

    def told(self) -> dict[str, Any]:
        """Return {"counts": {name: n}, "regions": {region: {name: n}}, "mutating": [name]}."""
        with self._lock:
            return {
                "counts": dict(self._names),
                "regions": {region: dict(names) for region, names in self._regions.items()},
                "mutating": list(self._mutating),
            }
