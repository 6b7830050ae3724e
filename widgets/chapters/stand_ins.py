"""Who stands in for people, and for a model that reads: each
said in one sentence, in the same words wherever it acts.
"""

from __future__ import annotations

from widgets.core.annotators import CAREFUL, HURRIED

AI_LABELLER = (
    "The AI labeller does not read. It is told of what kind each answer is, such as padded or rude, "
    "and goes by the principles."
)
CRITIC = (
    "The critic does not read. It is told of what kind each phrase is, such as padding or rude, "
    "and goes by the principles."
)
# The simulated people, by their names, said where a figure first names them.
PORTRAITS = {
    CAREFUL.name: "The careful judge is simulated: a table set by hand, which knows what is useful, true and rude.",
    HURRIED.name: "The hurried reader is simulated, and likes flattery and length.",
}
