"""Regions, zones and machine types."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from trainctl_tui.simcloud.engine import filters
from trainctl_tui.simcloud.engine.context import Answer, Context, Params
from trainctl_tui.simcloud.engine.errors import EngineError, dry_run
from trainctl_tui.simcloud.engine.filters import path
from trainctl_tui.simcloud.engine.paging import paged
from trainctl_tui.simcloud.engine.render import zone_id

USABLE = frozenset({"opt-in-not-required", "opted-in"})
_ALWAYS = (
    "ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1"
    " eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
)
REGIONS = {
    **dict.fromkeys(_ALWAYS.split(), "opt-in-not-required"),
    "eu-south-1": "opted-in",
    "af-south-1": "not-opted-in",
    "ap-east-1": "not-opted-in",
    "me-south-1": "not-opted-in",
}
TYPE_FILTERS = {
    "bare-metal": path("BareMetal"),
    "current-generation": path("CurrentGeneration"),
    "instance-type": path("InstanceType"),
    "processor-info.supported-architecture": path("ProcessorInfo", "SupportedArchitectures"),
}
_NAME = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
_LARGEST_TYPE_PAGE = 100


def opt_in(region: str) -> str:
    """Return whether the account may use a region; "" for a region that does not exist."""
    return REGIONS.get(region, "")


def describe_regions(context: Context, params: Params) -> Answer:
    """Answer DescribeRegions: usable ones, or all with AllRegions."""
    if params.get("DryRun"):
        raise dry_run()
    names = params.get("RegionNames") or list(REGIONS)
    if unknown := [name for name in names if name not in REGIONS]:
        raise EngineError(
            "InvalidParameterValue",
            f"Invalid region provided: [{unknown[0]}]. Please provide a valid region.",
        )
    everything = params.get("AllRegions") or params.get("RegionNames")
    rows = [
        {"Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": REGIONS[name], "RegionName": name}
        for name in names
        if everything or REGIONS[name] in USABLE
    ]
    known = {"region-name": path("RegionName"), "opt-in-status": path("OptInStatus")}
    return {"Regions": filters.keep(rows, params.get("Filters", ()), known)}


def describe_availability_zones(context: Context, params: Params) -> Answer:
    """Answer DescribeAvailabilityZones for this region."""
    region = context.world.region
    rows = [
        {
            "GroupName": region,
            "NetworkBorderGroup": region,
            "OptInStatus": "opt-in-not-required",
            "RegionName": region,
            "State": "available",
            "ZoneId": zone_id(zone),
            "ZoneName": zone,
            "ZoneType": "availability-zone",
            "Messages": [],
        }
        for zone in context.world.zones()
    ]
    known = {"zone-name": path("ZoneName"), "state": path("State"), "zone-id": path("ZoneId")}
    return {"AvailabilityZones": filters.keep(rows, params.get("Filters", ()), known)}


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, Any]]:
    """Return every machine type by name: the DescribeInstanceTypes dump that moto carries (Apache-2.0).

    moto itself is not imported (1.7 s); only its data file is read (50 ms).
    """
    spec = importlib.util.find_spec("moto")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("InternalError", "moto is not installed, so machine types are unknown.", 500)
    file = Path(spec.submodule_search_locations[0]) / "ec2/resources/instance_types.json.gz"
    loaded: dict[str, dict[str, Any]] = json.loads(gzip.decompress(file.read_bytes()))
    return loaded


def describe_instance_types(context: Context, params: Params) -> Answer:
    """Answer DescribeInstanceTypes: at most 100 a page, or up to 100 by name."""
    if params.get("DryRun"):
        raise dry_run()
    names = params.get("InstanceTypes")
    if names and params.get("MaxResults") is not None:
        raise EngineError(
            "InvalidParameterCombination",
            "The parameter instanceTypesSet cannot be used with the parameter maxResults",
        )
    types = catalogue()
    if names:
        if unknown := [name for name in names if not _NAME.fullmatch(name) or name not in types]:
            raise EngineError(
                "InvalidInstanceType",
                f"The following supplied instance types do not exist: [{', '.join(unknown)}]",
            )
        return {"InstanceTypes": [types[name] for name in dict.fromkeys(names)]}
    rows = list(enumerate(filters.keep(list(types.values()), params.get("Filters", ()), TYPE_FILTERS)))
    asked = {"MaxResults": _LARGEST_TYPE_PAGE, **params}
    page, token = paged(rows, asked, "DescribeInstanceTypes", lambda item: item[0])
    answer: Answer = {"InstanceTypes": [row for _, row in page]}
    return {**answer, "NextToken": token} if token else answer


OPERATIONS = {
    "DescribeAvailabilityZones": describe_availability_zones,
    "DescribeInstanceTypes": describe_instance_types,
    "DescribeRegions": describe_regions,
}
