"""Other programs that list instances, where they are installed: servonaut and the AWS CLI.

``make bench PEERS=1`` installs them from PyPI into an environment of their own inside ``.venv``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figures
from tests.bench.rig import Rig, Side
from tests.support.wire import Wire

WANTED = ("servonaut==2.30.0", "awscli")
_HOME = Path(sys.prefix) / "peers"


@dataclass(frozen=True)
class Peers:
    """The peers of this run, by name and program."""

    programs: Mapping[str, Path]

    def sides(self, rig: Rig) -> dict[str, Side]:
        """Return how each lists all instances."""
        known = {"servonaut": servonaut, "awscli": awscli}
        return {name: _bound(known[name], rig, program) for name, program in self.programs.items()}


def _bound(side: object, rig: Rig, program: Path) -> Side:
    assert callable(side)
    return lambda: side(rig, program)


def find_peers(install: bool) -> Peers:
    """Return the peers that are installed, after installing them if that is wanted."""
    if install and not (_HOME / "bin" / "servonaut").exists():
        venv.create(_HOME, with_pip=True, clear=True)
        command = [_HOME / "bin" / "python", "-m", "pip", "install", "--quiet", *WANTED]
        done = subprocess.run(command, check=False)
        if done.returncode:
            print("The peers could not be installed; their goals are skipped.", file=sys.stderr)
    programs = {"servonaut": _HOME / "bin" / "servonaut", "awscli": _HOME / "bin" / "aws"}
    return Peers({name: program for name, program in programs.items() if program.exists()})


def awscli(rig: Rig, program: Path) -> Figures:
    """Time ``aws ec2 describe-instances``."""
    env = rig.account(rig.scale, rig.new_home())
    script = f"'{program}' ec2 describe-instances --output json > /dev/null && echo all-done"
    with Wire(["/bin/sh", "-c", script], env=env, cwd=str(rig.home)) as wire:
        return {"all": (wire.see(b"all-done", timeout=300).at - wire.begun) * 1000}


def servonaut(rig: Rig, program: Path) -> Figures:
    """Time servonaut from its start to its list, and take its memory."""
    from tests.bench.start import peak

    home = rig.new_home()
    with Wire([str(program)], env=rig.account(rig.scale, home), cwd=str(home), size=(160, 50)) as wire:
        wire.see(re.compile(rb"i-0[0-9a-f]{16}"), timeout=300)
        at = wire.see(re.compile(rb"%d" % rig.scale), timeout=300).at
        return {"all": (at - wire.begun) * 1000, "both": peak(wire.pid)}


def versions(peers: Peers) -> str:
    """Return the versions of the peers, for the record."""
    if not peers.programs:
        return "none"
    listed = subprocess.run(
        [_HOME / "bin" / "python", "-m", "pip", "list", "--format", "json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wanted = {name.partition("=")[0] for name in WANTED}
    return ", ".join(f"{p['name']} {p['version']}" for p in json.loads(listed.stdout) if p["name"] in wanted)
