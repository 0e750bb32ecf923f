"""What the link's thread tells the app. It tells; it never touches."""

from __future__ import annotations

from textual.message import Message

from trainctl_tui.link.messages import Answer
from trainctl_tui.listing.news import News


class NewsArrived(Message):
    """All that is known, as one value. ``session`` rises with each change of profile."""

    def __init__(self, news: News, session: int) -> None:
        super().__init__()
        self.news = news
        self.session = session

    def can_replace(self, message: Message) -> bool:
        """Let newer news swallow the queue: each is the whole truth."""
        return isinstance(message, NewsArrived) and message.session >= self.session


class AnswerArrived(Message):
    """The collector answered a question."""

    def __init__(self, answer: Answer, session: int) -> None:
        super().__init__()
        self.answer = answer
        self.session = session
