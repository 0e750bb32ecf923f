"""What the doctor asks the cloud: credentials, identity, each permission by its name, the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from trainctl_tui.domain.errors import TrainctlError, Trouble
from trainctl_tui.domain.resources import Instance, Kind
from trainctl_tui.headless import codes
from trainctl_tui.headless.checks import NOTE, OK, WRONG, Check, from_trouble
from trainctl_tui.headless.known import ALL_KINDS, Known, LaneTold, Source
from trainctl_tui.headless.output import next_step
from trainctl_tui.listing.format import plural
from trainctl_tui.providers.base import (
    CanExplainCredentials,
    CanReadConsole,
    Patience,
    Provider,
    boundary,
    bug,
)

SKEW_WRONG = 240.0
"""Seconds; AWS refuses signatures that are more than 300 s off."""

_SKEW_NOTED = 30.0
_ENDS_SOON = 900.0  # seconds left of a session
_NEEDS = {
    Kind.INSTANCES: "ec2:DescribeInstances",
    Kind.VOLUMES: "ec2:DescribeVolumes",
    Kind.SNAPSHOTS: "ec2:DescribeSnapshots",
    Kind.STATUSES: "ec2:DescribeInstanceStatus",
    Kind.TYPES: "ec2:DescribeInstanceTypes",
}
"""Permission of each lane, as AWS names it."""

Answer = TypeVar("Answer")


def cloud_checks(source: Source) -> tuple[list[Check], Known | None]:
    """Ask everything that the dashboard asks; return the findings, and what was read on the way."""
    try:
        provider = source.open()
        checks = [_credentials(provider)]
        if checks[0].code == codes.NOT_ALLOWED and checks[0].verdict == WRONG:
            # Every other answer would be this one.
            return checks + _no_region(source.regions()), None
        known = source.fresh(ALL_KINDS, alias=True, anywhere=True)
    except TrainctlError as error:
        return [from_trouble("settings of AWS", error.trouble)], None
    checks += [_identity(known), *_regions(provider, known)]
    asked = {one.operation for one in source.tally.operations()}
    checks += [_lane(lane, _NEEDS[lane.kind] in asked) for lane in known.lanes]
    checks += [*_console(provider, known), _clock(provider)]
    return checks, known


def _credentials(provider: Provider) -> Check:
    if not isinstance(provider, CanExplainCredentials):
        return Check("credentials", NOTE, f"{provider.name} does not say where they come from.")
    try:
        with boundary("find credentials", bug):
            facts = provider.credentials()
    except TrainctlError as error:
        return from_trouble("credentials", error.trouble)
    if facts.expires_at is None:
        return Check("credentials", OK, f"from {facts.source}; when they end is not told")
    left = facts.expires_at - time.time()
    if left <= 0:
        ended = f"from {facts.source}; they have ended"
        return Check("credentials", WRONG, ended, "Sign in again.", codes.NOT_ALLOWED)
    detail = f"from {facts.source}; they end in {left / 60:.0f} min"
    return Check("credentials", NOTE if left < _ENDS_SOON else OK, detail)


def _identity(known: Known) -> Check:
    if known.identity is None:
        assert known.unidentified is not None
        return from_trouble("identity", known.unidentified)
    alias = f" ({known.identity.alias})" if known.identity.alias else ""
    return Check("identity", OK, f"account {known.account}{alias}, {known.identity.arn}")


def _regions(provider: Provider, known: Known) -> list[Check]:
    """Look whether the watched regions exist and may be used."""
    if not known.regions:
        return _no_region(())
    unknown = Check("region", NOTE, f"{', '.join(known.regions)}: whether the account has it is not known")
    if provider.clock_offset() == 0.0:
        return [unknown]  # nobody has answered anything yet, and another silence lasts more than a minute
    found = _asked("ec2:DescribeRegions", lambda: provider.regions(Patience()))
    if isinstance(found, Check):
        return [unknown, found]
    opted = {region.id: region.opt_in for region in found}
    checks = [Check("permission ec2:DescribeRegions", OK, plural(len(opted), "region"))]
    for region in known.regions:
        if region not in opted:
            fix = f"Correct the name; there are {', '.join(sorted(opted))}."
            checks.append(Check("region", WRONG, f"{region} is not known to the account.", fix, codes.USAGE))
        elif opted[region] == "not-opted-in":
            fix = f"Enable {region} for the account, or leave it out."
            checks.append(Check("region", WRONG, f"{region} is not enabled.", fix, codes.USAGE))
        else:
            checks.append(Check("region", OK, region))
    return checks


def _no_region(regions: tuple[str, ...]) -> list[Check]:
    if regions:
        return []
    fix = "Say one: --region us-east-1, AWS_REGION, or regions = [...] in config.toml."
    return [Check("region", WRONG, "There is none to watch.", fix, codes.USAGE)]


def _lane(lane: LaneTold, asked: bool) -> Check:
    name = f"permission {_NEEDS[lane.kind]}"
    if not asked:
        return Check(name, NOTE, f"not asked in {lane.region}: nothing there is new")
    if lane.trouble is None:
        return Check(name, OK, f"{plural(lane.rows, 'row')} in {lane.region}")
    if lane.trouble.permission:
        return from_trouble(f"permission {lane.trouble.permission}", lane.trouble)
    return from_trouble(name, lane.trouble)


def _console(provider: Provider, known: Known) -> list[Check]:
    """Read one console, if there is a machine that has one."""
    machines = [row for row in known.facts.of(Kind.INSTANCES).values() if isinstance(row, Instance)]
    running = next((row for row in machines if row.state == "running"), None)
    if running is None or not isinstance(provider, CanReadConsole):
        return []
    name = "ec2:GetConsoleOutput"
    found = _asked(name, lambda: provider.console(running.region, running.id, Patience()))
    return [found if isinstance(found, Check) else Check(f"permission {name}", OK, "the last console lines")]


def _asked(permission: str, ask: Callable[[], Answer]) -> Answer | Check:
    """Return an answer, or the finding that there is none: a note, since only a key or two need it."""
    try:
        with boundary(f"ask for {permission}", bug):
            return ask()
    except TrainctlError as error:
        trouble: Trouble = error.trouble
        detail = f"{trouble.what} {trouble.why}"
        return Check(f"permission {permission}", NOTE, detail, next_step(trouble))


def _clock(provider: Provider) -> Check:
    offset = provider.clock_offset()
    if offset == 0.0:  # what a provider says before the first answer
        return Check("clock", NOTE, "not known: nobody has answered")
    way = "behind" if offset > 0 else "ahead of"
    detail = f"{abs(offset):.0f} s {way} the provider's"
    if abs(offset) < _SKEW_NOTED:
        return Check("clock", OK, "agrees with the provider's")
    fix = "Set it: sudo timedatectl set-ntp true"
    return Check("clock", WRONG if abs(offset) > SKEW_WRONG else NOTE, detail, fix, codes.FAILED)
