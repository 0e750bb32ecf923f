"""Whose rows a cache holds: the profile, where its credentials come from, and the endpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from trainctl_tui.launch import Launch

# What decides, besides the profile, as whom the SDK signs. Values are hashed: none can be read back.
_SOURCES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


class Scope(Struct, frozen=True):
    """One source of identity. ``source`` is a digest, ``endpoint`` is "" for AWS itself."""

    profile: str
    source: str
    endpoint: str

    @classmethod
    def of(cls, launch: Launch, environ: Mapping[str, str]) -> Scope:
        """Return the scope of a run; view and collector come to the same one."""
        parts = "\0".join(f"{name}={environ.get(name, '')}" for name in _SOURCES)
        return cls(launch.profile, _digest(parts), launch.endpoint)

    @property
    def key(self) -> str:
        """A name for this scope on disk."""
        return _digest("\0".join((self.profile, self.source, self.endpoint)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
