"""What a user may set, as the view reads it: msgspec only, because pydantic costs the first frame.

The fields of ``ViewSettings`` are the one list of settings. ``settings.py`` builds its pydantic model from
them, and both read the same layers (``settings_layers.py``). Where ``settings.py`` refuses, the view starts
with what is right, and says in one line what is not (RELIABILITY.md, L4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from trainctl_tui.domain.acts import Policy
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.findings import SNAPSHOT_DAYS
from trainctl_tui.domain.tags import OWNER_KEYS
from trainctl_tui.settings_layers import (
    DEFAULT,
    SAFETY,
    Fault,
    Files,
    Layer,
    Origin,
    in_force,
    read_layers,
    written,
)

RegionName = Annotated[str, Meta(pattern=r"^[a-z]{2,}(-[a-z0-9]+)+\Z")]
LogLevel = Literal["error", "warning", "info", "debug"]
OwnershipMode = Literal["ask", "strict", "any"]
ThemeName = Literal["", "dark", "light", "contrast", "ansi"]
TagKey = Annotated[str, Meta(min_length=1, max_length=128)]  # EC2's own limit for keys of tags


class ViewSettings(Struct, frozen=True):
    """Every setting there is, with its default."""

    profile: str = ""
    "Profile of the AWS configuration files; empty: the SDK's own choice."
    regions: tuple[RegionName, ...] = ()
    "Regions to watch; empty: the profile's own."
    refresh: Annotated[float, Meta(ge=2, le=3600)] = 15.0
    "Seconds from the end of one sweep of a lane to the start of the next."
    theme: ThemeName = ""
    "Name of the colours; empty: as the view was left, or its first theme."
    hide_terminated: bool = True
    "Whether terminated instances start hidden."
    log_level: LogLevel = "info"
    "How much goes to the log files under the state directory."
    old_snapshot_days: Annotated[float, Meta(ge=0, le=3_650)] = SNAPSHOT_DAYS
    "Days after which a snapshot whose volume is gone may be cleaned up."
    read_only: bool = False
    "Whether nothing may be changed, whatever else is set."
    user: str = ""
    "Who ``is:mine`` means. Never guessed: on a bastion everyone is ``ubuntu``."
    owner_keys: tuple[TagKey, ...] = OWNER_KEYS
    "Keys of tags that name an owner where there is no ``trainctl:user`` tag."
    protected_keys: tuple[TagKey, ...] = ()
    "Keys of tags that protect, besides trainctl's own (SAFETY.md, definition 1)."
    ownership: OwnershipMode = "ask"
    "What is not yours: ask for a phrase, strict refuses it, any lets what names nobody count as yours."
    min_age: Annotated[float, Meta(ge=0, le=31_536_000)] = 300.0
    "Seconds within which something is too young to be terminated or deleted with others."
    warn_instances: Annotated[int, Meta(ge=1, le=100_000)] = 10
    "Running machines from which a start warns."
    max_instances: Annotated[int, Meta(ge=1, le=100_000)] | Literal["none"] = 50
    "Running machines at which a start is refused."
    max_batch: Annotated[int, Meta(ge=1, le=1_000)] = 50
    "Targets of one batch."
    max_percent: Annotated[float, Meta(ge=1, le=100)] = 50.0
    "Share of all machines, and of those that run, that one batch of more than 10 may take."
    hourly_budget: Annotated[float, Meta(ge=0, le=1_000_000)] | Literal["none"] = "none"
    "USD an hour over which a start asks for a phrase."
    allow_force: bool = False
    "Whether a machine under a running job may be terminated, one by one, by typing FORCE and its id."
    snapshot_days: Annotated[float, Meta(ge=0, le=3_650)] = 7.0
    "Days for which a snapshot counts as a copy, so that its volume is deleted without a phrase."
    modify_hours: Annotated[float, Meta(ge=0, le=24)] = 6.0
    "Hours between two changes of a volume. AWS allows four within 24 hours, once each has ended."
    delete_rate: Annotated[float, Meta(ge=0.1, le=1_000)] = 5.0
    "Volumes and snapshots that are deleted in a second, once the burst is used up."
    delete_burst: Annotated[int, Meta(ge=1, le=10_000)] = 100
    "Volumes and snapshots that are deleted at once before the rate holds."

    @property
    def policy(self) -> Policy:
        """The rules that acts are judged by."""
        given = {name: getattr(self, name) for name in Policy.__struct_fields__}
        known = {name: None if value == "none" else value for name, value in given.items()}
        return msgspec.convert(known, Policy)


TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(ViewSettings)}


class Loaded(Struct, frozen=True):
    """Settings in force, where each came from, and everything that was wrong on the way."""

    settings: ViewSettings
    origins: dict[str, Origin]
    faults: tuple[Fault, ...]

    @property
    def trouble(self) -> Trouble | None:
        """The first fault as one line for the view, with the number of the others; None where all is well."""
        if not self.faults:
            return None
        more = len(self.faults) - 1
        error = self.faults[0].error(
            "It is not used." if not more else f"It is not used. {more} more like it."
        )
        return error.trouble


def load_view_settings(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    files: Files | None = None,
) -> Loaded:
    """Return the settings in force; never raise. A wrong value gives way to the next source that names one.

    Where what is wrong may have been a guard, nothing may be changed: the view is then read-only.
    ``flags`` maps names of fields to values of the command line, None where a flag was not given.
    """
    layers, faults = read_layers(TYPES, flags, environ, files)
    good: list[Layer] = []
    for layer in layers:
        wrong = {name for name, given in layer.given.items() if not is_valid(name, given.value)}
        faults += [Fault(written(name), layer.given[name].origin, expected(name)) for name in sorted(wrong)]
        right = {name: given for name, given in layer.given.items() if name not in wrong}
        good.append(Layer(right, layer.profile))
    chosen = in_force(good)
    settings = msgspec.convert({name: given.value for name, given in chosen.items()}, ViewSettings)
    origins = {name: chosen[name].origin if name in chosen else DEFAULT for name in TYPES}
    unguarded = next((fault for fault in faults if _may_guard(fault.key)), None)
    if unguarded and not settings.read_only:
        settings = msgspec.structs.replace(settings, read_only=True)
        origins["read_only"] = unguarded.origin
    return Loaded(settings, origins, tuple(faults))


def _may_guard(key: str) -> bool:
    """Say whether a fault may hide a guard: a whole file, a table, one of the settings themselves."""
    first, _, last = key.rpartition(".")
    return first != "" or last in ("", "safety", "profiles", "read_only", *SAFETY)


def is_valid(name: str, value: object) -> bool:
    """Say whether a value may stand in the field ``name``."""
    try:
        msgspec.json.encode(value)  # what is not UTF-8 reaches no collector
        msgspec.convert(value, TYPES[name])
    except (msgspec.ValidationError, UnicodeEncodeError):
        return False
    return True


def expected(name: str) -> str:
    """Return what a field takes, in words: "a number from 2 to 3600"."""
    words = {
        "refresh": "a number of seconds from 2 to 3600",
        "regions": 'a list of names of regions, such as ["us-east-1"]',
        "owner_keys": "a list of keys of tags, 1 to 128 characters each",
        "protected_keys": "a list of keys of tags, 1 to 128 characters each",
        "theme": "one of " + ", ".join(word for word in get_args(ThemeName) if word),
        "hide_terminated": "true or false",
        "log_level": "one of " + ", ".join(get_args(LogLevel)),
        "read_only": "true or false",
        "ownership": "one of " + ", ".join(get_args(OwnershipMode)),
        "min_age": "a number of seconds from 0 to 31536000",
        "warn_instances": "a whole number from 1 to 100000",
        "max_instances": 'a whole number from 1 to 100000, or "none"',
        "max_batch": "a whole number from 1 to 1000",
        "max_percent": "a number from 1 to 100",
        "hourly_budget": 'a number from 0 to 1000000, or "none"',
        "allow_force": "true or false",
        "old_snapshot_days": "a number of days from 0 to 3650",
        "snapshot_days": "a number of days from 0 to 3650",
        "modify_hours": "a number of hours from 0 to 24",
        "delete_rate": "a number from 0.1 to 1000",
        "delete_burst": "a whole number from 1 to 10000",
    }
    return f"it takes {words.get(name, 'text in quotes')}"
