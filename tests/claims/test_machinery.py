"""How claims are measured: changed code makes one stale, a case that fails is counted, a mistake is told."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.claims import sweep
from tests.claims.case import Case, Outcome, at_least, at_most, content, within
from tests.claims.fingerprint import Code
from widgets.site.this_book.claims import Claim, Result, load_claims, load_results, spoken, write_results
from widgets.site.this_book.content import ContentError

CLAIMS = {claim.id: claim for claim in sweep.claims()}
IDS = tuple(content().tasks)


@pytest.fixture
def project(tmp_path):
    """A copy of the code, to be changed."""
    for package in ("widgets", "tests"):
        shutil.copytree(
            sweep.ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "browser", "theme")
        )
    return tmp_path


def edit(project, name, old, new):
    path = project / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def stale(project):
    """The claims whose results a change has made stale."""
    code = Code(project)
    return {id for id, claim in CLAIMS.items() if sweep.depends(claim, code) != sweep.depends(claim)}


class TestStaleness:
    def test_a_copy_is_not_stale(self, project):
        assert stale(project) == set()

    def test_a_change_of_the_core_makes_just_those_stale_that_it_reaches(self, project):
        edit(project, "widgets/core/best_of_n.py", "math.log(checks.whole", "1.01 * math.log(checks.whole")
        found = stale(project)
        assert "best-of-n-distance" in found and found.isdisjoint({"loss-falls", "clip", "web-weight"})

    def test_it_reaches_through_other_modules(self, project):
        edit(project, "widgets/core/adam.py", "RARE =", "RARE = 2 *")
        found = stale(project)
        assert {"one-optimum", "dpo-arrives", "settles-short"} <= found and "whiskers-cover" not in found

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("# Scores this close", "# Scores that are this close"),
            ('"""log n - (n - 1)/n, in nats', '"""log n - (n - 1)/n in nats'),
            ("def kl(n: int) -> float:", "def kl(n: float) -> float:\n"),
        ],
    )
    def test_what_is_only_said_of_code_makes_nothing_stale(self, project, old, new):
        edit(project, "widgets/core/best_of_n.py", old, new)
        assert stale(project) == set()

    def test_a_change_of_the_check_itself_makes_its_claims_stale(self, project):
        edit(project, "tests/claims/of_hacking.py", "200_000", "100_000")
        assert stale(project) == {"best-of-n-distance"}

    def test_a_change_of_the_content_makes_stale_what_is_about_it(self):
        words = content()
        first = replace(words.questions[0], prompt="Another?")
        changed = replace(words, questions=(first, *words.questions[1:]), models={})
        one = replace(CLAIMS["loss-falls"], questions=(IDS[1],))
        assert sweep.depends(CLAIMS["loss-falls"], words=changed) != sweep.depends(CLAIMS["loss-falls"])
        assert sweep.depends(one, words=changed) == sweep.depends(one)

    def test_more_seeds_are_another_measurement(self):
        claim = CLAIMS["loss-falls"]
        assert (
            sweep.depends(replace(claim, seeds=7))
            != sweep.depends(claim)
            == sweep.depends(replace(claim, words="Other words."))
        )


def made(claim, *margins):
    cases = sweep.cases(replace(claim, questions="all", seeds=1))
    return sweep.result(
        claim,
        [
            sweep.Found(claim.id, case, Outcome(margin, margin, "at least 0"), 0.1)
            for case, margin in zip(cases, margins, strict=False)
        ],
    )


class TestVerdict:
    claim = replace(CLAIMS["loss-falls"], least=0.75)

    def test_the_worst_case_is_the_one_with_the_least_margin(self):
        result = made(self.claim, 2.0, -0.5, 1.0, 3.0)
        assert (result.cases, result.held, result.worst) == (4, 3, -0.5)
        assert result.worst_case == f"{IDS[1]}, seed 1" and result.failed == (result.worst_case,)

    def test_a_claim_that_fails_is_told_in_one_sentence_with_the_command(self):
        good, bad = made(self.claim, 2.0, -0.5, 1.0, 3.0), made(self.claim, 2.0, -0.5, -1.0, 3.0)
        assert sweep.problem(self.claim, good, good.depends) == ""
        told = sweep.problem(self.claim, bad, bad.depends)
        assert (
            "held on 2 of 4, at least 75% are wanted" in told
            and "`python -m tests.claims --stale`" in told
            and told.count(". ") == 0
        )
        assert sweep.line(self.claim, bad).startswith("FAILS  loss-falls: 2 of 4")

    def test_one_that_holds_too_often_fails_where_its_words_say_how_many(self):
        claim = replace(self.claim, least=0.7, most=0.8)
        often = made(claim, 1.0, 1.0, 1.0, 1.0)
        assert "held on 4 of 4, 70.0% to 80.0% are wanted" in sweep.problem(claim, often, often.depends)

    def test_a_stale_or_missing_result_names_the_command(self):
        result = made(self.claim, 1.0)
        assert sweep.problem(self.claim, result, "other").endswith("run `python -m tests.claims --stale`.")
        assert sweep.problem(self.claim, None, "").endswith("run `python -m tests.claims`.")

    def test_margins_have_their_sides(self):
        assert at_least(2, 1).margin == 1 and at_most(2, 1).margin == -1 and within(2, 1, 4).margin == 1
        assert at_least(1, 1).holds and not at_most(1.1, 1).holds and not within(5, 1, 4).holds


class TestSample:
    def test_it_is_the_same_every_time_and_of_what_held(self):
        for claim in CLAIMS.values():
            (case,) = sweep.sample(claim, None)
            assert sweep.sample(claim, None) == [case]
            failed = replace(made(claim, 1.0), failed=(case.label,))
            assert sweep.sample(claim, failed) != [case]

    def test_a_check_gives_the_same_twice(self):
        found = [sweep.run({"loss-falls": [Case(IDS[0], 1)], "clip": [Case()]}) for _ in range(2)]
        outcomes = [{id: [one.outcome for one in part] for id, part in run.items()} for run in found]
        assert outcomes[0] == outcomes[1] and all(outcome.holds for part in outcomes[0].values() for outcome in part)

    def test_every_case_has_a_label_of_its_own(self):
        for claim in CLAIMS.values():
            labels = [case.label for case in sweep.cases(claim)]
            assert len(set(labels)) == len(labels) > 0


class TestFiles:
    @pytest.fixture
    def folder(self, tmp_path):
        shutil.copy(sweep.ROOT / "content" / "claims.yaml", tmp_path)
        return tmp_path

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            (
                "least: 1\n",
                "least: 1.5\n",
                ".least: 1.5 to 1 is no range of shares; write numbers above 0, at most 1",
            ),
            ("  least: 1\n", "", ".least: field required; add it"),
            ("kind: text", "kind: txt", ".kind: input should be 'text', 'caption'"),
            (
                "check:",
                "chek:",
                ".chek: unexpected keyword argument, found 'better_then_worse'; remove it, or correct its name",
            ),
            ("at: 01-pre-trained.md", "at: 01-pretrained.md", ".at: there is no page '01-pretrained.md'"),
            (
                "at: 01-pre-trained.md#",
                "at: chapter one #",
                ".at: 'chapter one' is not a place; write page.md#anchor",
            ),
            ("questions: all", "questions: [wirting]", ".questions[0]: there is no question 'wirting'; use one of"),
            ("seeds: 20", "seeds: 0", ".seeds: 0 seeds; write how many, 1 or more, or 'shipped'"),
        ],
    )
    def test_every_mistake_is_told_with_its_place_and_its_cure(self, folder, old, new, says):
        edit(folder, "claims.yaml", old, new)
        with pytest.raises(ContentError) as caught:
            load_claims(folder, IDS, sweep.ROOT / "docs")
        assert re.search(r"claims\.yaml:\d+: \[\d+\]" + re.escape(says), str(caught.value)), caught.value

    def test_results_survive_the_way_to_the_file(self, folder):
        results = {
            "b": Result("x", "the share – of it", "at most 2", 4, 3, -0.25, "moon, seed 1", 1.5, ("moon, seed 1",)),
            "a": Result("y", "m", "", 1, 1, 2.0, "z", 0.1),
        }
        write_results(folder, results)
        assert load_results(folder) == results and len((folder / "claims-results.json").read_text().splitlines()) == 4
        (folder / "claims-results.json").write_text('{"a": {}}')
        with pytest.raises(ContentError, match="write it anew with python -m tests.claims"):
            load_results(folder)

    def test_words_are_compared_as_they_are_read(self):
        assert spoken("a *whisker*  to\n[either **side**](x.md#y), $\\log n$") == "a whisker to either side, $\\log n$"


def test_a_check_that_nobody_wrote_is_told(monkeypatch):
    sweep.claims.cache_clear()
    monkeypatch.setattr(
        sweep.claims_file, "load_claims", lambda *_: (Claim("x", "about.md", "text", "w", "nothing_such", 1.0),)
    )
    with pytest.raises(ValueError, match="x: there is no check 'nothing_such'"):
        sweep.claims()
    sweep.claims.cache_clear()


def test_the_sweep_needs_no_more_than_its_time():
    """Fifteen minutes on two cores, by what the last sweep took."""
    seconds = sum(result.seconds for result in load_results(Path(sweep.ROOT) / "content").values())
    assert seconds / sweep.PROCESSES < 900
