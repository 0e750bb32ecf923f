"""The forms of acts that need more than a verb: their fields, what is wrong in them, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from trainctl_tui.domain.acts import Act, Facts, Policy
from trainctl_tui.domain.changing import DEFAULT_TYPE, region_of, settled
from trainctl_tui.domain.cost import Prices
from trainctl_tui.domain.disks import CopyFacts, DiskFacts
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.limits import total
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.resources import Instance, Kind, Snapshot, Tags, Volume
from trainctl_tui.domain.volume_limits import INCLUDED_IOPS, VOLUME_TYPES
from trainctl_tui.listing.format import plural

_INCLUDED_THROUGHPUT = 125  # MiB/s that a gp3 volume has without a wish
_NUMBERS = ("size_gib", "iops", "throughput")
_YES, _NO = frozenset({"y", "yes"}), frozenset({"", "n", "no"})
_SET = 3  # tags that one form sets

Listed = Instance | Volume | Snapshot


class Field(Struct, frozen=True):
    """One line of a form. ``hint`` says what fits."""

    key: str
    label: str
    hint: str
    value: str = ""


class Filled(Struct, frozen=True):
    """What was read from a form. ``wrong`` says by field why it does not fit; "" is the form as a whole."""

    change: Change = Change()
    wrong: Mapping[str, str] = {}
    cost: str = ""


class Form(Struct, frozen=True):
    """What is asked about an act. ``read`` takes the text of each field; it is pure."""

    title: str
    fields: tuple[Field, ...]
    read: Callable[[Mapping[str, str]], Filled]


def of(act: Act, rows: Sequence[Listed], policy: Policy, prices: Prices) -> Form:
    """Return the form of a modification, a restoration or an edit of tags of these rows."""
    facts = [_facts_of(row) for row in rows]
    what = rows[0].id if len(rows) == 1 else plural(len(rows), _noun(rows))
    fields = {Act.MODIFY: _of_volume, Act.RESTORE: _of_copy, Act.TAG: _of_tags}[act](rows)

    def read(values: Mapping[str, str]) -> Filled:
        return _read(act, facts, values, policy, prices)

    return Form(f"{_TITLES[act]} {what}", fields, read)


def of_new(id: str, zone: str, regions: Sequence[str], policy: Policy, prices: Prices) -> Form:
    """Return the form of a volume that is to be made in one of these regions."""

    def read(values: Mapping[str, str]) -> Filled:
        where = values["zone"].strip()
        region = region_of_zone(where, regions)
        if not region:
            told = f"No zone of {', '.join(regions)}. Type one, such as {regions[0] if regions else '?'}a."
            return Filled(wrong={"zone": told})
        facts = Facts(id, "", region, 0.0, zone=where, state="new", kind=Kind.VOLUMES, tags=())
        return _read(Act.CREATE, [facts], values, policy, prices)

    fields = (
        _zone(zone),
        *_shape("", "", "", _TYPES, DEFAULT_TYPE),
        Field("encrypted", "Encrypted", "y or n; the account may encrypt all the same", "n"),
        Field("name", "Name", "its Name tag; empty: none"),
    )
    return Form("Create a volume", fields, read)


def region_of_zone(zone: str, regions: Sequence[str]) -> str:
    """Return the region that a zone is in, or "" for what is itself the name of a region, or in none."""
    return region_of(zone, (one for one in regions if one != zone))


# ---- fields ----

_TITLES = {Act.MODIFY: "Modify", Act.RESTORE: "Make a volume of", Act.TAG: "Tags of"}
_TYPES = f"one of {', '.join(VOLUME_TYPES)}"


def _zone(value: str) -> Field:
    return Field("zone", "Zone", "where machines are that shall take it, such as us-east-1a", value)


def _shape(size: str, iops: str, throughput: str, types: str, type: str) -> tuple[Field, ...]:
    return (
        Field("type", "Type", types, type),
        Field("size_gib", "Size (GiB)", "whole GiB", size),
        Field("iops", "IOPS", "gp3, io1 and io2 only; empty: what the type includes", iops),
        Field("throughput", "MiB/s", "gp3 only; empty: what the type includes", throughput),
    )


def _of_volume(rows: Sequence[Listed]) -> tuple[Field, ...]:
    """Return the fields as the one volume is; of several, what stays empty stays as it is."""
    one = rows[0]
    if len(rows) > 1 or not isinstance(one, Volume):
        return _shape("", "", "", f"{_TYPES}; empty: stays", "")
    is_gp3 = one.type == "gp3"
    has_speed = is_gp3 or one.type in ("io1", "io2")
    throughput = _text(one.throughput) if is_gp3 else ""
    return _shape(_text(one.size_gib), _text(one.iops) if has_speed else "", throughput, _TYPES, one.type)


def _of_copy(rows: Sequence[Listed]) -> tuple[Field, ...]:
    sizes = {row.size_gib for row in rows if isinstance(row, Snapshot)}
    size = _text(sizes.pop()) if len(sizes) == 1 else ""
    return (_zone(""), *_shape(size, "", "", _TYPES, DEFAULT_TYPE))


def _of_tags(rows: Sequence[Listed]) -> tuple[Field, ...]:
    held = ", ".join(f"{key}={value}" for key, value in rows[0].tags) or "none"
    hints = [f"KEY=VALUE; it has {held}" if len(rows) == 1 else "KEY=VALUE, for all of them"]
    hints += ["KEY=VALUE, or empty"] * (_SET - 1)
    sets = [Field(f"set{number}", "Set", hint) for number, hint in enumerate(hints, 1)]
    return (*sets, Field("untag", "Remove", "the key of one tag, or empty"))


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _noun(rows: Sequence[Listed]) -> str:
    return {Instance: "instance", Volume: "volume", Snapshot: "snapshot"}[type(rows[0])]


# ---- what was typed ----


def _read(
    act: Act, facts: Sequence[Facts], values: Mapping[str, str], policy: Policy, prices: Prices
) -> Filled:
    typed = {key: value.strip() for key, value in values.items()}
    wrong = {key: told for key in _NUMBERS if (told := _no_number(typed.get(key, "")))}
    tags, bad_tags = _tags(typed)
    wrong |= bad_tags
    encrypted = typed.get("encrypted", "").lower()
    if encrypted not in _YES | _NO:
        wrong["encrypted"] = f"{encrypted} is neither y nor n. Type one of them."
    if wrong:
        return Filled(wrong=wrong)
    change = Change(
        type=typed.get("type", ""),
        size_gib=_number(typed, "size_gib"),
        iops=_number(typed, "iops"),
        throughput=_number(typed, "throughput"),
        zone=typed.get("zone", ""),
        encrypted=encrypted in _YES,
        tags=tags,
        untag=(typed["untag"],) if typed.get("untag") else (),
    )
    try:
        changes = settled(act, facts, change, policy=policy)
    except Refused as error:
        return Filled(wrong={"": str(error)})
    if act is Act.TAG and not (change.tags or change.untag):
        return Filled(wrong={"": "Nothing is asked for. Type a tag to set, or a key to remove."})
    if act is Act.MODIFY and not any(_asks(one) for one in changes.values()):
        return Filled(wrong={"": "That is what there is. Change the type, the size or the speed."})
    return Filled(change, cost="" if act is Act.TAG else _cost(act, facts, changes, prices))


def _asks(change: Change) -> bool:
    return bool(change.type) or (change.size_gib, change.iops, change.throughput) != (None, None, None)


def _no_number(text: str) -> str:
    if not text or (text.isascii() and text.isdigit() and int(text) > 0):
        return ""
    return f"{text} is no whole number above 0. Type one, such as 100."


def _number(typed: Mapping[str, str], key: str) -> int | None:
    return int(typed[key]) if typed.get(key) else None


def _tags(typed: Mapping[str, str]) -> tuple[Tags, dict[str, str]]:
    tags: dict[str, str] = {"Name": typed["name"]} if typed.get("name") else {}
    wrong: dict[str, str] = {}
    for number in range(1, _SET + 1):
        field = f"set{number}"
        if text := typed.get(field, ""):
            key, equals, value = text.partition("=")
            if equals and key.strip():
                tags[key.strip()] = value.strip()
            else:
                wrong[field] = f"{text} is no tag. Type KEY=VALUE, such as team=blue."
    return tuple(tags.items()), wrong


def _cost(act: Act, facts: Sequence[Facts], changes: Mapping[str, Change], prices: Prices) -> str:
    after = total([_monthly(one, changes[one.id], prices) for one in facts])
    if after is None:
        return "What it will cost is unknown."
    if act is not Act.MODIFY:
        return f"It will cost ~${after:,.2f} a month."
    before = total([_monthly(one, Change(), prices) for one in facts])
    was = "" if before is None else f" (now ~${before:,.2f})"
    return f"It will cost ~${after:,.2f} a month{was}."


def _monthly(facts: Facts, change: Change, prices: Prices) -> float | None:
    disk, copy = facts.disk, facts.copy
    kind = change.type or facts.type or DEFAULT_TYPE
    size = change.size_gib or (disk.size_gib if disk else copy.size_gib if copy else None)
    is_kept = disk is not None and kind == facts.type
    iops = change.iops or (disk.iops if disk and is_kept else INCLUDED_IOPS)
    throughput = change.throughput or (disk.throughput if disk and is_kept else _INCLUDED_THROUGHPUT)
    return prices.storage_monthly(facts.region, kind, size, iops, throughput)


def _facts_of(row: Listed) -> Facts:
    """Return of a row what a form is checked by; the plan reads everything afresh."""
    facts = Facts(row.id, "", row.region, 0.0, state=row.state, tags=row.tags)
    if isinstance(row, Volume):
        disk = DiskFacts(
            row.size_gib, row.iops, row.throughput, row.encrypted, row.multi_attach, (), None, None, "", None
        )
        return replace(facts, zone=row.zone, type=row.type, kind=Kind.VOLUMES, disk=disk)
    if isinstance(row, Snapshot):
        copy = CopyFacts(
            row.volume_id, None, None, row.size_gib, row.progress, row.encrypted, row.storage_tier
        )
        return replace(facts, kind=Kind.SNAPSHOTS, copy=copy)
    return facts
