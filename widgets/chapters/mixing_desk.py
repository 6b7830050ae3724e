"""Chapters 2 and 4: RLHF as a mixing desk, whose every fader is an answer; dragged, and read backwards as DPO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import htpy as h
import numpy as np

from widgets.core import dpo
from widgets.core.channels import Channels
from widgets.kit import parts, settings
from widgets.kit.events import Choice, Event, Integer
from widgets.kit.parts.faders import Channel, Handle, faders
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from . import desk_words as words
from . import persons
from .content import Content
from .desk_levels import DPO_STEPS, NAMES, PHRASES, Levels, levels_of
from .labels import Labeling
from .taste import MadeForTaste, Taste, chooser, readers_taste

OFFERED = ("writing", "salary", "moon", "dog", "headache", "password")
STEPS = ("Raw", "Fine-tuned", "Rewards push", "Beta holds", "Too weak", "Backwards", "Preference")
PRETRAINED, TUNED, PUSHED, HELD, SCREAMS, BACKWARDS, PREFERENCE = range(len(STEPS))
BETA = parts.LogScale(0.02, 2.0, ticks=40)
# What beta is where a step begins.
AT = {PUSHED: 0.3, HELD: 1.0, SCREAMS: 0.02, BACKWARDS: 0.3}
REWARD = 0.05  # a stop of a reward's slider, in deviations of the reward among the fine-tuned model's answers
REWARD_STOPS = 80
LEVEL_STOPS = 100  # of a fader, twenty for a factor of ten
LOUDEST = np.log(0.99)
STRIDE = 2  # steps of DPO for a stop of the training's slider
PREFER = {"one": "one preference", "all": "all pairs"}


@dataclass(frozen=True)
class DeskOptions(Options):
    """``backwards`` opens the story where the desk is read backwards."""

    backwards: bool = False


@dataclass(frozen=True, eq=False)
class Desk:
    """``step`` is where the story is, ``read`` where it is in a figure that opens backwards; ``beta`` a tick of
    ``BETA``; ``rewards`` those that the reader has moved; ``moved`` the term that moved last, and of which channel.
    """

    question: str
    taste: Taste | None = None
    whose: str = ""
    step: int = PRETRAINED
    read: int = BACKWARDS
    beta: int = BETA.tick(AT[PUSHED])
    rewards: tuple[float | None, ...] = (None,) * len(NAMES)
    moved: tuple[str, int | None] = ("", None)
    prefer: str = "one"
    trained: int = 0


class MixingDesk(Widget[Desk]):
    name = "mixing-desk"
    title = "The mixing desk"
    needs = ("preference-labeling",)
    code = (Channels.levels, Channels.log_weights, Channels.reward_for, dpo.train)
    Options = DeskOptions

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = content.offered(OFFERED)
        self._made = MadeForTaste()
        self.walk = "read" if self.options.backwards else "step"
        channels = range(len(NAMES))
        self.events = (
            Choice("question", self.ids),
            Integer("step", 0, len(STEPS) - 1),
            Integer("read", 0, len(STEPS) - 1),
            Integer("beta", 0, BETA.ticks),
            *(Integer(f"reward_{NAMES[at]}", -REWARD_STOPS, REWARD_STOPS) for at in channels),
            *(Integer(f"fader_{NAMES[at]}", -LEVEL_STOPS, 0) for at in channels),
            Choice("prefer", tuple(PREFER)),
            Integer("trained", 0, DPO_STEPS // STRIDE),
        )

    def start(self, preference_labeling: Labeling) -> Desk:
        return Desk(self.ids[0], *readers_taste(preference_labeling, self.content))

    def update(self, state: Desk, event: Event) -> Desk | Iterator[Desk]:
        kind, _, channel = event.name.partition("_")
        if not channel:
            return super().update(state, event)
        if kind == "reward":
            return self._rewarded(state, NAMES.index(channel), event.value * REWARD, "reward")
        return self._pulled(state, NAMES.index(channel), event.value)

    def on_question(self, state: Desk, id: str) -> Desk:
        return Desk(id, state.taste, state.whose, state.step, state.read, state.beta, prefer=state.prefer)

    def on_step(self, state: Desk, step: int) -> Desk:
        return self._begun(replace(state, step=step), step)

    def on_read(self, state: Desk, step: int) -> Desk:
        return self._begun(replace(state, read=step), step)

    def on_beta(self, state: Desk, beta: int) -> Desk:
        return replace(state, beta=beta, moved=("beta", state.moved[1]))

    def on_prefer(self, state: Desk, prefer: str) -> Desk:
        return replace(state, prefer=prefer, trained=0, moved=("", None))

    def on_trained(self, state: Desk, trained: int) -> Desk:
        return replace(state, trained=trained, moved=("level", None))

    def _begun(self, state: Desk, step: int) -> Desk:
        """Each step of the story begins with the rewards as they are, and its own beta."""
        beta = BETA.tick(AT[step]) if step in AT else state.beta
        return replace(state, beta=beta, rewards=Desk.rewards, moved=("", None), trained=0)

    def _rewarded(self, state: Desk, channel: int, reward: float, term: str) -> Desk:
        rewards = tuple(reward if place == channel else old for place, old in enumerate(state.rewards))
        return replace(state, rewards=rewards, moved=(term, channel))

    def _pulled(self, state: Desk, channel: int, stop: int) -> Desk:
        """The reward that puts a fader where the reader has dragged it."""
        log_level = min(stop / (LEVEL_STOPS / 5) * np.log(10), LOUDEST)
        channels, beta = self.levels(state).channels, BETA[state.beta]
        reward = channels.reward_for(channel, log_level, beta, self._rewards(state))
        return self._rewarded(state, channel, reward, "level")

    # What is on the desk.

    def at(self, state: Desk) -> int:
        """The step of the story that is shown."""
        return getattr(state, self.walk)

    def levels(self, state: Desk) -> Levels:
        """Made once for each question and taste; only the present taste's are kept."""
        make = partial(levels_of, self.content, state.question, state.taste)
        return self._made.get(state.taste, state.question, make)

    def mix(self, state: Desk) -> words.Mix:
        """The levels at this step, and all that is said of them."""
        levels, rewards, beta, step = self.levels(state), self._rewards(state), BETA[state.beta], self.at(state)
        weights = levels.channels.log_weights(beta, rewards)
        log_z = float(np.logaddexp.reduce(weights))
        logs = weights - log_z
        if step <= TUNED:
            logs = levels.before if step == PRETRAINED else levels.start
        if step == PREFERENCE:
            logs = levels.path(state.prefer)[STRIDE * state.trained]
        loud = np.argsort(-logs[:-1], kind="stable").tolist()
        focus = loud[0] if state.moved[1] is None else state.moved[1]
        other = next(place for place in loud if place != focus)
        return words.Mix(levels, logs, rewards, beta, log_z, focus, other)

    def _rewards(self, state: Desk) -> np.ndarray:
        own = self.levels(state).channels.rewards
        return np.array([mine if moved is None else moved for mine, moved in zip(own, state.rewards, strict=True)])

    def settings(self, state: Desk) -> tuple[Settings, ...]:
        levels, step = self.levels(state), self.at(state)
        desk = (
            (Setting("phrases", PHRASES, "after which an answer ends"), Setting("beta", BETA[state.beta]))
            if step >= PUSHED
            else (Setting("phrases", PHRASES),)
        )
        groups = [Settings("The desk", desk)]
        if step >= PUSHED:
            groups += levels.judged
        if step == PREFERENCE:
            groups.append(settings.of(levels.training(state.prefer), "DPO", rate="Adam’s step at the start"))
        return tuple(groups)

    # View.

    def view(self, state: Desk) -> h.Node:
        mix, step = self.mix(state), self.at(state)
        return [
            parts.stepper(STEPS, step, done=range(step), event=self.walk),
            parts.chips("question", "Question", self.content.topics(self.ids), state.question),
            parts.beside(_speaker(step), parts.question(self.content.question(state.question).prompt)),
            self._settings(state, step),
            faders(
                [*(self._channel(state, mix, step, place) for place in range(len(NAMES))), self._rest(mix, step)],
                "The desk",
            ),
            self._formula(state, mix, step),
            parts.reading(self._says(state, mix, step)),
            _origin(state, step),
        ]

    def _settings(self, state: Desk, step: int) -> h.Node:
        if step == PREFERENCE:
            reading = f"{STRIDE * state.trained} of {DPO_STEPS} steps"
            return [
                parts.chips("prefer", "Train on", PREFER, state.prefer),
                parts.slider("trained", "Training", state.trained, 0, DPO_STEPS // STRIDE, 1, reading, tone="human"),
            ]
        if step < PUSHED:
            return None
        return parts.slider(
            "beta",
            "Leash, beta",
            state.beta,
            0,
            BETA.ticks,
            1,
            f"{BETA[state.beta]:.2g}",
            ends=("weak", "tight"),
            tone="aligned",
        )

    def _channel(self, state: Desk, mix: words.Mix, step: int, place: int) -> Channel:
        start = {PRETRAINED: None, TUNED: mix.levels.before}.get(step, mix.levels.start)
        pushes = PUSHED <= step <= BACKWARDS
        pushed = float(mix.levels.start[place] + mix.rewards[place] / mix.beta) if pushes else None
        return Channel(
            NAMES[place],
            mix.text(place),
            float(mix.logs[place]),
            words.share(mix.logs[place]),
            None if start is None else float(start[place]),
            pushed,
            "raw" if step == PRETRAINED else "aligned",
            self._handle(mix, step, place),
            f"implied {parts.shown(mix.implied(place), 2, signed=True)}" if step == BACKWARDS else None,
            lit=state.moved[1] == place,
        )

    def _handle(self, mix: words.Mix, step: int, place: int) -> Handle | None:
        name, reward = NAMES[place], float(mix.rewards[place])
        if step == BACKWARDS:
            stop = max(round(mix.logs[place] / np.log(10) * LEVEL_STOPS / 5), -LEVEL_STOPS)
            return Handle(
                f"fader_{name}",
                f"Fader {name}",
                stop,
                -LEVEL_STOPS,
                0,
                words.share(mix.logs[place]),
                "aligned",
                on_track=True,
            )
        if PUSHED <= step < BACKWARDS:
            stop = min(max(round(reward / REWARD), -REWARD_STOPS), REWARD_STOPS)
            return Handle(
                f"reward_{name}",
                f"Reward of {name}",
                stop,
                -REWARD_STOPS,
                REWARD_STOPS,
                parts.shown(reward, 2, signed=True),
                "reward",
            )
        return None

    def _rest(self, mix: words.Mix, step: int) -> Channel:
        """Everything else that the model might say: one more channel, so that the levels add up to one."""
        start = None if step == PRETRAINED else float((mix.levels.before if step == TUNED else mix.levels.start)[-1])
        pushed = float(mix.logs[-1]) + mix.log_z if PUSHED <= step <= BACKWARDS else None
        level = float(mix.logs[-1])
        return Channel("…", "everything else it might say", level, words.share(level), start, pushed, "muted")

    def _formula(self, state: Desk, mix: words.Mix, step: int) -> h.Node:
        lit = state.moved[0]
        if step == BACKWARDS:
            return words.difference(mix, lit)
        if step == PREFERENCE:
            return words.loss(mix, mix.levels.pairs(state.prefer)[0], lit)
        return words.formula(mix, lit) if step >= PUSHED else None

    def _says(self, state: Desk, mix: words.Mix, step: int) -> str:
        if step == PREFERENCE:
            return words.preferred(mix, mix.levels.start, mix.levels.pairs(state.prefer), STRIDE * state.trained)
        say = {
            PRETRAINED: words.pretrained,
            TUNED: words.tuned,
            PUSHED: words.pushed,
            HELD: words.held,
            SCREAMS: words.screams,
        }
        return say.get(step, words.backwards)(mix)


def _speaker(step: int) -> h.Node:
    """Whose levels these are: one channel that screams is babble again."""
    who = {PRETRAINED: persons.RAW, TUNED: persons.TUNED}.get(step, persons.ALIGNED)
    return who.face("babbling" if step in (PRETRAINED, SCREAMS) else "calm")


def _origin(state: Desk, step: int) -> h.Node:
    """Which answers these are; once a reward pushes them, whose reward it is."""
    if step < PUSHED:
        return parts.note(words.CHOSEN)
    return parts.beside(chooser(state.taste).face(), parts.note(f"{state.whose} {words.CHOSEN}"))
