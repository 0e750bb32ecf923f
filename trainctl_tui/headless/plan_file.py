"""A plan in a file: made now, looked at by people, judged again when it is used, and then only stricter.

It is JSON that people may shorten: an id that is taken out of ``ids`` is left alone. Whoever adds one, or
changes what was known of a target, is told that it does not fit.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainctl_tui.domain.acts import Act, Facts, Verdict
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.plans import Plan
from trainctl_tui.headless.shapes import encode
from trainctl_tui.services.export import write_new

SCHEMA = 2
"""Rises when a name comes, goes or changes its meaning. A file with a higher one is not used.

2: ``changes``. A file of schema 1 has none, and is used as it is.
"""

_LARGEST = 4 * 2**20  # bytes; a plan of 50 targets has some 100 KiB
_KIND = "plan"


class PlanModel(BaseModel):
    """The file as people see it; ``facts`` is what each target was judged by, ``facts_hash`` its seal."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    version: int = Field(alias="schema")
    kind: Literal["plan"]
    act: Annotated[Act, Field(strict=False)]
    account: str = Field(min_length=1)
    endpoint: str
    regions: list[str]
    ids: list[str] = Field(min_length=1)
    included: list[str]
    verdict: Literal["allow", "warn", "type"]
    facts_hash: str
    made_at: float
    facts: dict[str, dict[str, Any]]
    changes: dict[str, dict[str, Any]] = {}


class SavedPlan(Struct, frozen=True):
    """A plan that was read. ``facts`` by id, of exactly ``ids``; ``verdict`` is the least that holds now."""

    act: Act
    account: str
    endpoint: str
    ids: tuple[str, ...]
    included: tuple[str, ...]
    verdict: Verdict
    facts: dict[str, Facts]
    made_at: float
    changes: dict[str, Change]


def save(path: Path, plan: Plan) -> None:
    """Write what goes in a plan to a new file (0600). Raise ConfigError where that cannot be done."""
    facts = {one.facts.id: one.facts for one in plan.goes}
    document = {
        "schema": SCHEMA,
        "kind": _KIND,
        "act": plan.act,
        "account": plan.account,
        "endpoint": plan.endpoint,
        "regions": sorted({one.region for one in facts.values()}),
        "ids": plan.ids,
        "included": plan.included,
        "verdict": plan.verdict.name.lower(),
        "facts_hash": _hash(facts, plan.changes),
        "made_at": plan.made_at,
        "facts": {id: msgspec.to_builtins(one) for id, one in facts.items()},
        "changes": {id: msgspec.to_builtins(one) for id, one in plan.changes.items()},
    }
    write_new(path, encode(document) + "\n")


def load(path: Path) -> SavedPlan:
    """Read a plan; raise ConfigError that names what is wrong with it."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"Cannot read {path}.", f"{reason}.", "Name a plan.") from error
    if len(content) > _LARGEST:
        raise _wrong(path, "It is too large for a plan.")
    try:
        held = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _wrong(path, f"It is no JSON: {error}.") from error
    if isinstance(held, dict) and isinstance(number := held.get("schema"), int) and number > SCHEMA:
        raise ConfigError(
            f"{path} was written by a newer version of trainctl-tui.",
            f"Its schema is {number}; this version knows {SCHEMA}.",
            "Use that version, or make the plan again.",
        )
    try:
        model = PlanModel.model_validate(held)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise _wrong(path, f"{where}: {first['msg']}.") from error
    return _read(path, model)


def _read(path: Path, model: PlanModel) -> SavedPlan:
    try:
        facts = msgspec.convert(model.facts, dict[str, Facts])
        changes = msgspec.convert(model.changes, dict[str, Change])
    except msgspec.ValidationError as error:
        raise _wrong(path, f"facts or changes: {error}.") from error
    if not 1 <= model.version <= SCHEMA:
        raise _wrong(path, f"Its schema {model.version} was never written.")
    if _hash(facts, changes) != model.facts_hash:
        raise _wrong(path, "Its facts or changes are not those that were written.")
    if strange := [id for id in (*model.ids, *model.included) if id not in facts]:
        raise _wrong(path, f"{strange[0]} was not in the plan.")
    ids = tuple(dict.fromkeys(model.ids))
    return SavedPlan(
        act=Act(model.act),
        account=model.account,
        endpoint=model.endpoint,
        ids=ids,
        included=tuple(id for id in model.included if id in ids),
        verdict=Verdict[model.verdict.upper()],
        facts={id: facts[id] for id in ids},
        made_at=model.made_at,
        changes={id: one for id, one in changes.items() if id in ids},
    )


def _hash(facts: dict[str, Facts], changes: dict[str, Change]) -> str:
    """Return a hash of what decides of all targets."""
    told: list[tuple[object, ...]] = sorted(
        (id, one.id, one.region, one.digest()) for id, one in facts.items()
    )
    if changes:  # a plan of schema 1 has none, and its hash knows nothing of them
        told.append(tuple(sorted(changes.items())))
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _wrong(path: Path, why: str) -> ConfigError:
    return ConfigError(f"{path} is no plan that can be used.", why, "Make it again with --save-plan.")
