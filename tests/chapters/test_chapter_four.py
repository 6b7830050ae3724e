"""Method cards, the common optimum and the constitution."""

import re
from dataclasses import replace

import numpy as np
import pytest

from widgets.chapters.constitution import MOST_REVISIONS, Constitution
from widgets.chapters.method_cards import METHODS, MethodCards, two_digits
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.same_optimum import BREAKS, SameOptimum
from widgets.chapters.taste import phrase_features, stand_in
from widgets.core import constitution, optimum, three_h
from widgets.kit.events import Event


def after(widget, state, *events):
    for event in events:
        name, value = event if isinstance(event, tuple) else (event, None)
        state = widget.settle(state, widget.check(Event(name, value)))
    return state


@pytest.fixture(scope="module")
def unlabelled(content):
    return PreferenceLabeling(content).start()


@pytest.fixture(scope="module")
def labelled(content):
    """A reader who always prefers the longer answer."""
    widget = PreferenceLabeling(content)
    state = widget.start()
    for _ in range(12):
        first, second = state.pair
        length = {id: len(widget.responses[id][1].text) for id in (first, second)}
        state = widget.settle(state, Event("label", (first, second, "a" if length[first] > length[second] else "b")))
    return state


def stopped(widget, state, event, steps):
    """The state where a reader stops an event's work."""
    work = widget.update(state, widget.check(Event(event)))
    for _ in range(steps):
        state = next(work)
    work.close()
    return state


class TestMethodCards:
    @pytest.fixture
    def widget(self, content):
        return MethodCards(content)

    @pytest.fixture
    def start(self, widget, unlabelled):
        return widget.start(preference_labeling=unlabelled)

    @pytest.mark.parametrize("question", ["writing", "moon"])
    def test_all_three_lift_true_quality_from_the_same_start(self, widget, start, question):
        state = after(widget, start, ("question", question), "run")
        assert [run.method for run in state.runs] == list(METHODS)
        assert all(run.gold > state.start[0] + 0.4 for run in state.runs)

    def test_the_table_is_of_this_run(self, widget, start):
        state = after(widget, start, "run")
        rlhf, dpo, cai = state.runs
        assert (rlhf.human, dpo.human, cai.human) == (400, 400, 0) and cai.ai == 400
        assert all(run.seconds > 0 and run.kl > 0 for run in state.runs)
        shown = widget.html(state)
        assert all(f'<data value="{run.gold!r}">' in shown for run in state.runs)
        assert "<progress" not in shown and "True reward" not in shown

    def test_seconds_are_no_number_to_compare(self, widget, start):
        state = after(widget, start, "run")
        shown = widget.html(state)
        assert all(f"<td>{two_digits(run.seconds)}</td>" in shown for run in state.runs)
        assert [two_digits(value) for value in (0.0341, 0.4, 1.23, 15.2, 123.4)] == ["0.034", "0.4", "1.2", "15", "120"]

    def test_every_answer_that_a_model_wrote_is_counted(self, widget, start, content):
        rlhf, dpo, cai = after(widget, start, "run").runs
        assert dpo.drawn == 2 * 400 and rlhf.drawn == dpo.drawn + 150 * 384
        revised = widget.redrawn(start, content.trained(start.question).tuned)
        assert 0 < revised < 400 and cai.drawn == rlhf.drawn + 400 + revised

    def test_progress_never_falls(self, widget, start):
        seen = [widget.progress(state) for state in widget.run(start, Event("run"))]
        known = [value for value in seen if value is not None]
        assert known == sorted(known) and len(known) > 100

    def test_the_readers_labels_choose_where_there_are_any(self, widget, start, labelled, content):
        mine = widget.start(preference_labeling=labelled)
        assert "the careful judge stands in" in widget.html(start) and "your 12 labels" in widget.html(mine)
        theirs, own = widget.comparisons(start), widget.comparisons(mine)
        np.testing.assert_array_equal(theirs.first, own.first)
        assert (theirs.preferences != own.preferences).mean() > 0.1
        features = phrase_features(content, mine.question)
        gap = (features[own.first].sum(axis=1) - features[own.second].sum(axis=1)) @ mine.taste.model.weights
        assert np.mean((gap > 0) == (own.preferences == 1)) == pytest.approx(np.mean(1 / (1 + np.exp(-np.abs(gap)))), abs=0.06)

    def test_a_stopped_run_says_how_far_it_came_and_what_is_done(self, widget, start):
        early, late = (stopped(widget, start, "run", steps) for steps in (3, 170))
        assert "None is trained yet" in widget.html(early)
        shown = widget.html(late)
        assert "Stopped at 4" in shown and "RLHF is trained" in shown and "Training:" not in shown
        assert "All three are trained" in widget.html(after(widget, late, "run"))

    @pytest.mark.parametrize("method", METHODS)
    def test_a_card_opens_its_workflow(self, widget, start, method):
        shown = widget.html(after(widget, start, ("method", method)))
        assert all(stage.name in shown for stage in METHODS[method].stages)


