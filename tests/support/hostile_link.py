"""A collector that says hostile strings, over frames as they really cross the pipe."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

from tests.support.rows import NOW
from tests.support.scripted_link import ScriptedLink
from trainctl_tui.domain.errors import Trouble
from trainctl_tui.domain.resources import Console, Region
from trainctl_tui.link import frames
from trainctl_tui.link import messages as m


class HostileLink(ScriptedLink):
    """A collector that answers every question with the strings of the day, over frames as they really go."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told
        self.refuses = False
        self.waiting = 0

    def say(self, message: m.ToView) -> None:
        """Let the view hear a message as it would come through the pipe."""
        (heard,) = frames.read(io.BytesIO(frames.encode(message)), m.ToView)
        self.waiting += 1
        super().say(heard)

    def messages(self) -> Iterator[m.ToView]:
        """Yield what is said; who comes for the next one has posted the one before."""
        for message in super().messages():
            yield message
            self.waiting -= 1

    def send(self, message: m.ToCollector) -> None:
        """Answer questions."""
        super().send(message)
        text = "\n".join(self.told)
        match message:
            case m.AskConsole(id) | m.AskRaw(id) | m.AskRegions(id) if self.refuses:
                self.say(m.NoAnswer(id, trouble(self.told[id % len(self.told)])))
            case m.AskConsole(id, _, instance):
                self.say(m.ConsoleAnswer(id, Console(instance, text, NOW - 60)))
            case m.AskRaw(id):
                self.say(m.RawAnswer(id, json.dumps(self.told, indent=2, ensure_ascii=False) + text))
            case m.AskRegions(id):
                self.say(m.RegionsAnswer(id, tuple(Region(one, "not-opted-in") for one in self.told)))


def trouble(text: str, kind: str = "Denied") -> Trouble:
    """Return a trouble that says the same hostile thing everywhere."""
    return Trouble(kind, text, text, text, False, code=text, permission=text)
