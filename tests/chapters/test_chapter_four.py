"""Method cards, the common optimum and the constitution."""

import itertools
import re
from random import Random

import numpy as np
import pytest

from widgets.chapters.constitution import Constitution
from widgets.chapters.drafting import MOST_REVISIONS
from widgets.chapters.method_cards import METHODS, MethodCards, two_digits, verdict
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.taste import phrase_features
from widgets.core import constitution, dpo, pipeline, ppo, three_h
from widgets.kit.events import Event

from .acting import after, stopped


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
        length = {id: len(widget.pool.responses[id][1].text) for id in (first, second)}
        state = widget.settle(state, Event("label", (first, second, "a" if length[first] > length[second] else "b")))
    return state


@pytest.fixture(scope="module")
def ran(content, unlabelled):
    """The method cards, run once."""
    widget = MethodCards(content)
    return after(widget, widget.start(preference_labeling=unlabelled), "run")


class TestMethodCards:
    @pytest.fixture
    def widget(self, content):
        return MethodCards(content)

    @pytest.fixture
    def start(self, widget, unlabelled):
        return widget.start(preference_labeling=unlabelled)

    def test_a_methods_path_grows_in_the_picture_while_it_trains(self, widget, start):
        """And on axes that have room for it from the first step."""
        lengths, axes = [], set()
        for state in itertools.islice(widget.run(start, Event("run")), 60):
            html = widget.html(state)
            lengths.append(len(state.working.path) if state.working else 0)
            axes.add(tuple(re.findall(r'class="tick-[xy][^>]*>[^<]+', html)))
        assert lengths == sorted(lengths) and lengths[-1] > 5 and len(axes) == 1

    @pytest.mark.parametrize("question", ["moon"])
    def test_all_three_lift_true_quality_from_the_same_start(self, widget, start, ran, question):
        for state in (ran, after(widget, start, ("question", question), "run")):
            (draw,) = state.draws
            assert [run.method for run in draw.runs] == list(METHODS)
            assert len({run.path[0] for run in draw.runs}) == 1 and draw.runs[0].path[0].kl == 0
            assert all(run.best.gold > run.path[0].gold + 0.4 for run in draw.runs)

    def test_rlhf_and_dpo_learn_from_the_very_same_votes_on_the_sft_models_answers(self, widget, start, content):
        lesson = widget.lesson(start, 1)
        pairs, again = lesson.compare(), lesson.compare()
        np.testing.assert_array_equal(pairs.preferences, again.preferences)
        assert set(pairs.preferences.tolist()) == {0.0, 1.0} and len(pairs) == 400
        task, tuned = content.tasks["writing"], content.trained("writing").tuned
        drawn = tuned.sample(800, task.rng("comparisons", 1))
        assert {tuple(row) for row in np.concatenate([pairs.first, pairs.second]).tolist()} == {
            tuple(row) for row in drawn.tolist()
        }
        assert not np.array_equal(widget.lesson(start, 2).compare().preferences, pairs.preferences)

    def test_every_point_of_every_path_is_a_step_of_training(self, widget, start, ran):
        """Trained once more by the core alone: the policy after that step is where the point is."""
        lesson, (rlhf, direct, cai) = widget.lesson(start, 1), ran.draws[0].runs
        pairs, task = lesson.compare(), lesson.task
        reward = pipeline.reward_table(pipeline.learn_reward(task, pairs), lesson.start)
        trained = {
            "rlhf": ppo.train(lesson.start, reward, 0.5, task.rng("cards", 1), steps=150, batch=384),
            "dpo": dpo.train(lesson.start, pairs.first, pairs.second, 0.5, preferences=pairs.preferences, steps=450),
        }
        for run in (rlhf, direct):
            policies = {iterate.step: iterate.policy for iterate in trained[run.method]}
            assert len(run.path) > 20
            for point in run.path[1:]:
                assert policies[point.step].kl(lesson.start) == pytest.approx(point.kl, abs=1e-9)
                assert task.gold(policies[point.step].sample(1000, Random("judge"))).mean() == pytest.approx(
                    point.gold, abs=1e-12
                )
        steps = [point.step for point in cai.path]
        assert steps == sorted(set(steps)) and steps[-1] == 40 + 150

    def test_the_table_is_of_this_run(self, widget, ran):
        rlhf, direct, cai = ran.draws[0].runs
        assert (rlhf.labels, direct.labels, cai.labels) == (
            "400 by the careful judge",
            "the same 400",
            "400 by the AI labeller",
        )
        shown = widget.html(ran)
        for run in (rlhf, direct, cai):
            assert (
                f'<data value="{run.best.gold!r}">' in shown
                and f'<data value="{run.end.kl!r}">' in shown
                and run.seconds > 0
            )
        assert "<progress" not in shown and "Models in memory" not in shown

    def test_seconds_are_no_number_to_compare(self, widget, ran):
        shown = widget.html(ran)
        assert all(f"<td>{two_digits(run.seconds)}</td>" in shown for run in ran.draws[0].runs)
        assert [two_digits(value) for value in (0.0341, 0.4, 1.23, 15.2, 123.4)] == ["0.034", "0.4", "1.2", "15", "120"]

    def test_every_answer_that_a_model_wrote_is_counted(self, widget, start, ran):
        rlhf, direct, cai = ran.draws[0].runs
        lesson = widget.lesson(start, 1)
        drafts = lesson.start.sample(400, lesson.task.rng("drafts", 1))
        revised = int((constitution.violations(drafts, lesson.task.kinds, lesson.principles) > 0).sum())
        assert direct.drawn == 2 * 400 and rlhf.drawn == direct.drawn + 150 * 384
        assert 0 < revised < 400 and cai.drawn == rlhf.drawn + 400 + revised

    def test_the_share_of_preferred_answers_that_sank_is_measured(self, widget, start, ran):
        lesson, direct = widget.lesson(start, 1), ran.draws[0].runs[1]
        pairs = lesson.compare()
        *_, end = dpo.train(lesson.start, pairs.first, pairs.second, 0.5, preferences=pairs.preferences, steps=450)
        preferred = np.where((pairs.preferences == 1)[:, None], pairs.first, pairs.second)
        sank = [
            end.policy.log_probs(answer[None]).sum() < lesson.start.log_probs(answer[None]).sum()
            for answer in preferred
        ]
        assert direct.sunk == pytest.approx(np.mean(sank)) and direct.sunk > 0.5
        assert "became less likely" in verdict(ran)

    def test_another_run_is_another_draw_of_labels_and_the_verdict_speaks_of_all(self, widget, ran):
        twice = after(widget, ran, "run")
        one, two = twice.draws
        assert one.runs == ran.draws[0].runs and two.seed == 2 and two.runs[0].path[-1] != one.runs[0].path[-1]
        leads = [max(draw.runs, key=lambda run: run.at(draw.common)).method for draw in twice.draws]
        assert "one draw of labels" in verdict(ran)
        assert all(f"{METHODS[name].title} in {leads.count(name)}" in verdict(twice) for name in set(leads))

    def test_the_distance_compared_at_is_reached_by_every_path(self, ran):
        (draw,) = ran.draws
        assert all(gold is not None for gold in draw.at_common().values())
        assert draw.common == pytest.approx(min(max(point.kl for point in run.path) for run in draw.runs))

    def test_the_settings_shown_are_those_of_the_runs(self, widget, start, ran):
        groups = {group.title: group for group in widget.settings(ran)}
        assert groups["RLHF: PPO"].value("steps") == ran.draws[0].runs[0].path[-1].step == 150
        assert groups["DPO: DPO"].value("steps") == ran.draws[0].runs[1].path[-1].step
        assert groups["DPO: DPO"].value("beta") == groups["RLHF: PPO"].value("beta") == 0.5
        shared = groups["What all three are given"]
        assert (shared.value("count"), shared.value("seed"), shared.value("annotator")) == (400, 1, "the careful judge")

    def test_progress_never_falls(self, widget, start):
        seen = [widget.progress(state) for state in widget.run(start, Event("run"))]
        known = [value for value in seen if value is not None]
        assert known == sorted(known) and len(known) > 100

    def test_the_readers_labels_choose_where_there_are_any(self, widget, start, labelled, content):
        mine = widget.start(preference_labeling=labelled)
        assert "the careful judge stands in" in widget.html(start) and "your 12 labels" in widget.html(mine)
        theirs, own = widget.lesson(start, 1).compare(), widget.lesson(mine, 1).compare()
        np.testing.assert_array_equal(theirs.first, own.first)
        assert (theirs.preferences != own.preferences).mean() > 0.1
        features, kept, wanted = phrase_features(content, mine.question), [], []
        for seed in range(1, 6):
            pairs = widget.lesson(mine, seed).compare()
            gap = (features[pairs.first].sum(axis=1) - features[pairs.second].sum(axis=1)) @ mine.taste.model.weights
            kept += ((gap > 0) == (pairs.preferences == 1))[gap != 0].tolist()
            wanted += (1 / (1 + np.exp(-np.abs(gap))))[gap != 0].tolist()
        assert np.mean(kept) == pytest.approx(np.mean(wanted), abs=0.04)

    def test_a_stopped_run_says_how_far_it_came_and_what_is_done(self, widget, start):
        early, late = (stopped(widget, start, "run", steps) for steps in (3, 170))
        assert "None is trained yet" in widget.html(early)
        shown = widget.html(late)
        assert "Stopped at 3" in shown and "RLHF is trained" in shown and "Training:" not in shown
        assert "All three are trained" in widget.html(after(widget, late, "run"))

    @pytest.mark.parametrize("method", METHODS)
    def test_a_card_opens_its_workflow(self, widget, start, method):
        shown = widget.html(after(widget, start, ("method", method)))
        assert all(stage.name in shown for stage in METHODS[method].stages)