@pytest.fixture(scope="module")
def two_ways(content):
    return SameOptimum(content)


@pytest.fixture(scope="module")
def walked(two_ways, unlabelled):
    return after(two_ways, two_ways.start(preference_labeling=unlabelled), "run")


class TestSameOptimum:
    @pytest.fixture
    def widget(self, two_ways):
        return two_ways

    @pytest.fixture
    def start(self, two_ways, unlabelled):
        return two_ways.start(preference_labeling=unlabelled)

    def test_both_reach_the_cores_figures(self, widget, walked):
        assert widget.climbed(walked, walked.ppo.policy) > 0.95
        assert widget.climbed(walked, walked.dpo.policy) > 0.95
        assert widget.correlation(walked) > 0.99
        assert "Both arrive" in widget.verdict(walked)

    def test_the_distance_falls_on_the_way(self, walked):
        for walk in (walked.ppo, walked.dpo):
            assert walk.path[0][0] == 0 and walk.path[-1][0] == 1
            assert walk.path[-1][1] < 0.1 * walk.path[0][1]

    @pytest.mark.parametrize(("broken", "says"), [("few", "60 yes-or-no labels"), ("uncovered", "nobody compared"), ("noisy", "wrong labels"), ("beta", "its beta is 3 times")])
    def test_each_break_is_named_and_costs(self, widget, start, walked, broken, says):
        state = after(widget, start, (broken, True), "run")
        assert widget.climbed(state, state.dpo.policy) < widget.climbed(walked, walked.dpo.policy) - 0.1
        assert says in widget.verdict(state)
        # PPO is left as it was: it has its reward model.
        np.testing.assert_array_equal(state.ppo.policy.logits, walked.ppo.policy.logits)

    def test_the_chart_and_the_sentence_tell_the_same_distance(self, widget, walked):
        shown = widget.html(walked)
        for walk in (walked.ppo, walked.dpo):
            assert 0 < walk.path[-1][1] < 0.1 and shown.count(f">{two_digits(walk.path[-1][1])}<") >= 3
        assert f"PPO ends {two_digits(walked.ppo.path[-1][1])} nats" in shown

    def test_a_taste_that_tells_no_two_answers_apart_has_nowhere_to_walk(self, widget, start, content):
        taste = stand_in(content)
        nothing = replace(taste, model=replace(taste.model, weights=np.zeros_like(taste.model.weights)))
        state = after(widget, replace(start, taste=nothing), "run")
        assert "Both arrive" in widget.html(state)

    def test_what_nobody_compared_is_hardly_said(self, widget, start):
        state = after(widget, start, ("uncovered", True), "run")
        assert "which the optimum says in most answers, and DPO in hardly any" in widget.verdict(state)

    def test_all_breaks_at_once_still_give_a_picture(self, widget, start):
        state = after(widget, start, *((name, True) for name in BREAKS), "run")
        shown = widget.html(state)
        assert "nan" not in shown and all(word in widget.verdict(state) for word in ("nobody compared", "its beta"))

    def test_the_likeliest_answers_are_the_optimums(self, widget, start, content):
        target, answers = widget.target(start), widget._likeliest(start)
        chances = np.exp(target.log_probs(answers).sum(axis=1))
        known = set(map(tuple, answers.tolist()))
        others = np.array([answer for answer in target.sample(2000, 9).tolist() if tuple(answer) not in known])
        assert chances.min() >= np.exp(target.log_probs(others).sum(axis=1)).max() - 1e-12
        reference = content.trained("writing").tuned
        np.testing.assert_array_equal(target.logits, optimum.optimal_policy(reference, widget.reward(start), 0.3).logits)

    def test_the_readers_reward_model_is_what_both_aim_at(self, widget, start, labelled, content):
        mine = widget.start(preference_labeling=labelled)
        assert "the careful judge stands in" in widget.html(start) and "your 12 labels" in widget.html(mine)
        assert not np.allclose(widget.reward(start), widget.reward(mine))
        assert content.trained("writing").tuned.deviation(widget.reward(mine)) == pytest.approx(1)
        state = after(widget, mine, "run")
        assert min(widget.climbed(state, walk.policy) for walk in (state.ppo, state.dpo)) > 0.9
        assert "arrive" in widget.verdict(state)

    def test_a_stopped_walk_says_how_far_it_came(self, widget, start):
        shown = widget.html(stopped(widget, start, "run", 100))
        assert "Stopped at " in shown and "They walk" not in shown

    def test_an_old_verdict_is_labelled_with_its_setting(self, widget, walked):
        assert "Shown is the walk" not in widget.html(walked)
        assert "Shown is the walk with nothing taken away" in widget.html(after(widget, walked, ("few", True)))

    def test_the_verdict_counts_who_arrived(self, widget, start):
        state = after(widget, start, ("few", True), "run")
        assert "Only PPO arrives" in widget.verdict(state) and "-" not in widget.verdict(state).replace("yes-or-no", "")


