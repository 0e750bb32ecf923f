"""What the flags of a command ask of its targets, as a change; and which ids an act takes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from secrets import token_hex

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.resources import Tags
from trainctl_tui.safe import safe

_LONGEST = 80  # characters of a wrong word that are shown

# Ids as EC2 makes them, of both lengths; and those of what is to be made.
_INSTANCE, _VOLUME, _SNAPSHOT, _NEW = (
    re.compile(rf"{prefix}-[0-9a-f]{{{length}}}")
    for prefix, length in (("i", "8,17"), ("vol", "8,17"), ("snap", "8,17"), ("new", "4,17"))
)
_EXAMPLES = {
    _INSTANCE: ("an instance", "i-0123456789abcdef0: trainctl-tui list instances"),
    _VOLUME: ("a volume", "vol-0123456789abcdef0: trainctl-tui list volumes"),
    _SNAPSHOT: ("a snapshot", "snap-0123456789abcdef0: trainctl-tui list snapshots"),
    _NEW: ("a new volume", "new-0123"),
}
_OF_VOLUMES = dict.fromkeys((Act.ATTACH, Act.DETACH, Act.MODIFY, Act.KEEP, Act.SNAPSHOT), (_VOLUME,))
_OF_ALL = dict.fromkeys((Act.PROTECT, Act.UNPROTECT, Act.TAG), (_INSTANCE, _VOLUME, _SNAPSHOT))
_TAKES: Mapping[Act, tuple[re.Pattern[str], ...]] = {
    **dict.fromkeys((Act.START, Act.STOP, Act.REBOOT, Act.TERMINATE), (_INSTANCE,)),
    **_OF_VOLUMES,
    **_OF_ALL,
    Act.DELETE: (_VOLUME, _SNAPSHOT),
    Act.RESTORE: (_SNAPSHOT,),
    Act.CREATE: (_NEW,),
}


def check_ids(act: Act, ids: Iterable[str], command: str = "") -> None:
    """Raise ConfigError for an id that the act cannot take; ``command`` says of which kind it deletes."""
    takes = _TAKES[act]
    if act is Act.DELETE and command:
        takes = (_VOLUME,) if command == "volume" else (_SNAPSHOT,)
    for id in ids:
        if not any(pattern.fullmatch(id) for pattern in takes):
            kinds = " or ".join(_EXAMPLES[pattern][0] for pattern in takes)
            raise ConfigError(
                f"{safe(id, _LONGEST)} is no id of {kinds}.", "", f"Ids look like {_EXAMPLES[takes[0]][1]}"
            )


def new_id() -> str:
    """Return an id for what is to be made."""
    return f"new-{token_hex(4)}"


def wanted(given: argparse.Namespace, *, complete: bool) -> Change:
    """Return what the flags ask for. Raises ConfigError for a tag that is none, and for what is missing.

    Nothing is missing where it need not be ``complete``: of a plan that was saved.
    """
    act = Act(given.verb)
    told = vars(given)
    change = Change(
        instance=told.get("to") or "",
        device=told.get("device") or "",
        type=told.get("type") or "",
        size_gib=told.get("size"),
        iops=told.get("iops"),
        throughput=told.get("throughput"),
        zone=told.get("zone") or "",
        encrypted=told.get("encrypted") or False,
        description=told.get("description") or "",
        force=told.get("force") or False,
        tags=_tags(told.get("tags") or ()),
        untag=tuple(dict.fromkeys(told.get("remove") or ())),
    )
    if complete:
        _check_complete(act, change)
    return change


def _check_complete(act: Act, change: Change) -> None:
    if act is Act.ATTACH and not change.instance:
        raise ConfigError("Which machine is missing.", "", "Add --to INSTANCE.")
    if change.instance:
        check_ids(Act.START, [change.instance])
    if act in (Act.CREATE, Act.RESTORE) and not change.zone:
        raise ConfigError("In which zone is missing.", "", "Add --zone, as us-east-1a.")
    if act is Act.CREATE and change.size_gib is None:
        raise ConfigError("How large it is to be is missing.", "", "Add --size GIB.")
    if act is Act.MODIFY and change == Change():
        raise ConfigError("Nothing is to change.", "", "Add --type, --size, --iops or --throughput.")
    if act is Act.TAG and not (change.tags or change.untag):
        raise ConfigError("No tag is to change.", "", "Add --set KEY=VALUE or --remove KEY.")
    if change.tags and change.untag:
        raise ConfigError("Tags are set or removed.", "It takes two calls.", "Do one after the other.")


def _tags(words: Iterable[str]) -> Tags:
    pairs = [word.partition("=") for word in words]
    for key, equals, _ in pairs:
        if not key or not equals:
            raise ConfigError(
                f"{safe(key, _LONGEST) or 'Nothing'} is no tag.", "", "Write a tag as KEY=VALUE."
            )
    return tuple({key: value for key, _, value in pairs}.items())
