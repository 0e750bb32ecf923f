"""What tags say about a resource: its name, its owner, its protection.

SAFETY.md, definitions 1 and 2. Both prefixes are read for ever: old machines carry the old one.
"""

from __future__ import annotations

from collections.abc import Collection

from trainctl_tui.domain.resources import Tags

PREFIXES = ("trainctl", "runctl")
PROTECTING = ("protected", "important", "persistent")
CREATORS = frozenset({"trainctl", "runctl", "trainctl-tui"})
OWNER_KEYS = ("owner",)
PROTECTION = ("trainctl:protected", "true")
"""The tag that ``protect`` sets."""

_OFF = frozenset({"false", "0", "no", "off"})
_PROTECTING_KEYS = frozenset(f"{prefix}:{word}" for prefix in PREFIXES for word in PROTECTING)
_USER_KEYS = tuple(f"{prefix}:user" for prefix in PREFIXES)
_MANAGED_PREFIXES = (
    "aws:autoscaling:",
    "aws:cloudformation:",
    "aws:ecs:",
    "aws:eks:",
    "aws:batch:",
    "aws:sagemaker:",
    "eks:",
    "kubernetes.io/cluster/",
)


def tag(tags: Tags, key: str) -> str | None:
    """Return the value of one tag (exact key), or None."""
    for name, value in tags:
        if name == key:
            return value
    return None


def name_of(tags: Tags) -> str:
    """Return the Name tag, or ""."""
    return tag(tags, "Name") or ""


def owner_of(tags: Tags, owner_keys: Collection[str] = OWNER_KEYS) -> str:
    """Return the user a resource names: its ``:user`` tag, else an ``Owner``-like tag, else ""."""
    lowered = {name.lower(): value for name, value in reversed(tags)}
    for key in (*_USER_KEYS, *owner_keys):
        if value := lowered.get(key.lower(), ""):
            return value
    return ""


def tag_is_on(value: str) -> bool:
    """Say whether a tag that is a flag is set: an empty or odd value sets it too."""
    return value.strip().lower() not in _OFF


def protecting_tags(tags: Tags, extra_keys: Collection[str] = ()) -> tuple[str, ...]:
    """Return the keys of tags that protect, as written. An empty or odd value protects too."""
    keys = _PROTECTING_KEYS.union(key.lower() for key in extra_keys)
    return tuple(name for name, value in tags if name.strip().lower() in keys and tag_is_on(value))


def is_protecting_key(key: str, extra_keys: Collection[str] = ()) -> bool:
    """Say whether a tag of this key, in any spelling, can protect."""
    return key.strip().lower() in _PROTECTING_KEYS.union(extra.lower() for extra in extra_keys)


def is_ours(tags: Tags) -> bool:
    """Say whether trainctl (any spelling) made this resource."""
    return any(
        name.lower().startswith(tuple(f"{prefix}:" for prefix in PREFIXES))
        or (name.lower() == "createdby" and value.lower() in CREATORS)
        for name, value in tags
    )


def manager_of(tags: Tags) -> str:
    """Return the tag key that shows another service manages this resource, or ""."""
    return next((name for name, _ in tags if name.lower().startswith(_MANAGED_PREFIXES)), "")
