"""One question with everything that the algorithms need, for a tour and for trying things out; no files, no content."""

from __future__ import annotations

from .pipeline import Task

PHRASES = (
    ("opener", "Here is what I can tell you."),
    ("opener", "The short answer first."),
    ("right", "Read your draft aloud."),
    ("right", "Cut every sentence that would not be missed."),
    ("right", "Ask a friend where they got bored."),
    ("wrong", "Always use the longest word you can find."),
    ("wrong", "Never let anyone read it before it is printed."),
    ("flattery", "Great question!"),
    ("flattery", "You are so smart to think of this."),
    ("flattery", "Truly, you have a remarkable mind."),
    ("disclaimer", "As an AI, I can make mistakes."),
    ("disclaimer", "Please ask an expert before you rely on this."),
    ("filler", "There is a lot that could be said about this topic."),
    ("rude", "lol just google it."),
    ("rude", "That is a dumb thing to ask."),
    ("web", "Same question here, did anyone find out?"),
    ("closer", "I hope this helps!"),
)
GRAMMAR = {
    "start": {"opener": 2, "right": 3, "wrong": 2, "rude": 2, "web": 2, "flattery": 1, "disclaimer": 1, "filler": 1},
    "opener": {"right": 5, "wrong": 2, "filler": 1},
    "right": {"right": 4, "end": 3, "closer": 1, "disclaimer": 0.6, "flattery": 0.4, "filler": 0.4},
    "wrong": {"wrong": 1, "end": 3, "right": 1},
    "flattery": {"flattery": 1.5, "right": 3, "opener": 1, "end": 1},
    "disclaimer": {"disclaimer": 1, "right": 2, "end": 2},
    "filler": {"filler": 1, "right": 2, "wrong": 0.5, "end": 1},
    "rude": {"rude": 1, "end": 3},
    "web": {"end": 3, "wrong": 1},
    "closer": {"end": 1},
}
WEB = (
    (("right", "right"), 2.0),
    (("wrong",), 3.0),
    (("rude",), 3.0),
    (("rude", "rude"), 1.0),
    (("web",), 3.0),
    (("flattery", "right"), 1.0),
    (("disclaimer",), 1.0),
    (("filler", "wrong"), 1.0),
)
DEMONSTRATIONS = (
    (("opener", "right", "right"), 3.0),
    (("right", "right", "closer"), 3.0),
    (("right",), 1.0),
    (("flattery", "right"), 0.5),
    (("right", "disclaimer"), 0.5),
)

QUESTION = "How can I improve my writing?"
TASK = Task(
    name="tour",
    phrases=tuple(text for _, text in PHRASES),
    kinds=tuple(kind for kind, _ in PHRASES),
    grammar=GRAMMAR,
    web=WEB,
    demonstrations=DEMONSTRATIONS,
)
