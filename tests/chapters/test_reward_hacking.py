import functools
import inspect
import itertools
import re
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from widgets.chapters import chase, chase_answers, chase_words
from widgets.chapters.chase import BETAS
from widgets.chapters.chase_words import CURES, METHODS, above
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.reward_hacking import PRESSURES, RewardHacking
from widgets.chapters.taste import phrase_features, stand_in, taste_of
from widgets.chapters.typical import typical_answer
from widgets.core import annotators, doubt, overoptimization, reward_model
from widgets.core.doubt import mean_features, sceptical
from widgets.core.features import extract
from widgets.core.optimum import optimal_policy
from widgets.kit.events import Event
from widgets.kit.parts import shown as shown_as

from .acting import after


@pytest.fixture(scope="module")
def labeling(content):
    return PreferenceLabeling(content)


@pytest.fixture(scope="module")
def widget(content):
    return RewardHacking(content)


@pytest.fixture(scope="module")
def start(widget, labeling):
    return widget.start(preference_labeling=labeling.start())


def labelled(labeling, count, choose):
    state = labeling.start()
    for number in range(count):
        state = labeling.settle(state, Event("label", (*state.pair, choose(number))))
    return state


def test_the_default_labels_peak_inside_the_slider(start):
    gold = [point.gold for point in start.plain.rl]
    assert 0 < overoptimization.peak(start.plain.rl) < PRESSURES - 1
    assert max(gold) - gold[-1] > 0.2 * (max(gold) - gold[0])
    assert (
        "the hurried reader stands in" in start.taste.note
        and "simulated, and likes flattery and length" in start.taste.note
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_peak_is_marked_only_where_quality_rose_and_fell(widget, start, method):
    for question in widget.ids:
        state = after(widget, start, ("question", question), ("method", method))
        points, shown = getattr(state.plain, method), widget.html(state)
        best = overoptimization.peak(points)
        rose, fell = (above(points[best], points[end]) for end in (0, -1))
        assert ("the peak" in shown) == ("Quality peaks at" in shown) == (rose and fell)
        assert not (rose and fell) or 0 < best < PRESSURES - 1
        assert rose or "makes things worse" in shown or "no chase changes" in shown


def test_both_methods_are_in_one_chart(widget, start):
    assert "by best-of-n" in widget.html(start)
    assert "by reinforcement learning" in widget.html(after(widget, start, ("method", "bon")))


def test_a_leash_is_shown_as_what_it_adds_to_beta(widget, start):
    shown = widget.html(after(widget, start, ("pressure", 8), ("leash", True)))
    assert "beta 0.85 (0.25 + a penalty of 0.6)" in shown


def test_a_fall_that_is_made_up_for_is_told(widget, start):
    """With every cure, the best of some is worse than one answer and the best of 1,024 is better."""
    state = after(widget, start, ("question", "sleep"), ("method", "bon"), *((cure, True) for cure in CURES))
    golds = [point.gold for point in state.cured.bon]
    shown = widget.html(state)
    assert min(golds) < golds[0] - 0.5 and golds[-1] > min(golds) + 0.5
    lowest = min(state.cured.bon, key=lambda point: point.gold).pressure
    assert 1 < lowest < 1024
    assert f"Quality falls first, to {shown_as(min(golds))} at n = {lowest}, and ends at {shown_as(golds[-1])}" in shown
    assert "not peaked" not in shown and "without cures" in shown


def test_a_difference_within_the_luck_of_the_draw_is_no_peak(widget, start):
    state = after(widget, start, ("leash", True), ("length", True), ("better", True))
    golds = [point.gold for point in state.cured.rl]
    shown = widget.html(state)
    assert max(golds) - golds[-1] > 0.05
    assert "the peak" not in shown and "With these cures, no chase changes quality by more than luck explains." in shown


def test_a_cure_that_lowers_the_best_says_so(widget, start):
    state = after(widget, start, *((cure, True) for cure in CURES))
    with_cures, without = (max(point.gold for point in chase.rl) for chase in (state.cured, state.plain))
    assert f"The best on the way is lower: {with_cures:.2f} with, {without:.2f} without." in widget.html(state)


def test_a_new_answer_comes_in_new_elements(widget, start):
    """The line of phrases is named for what it says."""
    names = {}
    for event in (("pressure", 4), ("pressure", 9), ("question", "dog"), ("method", "bon"), ("length", True)):
        start = after(widget, start, event)
        line = re.search(
            r'<ol id="([^"]*)"[^>]*aria-label="A typical answer">(.*?)</ol>', widget.html(start), flags=re.DOTALL
        )
        names.setdefault(line[1], set()).add(line[2])
    assert len(names) > 3 and all(len(said) == 1 for said in names.values())


def test_a_phrase_is_marked_only_where_it_adds_to_the_score_and_nothing_to_quality(widget, start, content):
    for question in widget.ids:
        state, task = after(widget, start, ("question", question), ("pressure", PRESSURES - 1)), content.tasks[question]
        answers = chase_answers.answers(widget.chaser, state, 200)
        answer = typical_answer(answers, task.gold(answers))
        end = len(task.phrases)
        for place, why in enumerate(
            chase_answers.exploits(widget.content.tasks[state.question], state.chase.proxy, answer)
        ):
            upto = [np.array([*answer[:count], *[end] * (len(answer) - count)])[None] for count in (place, place + 1)]
            gold, score = (
                float(judge(upto[1])[0] - judge(upto[0])[0]) for judge in (task.gold, state.chase.proxy.scores)
            )
            assert (why is not None) == (score > 0 and gold <= 1e-9)


def test_a_useful_phrase_said_once_is_never_marked(widget, start, content):
    task = content.tasks[start.question]
    useful = task.kinds.index("right")
    answer = np.array([useful, useful, *[len(task.phrases)] * 6])
    assert chase_answers.exploits(widget.content.tasks[start.question], start.chase.proxy, answer)[0] is None


def test_the_start_is_counted_beside_the_present(widget, start):
    shown = widget.html(after(widget, start, ("pressure", PRESSURES - 1)))
    assert shown.count(" start</span>") == shown.count(" now</span>") == 4


def test_words_said_over_and_over_are_filler(widget, start):
    rambling, plain = (
        replace(start, typed=text) for text in ("Write write write draft draft write.", "Write a draft every morning.")
    )
    assert widget.workshop.judged(rambling).gold < 0 < widget.workshop.judged(plain).gold


def test_gold_peaks_inside_for_nine_of_ten_annotators(widget, start, content):
    inside = 0
    for number in range(10):
        biased = annotators.Annotator(
            f"test {number}",
            gold=0.5 + 0.05 * number,
            likes=(("flattery", 0.1 * number), ("disclaimer", 1 - 0.1 * number)),
            length=0.02 * number,
        )
        chase = widget.chaser.chase(stand_in(content, biased, seed=number), "writing", frozenset())
        inside += 0 < overoptimization.peak(chase.rl) < PRESSURES - 1
    assert inside >= 9


def test_the_curves_are_the_readers_models(widget, labeling, content):
    """Each point's proxy is the exact expectation under the exact optimum at that beta."""
    state = widget.start(preference_labeling=labelled(labeling, 20, lambda number: "ab"[number % 2]))
    assert state.taste.own
    reference = content.trained(state.question).tuned
    for beta, point in zip(BETAS, state.plain.rl, strict=True):
        reward = state.plain.rewards[BETAS.index(beta)]
        policy = optimal_policy(reference, reward, beta)
        assert point.proxy == pytest.approx(policy.expected(reward))
        assert point.distance == pytest.approx(np.sqrt(policy.kl(reference)), abs=1e-6)


@pytest.mark.parametrize(
    "choose",
    [lambda _: "tie", lambda _: "skip", lambda number: "ab"[number % 2], lambda _: "a"],
    ids=["ties", "skips", "by turns", "always a"],
)
def test_any_fifty_labels_give_a_sensible_picture(widget, labeling, choose):
    state = widget.start(preference_labeling=labelled(labeling, 50, choose))
    for pressure in (0, PRESSURES - 1):
        shown = widget.html(after(widget, state, ("pressure", pressure), ("method", "bon")))
        assert "nan" not in shown and "inf" not in shown.replace("informative", "").replace("info", "")


@pytest.mark.parametrize("cure", CURES)
def test_every_cure_holds_quality_up_or_says_that_it_does_not(widget, start, cure):
    cured = after(widget, start, (cure, True))
    assert cured.cured is not None and after(widget, cured, (cure, False)).cured is None
    helped = above(cured.cured.rl[-1], start.plain.rl[-1])
    assert ("holds up better" in widget.html(cured)) == helped
    assert ("did not help" in widget.html(cured)) == (not helped)


@pytest.mark.parametrize("cure", CURES)
def test_every_cure_helps_at_full_pressure_on_every_question_by_the_labels_that_readers_meet_first(widget, start, cure):
    """By other draws of labels it need not: see the figure's words, which are about the run on screen."""
    for question in widget.ids:
        plain, cured = (widget.chaser.chase(start.taste, question, frozenset(cures)).rl[-1] for cures in ((), (cure,)))
        assert cured.gold > plain.gold, question


def test_every_cure_helps_simulated_readers_on_average(widget, content):
    gains = {cure: [] for cure in CURES}
    for number in range(0, 10, 3):
        biased = annotators.Annotator(
            f"test {number}",
            gold=0.5 + 0.05 * number,
            likes=(("flattery", 0.1 * number), ("disclaimer", 1 - 0.1 * number)),
        )
        taste = stand_in(content, biased, seed=number)
        for question in widget.ids[:4]:
            plain = widget.chaser.chase(taste, question, frozenset()).rl[-1].gold
            for cure, found in gains.items():
                found.append(widget.chaser.chase(taste, question, frozenset({cure})).rl[-1].gold - plain)
    assert all(np.mean(found) > 0.1 for found in gains.values()), gains


def test_the_sceptical_policy_is_the_best_by_the_lower_bound(widget, start, content):
    """No other policy of the family has a higher bound, and the bound is what the chart shows."""
    reference, beta = content.trained("writing").tuned, BETAS[6]
    proxy = widget.chaser.chase(start.taste, "writing", frozenset({"doubt"})).proxy

    def bound(policy):
        mean = mean_features(policy, proxy.features)
        gain = mean - proxy.usual
        return float(
            mean @ proxy.weights
            - proxy.deviations * np.sqrt(gain @ proxy.covariance @ gain)
            - beta * policy.kl(reference)
        )

    slope = sceptical(reference, proxy, beta, np.zeros(len(proxy.weights)), most=200)
    best = bound(optimal_policy(reference, proxy.reward(slope), beta))
    luck = np.random.default_rng(0)
    for _ in range(20):
        other = optimal_policy(
            reference, proxy.reward(slope + 0.3 * luck.normal(size=len(slope)) * np.abs(slope).max()), beta
        )
        assert bound(other) < best + 0.05


def test_mean_features_are_those_of_many_answers(widget, content):
    model, features = content.trained("writing").tuned, phrase_features(content, "writing")
    drawn = features[model.sample(40_000, 1)].sum(axis=1)
    np.testing.assert_allclose(
        mean_features(model, features), drawn.mean(axis=0), atol=5 * drawn.std(axis=0).max() / 200
    )


def test_a_typical_answer_is_of_median_quality(widget, start, content):
    answers = chase_answers.answers(widget.chaser, start, 200)
    golds = content.tasks[start.question].gold(answers)
    typical = content.tasks[start.question].gold(typical_answer(answers, golds)[None])[0]
    assert (golds <= typical).mean() >= 0.5 and (golds >= typical).mean() >= 0.495


def test_best_of_n_is_told_to_have_no_leash(widget, start):
    assert "does nothing to it" in widget.html(after(widget, start, ("method", "bon"), ("leash", True)))


def test_the_note_says_whose_labels_they_are(labeling, content):
    state = labeling.settle(labelled(labeling, 3, lambda _: "a"), Event("ai"))
    assert "your 3 labels and the AI labeller’s 100" in taste_of(state, content).note


def test_both_methods_raise_the_score_and_never_lower_it(start):
    for points in (start.plain.rl, start.plain.bon):
        proxies = [point.proxy for point in points]
        assert all(later >= earlier - 1e-9 for earlier, later in itertools.pairwise(proxies))


def test_of_other_languages_it_is_said_that_only_english_words_are_counted(widget, start):
    for text in ("اكتب كل يوم", "毎日書いてください。", "Schreib jeden Tag und lies es laut vor."):
        assert "Only English words are counted" in widget.html(after(widget, start, ("typed", text)))
    for text in ("", "Write.", "Write a draft every morning, and read it aloud to the dog."):
        assert "Only English words are counted" not in widget.html(after(widget, start, ("typed", text)))


def test_what_is_typed_is_scored_word_by_word_and_stays_text(widget, start, content):
    hack = '<b onclick="x()">Great question!</b> Write every day.'
    state = after(widget, start, ("typed", hack))
    shown = widget.html(state)
    assert "<b onclick" not in shown and "&lt;" in shown
    prompt = content.question(state.question).prompt
    assert widget.workshop.judged(state).score == pytest.approx(
        float(extract(prompt, hack) @ start.taste.model.weights)
    )


def test_the_judge_knows_the_books_own_phrases(widget, start, content):
    task = content.tasks[start.question]
    rows = task.demonstration_texts(1)[0][:10]
    for row in rows:
        typed = replace(start, typed=" ".join(task.phrases[token] for token in row if token != len(task.phrases)))
        assert widget.workshop.judged(typed).gold == pytest.approx(task.gold(row[None])[0])


def test_the_best_hack_is_kept_until_a_better_one(widget, start):
    flattery = ("typed", "Great question! What a brilliant thing to ask! You are so smart to think of this.")
    kept = after(widget, start, flattery, ("keep", None))
    assert kept.best.text == flattery[1]
    assert after(widget, kept, ("typed", "Read your draft aloud."), ("keep", None)).best == kept.best


def test_only_what_fools_it_can_be_kept(widget, start):
    honest = after(widget, start, ("typed", "Read your draft aloud."))
    assert "Not fooled yet." in widget.html(honest) and "Keep as my best hack" not in widget.html(honest)
    assert after(widget, honest, ("keep", None)).best is None
    fooled = widget.html(
        after(
            widget,
            start,
            ("typed", "Great question! What a brilliant thing to ask! You are so smart to think of this."),
        )
    )
    assert "You fooled it." in fooled and "Keep as my best hack" in fooled


def test_taste_is_the_readers_as_soon_as_there_is_one(labeling, content):
    assert not taste_of(labelled(labeling, 3, lambda _: "skip"), content).own
    assert taste_of(labelled(labeling, 3, lambda _: "a"), content).own


# The cures as they are: at the same distance from the start.


@pytest.fixture(scope="module")
def tastes(content):
    """Of three annotators, each by two draws of labels."""
    return [stand_in(content, annotator, seed) for annotator in annotators.ANNOTATORS for seed in (1, 2)]


def test_a_kl_penalty_lies_on_the_same_curve_whoever_labels_and_whatever_is_asked(widget, tastes):
    """As Gao et al. 2022 found: it acts like stopping early."""
    for taste in tastes:
        for question in widget.ids:
            plain, cured = (
                widget.chaser.chase(taste, question),
                widget.chaser.chase(taste, question, frozenset({"leash"})),
            )
            assert len(overoptimization.lifts(cured.rl, plain.rl)) >= PRESSURES - 1
            said = chase_words.compared(cured, plain, "rl", frozenset({"leash"}))
            assert said.startswith(
                "The KL penalty is the slider moved back: at the same distance true quality is the same"
            )


@pytest.mark.parametrize("cure", ["doubt", "better"])
def test_doubt_and_better_labels_mostly_lift_the_curve_and_the_words_say_where(widget, tastes, cure):
    """By 20 draws of three annotators' labels, on six questions: doubt in 255 of 360, better labels in 251."""
    lifted = []
    for taste in tastes:
        for question in widget.ids:
            plain, cured = widget.chaser.chase(taste, question), widget.chaser.chase(taste, question, frozenset({cure}))
            found = overoptimization.lifts(cured.rl, plain.rl)
            clear = [lift for lift in found if lift.gain >= max(chase_words.FELT, chase_words.SURE * lift.error)]
            said = chase_words.frontier(cured.rl, plain.rl, frozenset({cure}))
            assert ("higher by up to" in said) == bool(clear)
            lifted.append(bool(clear))
    assert np.mean(lifted) > 0.5


def test_a_price_on_length_costs_quality_at_the_same_distance_and_the_words_say_so(widget, tastes):
    """By 20 draws of three annotators' labels, on six questions: somewhere lower in 355 of 360."""
    lower = []
    for taste in tastes:
        for question in widget.ids:
            plain, cured = (
                widget.chaser.chase(taste, question),
                widget.chaser.chase(taste, question, frozenset({"length"})),
            )
            lower.append("lower by up to" in chase_words.frontier(cured.rl, plain.rl, frozenset({"length"})))
    assert np.mean(lower) >= 0.9


def test_the_price_is_the_readers_to_set(widget, start):
    cheap, dear = (after(widget, start, ("length", True), ("price", tenths)) for tenths in (1, 10))
    assert "Price of a phrase" in widget.html(cheap) and "Price of a phrase" not in widget.html(start)
    assert "Every phrase costs 0.1 of the score." in widget.html(
        cheap
    ) and "Every phrase costs 1 of the score." in widget.html(dear)
    assert cheap.cured.proxy.price == 0.1 and dear.cured.proxy.price == 1.0
    lengths = [
        float(
            (chase_answers.answers(widget.chaser, replace(state, pressure=PRESSURES - 1), 200) < 60).sum(axis=1).mean()
        )
        for state in (cheap, dear)
    ]
    assert lengths[1] < lengths[0]


@pytest.mark.parametrize("cures", [(), *((cure,) for cure in CURES), tuple(CURES)], ids="-".join)
def test_the_settings_shown_are_those_that_ran(widget, start, cures, monkeypatch):
    """Every number of the recipe that is shown is one that the chase obeys: what the core was called with is what is
    shown.
    """
    called = {}
    for module, name in ((overoptimization, "optima"), (reward_model, "ensemble"), (doubt, "sceptical")):
        monkeypatch.setattr(module, name, _spy(getattr(module, name), called))
    fresh = chase.Chaser(widget.content)
    state = replace(
        start,
        cures=frozenset(cures),
        plain=fresh.chase(start.taste, start.question),
        cured=fresh.chase(start.taste, start.question, frozenset(cures)),
    )
    shown = {setting.name: setting.value for group in widget.settings(state) for setting in group.of}
    assert [call["betas"][0] for call in called["optima"]][-PRESSURES:] == list(shown["betas"])
    of_chase = state.chase.recipe.settings
    assert {(call["seed"], call["count"]) for call in called["optima"]} == {(of_chase.value("seed"), shown["judged"])}
    assert [point.pressure for point in state.cured.bon] == list(shown["numbers"]) and shown["labels"] == len(
        start.taste.preferences
    )
    assert ("members" in shown) == ("doubt" in cures) == ("ensemble" in called) == ("sceptical" in called)
    if "doubt" in cures:
        (ensemble,), scepticism = called["ensemble"], called["sceptical"][-1]
        if cures == ("doubt",):
            _the_bound_is_the_cores(state, ensemble)
        assert (ensemble["size"], ensemble["l2"]) == (shown["members"], shown["l2"])
        assert (scepticism["most"], scepticism["gap"], state.cured.proxy.deviations) == (
            shown["most"],
            shown["gap"],
            shown["deviations"],
        )
    assert state.cured.proxy.price == shown.get("price", 0.0) and ("better" in shown) == ("better" in cures)
    assert "Show the settings" in widget.html(state)


def _the_bound_is_the_cores(state, ensemble):
    """An answer's score is ``reward_model.ensemble_lower_bound``
    of what it has beyond the usual, by the same members.
    """
    proxy, luck = state.cured.proxy, Random("ensemble")
    members = reward_model.ensemble(
        ensemble["differences"], ensemble["preferences"], ensemble["size"], luck, ensemble["l2"]
    )
    unit = np.mean([member.weights for member in members], axis=0) @ proxy.weights / (proxy.weights @ proxy.weights)
    answers = np.array([[0, 3, *[len(proxy.features) - 1] * 6], [5, 5, 9, *[len(proxy.features) - 1] * 5]])
    gains = proxy.features[answers].sum(axis=1) - proxy.usual
    bound = reward_model.ensemble_lower_bound(members, gains, proxy.deviations) / unit
    np.testing.assert_allclose(proxy.scores(answers) - proxy.usual @ proxy.weights, bound, rtol=1e-9)


def _spy(run, called):
    signature = inspect.signature(run)

    @functools.wraps(run)
    def spying(*given, **named):
        bound = signature.bind(*given, **named)
        bound.apply_defaults()
        called.setdefault(run.__name__, []).append(bound.arguments)
        return run(*given, **named)

    return spying


def test_a_recipe_is_obeyed(content, start):
    """Other numbers than the shipped ones make another chase."""
    chaser, cures = chase.Chaser(content), frozenset({"better", "leash"})
    shipped = chaser.chase(start.taste, "writing", cures)
    other = chaser.chase(start.taste, "writing", cures, chase.Cure(better=40, leash=1.0))
    assert (other.recipe.better, other.recipe.betas[0]) == (40, 31.0)
    assert (
        not np.allclose(other.proxy.weights, shipped.proxy.weights) and other.rl[-1].distance < shipped.rl[-1].distance
    )


# The two laws.


def test_the_laws_are_drawn_over_the_gain_with_how_well_they_fit(widget, start):
    for question in widget.ids:
        for cures in ((), ("better",)):
            state = after(widget, start, ("question", question), *((cure, True) for cure in cures), ("draw", "laws"))
            shown, fitted = widget.html(state), chase_words.laws(state.chase)
            for method, law in fitted.items():
                points = getattr(state.chase, method)
                design = law.gain(np.array([point.distance for point in points]))
                gain = np.array([point.gold for point in points]) - points[0].gold
                used = np.array([point.distance > 1e-6 for point in points])
                r_squared = 1 - ((gain - design)[used] ** 2).sum() / ((gain[used] - gain[used].mean()) ** 2).sum()
                assert law.r_squared == pytest.approx(r_squared)
                word = "fits" if round(law.r_squared, 2) >= 0.9 else "does not fit well"
                assert f"{word}, R² {shown_as(law.r_squared)}" in shown
            assert "Here it is built in" in shown and "gain in true quality over the start" in shown


def test_a_law_that_does_not_fit_is_said_not_to(widget, start):
    said = chase_words.law_says(chase_words.laws(after(widget, start, ("question", "headache")).chase))
    assert "Best-of-n: d (" in said and "does not fit well" in said.split("Best-of-n")[1]


def test_a_score_that_moves_nothing_has_no_law(widget, labeling):
    nothing = RewardHacking(widget.content).start(
        preference_labeling=labelled(labeling, 4, lambda number: "ab"[number % 2])
    )
    still = replace(
        nothing,
        draw="laws",
        plain=replace(nothing.plain, rl=tuple(replace(point, distance=0.0) for point in nothing.plain.rl)),
    )
    assert "hardly moves the model" in widget.html(still)
