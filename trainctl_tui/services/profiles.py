"""Names of the profiles that the AWS configuration files hold. Reads no secret into memory."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_SECTION = re.compile(r"^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]")
_NOT_PROFILES = ("sso-session ", "services ", "plugins")


def profiles(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return profile names in the order of the files, each once. Unreadable files hold none."""
    home = environ.get("HOME", "~")
    files = (
        environ.get("AWS_CONFIG_FILE", "") or f"{home}/.aws/config",
        environ.get("AWS_SHARED_CREDENTIALS_FILE", "") or f"{home}/.aws/credentials",
    )
    found: dict[str, None] = {}
    for file in files:
        for name in _sections(Path(os.path.expanduser(file))):
            found.setdefault(name)
    return tuple(found)


def _sections(file: Path) -> list[str]:
    try:
        if not file.is_file():
            return []  # a pipe of a shell is the SDK's to read
        with file.open(encoding="utf-8", errors="replace") as lines:
            matches = [_SECTION.match(line) for line in lines]
    except OSError:
        return []
    names = [match.group(1).strip("'\"") for match in matches if match]
    return [name for name in names if not name.startswith(_NOT_PROFILES)]
