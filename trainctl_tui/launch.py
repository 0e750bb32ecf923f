"""How a run was asked for: the one value that command line, view and collector share.

Light on purpose: the view reads it before its first frame, so no pydantic here.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from trainctl_tui.domain.packing import whole

# What the SDK, and the programs that it asks for credentials, need. Nothing else is handed down.
_NAMES = frozenset(
    {
        *("HOME", "PATH", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV"),
        *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "LD_LIBRARY_PATH"),
        *("DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "SSH_AUTH_SOCK"),  # key rings of a credential_process
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    }
)
_PREFIXES = ("AWS_", "LC_", "XDG_", "SSL_", "TRAINCTL_", "PYTHON", "COVERAGE_", "COV_CORE_")


class Launch(Struct, frozen=True):
    """Arguments of one run, decided once. Travels to the collector as JSON in one environment variable.

    ``regions`` empty means: the profile's own. ``refresh`` in seconds. ``debug_unsafe`` lets the SDK log what
    it signs with. ``dry_run``: plans are shown and rehearsed, never carried out. It holds no secret.
    """

    profile: str = ""
    regions: tuple[str, ...] = ()
    endpoint: str = ""
    refresh: float = 15.0
    demo: bool = False
    read_only: bool = False
    provider: str = "aws"
    log_level: str = "info"
    debug_unsafe: bool = False
    dry_run: bool = False

    def encode(self) -> str:
        """Return this launch as one line of JSON."""
        return msgspec.json.encode(whole(self)).decode()

    @classmethod
    def decode(cls, text: str) -> Launch:
        """Read what ``encode`` wrote; raise ``msgspec.DecodeError`` for anything else."""
        return msgspec.json.decode(text, type=cls)


def endpoint_of(environ: Mapping[str, str]) -> str:
    """Return the endpoint that the SDK would take from the environment, so that it can be shown."""
    given = environ.get("AWS_ENDPOINT_URL_EC2") or environ.get("AWS_ENDPOINT_URL") or ""
    return given.encode("utf-8", "replace").decode()


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that a child is given."""
    return {name: value for name, value in environ.items() if name in _NAMES or name.startswith(_PREFIXES)}