class TestConstitution:
    @pytest.fixture
    def widget(self, content):
        return Constitution(content)

    def test_revising_ends_with_nothing_to_object_to(self, widget, content):
        kinds = content.tasks["writing"].kinds
        for turn in range(12):
            state = after(widget, widget.start(), *["draft"] * turn, *["revise"] * 12)
            limits = [p for p in widget.principles(state) if not p.needs]
            assert not constitution.critique(state.versions[-1], kinds, limits)

    def test_a_principle_of_ones_own_is_kept_to(self, widget):
        mine = after(widget, widget.start(), ("test", "closer"), ("wording", "No <b>farewells</b>."), "add")
        assert mine.own == (("No <b>farewells</b>.", "closer"),)
        shown = widget.html(mine)
        assert "No &lt;b&gt;farewells" in shown
        assert any(principle.limits == (("closer", 0),) for principle in widget.principles(mine))
        assert after(widget, mine, "drop").own == ()

    def test_training_on_revisions_keeps_the_principles_more_often(self, widget):
        state = after(widget, widget.start(), "train")
        assert all(after_ >= before - 0.02 for before, after_ in zip(state.before.kept, state.after.kept, strict=True))
        assert sum(state.after.kept) > sum(state.before.kept) + 0.2

    def test_the_answer_shown_after_training_is_typical(self, widget, content):
        state = after(widget, widget.start(), "train")
        good = state.after.categories[three_h.CATEGORIES.index(three_h.GOOD)]
        shown = three_h.categories(np.array([state.sample]), content.tasks[state.question].kinds)[0]
        assert good > 0.6 and three_h.CATEGORIES[shown] == three_h.GOOD
        assert "the one in the middle by true quality" in widget.html(state)

    def test_the_books_own_path_names_the_contradiction(self, widget):
        """The last principle ticked beside the others: it forbids what the first needs."""
        state = after(widget, widget.start(), ("tick", ("cautious", "on")), "train")
        shown = widget.html(state)
        assert "contradict each other" in shown and "breaks no rule" not in shown
        first = state.after.kept[state.ticked.index("helpful")]
        assert first < 0.95 and "The one kept least often: “" in shown

    def test_revising_without_end_is_stopped_and_says_why(self, widget):
        state = after(widget, widget.start(), ("tick", ("cautious", "on")), *["revise"] * 20)
        shown = widget.html(state)
        assert len(state.versions) == MOST_REVISIONS + 1
        assert f"After {MOST_REVISIONS} revisions it gives up" in shown and "contradict each other" in shown
        assert re.search(r'data-event="revise"[^>]* disabled', shown)

    def test_one_revision_keeps_every_limit(self, widget, content):
        for turn in range(12):
            state = after(widget, widget.start(), *["draft"] * turn, "revise")
            left = constitution.critique(state.versions[-1], content.tasks["writing"].kinds, widget.principles(state))
            assert all(objection.position < 0 for objection in left)

    def test_what_is_typed_outlives_another_draft_and_another_question(self, widget):
        typed = after(widget, widget.start(), ("test", "hedge"), ("wording", "Be plain."))
        for event in ("draft", ("question", "salary")):
            state = after(widget, typed, event)
            assert (state.wording, state.test, state.ticked) == ("Be plain.", "hedge", typed.ticked)

    def test_a_refused_principle_says_why(self, widget):
        twice = after(widget, widget.start(), "add", "add")
        assert len(twice.own) == 1 and "has the test “no disclaimer” already" in widget.html(twice)
        five = after(widget, widget.start(), *(event for test in ("flattery", "hedge", "filler", "closer", "opener") for event in (("test", test), "add")))
        assert len(five.own) == 4 and "room for 4" in widget.html(five)
        assert "room for 4" not in widget.html(after(widget, five, "drop"))

    def test_stopped_training_says_how_far_it_came(self, widget):
        shown = widget.html(stopped(widget, widget.start(), "train", 5))
        assert "Stopped at " in shown and "Revising and training" not in shown

    def test_an_over_strict_constitution_makes_evasive_answers_and_the_page_says_so(self, widget):
        ticks = [("tick", (id, "off")) for id in widget.start().ticked] + [("tick", ("cautious", "on"))]
        state = after(widget, widget.start(), *ticks, "train")
        assert "An over-strict constitution" in widget.html(state)

    def test_without_principles_there_is_nothing_to_do(self, widget):
        state = after(widget, widget.start(), *(("tick", (id, "off")) for id in widget.start().ticked))
        shown = widget.html(state)
        assert "nothing to criticise" in shown and "keeps every principle" not in shown
        assert "Tick a principle first" in shown and "Tick a principle first" not in widget.html(widget.start())
        assert after(widget, state, "revise").versions == state.versions
