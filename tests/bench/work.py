"""P5, P11 and P13: work without a screen, in processor seconds: the parse, the cache, the sweep."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from diskcache import Cache as DiskCache
from msgspec import Struct
from pydantic import BaseModel, TypeAdapter, create_model

from tests.bench.figures import Figures, Measure, ratio
from tests.bench.rig import Rig, clean_environment
from tests.support.parse_cost import parse_cost
from tests.support.rows import ME, NOW, REGION, instance
from trainctl_tui.domain.inventory import Lane, Listing
from trainctl_tui.domain.resources import Attachment, Instance, Kind
from trainctl_tui.launch import Launch
from trainctl_tui.services.cache import Cache
from trainctl_tui.services.scope import Scope
from trainctl_tui.simcloud.canned import Canned


def p5(rig: Rig) -> list[Measure]:
    """Compare our parse of a cold sweep with botocore's; the rows must be equal."""

    def side() -> Figures:
        cost = parse_cost(2)
        assert cost.equal
        return {"ours": cost.cold * 100, "botocore": cost.botocore * 100}

    found = rig.turns({"both": side})["both"]
    what = "CPU per 1,000 instances parsed / botocore"
    return [ratio("P5", what, 0.2, (found, "ours"), (found, "botocore"))]


# ---- P11 ----


def _twin(struct: type[Struct], **known: Any) -> type[BaseModel]:
    """Return the pydantic model of the same fields: both caches keep the same of each instance."""
    hints = get_type_hints(struct)
    fields: dict[str, Any] = {name: (known.get(name, hints[name]), ...) for name in struct.__struct_fields__}
    return create_model(struct.__name__, **fields)


_Attachment = _twin(Attachment)
_Machine = _twin(Instance, attachments=list[_Attachment])  # type: ignore[valid-type]
_MACHINES = TypeAdapter(list[_Machine])  # type: ignore[valid-type]
_MACHINE = TypeAdapter(_Machine)
_TAGS = tuple((f"team:{number}", f"value-{number}") for number in range(7))

Trip = Callable[[Path], int]
"""Writes all rows to a new cache in a directory, reads them again, and returns how many came back."""


def trips(count: int) -> dict[str, Trip]:
    """Return the round trip of a listing by our cache, by pydantic's JSON, and with one key a record."""
    rows = tuple(instance(number, tags=(("Name", f"n-{number}"), *_TAGS)) for number in range(count))
    machines = [_Machine.model_validate(msgspec.structs.asdict(row)) for row in rows]
    return {
        "ours": lambda directory: _ours(rows, directory),
        "adapter": lambda directory: _by_adapter(machines, directory),
        "records": lambda directory: _by_record(machines, directory),
    }


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Collect no garbage meanwhile."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _ours(rows: tuple[Instance, ...], directory: Path) -> int:
    cache = Cache(directory, Scope.of(Launch(), {}), warn=lambda text: sys.exit(text))
    listing = Listing(Lane(ME.account, REGION, Kind.INSTANCES), 1, rows, NOW, complete=True)
    cache.save(ME, listing, 0.0)
    with garbage_kept():  # as the view does while it starts
        found = cache.load(ME, REGION, Kind.INSTANCES)
    cache.close()
    return 0 if found is None else len(found.listing.items)


def _by_adapter(machines: list[Any], directory: Path) -> int:
    with DiskCache(str(directory)) as cache:
        cache.set("machines", _MACHINES.dump_json(machines))
        return len(_MACHINES.validate_json(cache["machines"]))


def _by_record(machines: list[Any], directory: Path) -> int:
    with DiskCache(str(directory)) as cache:
        for machine in machines:
            cache.set(machine.id, _MACHINE.dump_json(machine))
        return sum(bool(_MACHINE.validate_json(cache[machine.id])) for machine in machines)


def p11(rig: Rig) -> list[Measure]:
    """Compare round trips of all rows."""
    known = trips(rig.scale)

    def timed(trip: Trip) -> Figures:
        directory = rig.new_home()
        begun = time.perf_counter()
        assert trip(directory) == rig.scale
        return {"trip": (time.perf_counter() - begun) * 1000}

    found = rig.turns({name: (lambda trip=trip: timed(trip)) for name, trip in known.items()})  # type: ignore[misc]
    ours = (found["ours"], "trip")
    return [
        ratio("P11", "cache round trip / TypeAdapter JSON", 0.4, ours, (found["adapter"], "trip")),
        ratio("P11", "cache round trip / one key a record", 0.05, ours, (found["records"], "trip")),
    ]


# ---- P13 ----


def p13(rig: Rig) -> list[Measure]:
    """Compare a warm sweep with 1 % changed with botocore's paginator, over HTTP."""
    with Canned.start(rig.scale, churn=rig.scale // 100) as server:
        env = server.environment(clean_environment(rig.home))

        def sweeps(whose: str, rounds: int) -> list[float]:
            command = [sys.executable, "-m", "tests.bench.apps.sweeps", whose, str(rounds)]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
            said = json.loads(done.stdout)
            assert said["instances"] == rig.scale
            seconds: list[float] = said["seconds"]
            return seconds

        found = rig.turns(
            {
                "ours": lambda: {"warm": min(sweeps("ours", 4)[1:]) * 1000},
                "botocore": lambda: {"sweep": sweeps("botocore", 1)[0] * 1000},
            }
        )
    what = "CPU of a warm sweep, 1 % changed / botocore paginate"
    return [ratio("P13", what, 0.03, (found["ours"], "warm"), (found["botocore"], "sweep"))]
