"""A process that uses a cache on its own: ``python -m tests.support.cache_child DIRECTORY [NAME=N ...]``.

``uid`` is the user to become, ``file_size`` the bytes that a file may have.
Imports first and gives up root, or takes on the limit, then; so it runs where another user may not read us.
Prints one line of JSON: how many rows it found, how many after it saved others, and the warnings; ``warned``
counts those of the first look.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from hashlib import sha512
from pathlib import Path
from typing import Any

import trainctl_tui.services.cache_disk  # noqa: F401 - see above
from tests.support.remembering import Remembering
from tests.support.rows import volume

NOBODY = 65534
_ROOT = Path(__file__).parents[2]


def run(directory: Path, **settings: int) -> dict[str, Any]:
    """Run one and return what it said."""
    words = [f"{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-m", "tests.support.cache_child", str(directory), *words]
    # Another user cannot write what coverage would count.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        command, cwd=_ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main(directory: str, *words: str) -> None:
    """Give up what is to be given up, look, save, look again."""
    settings = {name: int(value) for name, _, value in (word.partition("=") for word in words)}
    if limit := settings.get("file_size"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if uid := settings.get("uid"):
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    with Remembering(Path(directory)) as one:
        found = one.rows()
        warned = len(one.warnings)
        one.keep(*(volume(number, tags=(("Digest", _digest(number)),)) for number in range(3000)))
        again = one.rows()
    told = [None if rows is None else len(rows) for rows in (found, again)]
    print(json.dumps({"found": told[0], "again": told[1], "warned": warned, "warnings": one.warnings}))


def _digest(number: int) -> str:
    """Return text that no compression makes small."""
    return sha512(str(number).encode()).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
