"""Rules that spoil answers, from a fault script or by POST /_faults."""

from __future__ import annotations

import random
import re
import threading
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from trainctl_tui.simcloud.wire.question import Question

Effect: TypeAlias = Literal[
    "throttle",  # too many calls; ``retry_after`` seconds where given
    "unavailable",  # 503
    "internal",  # 500
    "drop",  # the connection ends before the answer; nothing was done
    "lost",  # the act was done, then the connection ends before the answer
    "half_body",  # the length of the whole, half of it sent
    "html",  # 200 and the page of a captive portal
    "missing_key",  # 200 and XML (JSON) without what was asked for
    "wrong_type",  # 200 and JSON where XML belongs
    "expired",  # the session has ended
    "denied",  # not allowed
    "invalid_auth",  # the key is not known
    "no_region",  # the account may not use this region
    "latency",  # ``seconds`` later
    "skew",  # the Date header is ``seconds`` off
]


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault. ``action``, ``region`` and ``key`` are regular expressions over the whole name.

    ``key`` is the caller's access key, so that a fault can end when somebody signs in again.
    ``page`` hits only the call that asks for the n-th page (first is 1); ``after`` lets the first n
    matching calls pass; ``times`` ends it after n hits; ``probability`` is drawn from the seed.
    """

    effect: Effect
    service: str = ".*"
    action: str = ".*"
    region: str = ".*"
    page: int | None = None
    after: int = 0
    times: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    retry_after: float | None = None
    key: str = ".*"

    def matches(self, question: Question) -> bool:
        """Say whether a request is of the kind this rule spoils."""
        parts = (
            (self.service, question.service),
            (self.action, question.action),
            (self.region, question.region),
            (self.key, question.access_key),
        )
        return self.page in (None, question.page) and all(re.fullmatch(want, has) for want, has in parts)


class RuleFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules and the seed of their luck."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0


def read_rules(body: bytes) -> tuple[tuple[Rule, ...], int]:
    """Return rules and seed from JSON: a list of rules, one rule, or a whole fault file."""
    raw = msgspec.json.decode(body)
    if isinstance(raw, dict) and "effect" in raw:
        raw = [raw]
    read = msgspec.convert(raw if isinstance(raw, dict) else {"rules": raw}, RuleFile)
    return checked(read.rules), read.seed


def checked(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules; raise ValueError for a pattern that is not a regular expression."""
    for rule in rules:
        for pattern in (rule.service, rule.action, rule.region, rule.key):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return rules


class FaultBook:
    """The rules in force and what they did. Safe to use from several threads."""

    def __init__(self, rules: tuple[Rule, ...] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self.replace(rules, seed)

    def replace(self, rules: tuple[Rule, ...], seed: int) -> None:
        """Put other rules in force; their counters and the log begin anew."""
        with self._lock:
            self._rules = rules
            self._seen = [0] * len(rules)
            self._hits = [0] * len(rules)
            self._random = random.Random(seed)  # noqa: S311 - a simulation
            self._log: list[dict[str, Any]] = []

    def hit(self, question: Question) -> list[Rule]:
        """Return the rules that spoil this call, and count them."""
        with self._lock:
            return [rule for n, rule in enumerate(self._rules) if self._strikes(n, rule, question)]

    def told(self) -> dict[str, Any]:
        """Return {"rules": [rule + hits], "log": [{effect, call, region, page}]}."""
        with self._lock:
            rules = [
                {**msgspec.to_builtins(r), "hits": h} for r, h in zip(self._rules, self._hits, strict=True)
            ]
            return {"rules": rules, "log": list(self._log)}

    def _strikes(self, n: int, rule: Rule, question: Question) -> bool:
        if not rule.matches(question):
            return False
        self._seen[n] += 1
        spent = rule.times is not None and self._hits[n] >= rule.times
        if spent or self._seen[n] <= rule.after or self._random.random() >= rule.probability:
            return False
        self._hits[n] += 1
        self._log.append(
            {
                "effect": rule.effect,
                "call": question.name,
                "region": question.region,
                "page": question.page,
            }
        )
        return True
