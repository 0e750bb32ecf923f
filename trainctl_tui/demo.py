"""What the demo needs around the view: a simulated AWS, and an environment that reaches nothing else.

It has directories of its own as well, so that it never reads or writes what belongs to a real account.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.paths import make_private, state_dir

_EXTRA = ("moto", "flask", "flask_cors", "werkzeug")


@contextmanager
def running(seed: int, instances: int, speed: float, faults: str = "") -> Iterator[str]:
    """Run a simulated AWS while the block lasts, and turn this process's environment to it.

    Yield its endpoint. It need not be up by then: its port is open, and early calls wait in line.
    Raise ``ConfigError`` where the demo's libraries are missing, or the fault script is wrong.
    """
    if missing := [name for name in _EXTRA if importlib.util.find_spec(name) is None]:
        raise ConfigError(
            "The demo is not installed.",
            f"It needs {', '.join(missing)}.",
            "Run: pip install 'trainctl-tui[demo]'",
        )
    from trainctl_tui.simcloud.names import USER
    from trainctl_tui.simcloud.process import SimCloud, simulated_environment

    script = Path(faults) if faults else None
    if script is not None:
        from trainctl_tui.simcloud.fault_script import read_script

        read_script(script)
    cloud = SimCloud.start(seed, instances, speed, faults=script, wait=False)
    try:
        environment = simulated_environment(cloud.endpoint, os.environ)
        with _own_directories(f"seed-{seed}-of-{instances}") as directories:
            for real in ("TRAINCTL_STATE_DIR", "TRAINCTL_PROFILE", "TRAINCTL_REGIONS"):
                environment.pop(real, None)
            environment["TRAINCTL_USER"] = USER
            os.environ.clear()
            os.environ.update(environment | directories)
            yield cloud.endpoint
    finally:
        cloud.stop()


@contextmanager
def _own_directories(name: str) -> Iterator[dict[str, str]]:
    """Make the demo's XDG directories; yield the variables that name them.

    They stay, one set for each fleet, so that a second demo shows old rows in its first frame as the real
    thing does; where nothing can be kept, they are temporary.
    """
    temporary = ""
    try:
        base = make_private(make_private(state_dir() / "demo") / name)
    except OSError:
        temporary = tempfile.mkdtemp(prefix="trainctl-tui-demo-")
        base = Path(temporary)
    try:
        yield {f"XDG_{kind}_HOME": str(base / kind.lower()) for kind in ("CONFIG", "CACHE", "STATE")}
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
