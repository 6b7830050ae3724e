"""What the desk has to do, and in which order.

The page's messages are answered one after the other. Work that goes on for a while is set aside for messages about
other figures, and taken up again once these are answered. A message of the reader about the same figure ends it.
Figures that follow another one come last, once the reader pauses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from .notes import Notes
from .replies import Message, Reply

# Seconds that a piece of work has for itself before other figures come between.
SHORT = 0.06
# Seconds without a message before figures follow the one that the reader is busy with.
CALM = 0.3
# What a reader does to a figure, as it waits in storage.
DEEDS = ("event", "undo", "reset", "load")
# Messages of the reader end these kinds of work in the same widget; replays go on to their end. Who leaves ends all of
# it: the page comes back with the log that it knew, and asks again for what was not answered.
STOPPING, STOPPED = (*DEEDS, "stop", "leave"), ("event", "save")

Steps = Generator[Reply | None, None, None]


@dataclass(eq=False)
class Work:
    """An answer to a message, or a figure that follows another one; ``began`` is by the desk's clock."""

    message: Message
    steps: Steps
    began: float
    follows: bool = False
    notes: Notes = field(default_factory=Notes)

    @property
    def widget(self) -> str:
        return self.message["widget"]


class Agenda:
    """``taken`` is the id of the last message that was begun; ``followers`` by name are the messages they follow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._asked: deque[Message] = deque()
        self._hand: Work | None = None
        self._aside: deque[Work] = deque()
        self._heard = 0.0  # when the last message came
        self.followers: dict[str, int] = {}
        self.taken = 0

    def hear(self) -> None:
        """The reader is busy."""
        self._heard = self._clock()

    def post(self, message: Message, *, latest: bool) -> None:
        """Takes a message in, and stops what it makes pointless: the last of those not begun, if only the ``latest`` of
        its kind counts, and the work that it ends.
        """
        if latest and self._asked and _is_alike(message, self._asked[-1]):
            self._asked.pop()
        self._asked.append(message)
        if message["type"] in STOPPING:
            for work in filter(None, (self._hand, *self._aside)):
                self._give_way(work, message)

    def next(self, answer: Callable[[Message], Steps], follow: Callable[[Message], Steps]) -> Work | None:
        """The work to go on with. What is asked comes before what was begun, and figures follow last."""
        if self._asked and self._may_begin(self._asked[0]):
            if self._hand:
                self._aside.append(self._hand)
            message = self._asked.popleft()
            self.taken = message["id"]
            self._hand = Work(message, answer(message), self._clock())
        elif not self._hand and self._aside:
            self._hand = self._aside.popleft()
        elif not self._hand and self.followers:
            name = next(iter(self.followers))
            message = {"widget": name, "id": self.followers.pop(name)}
            self._hand = Work(message, follow(message), self._clock(), follows=True)
        return self._hand

    def done(self) -> None:
        """The work in hand is over."""
        self._hand = None

    def can_wait(self) -> float:
        """For how many seconds all that is left to do can wait: figures follow when the reader pauses."""
        if self._hand or self._aside or self._asked or not self.followers:
            return 0.0
        return max(0.0, self._heard + CALM - self._clock())

    def is_ended(self, name: str) -> bool:
        """Whether what the reader does next to a figure waits already: it ends work, as it does when it comes later."""
        return any(message["type"] in STOPPING and message["widget"] == name for message in self._asked)

    def _may_begin(self, message: Message) -> bool:
        """Not before short work is done, nor what was begun on the same figures: a figure is opened once."""
        if self._hand and (self._hand.follows or self._clock() - self._hand.began < SHORT):
            return False
        begun = filter(None, (self._hand, *self._aside))
        return all(_figures(work.message).isdisjoint(_figures(message)) for work in begun)

    def _give_way(self, work: Work, message: Message) -> None:
        if work.follows:
            self.followers[work.widget] = work.message["id"]  # later, from the beginning
        elif work.widget != message["widget"] or (message["type"] != "leave" and work.message["type"] not in STOPPED):
            return
        work.steps.close()
        if work is self._hand:
            self._hand = None
        else:
            self._aside.remove(work)


def _figures(message: Message) -> set[str]:
    """The figures that a message is about: its own, those that it builds on, and those that a link is of."""
    return {message["widget"], *message.get("needs", ()), *message.get("of", ())}


def _is_alike(one: Message, other: Message) -> bool:
    return all(one.get(key) == other.get(key) for key in ("type", "widget", "name"))
