"""Acts as a script gives them: commands without a terminal, executors of their own, a cloud they change."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.commands import Commands, Ended
from trainctl_tui.domain.operations import Operation
from trainctl_tui.services.journal import Journal
from trainctl_tui.simcloud.process import SimCloud

USER = "ann"
DAY = 86_400.0
PASSING = frozenset({"pending", "stopping", "shutting-down"})


class Stage:
    """A cloud, a home of one user named ann, and commands that act there."""

    def __init__(self, cloud: SimCloud, commands: Commands, variables: Mapping[str, str]) -> None:
        self.cloud = cloud
        self.variables = {**variables, "TRAINCTL_USER": USER}
        self._commands = commands

    @property
    def state(self) -> Path:
        """The directory of journal and audit log."""
        return Path(self.variables["XDG_STATE_HOME"]) / "trainctl-tui"

    def machine(
        self, state: str = "stopped", owner: str = USER, region: str = "us-east-1", **tags: str
    ) -> str:
        """Add a machine that runs for a day, and return its id."""
        named = {"trainctl:user": owner, **{key.replace("__", ":"): value for key, value in tags.items()}}
        (id,) = self.cloud.engine_command("add", region=region, state=state)["ids"]
        now = self.cloud.engine_command("advance", seconds=0)["now"]
        fields = {"tags": named, "launched_at": now - DAY, "lifecycle": "", "zone": f"{region}a"}
        for name, value in fields.items():
            self.cloud.engine_command("attribute", region=region, id=id, name=name, value=value)
        return str(id)

    def states(self, region: str = "us-east-1") -> dict[str, str]:
        """Return the state of every machine."""
        told: dict[str, str] = self.cloud.engine_command("ids", region=region)["instances"]
        return told

    def run(self, *arguments: str, **variables: str) -> Ended:
        """Run one command to its end."""
        (ended,) = self.run_all([arguments], **variables)
        return ended

    def run_all(self, commands: list[tuple[str, ...]], **variables: str) -> list[Ended]:
        """Run commands at the same time."""
        return self._commands.run([(words, self.variables | variables) for words in commands])

    def operations(self) -> list[dict[str, Any]]:
        """Return what ``op list`` tells."""
        items: list[dict[str, Any]] = json.loads(self.run("op", "list", "--json").out)["items"]
        return items

    def operation(self) -> Operation:
        """Return the newest operation as the journal has it: cheap enough to wait for."""
        return Journal(self.state).operations()[0]

    @contextmanager
    def hurried(self, region: str = "us-east-1") -> Iterator[None]:
        """Let a minute pass whenever a machine is on its way from one state to another."""
        over = threading.Event()

        def hurry() -> None:
            while not over.wait(0.2):
                if PASSING & set(self.states(region).values()):
                    self.cloud.engine_command("advance", seconds=60)

        thread = threading.Thread(target=hurry)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
