"""One conversation with a collector: a link, what it has told so far, and questions under way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from trainctl_tui.launch import Launch
from trainctl_tui.link.messages import Answer, Question, Refresh, ToCollector
from trainctl_tui.listing.news import News, StepLost, fold
from trainctl_tui.tui.messages import AnswerArrived, NewsArrived
from trainctl_tui.view_settings import ViewSettings

if TYPE_CHECKING:
    from textual.message import Message

    from trainctl_tui.link.client import Link

_numbers = itertools.count(1)


class Session:
    """Made anew for each profile; late words of an older one are recognised by their number.

    ``busy`` reads which targets belong to which operation that has not ended. May raise TrainctlError.
    """

    def __init__(
        self,
        launch: Launch,
        link: Link,
        news: News,
        clock: Callable[[], float],
        settings: ViewSettings | None = None,
        busy: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.number = next(_numbers)
        self.launch = launch
        self.settings = settings or ViewSettings()
        self.first_news = news
        self.busy = busy
        self._link = link
        self._clock = clock
        self._questions: dict[int, Callable[[Answer], None]] = {}
        self._ids = itertools.count(1)

    def follow(self, post: Callable[[Message], object]) -> None:
        """Fold what the collector says and post it, until the link is closed. Runs in a thread."""
        news = self.first_news
        for message in self._link.messages():
            if isinstance(message, Answer):
                post(AnswerArrived(message, self.number))
                continue
            try:
                news = fold(news, message, self._clock())
            except StepLost:
                self._link.send(Refresh(whole=True))
            else:
                post(NewsArrived(news, self.number))

    def send(self, message: ToCollector) -> None:
        """Tell the collector something. Never waits."""
        self._link.send(message)

    def ask(self, question: Callable[[int], Question], then: Callable[[Answer], None]) -> None:
        """Ask the collector; ``then`` is called on the app's loop with the answer."""
        number = next(self._ids)
        self._questions[number] = then
        self._link.send(question(number))

    def answered(self, answer: Answer) -> None:
        """Hand an answer to who asked."""
        if then := self._questions.pop(answer.id, None):
            then(answer)

    def close(self) -> None:
        """End the link and its collector."""
        self._link.close()