class TestConstitution:
    @pytest.fixture
    def widget(self, content):
        return Constitution(content)

    def test_training_changes_the_words_and_the_bars_as_it_goes(self, widget):
        seen = list(widget.run(widget.start(), Event("train")))
        assert seen[0].after == seen[0].before and seen[-1].trained == 1.0
        assert len({state.sample for state in seen}) > 2 and len({state.after for state in seen}) > 5
        going, done = widget.html(seen[-3]), widget.html(seen[-1])
        assert "A typical answer, so far" in going and "so far" not in done and "Good answers went from" not in going

    def test_a_draft_is_one_draw_of_the_raw_model_and_not_picked(self, widget, content):
        """The longest of three stood here; one draw is as long as the model's answers are on average."""
        drafts = [after(widget, widget.start(), *["draft"] * turn).versions[0] for turn in range(100)]
        raw = content.trained("writing").raw
        said, usual = ((np.array(rows) != raw.end).sum(axis=1) for rows in (drafts, raw.sample(20_000, 1)))
        assert abs(said.mean() - usual.mean()) < 3 * usual.std() / 10

    def test_the_settings_shown_are_enough_to_have_the_same_run_again(self, widget, content):
        ticks = ("tick", ("plain", "on")), ("question", "salary"), "draft", "revise", "train"
        state = after(widget, widget.start(), *ticks)
        groups = {group.title: group for group in widget.settings(state)}
        task, raw = content.tasks["salary"], content.trained("salary").raw
        draws, phase = groups["The draws"], groups["The supervised phase"]
        (draft,) = raw.sample(1, Random(draws.value("draft")))
        revised = constitution.revise(
            raw, draft, task.kinds, widget.drafter.principles(state), Random(draws.value("revision"))
        )
        assert state.versions == (tuple(draft.tolist()), tuple(revised.tolist()))
        sizes = {name: phase.value(name) for name in ("drafts", "steps", "rate")}
        luck = Random(phase.value("seed"))
        *_, trained = constitution.supervised(raw, task.kinds, widget.drafter.principles(state), luck, **sizes)
        answers = trained.model.sample(phase.value("judged"), Random("judged"))
        kept = [
            constitution.kept_share(answers, task.kinds, principle) for principle in widget.drafter.principles(state)
        ]
        assert state.after.kept == pytest.approx(kept, abs=1e-12)

    def test_where_it_departs_from_the_original_is_said(self, widget):
        for state in (widget.start(), after(widget, widget.start(), "train")):
            assert "held to all ticked principles at once" in widget.html(state)

    def test_revising_ends_with_nothing_to_object_to(self, widget, content):
        kinds = content.tasks["writing"].kinds
        for turn in range(12):
            state = after(widget, widget.start(), *["draft"] * turn, *["revise"] * 12)
            limits = [p for p in widget.drafter.principles(state) if not p.needs]
            assert not constitution.critique(state.versions[-1], kinds, limits)

    def test_a_principle_of_ones_own_is_kept_to(self, widget):
        mine = after(widget, widget.start(), ("test", "closer"), ("wording", "No <b>farewells</b>."), "add")
        assert mine.own == (("No <b>farewells</b>.", "closer"),)
        shown = widget.html(mine)
        assert "No &lt;b&gt;farewells" in shown
        assert any(principle.limits == (("closer", 0),) for principle in widget.drafter.principles(mine))
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
            left = constitution.critique(
                state.versions[-1], content.tasks["writing"].kinds, widget.drafter.principles(state)
            )
            assert all(objection.position < 0 for objection in left)

    def test_what_is_typed_outlives_another_draft_and_another_question(self, widget):
        typed = after(widget, widget.start(), ("test", "hedge"), ("wording", "Be plain."))
        for event in ("draft", ("question", "salary")):
            state = after(widget, typed, event)
            assert (state.wording, state.test, state.ticked) == ("Be plain.", "hedge", typed.ticked)

    def test_a_refused_principle_says_why(self, widget):
        twice = after(widget, widget.start(), "add", "add")
        assert len(twice.own) == 1 and "has the test “no disclaimer” already" in widget.html(twice)
        five = after(
            widget,
            widget.start(),
            *(
                event
                for test in ("flattery", "hedge", "filler", "closer", "opener")
                for event in (("test", test), "add")
            ),
        )
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
